"""Lines of real processes over servers of their own, which these tests break."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from services.command.servers import Valkey
from shared.belt import Belt, connect
from shared.settings import Settings
from tests.faults.processes import Processes
from tests.outlet.outlet import Outlet

HOSTS = 10
MAXMEMORY_MB = 32  # little, so that it is soon full


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    """A publisher on several loopback addresses."""
    with Outlet(hosts=HOSTS) as running:
        yield running


@pytest.fixture
def redis_server(scratch: Path, request: pytest.FixtureRequest) -> Iterator[Valkey]:
    """A Valkey of the test's own, to be killed."""
    with Valkey(scratch / f"belt-{abs(hash(request.node.nodeid)):x}", maxmemory_mb=MAXMEMORY_MB) as server:
        yield server


@pytest.fixture
def fast(redis_server: Valkey, outlet: Outlet, tmp_path: Path) -> Callable[..., Settings]:
    """What makes settings of a line that polls often and leases briefly, from what is to be otherwise."""

    def make(**values: Any) -> Settings:
        usual: dict[str, Any] = {
            "data_dir": tmp_path / "data",
            "redis_url": redis_server.url,
            "fetch_allow": outlet.allow,
            "fetch_pages": False,
            "lease_s": 10,
            "tick_s": 0.5,
            "poll_interval_s": 2,
            "poll_floor_s": 1,
            "poll_ceiling_s": 3,
            "backoff_ceiling_s": 3,
        }
        return Settings(**(usual | values))

    return make


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Processes]]:
    """What makes the processes of a line, `start(settings, fetch=2, …)`; they end with the test."""
    with ExitStack() as stack:

        def make(settings: Settings, **counts: int) -> Processes:
            logs = tmp_path / "logs"
            return stack.enter_context(Processes(settings, logs, counts))

        yield make


def belt_of(settings: Settings) -> Belt:
    """Return the belt that a line runs over."""
    return Belt(connect(settings.redis_url), settings.lease_s)
