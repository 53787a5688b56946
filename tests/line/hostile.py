"""The hostile publisher that lies beside the project, started for tests, and how much a piece of work takes."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import urlopen

from tests.outlet.ports import kept_port

PUBLISHER = Path(__file__).parents[3] / "shared" / "hostile_publisher.py"


def manifest() -> list[dict[str, Any]]:
    """Return its cases, none where it is not at hand."""
    if not PUBLISHER.is_file():
        return []
    told = subprocess.run([sys.executable, PUBLISHER, "--list", "--json"], capture_output=True, text=True, check=True)
    cases: list[dict[str, Any]] = json.loads(told.stdout)
    return cases


class Hostile:
    """A publisher that behaves badly on purpose, and a canary beside it that nobody may touch."""

    def __enter__(self) -> Self:
        with kept_port() as self.port, kept_port() as self.canary_port:
            command = [sys.executable, PUBLISHER, "--port", self.port, "--canary-port", self.canary_port]
            self._process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
            assert self._process.stdout is not None
            assert self._process.stdout.readline()  # it says so when it listens
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    @property
    def place(self) -> str:
        """The publisher's host:port, and no other place."""
        return f"127.0.0.1:{self.port}"

    def url(self, case: str) -> str:
        """Return the address of a case's feed."""
        return f"http://{self.place}/case/{case}"

    def told(self, what: str) -> Any:
        """Return what the publisher's own books say: `_log` or `_canary`."""
        with urlopen(f"http://{self.place}/{what}", timeout=60) as answer:
            return json.load(answer)

    def forget(self) -> None:
        """Start all counters again."""
        with urlopen(f"http://{self.place}/_reset", timeout=60) as answer:
            answer.read()


@dataclass(frozen=True)
class Taken:
    """What a piece of work took."""

    seconds: float
    mib: float | None  # of memory at its peak, beyond what was taken before; None where the system does not tell


def measured(work: Callable[[], None]) -> Taken:
    """Return what `work` takes."""
    before, began = _peak_mib(reset=True), time.monotonic()
    work()
    seconds, after = time.monotonic() - began, _peak_mib(reset=False)
    return Taken(seconds, after - before if before is not None and after is not None else None)


def _peak_mib(*, reset: bool) -> float | None:
    try:
        if reset:
            Path("/proc/self/clear_refs").write_text("5")
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), None)
