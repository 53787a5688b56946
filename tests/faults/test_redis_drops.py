"""The pinned Celery stays honest: Redis drops while a worker holds unacknowledged work, and the worker lives on.

A worker with a free slot notices the loss at once and cancels what it holds. One without notices it at the
acknowledgement only; Celery logs that and consumes no more, unless the request raises it.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.command.servers import Valkey
from shared.hosts import host_of
from shared.messages import FetchJob, Kind, Target
from shared.queues import FETCH
from shared.settings import Settings
from shared.worker import celery_app, publisher
from tests.faults.conftest import belt_of
from tests.faults.faults import full
from tests.faults.processes import Processes, until
from tests.outlet.outlet import Outlet

PATIENCE_S = 90
DROPS = 2

pytestmark = [pytest.mark.slow, pytest.mark.timeout(PATIENCE_S * (2 * DROPS + 1))]


@dataclass(frozen=True)
class Drop:
    """How long Redis is away, whether the work in hand takes longer, and how much of it the worker can hold."""

    outlasted: bool
    away_s: float
    processes: int
    tcp: bool


NOTICED = Drop(outlasted=True, away_s=2, processes=2, tcp=True)  # the worker asks for more and meets nobody
UNNOTICED = Drop(
    outlasted=False, away_s=5, processes=1, tcp=False
)  # it asks for nothing, and meets nobody when it is done
FULL = Drop(outlasted=False, away_s=10, processes=1, tcp=False)  # full before the work ends, until after it does


@pytest.fixture
def redis_server(drop: Drop, scratch: Path) -> Iterator[Valkey]:
    """A Valkey at either kind of address, to be killed."""
    with Valkey(scratch / f"belt-{uuid.uuid4().hex[:8]}", maxmemory_mb=32, tcp=drop.tcp) as server:
        yield server


@pytest.mark.parametrize("drop", [NOTICED, UNNOTICED], ids=["work outlasts the drop", "work ends within the drop"])
def test_a_worker_that_holds_work_outlives_redis_and_consumes_again(
    drop: Drop, outlet: Outlet, redis_server: Valkey, fast: Callable[..., Settings], start: Callable[..., Processes]
) -> None:
    settings = fast(lease_s=300, fetch_processes=drop.processes, total_timeout_s=40, read_timeout_s=40)
    processes = start(settings, fetch=1)
    (worker,) = processes.of("fetch")
    worker.up()
    pid = worker.pid
    for number in range(DROPS):
        held, free = f"/held{number}.xml", f"/free{number}.xml"
        outlet.publish(held)
        outlet.publish(free)
        release = outlet.hold(held, times=1)
        send(settings, outlet.url(held))
        until(asked(outlet, held), PATIENCE_S, processes.said)
        assert belt_of(settings).queued()["fetch"] == 1, "the worker acknowledged before it was done"
        redis_server.kill()
        if not drop.outlasted:
            release()
        time.sleep(drop.away_s)
        redis_server.start(empty=True)
        send(settings, outlet.url(free))
        until(asked(outlet, free), PATIENCE_S, processes.said)
        release()
    assert (worker.pid, worker.starts) == (pid, 1), processes.said()


@pytest.mark.parametrize("drop", [FULL], ids=["full"])
def test_a_worker_that_holds_work_outlives_a_full_redis_and_consumes_again(
    drop: Drop, outlet: Outlet, redis_server: Valkey, fast: Callable[..., Settings], start: Callable[..., Processes]
) -> None:
    settings = fast(lease_s=300, fetch_processes=drop.processes)
    processes = start(settings, fetch=1)
    (worker,) = processes.of("fetch")
    worker.up()
    pid = worker.pid
    outlet.publish("/held.xml")
    outlet.publish("/free.xml")
    release = outlet.hold("/held.xml", times=1)
    send(settings, outlet.url("/held.xml"))
    until(asked(outlet, "/held.xml"), PATIENCE_S, processes.said)
    with full(redis_server):
        release()
        time.sleep(drop.away_s)
    send(settings, outlet.url("/free.xml"))
    until(asked(outlet, "/free.xml"), PATIENCE_S, processes.said)
    assert (worker.pid, worker.starts) == (pid, 1), processes.said()


def asked(outlet: Outlet, path: str) -> Callable[[], bool]:
    """Return what says whether the outlet was asked for `path`."""
    return lambda: bool(outlet.ledger.requests(path))


def send(settings: Settings, url: str) -> None:
    """Put a job for one feed on the belt."""
    target = Target(kind=Kind.FEED, id=1, token=uuid.uuid4().hex, url=url, host=host_of(url))
    job = FetchJob(lease_ends=datetime.now(UTC) + timedelta(seconds=settings.lease_s), targets=(target,))
    publisher(celery_app(settings, "test"), belt_of(settings))(FETCH, job)
