"""An SFTP server that stalls or lies costs no more than the time and the bytes of one request."""

import threading
import tracemalloc
from pathlib import Path

import pytest

from services.fetcher import sftp
from shared.errors import FetchError
from shared.http.client import Client, Limits
from tests.line.drops import PASSWORD, USER, Sftp, put


def test_a_server_that_stalls_after_the_login_is_left_in_time(tmp_path: Path) -> None:
    stall = threading.Event()
    with Sftp(tmp_path, stall) as server, Client(Limits(total_s=2), [server.place]) as client:
        known = server.known_hosts(tmp_path / "known")
        try:
            with (
                pytest.raises(FetchError) as caught,
                sftp.opened(client, f"sftp://{server.place}/", USER, PASSWORD, known, None),
            ):
                pass
        finally:
            stall.set()
    assert caught.value.kind == "timeout"


def test_a_size_that_is_no_size_takes_no_memory(tmp_path: Path) -> None:
    folder = tmp_path / "agency"
    folder.mkdir()
    put(folder, "one.json", "{}")
    with Sftp(folder, size=2**37) as server, Client(Limits(), [server.place]) as client:
        known = server.known_hosts(tmp_path / "known")
        with sftp.opened(client, f"sftp://{server.place}/", USER, PASSWORD, known, None) as drop:
            tracemalloc.start()
            assert drop.read("one.json", 2**20) == b"{}"
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    assert most < 16 * 2**20


def test_more_than_is_allowed_ends_the_connection(tmp_path: Path) -> None:
    folder = tmp_path / "agency"
    folder.mkdir()
    put(folder, "large.json", "x" * 600_000)
    with Sftp(folder) as server, Client(Limits(body_bytes=100_000), [server.place]) as client:
        known = server.known_hosts(tmp_path / "known")
        with (
            pytest.raises(FetchError) as caught,
            sftp.opened(client, f"sftp://{server.place}/", USER, PASSWORD, known, None) as drop,
        ):
            drop.read("large.json", 2**20)
    assert caught.value.kind == "too_large"
