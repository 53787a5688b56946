"""The line taken by hand: the real stages over the real store and belt, one message after another in one process."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update

from services.command.feeds import feed_store, opml
from services.fetcher.tasks import start as start_fetcher
from services.indexer.tasks import indexer
from services.parser.tasks import start as start_parser
from services.scheduler.tick import Ticked, tick
from shared.belt import Belt, connect
from shared.database import now, reading, writing
from shared.queues import FETCH, INDEX, PARSE, M, Queue
from shared.settings import Settings
from shared.tables import Article, Feed, Hook, Page


class Line:
    """Scheduler, fetcher, parser and indexer; messages wait in `queues` until a step takes them."""

    def __init__(self, engine: Engine, belt_url: str, settings: Settings) -> None:
        self.engine, self.settings = engine, settings
        self.belt = Belt(connect(belt_url), settings.lease_s)
        self.redis = self.belt.client
        self.queues: dict[str, deque[Any]] = {queue.name: deque() for queue in (FETCH, PARSE, INDEX)}
        self._handlers: dict[str, Callable[[Any], None]] = {
            FETCH.name: start_fetcher(settings, self.belt, self.publish),
            PARSE.name: start_parser(settings, self.belt, self.publish),
            INDEX.name: indexer(engine, self.belt, settings),
        }

    def publish(self, queue: Queue[M], message: M) -> None:
        """Put a message on its queue, as it would travel."""
        self.queues[queue.name].append(
            queue.message.model_validate_json(message.model_dump_json(exclude_defaults=True))
        )

    def add(self, *urls: str, **more: Any) -> None:
        """Add feeds, due now."""
        with writing(self.engine) as connection:
            feed_store.add(connection, [opml.Outline(url, **more) for url in urls])

    def tick(self) -> Ticked:
        """Lease what is due."""
        return tick(self.engine, self.belt, self.publish, self.settings)

    def step(self, queue: str) -> int:
        """Do all the work that waits in one queue; return how many messages that were."""
        done = 0
        while self.queues[queue]:
            self._handlers[queue](self.queues[queue].popleft())
            done += 1
        return done

    def drain(self) -> None:
        """Do all the work that waits anywhere."""
        for queue in self.queues:
            self.step(queue)

    def poll(self, *, pages: bool = False) -> None:
        """Make every feed (and, if asked, every page that still wants it) due, and take it through the line."""
        self.due(pages=pages)
        while self.tick().leased:
            self.drain()

    def due(self, *, pages: bool = False) -> None:
        """Make every active feed that is not leased due now."""
        with writing(self.engine) as connection:
            moment = now(connection)
            for table in (Feed, Page) if pages else (Feed,):
                connection.execute(
                    update(table).where(table.lease_token.is_(None)).values(due_at=moment, ready_at=moment)
                )

    def expire(self) -> None:
        """Let every lease run out: the database's clock cannot be moved, so the rows are."""
        with writing(self.engine) as connection:
            past = now(connection) - timedelta(seconds=1)
            for table in (Feed, Page, Hook):
                connection.execute(update(table).where(table.lease_token.is_not(None)).values(ready_at=past))

    def read(self, statement: Any) -> Sequence[Any]:
        """Return the rows of a query."""
        with reading(self.engine) as connection:
            return connection.execute(statement).all()

    def count(self, table: Any = Article) -> int:
        """Return how many rows a table has."""
        return int(self.read(select(func.count()).select_from(table))[0][0])

    def feed(self, url: str | None = None) -> Any:
        """Return the row of a feed, of the only one where none is named."""
        query = select(Feed.__table__)
        return self.read(query.where(Feed.url == url) if url else query)[0]

    def write(self, work: Callable[[Connection], None]) -> None:
        """Run `work` in a transaction."""
        with writing(self.engine) as connection:
            work(connection)
