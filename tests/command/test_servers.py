"""The bundled servers start, keep what they hold, survive kills, and die with their parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy import Engine, text

from bench.postgres import Postgres
from services.command.servers import Valkey, daemon, places
from shared.database import check
from shared.errors import UsageError


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Valkey]:
    with Valkey(tmp_path / "belt", maxmemory_mb=64) as valkey:
        yield valkey


@pytest.fixture
def client(server: Valkey) -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(server.url, decode_responses=True) as client:
        yield client


def until(holds: Callable[[], bool], within_s: float = 30) -> None:
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_valkey_never_evicts(client: "redis.Redis") -> None:
    assert client.config_get("maxmemory*")["maxmemory-policy"] == "noeviction"
    assert client.config_get("maxmemory")["maxmemory"] == str(64 * 2**20)


def test_valkey_keeps_what_it_holds_over_a_restart(server: Valkey, client: "redis.Redis") -> None:
    client.set("word", "kept")
    address = server.url
    server.stop()
    server.start()
    assert server.url == address
    assert client.get("word") == "kept"


def test_a_killed_valkey_comes_back_with_what_it_held(server: Valkey, client: "redis.Redis") -> None:
    client.set("word", "kept")
    server.kill()
    assert not server.alive
    server.start()
    assert client.get("word") == "kept"


def test_valkey_can_come_back_empty(server: Valkey, client: "redis.Redis") -> None:
    client.set("word", "lost")
    server.kill()
    server.start(empty=True)
    assert client.get("word") is None


def test_valkey_starts_over_where_its_files_are_damaged(server: Valkey, client: "redis.Redis") -> None:
    for number in range(100):
        client.set(f"word-{number}", "kept")
    server.stop()
    for file in (Path(server.directory) / "appendonlydir").glob("*.incr.aof"):
        file.write_bytes(file.read_bytes()[:200] + b"garbage" * 20 + file.read_bytes()[400:])
    server.start()
    assert client.ping()


def test_the_socket_is_closed_to_other_users(server: Valkey) -> None:
    assert Path(server.url.removeprefix("unix://")).stat().st_mode & 0o077 == 0


def test_a_long_or_strange_path_gets_a_short_socket(tmp_path: Path) -> None:
    with Valkey(tmp_path / "a b" / ("long" * 30), maxmemory_mb=64) as server:
        path = Path(server.url.removeprefix("unix://"))
        with redis.Redis.from_url(server.url) as client:
            assert client.ping()
    assert not path.parent.exists()


def test_two_servers_on_free_ports_do_not_meet(tmp_path: Path) -> None:
    with (
        Valkey(tmp_path / "a", 64, tcp=True) as one,
        Valkey(tmp_path / "b", 64, tcp=True) as other,
        redis.Redis.from_url(one.url) as client,
        redis.Redis.from_url(other.url) as stranger,
    ):
        client.set("word", "mine")
        assert stranger.get("word") is None


def test_a_killed_server_comes_back_on_its_port(tmp_path: Path) -> None:
    with Valkey(tmp_path / "belt", 64, tcp=True) as server, redis.Redis.from_url(server.url) as client:
        client.set("word", "kept")
        address = server.url
        server.kill()
        server.start()
        assert server.url == address
        assert client.get("word") == b"kept"


def test_a_second_server_in_the_same_directory_is_refused(
    server: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "LOCK_WAIT_S", 0.1)
    with pytest.raises(UsageError, match="Another server works in"):
        Valkey(tmp_path / "belt").start()
    assert server.alive


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot start: .*maxmemory"):
        Valkey(tmp_path / "belt", maxmemory_mb=-1).start()


def test_a_missing_package_is_one_sentence() -> None:
    with pytest.raises(UsageError, match=r"The package no-such-server is not installed: run `make setup`\."):
        places.package("no_such_server")


@pytest.mark.skipif(os.getuid() != 0, reason="runs as whoever it is, unless that is root")
def test_as_root_valkey_runs_as_nobody(server: Valkey) -> None:
    assert Path(f"/proc/{server.process.pid}").stat().st_uid == Path(server.directory).stat().st_uid != 0


def test_a_binary_out_of_reach_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.command.servers.valkey.reachable", lambda path: False)
    with Valkey(tmp_path / "belt", 64) as server:
        assert (Path(server.directory) / "valkey-server").exists()


ORPHAN = """
import sys, time
from pathlib import Path
from services.command.servers import Valkey
with Valkey(Path(sys.argv[1]), 64) as server:
    print(server.process.pid, flush=True)
    time.sleep(300)
"""


def test_valkey_dies_with_a_killed_parent(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHAN, tmp_path / "belt"], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        parent.kill()
    until(lambda: gone(pid))
    with Valkey(tmp_path / "belt", 64) as successor:
        assert successor.alive


def test_a_forked_child_does_not_keep_the_servers_alive(tmp_path: Path) -> None:
    forks = ORPHAN.replace("    print(", "    import os\n    if os.fork() == 0: time.sleep(300)\n    print(")
    with subprocess.Popen([sys.executable, "-c", forks, tmp_path / "belt"], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        fork = next(
            child
            for child in daemon.children(parent.pid)
            if Path(f"/proc/{child}/exe").readlink().name.startswith("python")
        )
        parent.kill()
        parent.wait()
        until(lambda: gone(pid))
        os.kill(fork, signal.SIGKILL)


@pytest.fixture
def cluster(scratch: Path) -> Iterator[Postgres]:
    with Postgres(scratch / "cluster", fast=True) as postgres:
        yield postgres


def test_a_killed_cluster_comes_back_with_what_was_committed(cluster: Postgres) -> None:
    url = cluster.create_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE words (word text)")
        connection.execute("INSERT INTO words VALUES ('kept')")
        cluster.kill()
        assert not cluster.alive
        cluster.start()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT word FROM words").fetchall() == [("kept",)]


def test_a_database_is_a_copy_of_its_template(cluster: Postgres) -> None:
    template = cluster.create_database(name="model")
    with psycopg.connect(template) as connection:
        connection.execute("CREATE TABLE words (word text)")
    copy = cluster.create_database("model")
    with psycopg.connect(copy) as connection:
        assert connection.execute("SELECT count(*) FROM words").fetchone() == (0,)
    cluster.drop_database(copy)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(copy)


def test_text_sorts_and_folds_the_same_on_every_machine(cluster: Postgres) -> None:
    with psycopg.connect(cluster.url) as connection:
        row = connection.execute("SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'postgres'")
        assert row.fetchone() == ("b", "C.UTF-8")


def test_postgresql_binaries_out_of_reach_are_copied(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.postgres.reachable", lambda path: "site-packages" not in str(path))
    with Postgres(scratch / "copied", fast=True) as cluster, psycopg.connect(cluster.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert (scratch / "copied" / "binaries").exists()


def test_every_test_has_a_migrated_store(store: Engine) -> None:
    check(store)
    with store.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM articles")) == 0


def test_every_test_has_an_empty_belt(belt_url: str) -> None:
    with redis.Redis.from_url(belt_url) as client:
        assert client.dbsize() == 0
