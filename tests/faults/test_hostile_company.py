"""All that is hostile at once, over real processes: good feeds are polled and the API answers meanwhile."""

import json
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import ExitStack
from functools import partial
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from sqlalchemy import Engine, select

from shared.database import reading
from shared.settings import Settings
from shared.tables import Article, Feed
from tests.faults import store
from tests.faults.processes import Processes, until
from tests.line.hostile import PUBLISHER, Hostile, manifest
from tests.line.test_hostile_publisher import PATIENCE_S as PATIENT_CASES
from tests.outlet.outlet import Outlet
from tests.outlet.ports import kept_port

CASES = [case["name"] for case in manifest() if case["group"] != "control"]
GONE = [case["name"] for case in manifest() if case["outcome"] == "gone"]
PUBLISHERS = 8  # that share the cases; and one for each case that has its host left alone
WAVES = 5  # of news in the good feeds, at least
GOOD = [f"/good{number}.xml" for number in range(5)]  # feeds that go on publishing
PATIENCE_S = 240

pytestmark = [
    pytest.mark.skipif(not CASES, reason=f"no hostile publisher at {PUBLISHER}"),
    pytest.mark.timeout(2 * PATIENCE_S),
    pytest.mark.slow,
]


@pytest.fixture
def publishers() -> Iterator[Sequence[Hostile]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Hostile()) for _ in range(PUBLISHERS + len(PATIENT_CASES))]


@pytest.fixture
def port() -> Iterator[int]:
    """The port that the reader is to listen on."""
    with kept_port() as kept:
        yield kept


def test_among_hostile_feeds_good_ones_are_polled_and_the_api_answers(
    publishers: Sequence[Hostile],
    outlet: Outlet,
    sqlite_store: Engine,
    fast: Callable[..., Settings],
    start: Callable[..., Processes],
    port: int,
) -> None:
    settings = fast(
        database_url=sqlite_store.url.render_as_string(hide_password=False),
        fetch_allow=(*outlet.allow, *(one.place for one in publishers)),
        read_timeout_s=1,
        total_timeout_s=4,
        lease_s=60,
        port=port,
    )
    hostile = hostile_feeds(publishers)
    store.add(sqlite_store, *hostile, *(outlet.url(path, host) for host, path in enumerate(GOOD)))
    processes = start(settings, scheduler=1, fetch=1, parse=1, index=1)
    processes.add("reader-1", ("-m", "services.command", "reader"))
    processes.up()
    until(lambda: answers(settings.port), PATIENCE_S, processes.said)

    published: set[str] = set()
    waves = 0
    while unsettled(sqlite_store, hostile) or waves < WAVES:
        published |= {entry.path for path in GOOD for entry in outlet.publish(path)}
        until(partial(came, sqlite_store, published, settings.port), PATIENCE_S, processes.said)
        waves += 1
    print(f"{waves} waves of news came in meanwhile")

    until(lambda: not leased(sqlite_store, hostile), PATIENCE_S, processes.said)
    assert [one.starts for one in processes.all] == [1] * len(processes.all), processes.said()
    rows = {row.url: row for row in store.feeds(sqlite_store)}
    gone = {url for url in hostile if url.rpartition("/")[2] in GONE}
    assert {url for url, row in rows.items() if row.state != "active"} == gone
    assert [one.told("_canary")["hits"] for one in publishers] == [0] * len(publishers)
    with reading(sqlite_store) as connection:
        store.assert_sound(connection)


def hostile_feeds(publishers: Sequence[Hostile]) -> list[str]:
    """Return a feed of each case, shared among the publishers."""
    alone = dict(zip(PATIENT_CASES, publishers, strict=False))
    others = [name for name in CASES if name not in alone]
    sharing = publishers[len(alone) :]
    shared = {name: sharing[number % len(sharing)] for number, name in enumerate(others)}
    return [publisher.url(name) for name, publisher in (alone | shared).items()]


def came(engine: Engine, published: Set[str], port: int) -> bool:
    """Return whether all that the good feeds published is stored; the API answers whenever this is asked."""
    assert answers(port)
    return published <= stored(engine)


def stored(engine: Engine) -> set[str]:
    """Return the paths of all articles' pages."""
    found = store.read(engine, select(Article.url).where(Article.url.is_not(None)))
    return {urlsplit(row.url).path for row in found}


def unsettled(engine: Engine, urls: Sequence[str]) -> list[str]:
    """Return those of the feeds that no poll was settled of."""
    polled = {row.url for row in store.read(engine, select(Feed.url).where(Feed.last_polled_at.is_not(None)))}
    return [url for url in urls if url not in polled]


def leased(engine: Engine, urls: Sequence[str]) -> list[str]:
    """Return those of the feeds whose lease has gone on for longer than it may."""
    now = store.clock(engine)
    over = select(Feed.url).where(Feed.lease_token.is_not(None), Feed.ready_at < now)
    return [row.url for row in store.read(engine, over)]


def answers(port: int) -> bool:
    """Return whether the API does."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/v1/articles?limit=1", timeout=60) as answer:
            return "articles" in json.load(answer)
    except OSError:
        return False
