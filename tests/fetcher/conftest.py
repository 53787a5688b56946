"""A real belt, an outlet, and a fetcher between them."""

from collections.abc import Callable, Iterator

import pytest

from services.fetcher.tasks import start
from shared.belt import Belt, connect
from shared.messages import FetchJob
from shared.settings import Settings
from tests.fetcher.jobs import LEASE_S, Published
from tests.outlet.outlet import Outlet


@pytest.fixture
def belt(belt_url: str) -> Iterator[Belt]:
    """An empty belt; a test may change how much fits on it."""
    belt = Belt(connect(belt_url), LEASE_S)
    most = belt.client.config_get("maxmemory")["maxmemory"]
    yield belt
    belt.client.config_set("maxmemory", most)
    belt.client.close()


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    """A publisher with four hosts."""
    with Outlet(hosts=4) as outlet:
        yield outlet


@pytest.fixture
def published() -> Published:
    """What the fetcher puts on the queues."""
    return Published()


@pytest.fixture
def settings(outlet: Outlet) -> Settings:
    """Settings that reach the outlet."""
    return Settings(fetch_allow=outlet.allow, fetch_threads=4, lease_s=LEASE_S)


@pytest.fixture
def fetch(settings: Settings, belt: Belt, published: Published) -> Callable[[FetchJob], None]:
    """What handles a job, as a worker's process has it."""
    return start(settings, belt, published)
