"""Backpressure: while the indexer is away the belt does not grow, and when it is back the work on the belt counts."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from shared.settings import Settings
from shared.tables import Counter, Feed, Poll
from tests.faults import store
from tests.faults.conftest import HOSTS, belt_of
from tests.faults.processes import Processes, until
from tests.outlet.outlet import Outlet

FEEDS = 100
LIMIT = 30  # feeds on the belt, far fewer than are due
LEASE_S = 6
LEASES_AWAY = 3
PATIENCE_S = 120

pytestmark = [pytest.mark.slow, pytest.mark.timeout(4 * PATIENCE_S)]


def test_an_indexer_that_comes_back_after_three_leases_finds_a_short_belt_that_still_counts(
    outlet: Outlet, postgres_store: Engine, fast: Callable[..., Settings], start: Callable[..., Processes]
) -> None:
    url = postgres_store.url.render_as_string(hide_password=False)
    settings = fast(database_url=url, lease_s=LEASE_S, belt_floor=LIMIT, poll_interval_s=3, max_attempts=2)
    belt = belt_of(settings)
    processes = start(settings, scheduler=1, fetch=1, parse=1, index=1)
    paths = [f"/title{number}.xml" for number in range(FEEDS)]
    for path in paths:
        outlet.publish(path, 2)
    store.add(postgres_store, *(outlet.url(path, number % HOSTS) for number, path in enumerate(paths)))

    processes.up("scheduler", "fetch", "parse")
    until(lambda: belt.queued()["index"] > 0, PATIENCE_S, processes.said)
    away, most = store.clock(postgres_store), 0

    def three_leases_passed() -> bool:
        nonlocal most
        most = max(most, leased(postgres_store), belt.queued()["index"])
        return store.passed(postgres_store, away, LEASES_AWAY * LEASE_S)

    until(three_leases_passed, PATIENCE_S, processes.said)
    assert 0 < most <= LIMIT, "the belt grew over its limit"
    assert 0 < belt.load().feeds <= LIMIT
    assert settled(postgres_store, away) == 0

    processes.up("index")
    until(lambda: settled(postgres_store, away) > 0, PATIENCE_S, processes.said)
    back = first(postgres_store, away)
    until(lambda: store.passed(postgres_store, back, LEASE_S), PATIENCE_S, processes.said)
    assert settled(postgres_store, away, back + timedelta(seconds=LEASE_S)) >= LIMIT, "what waited was thrown away"
    assert stale(postgres_store) < LIMIT, "the work that waited came too late"

    until(lambda: store.polled_again(postgres_store, back), PATIENCE_S, processes.said)
    assert store.paths(postgres_store) == sorted(entry.path for path in paths for entry in outlet.listed(path))
    assert {row.state for row in store.feeds(postgres_store)} == {"active"}


def leased(engine: Engine) -> int:
    """Return how many feeds are under a lease that has not run out."""
    now = store.clock(engine)
    query = select(func.count()).where(Feed.lease_token.is_not(None), Feed.ready_at > now)
    return int(store.read(engine, query)[0][0])


def settled(engine: Engine, since: datetime, until_: datetime | None = None) -> int:
    """Return how many fetches were settled in a span of time."""
    query = select(func.count()).where(Poll.at > since)
    return int(store.read(engine, query.where(Poll.at <= until_) if until_ else query)[0][0])


def first(engine: Engine, since: datetime) -> datetime:
    """Return when the first fetch after a moment was settled."""
    moment: datetime = store.read(engine, select(func.min(Poll.at)).where(Poll.at > since))[0][0]
    return moment


def stale(engine: Engine) -> int:
    """Return how many results came under a token that was no longer current."""
    rows = store.read(engine, select(Counter.value).where(Counter.name == "stale_results"))
    return int(rows[0][0]) if rows else 0
