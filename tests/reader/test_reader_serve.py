"""The reader as a process: it listens, says one sentence when it cannot, and stops when told to."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from services.reader.app import serve
from shared.errors import UsageError
from shared.settings import Settings

RUN = """
import sys
from services.reader.app import serve
from shared import logging
from shared.settings import read_settings
settings = read_settings()
logging.configure("INFO", "json", "reader")
sys.exit(serve(settings))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_reader_takes_a_free_port_and_stops_when_told(sqlite_store: Engine, number: signal.Signals) -> None:
    environment = os.environ | {
        "WIREROOM_DATABASE_URL": str(sqlite_store.url),
        "WIREROOM_PORT": "0",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    with subprocess.Popen(
        [sys.executable, "-c", RUN], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address, line
        try:
            with httpx.Client(base_url=address[0], trust_env=False, timeout=30) as client:
                assert client.get("/readyz").status_code == 200
        finally:
            process.send_signal(number)
        printed, logged = process.communicate(timeout=60)
    assert process.returncode == 0, logged
    assert printed == ""
    assert "Traceback" not in logged


def test_a_port_in_use_is_one_sentence(sqlite_store: Engine, settings: Callable[..., Settings]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        given = settings(database_url=str(sqlite_store.url), port=port)
        with pytest.raises(UsageError, match=rf"cannot listen on 127\.0\.0\.1:{port}: address already in use"):
            serve(given)


def test_a_host_that_is_not_ours_is_one_sentence(sqlite_store: Engine, settings: Callable[..., Settings]) -> None:
    given = settings(database_url=str(sqlite_store.url), host="192.0.2.1", port=0)
    with pytest.raises(UsageError, match="cannot listen on 192"):
        serve(given)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////nowhere/store.db", "cannot be opened"),
        ("postgresql://ana:secret@127.0.0.1:1/news", "cannot be opened"),
        ("nonsense", "WIREROOM_DATABASE_URL cannot be read"),
    ],
)
def test_a_store_that_cannot_be_read_is_one_sentence(settings: Callable[..., Settings], url: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        serve(settings(database_url=url, port=0))
    assert "secret" not in str(caught.value)


def test_an_empty_database_is_told_how_to_begin(settings: Callable[..., Settings], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run `wireroom db upgrade`"):
        serve(settings(database_url=f"sqlite:///{tmp_path / 'new.db'}", port=0))
