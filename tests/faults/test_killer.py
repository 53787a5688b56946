"""Only a killer is parked: one document that kills whoever reads it, among forty-nine that do not."""

import random
import time
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Engine, select

from shared.messages import Kind
from shared.settings import Settings
from shared.tables import Feed, SetAside
from tests.faults import store
from tests.faults.conftest import HOSTS, belt_of
from tests.faults.processes import Processes, until
from tests.outlet.outlet import Outlet

INNOCENTS = 49
LEASE_S = 4
LEASES_WITHOUT_PARSER = 5
FLUSHES = 10
PATIENCE_S = 120

pytestmark = [pytest.mark.slow, pytest.mark.timeout(4 * PATIENCE_S)]


def test_only_the_killer_is_parked_and_its_document_is_kept(
    outlet: Outlet, postgres_store: Engine, fast: Callable[..., Settings], start: Callable[..., Processes]
) -> None:
    url = postgres_store.url.render_as_string(hide_password=False)
    settings = fast(database_url=url, lease_s=LEASE_S)
    processes = start(settings, scheduler=1, fetch=1, index=1)
    parser = processes.add("parse-1", ("-m", "tests.faults.killer"))
    killer = outlet.url("/killer.xml")
    innocents = [f"/innocent{number}.xml" for number in range(INNOCENTS)]
    for path in ("/killer.xml", *innocents):
        outlet.publish(path, 2)
    urls = [outlet.url(path, number % HOSTS) for number, path in enumerate(innocents)]
    store.add(postgres_store, killer, *urls)

    processes.up("scheduler", "fetch", "index")
    until(lambda: leases(postgres_store) > LEASES_WITHOUT_PARSER, PATIENCE_S, processes.said)
    parser.up()
    dice = random.Random(0)
    for _ in range(FLUSHES):
        belt_of(settings).client.flushall()
        time.sleep(dice.uniform(0.2, LEASE_S / 2))

    until(lambda: bool(parked(postgres_store)), PATIENCE_S, processes.said)
    since = store.clock(postgres_store)
    until(lambda: good(postgres_store, since) >= set(urls), PATIENCE_S, processes.said)
    assert parked(postgres_store) == [killer]
    listed = {entry.path for path in innocents for entry in outlet.listed(path)}
    assert store.paths(postgres_store) == sorted(listed)
    (aside,) = store.read(postgres_store, select(SetAside.kind, SetAside.url, SetAside.data))
    assert (aside.kind, aside.url) == (Kind.FEED, killer)
    assert aside.data is not None
    assert all(entry.id.encode() in aside.data for entry in outlet.listed("/killer.xml"))


def leases(engine: Engine) -> int:
    """Return how many leases the least leased feed had so far; all but the last ran out."""
    return min(int(row.lease_no) for row in store.feeds(engine))


def parked(engine: Engine) -> list[str]:
    """Return the addresses of the feeds that were parked."""
    return [row.url for row in store.read(engine, select(Feed.url).where(Feed.state == "parked"))]


def good(engine: Engine, since: datetime) -> set[str]:
    """Return the addresses of the feeds that were polled well since then."""
    counts = store.good_polls(engine, since)
    return {row.url for row in store.feeds(engine) if counts[row.id]}
