"""Servers, stores and settings for all tests: the real ones, each pytest worker with its own."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import redis
from sqlalchemy import Engine

from bench.postgres import Postgres
from services.command.servers import Valkey
from shared.database import connect, upgrade
from shared.settings import Settings

# How long an example takes, or is made, says more of the machine than of the code.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")

gc.disable()  # while all tests are collected, none of which is garbage


def pytest_collection_finish() -> None:
    """Look for garbage among what a test makes alone, not each time among all that was loaded and collected, too."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them."""
    for name in [name for name in os.environ if name.startswith("WIREROOM_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A short directory that the bundled servers' user can reach, which pytest's own are not."""
    directory = Path(tempfile.mkdtemp(prefix="wr-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def valkey(scratch: Path) -> Iterator[Valkey]:
    """A Valkey on a unix socket, for all tests of this worker; a test that breaks servers starts its own."""
    with Valkey(scratch / "valkey", maxmemory_mb=128) as server:
        yield server


@pytest.fixture
def belt_url(valkey: Valkey) -> str:
    """The address of a running, empty belt."""
    valkey.start()  # where the last test left it dead
    with redis.Redis.from_url(valkey.url) as client:
        client.flushall()
    return valkey.url


@pytest.fixture(scope="session")
def postgres(scratch: Path) -> Iterator[Postgres]:
    """A PostgreSQL cluster, for all tests of this worker."""
    with Postgres(scratch / "postgres", fast=True) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def _postgres_template(postgres: Postgres) -> str:
    """The name of a migrated database, of which each test has a copy."""
    url = postgres.create_database(name="wireroom_template")
    _migrate(url)
    return "wireroom_template"


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "template.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    engine = connect(url)
    upgrade(engine)
    engine.dispose()


@pytest.fixture
def postgres_store(postgres: Postgres, _postgres_template: str) -> Iterator[Engine]:
    """A migrated, empty store in PostgreSQL."""
    postgres.start()  # where the last test left it dead
    url = postgres.create_database(_postgres_template)
    engine = connect(url)
    yield engine
    engine.dispose()
    postgres.start()
    postgres.drop_database(url)


@pytest.fixture
def sqlite_store(tmp_path: Path, _sqlite_template: Path) -> Iterator[Engine]:
    """A migrated, empty store in an SQLite file."""
    path = tmp_path / "wireroom.db"
    shutil.copy(_sqlite_template, path)
    engine = connect(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Engine:
    """A migrated, empty store; the test runs once on each database."""
    engine: Engine = request.getfixturevalue("sqlite_store" if request.param == "sqlite" else "postgres_store")
    return engine


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """What makes settings from keyword arguments, their data directory in the test's own."""

    def make(**values: Any) -> Settings:
        return Settings(**({"data_dir": tmp_path / "data"} | values))

    return make


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The news corpus that lies beside the project where there is one."""
    path = Path(__file__).parents[2] / "shared" / "corpus"
    if not path.is_dir():
        pytest.skip(f"no corpus at {path}")
    return path
