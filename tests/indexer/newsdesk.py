"""The indexer by hand: what feeds and pages say goes straight into a store, without a line."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select, update

from services.indexer.document import commit_documents
from services.indexer.settle import Brought
from services.indexer.tasks import settle_facts
from shared.database import now, reading, writing
from shared.digests import entry_digest
from shared.messages import PARSER, Entry, Facts, FeedFacts, Kind, Outcome, Result
from shared.schema import Content
from shared.settings import Settings
from shared.tables import Article, Change, Feed, LogHead, Page, Publication, Revision
from tests.outlet.prose import story

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def entry(name: str, *, keys: tuple[str, ...] | None = None, cancelled: bool = False, **said: Any) -> Entry:
    """Return what a source says of the article `name`, of 120 words unless told otherwise."""
    made = story(name, words=120)
    words = {} if cancelled else {"headline": made.headline, "body_text": made.body, "published_at": NOON}
    more = {key: said.pop(key) for key in ("source_id", "url", "page_wanted") if key in said}
    own = {"source_id": name, "url": f"https://paper.example/{name}"} | more
    return Entry(
        keys=keys or (f"id:{name}", f"url:https://paper.example/{name}"),
        digest=entry_digest(repr((name, sorted(said.items()), cancelled, sorted(more.items()))).encode()),
        content=Content(**(words | said)),
        cancelled=cancelled,
        **own,
    )


BOX = "Subscribe to our newsletter and read all that our reporters find out before anybody else does."


def carrying(name: str, box: str = BOX, **said: Any) -> Entry:
    """Return what a source says of the article `name`, whose text ends in a box that its publication repeats."""
    return entry(name, body_text=f"{entry(name).content.body_text} {box}", **said)


class Newsdesk:
    """A store with feeds whose polls are commits."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine, self.settings = engine, settings

    def publication(self, name: str = "The Paper", **more: Any) -> int:
        """Add a publication; return its id."""
        row = {"key": f"name:{name.casefold()}", "name": name, "terms": "full", "created_at": NOON, **more}
        with writing(self.engine) as connection:
            return int(connection.scalars(insert(Publication).values(row).returning(Publication.id)).one())

    def feed(self, name: str, publication: int | None = None, **more: Any) -> int:
        """Add a feed; return its id."""
        times = {"due_at": NOON, "ready_at": NOON, "created_at": NOON, "state": "active", "lease_no": 0}
        row = {"url": f"https://{name}/feed", "host": name, "publication_id": publication, **times, **more}
        with writing(self.engine) as connection:
            return int(connection.scalars(insert(Feed).values(row).returning(Feed.id)).one())

    def poll(
        self,
        feed_id: int,
        *entries: Entry,
        window: Sequence[Entry] | None = None,
        lease: int | None = None,
        **more: Any,
    ) -> Brought:
        """Commit a poll of a feed that lists `window` and hands on `entries`: all of them unless told otherwise."""
        listed = "".join(one.digest for one in (entries if window is None else window))
        facts = self.lease(Kind.FEED, feed_id, lease)
        result = Result(**({"facts": facts, "window": listed, "entries": entries, "parser": PARSER} | more))
        if not entries:
            settle_facts(self.engine, [result], self.settings)
            return Brought()
        return self.commit(result)

    def page(self, article: int, said: Entry, lease: int | None = None) -> Brought:
        """Commit a fetch of an article's page."""
        facts = self.lease(Kind.PAGE, article, lease)
        result = Result(facts=facts, window=said.digest, entries=(said,), parser=PARSER)
        return self.commit(result)

    def commit(self, result: Result) -> Brought:
        """Commit what a fetch brought."""
        brought = commit_documents(self.engine, result.facts.kind, [result], self.settings)
        return brought[0] if brought else Brought()

    def lease(self, kind: Kind, id_: int, lease: int | None = None) -> Facts:
        """Give a feed or page to a fetch; return the facts that it will bring."""
        token = secrets.token_hex(8)
        with writing(self.engine) as connection:
            moment = now(connection)
            if kind is Kind.PAGE and connection.scalar(select(Page.article_id).where(Page.article_id == id_)) is None:
                times = {"due_at": moment, "ready_at": moment, "lease_no": 0}
                connection.execute(
                    insert(Page).values(article_id=id_, url="https://p/", host="p", state="active", **times)
                )
            table, row = (Feed, Feed.id == id_) if kind is Kind.FEED else (Page, Page.article_id == id_)
            number = table.lease_no + 1 if lease is None else lease
            connection.execute(update(table).where(row).values(lease_token=token, lease_no=number, leased_at=moment))
        return Facts(kind=kind, id=id_, token=token, outcome=Outcome.OK)

    def read(self, statement: Any) -> Sequence[Any]:
        """Return the rows of a query."""
        with reading(self.engine) as connection:
            return connection.execute(statement).all()

    def article(self, name: str) -> Any:
        """Return the row of the article with this identifier."""
        return self.read(select(Article.__table__).where(Article.source_id == name))[0]

    def revisions(self, article: int) -> list[Any]:
        """Return an article's revisions, oldest first."""
        rows = Revision.told().where(Revision.article_id == article).order_by(Revision.number)
        return list(self.read(rows))

    def changes(self, after: int = 0) -> list[tuple[str, int]]:
        """Return the kinds and articles of the log after a number, in order."""
        rows = self.read(select(Change.seq, Change.kind, Change.article_id).order_by(Change.seq))
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        return [(row.kind, row.article_id) for row in rows[after:]]

    def head(self) -> int:
        """Return the log's newest number."""
        return int(self.read(select(LogHead.seq))[0][0])

    def move(self, article: int, **times: timedelta) -> None:
        """Set times of an article relative to the store's clock, which cannot be moved."""
        with writing(self.engine) as connection:
            moment = now(connection)
            values = {name: moment + by for name, by in times.items()}
            connection.execute(update(Article).where(Article.id == article).values(**values))


def facts(title: str | None = None, site: str | None = None) -> FeedFacts:
    """Return what a document says of its feed."""
    return FeedFacts(title=title, site_url=site)
