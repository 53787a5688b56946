"""A newsdesk that writes rows into the store, and the real reader over it, on loopback."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, delete, insert, update

from services.reader.app import create_app, server
from services.reader.listening import address, listen
from shared import tables
from shared.database import connect, writing
from shared.schema import Content
from shared.settings import Settings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAIN: dict[str, Any] = {
    "word_count": 0,
    "authors": [],
    "keywords": [],
    "subjects": [],
    "images": [],
    "media": [],
    "status": "usable",
    "access": "unknown",
    "body_source": "feed",
    "page_state": "not_needed",
    "copy_role": "original",
    "revision": 1,
    "content_sha256": "0" * 64,
    "parser": "wireroom@1",
    "provenance": {},
}


class Desk:
    """Writes rows as the indexer would; a method that makes one returns its id."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.noon = NOON
        self.now = datetime.now(UTC)
        self._seq = 0

    def write(self, table: type[tables.Table], **values: Any) -> int:
        with writing(self.engine) as connection:
            return connection.execute(insert(table).values(**values)).inserted_primary_key[0]

    def change(self, table: type[tables.Table], row_id: int, **values: Any) -> None:
        with writing(self.engine) as connection:
            connection.execute(update(table).where(table.id == row_id).values(**values))

    def title(self, name: str = "The Daily Tern", **values: Any) -> int:
        return self.write(tables.Publication, key=f"name:{name}", name=name, created_at=NOON, **values)

    def feed(self, publication: int | None = None, url: str = "https://tern.example/feed.xml", **values: Any) -> int:
        soon = self.now + timedelta(hours=1)
        given = {"created_at": NOON, "due_at": soon, "ready_at": soon, "host": "tern.example", **values}
        return self.write(tables.Feed, url=url, publication_id=publication, **given)

    def story(self, at: datetime = NOON) -> int:
        return self.write(tables.Story, ordered_at=at, created_at=at, updated_at=at)

    def article(self, publication: int, story: int | None = None, at: datetime = NOON, **values: Any) -> int:
        given = {"feed_id": 1, "headline": "Terns return", "published_at": at, "first_seen_at": at, "ordered_at": at}
        return self.write(
            tables.Article,
            publication_id=publication,
            story_id=story or self.story(at),
            **{**PLAIN, **given, **values},
        )

    def revision(self, article: int, number: int, *kinds: str, **content: Any) -> None:
        self.write(
            tables.Revision,
            article_id=article,
            number=number,
            at=NOON,
            kinds=list(kinds),
            content_sha256="0" * 64,
            content=Content(**content).model_dump(mode="json"),
        )

    def log(self, kind: str, article: int, at: datetime = NOON, **detail: Any) -> int:
        self._seq += 1
        ids = {"article_id": article, "story_id": 1, "revision": 1}
        self.write(tables.Change, seq=self._seq, at=at, kind=kind, detail=detail, **ids)
        self.change(tables.LogHead, 1, seq=self._seq)
        return self._seq

    def put_back(self, seq: int) -> None:
        """Make the log what a copy of the store had that was made when `seq` was its newest line."""
        self._seq = seq
        with writing(self.engine) as connection:
            connection.execute(delete(tables.Change).where(tables.Change.seq > seq))
        self.change(tables.LogHead, 1, seq=seq)


@pytest.fixture
def desk(store: Engine) -> Desk:
    return Desk(store)


@dataclass
class Serving:
    """The one reader of this pytest worker, and a client of it."""

    app: FastAPI
    client: httpx.Client


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The reader as it runs, on a port of its own; each test puts its store behind it."""
    given = Settings(port=0, data_dir=tmp_path_factory.mktemp("reader"))
    app = create_app(given, connect("sqlite://"), None)
    with listen(given.host, given.port) as listener:
        running = server(app)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        with httpx.Client(base_url=address(*listener.getsockname()[:2]), trust_env=False, timeout=30) as client:
            yield Serving(app, client)
        running.should_exit = True
        thread.join()


@pytest.fixture
def reader(store: Engine, serving: Serving) -> httpx.Client:
    """A client of the reader over this test's store."""
    serving.app.state.engine, serving.app.state.belt = store, None
    return serving.client
