"""The command as a process of its own, over a store that tests can look into."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from shared.settings import Settings
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """What it printed."""
        return self.out.decode()

    @property
    def lines(self) -> list[Any]:
        """What it printed, as JSON lines."""
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def sentence(self) -> str:
        """The one line that it said where errors go."""
        assert "Traceback" not in self.err, self.err
        (line,) = self.err.splitlines()
        assert line.startswith("wireroom: "), line
        assert line.endswith((".", "`.")), line
        return line.removeprefix("wireroom: ")


Run = Callable[..., Ran]


@pytest.fixture
def wireroom(sqlite_store: Engine, tmp_path: Path) -> Run:
    """What runs `wireroom` with words, input and settings, over the store in the test's own directory."""

    def run(*words: object, stdin: bytes = b"", **settings: object) -> Ran:
        named = {f"WIREROOM_{name.upper()}": str(value) for name, value in settings.items()}
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "WIREROOM_DATA_DIR": str(tmp_path), **named}
        command = [sys.executable, "-m", "services.command", *map(str, words)]
        done = subprocess.run(
            command, input=stdin, capture_output=True, check=False, timeout=120, cwd=tmp_path, env=environment
        )
        return Ran(done.returncode, done.stdout, done.stderr.decode())

    return run


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    """A publisher on loopback."""
    with Outlet() as running:
        yield running


@pytest.fixture
def line(sqlite_store: Engine, belt_url: str, outlet: Outlet, settings: Callable[..., Settings]) -> Line:
    """The line over the store that the command reads; it may fetch from the outlet."""
    return Line(sqlite_store, belt_url, settings(redis_url=belt_url, fetch_allow=outlet.allow, fetch_pages=False))
