"""While everything breaks, nothing is lost and nothing is stored twice: the store equals the publisher's own books."""

import os
import random
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine, select

from bench.postgres import Postgres
from services.command.servers import Valkey
from shared.database import reading
from shared.errors import TransientError
from shared.settings import Settings
from shared.tables import Article, Feed, SetAside
from tests.faults import store
from tests.faults.faults import Faults
from tests.faults.newsroom import Newsroom
from tests.faults.processes import Processes, until
from tests.outlet.outlet import Outlet

FAULTS_S = float(os.environ.get("WIREROOM_TEST_FAULTS_S", "60"))
SEED = int(os.environ.get("WIREROOM_TEST_SEED", "0")) or random.SystemRandom().randrange(10**6)
SQLITE_SHARE = 0.4  # of the time, on the lesser store
FEEDS = 50
LEASE_S = 10
DEATHS = 12  # kills come a hundred times as often here as anywhere, and could hit one feed thrice by chance
PATIENCE_S = 120  # a lease and two polls, on a machine that does other things too
ROUNDS: dict[str, Any] = {"lease_s": LEASE_S, "max_attempts": DEATHS}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(FAULTS_S + 2 * PATIENCE_S + 60)]


def test_nothing_is_lost_and_nothing_twice_on_postgresql(
    outlet: Outlet,
    redis_server: Valkey,
    postgres: Postgres,
    postgres_store: Engine,
    fast: Callable[..., Settings],
    start: Callable[..., Processes],
) -> None:
    url = postgres_store.url.render_as_string(hide_password=False)
    processes = start(fast(database_url=url, **ROUNDS), scheduler=1, fetch=2, parse=2, index=2)
    break_everything(outlet, redis_server, postgres, postgres_store, processes, FAULTS_S)


def test_nothing_is_lost_and_nothing_twice_on_sqlite(
    outlet: Outlet,
    redis_server: Valkey,
    sqlite_store: Engine,
    fast: Callable[..., Settings],
    start: Callable[..., Processes],
) -> None:
    url = sqlite_store.url.render_as_string(hide_password=False)
    processes = start(fast(database_url=url, **ROUNDS), scheduler=1, fetch=1, parse=1, index=1)
    break_everything(outlet, redis_server, None, sqlite_store, processes, SQLITE_SHARE * FAULTS_S)


def break_everything(
    outlet: Outlet, belt: Valkey, postgres: Postgres | None, engine: Engine, processes: Processes, seconds: float
) -> None:
    print(f"seed {SEED}: WIREROOM_TEST_SEED={SEED} draws the same faults")
    newsroom = Newsroom(outlet, FEEDS, SEED)
    store.add(engine, *newsroom.urls)
    processes.up()
    faults = Faults(processes, belt, postgres, random.Random(SEED), LEASE_S + 1)
    with newsroom:
        for fault in faults.run(seconds):
            print(fault)
            look(engine, newsroom)
    end, began = store.clock(engine), time.monotonic()
    until(lambda: store.polled_again(engine, end), PATIENCE_S, processes.said)
    print(f"{len(faults.said)} faults; every feed polled twice {time.monotonic() - began:.1f} s after the last one")
    compare(engine, newsroom, outlet)
    look(engine, newsroom)


def look(engine: Engine, newsroom: Newsroom) -> None:
    """In no moment does the store hold a validator without its articles, or a log with a hole."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        with reading(engine) as connection:
            stored = {urlsplit(url).path for url in connection.scalars(select(Article.url))}
            etags = [etag for etag in connection.scalars(select(Feed.etag)) if etag is not None]
            store.assert_sound(connection)
    except TransientError:
        return  # it was just killed
    for etag in etags:
        assert newsroom.listed_by(etag) <= stored, f"{etag} is stored, some of its articles are not"


def compare(engine: Engine, newsroom: Newsroom, outlet: Outlet) -> None:
    """Every article once, in its last state, copies together, and nothing else."""
    published = newsroom.pages
    assert {entry.id for entry in published.values()} == outlet.ledger.entries()
    assert store.paths(engine) == sorted(published)
    rows = store.read(
        engine, select(Article.url, Article.headline, Article.body_text, Article.summary, Article.story_id)
    )
    stored = {urlsplit(row.url).path: row for row in rows}
    old = [
        path for path, row in stored.items() if opening(row.body_text or row.summary) != opening(published[path].body)
    ]
    assert not old, "articles that are not in their last state"
    stories: dict[int, set[str]] = defaultdict(set)
    for path, row in stored.items():
        stories[row.story_id].add(path)
    together = {frozenset(members) for members in stories.values() if len(members) > 1}
    assert together == {frozenset(members) for members in newsroom.syndicated.values()}
    assert {row.state for row in store.feeds(engine)} == {"active"}
    assert store.count(engine, SetAside) == 0


def opening(text: str | None) -> list[str]:
    """Return the words by which invented texts differ; a short one is told as a summary, which may be cut."""
    return (text or "").split()[:20]
