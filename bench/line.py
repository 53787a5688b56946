"""Our side: `wireroom run`, embedded and whole, measured from the outside."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.errors import BenchError
from bench.processes import Memory, Process, cpu_by_part, memory, tree
from bench.result import Measure
from services.command.feeds import opml
from services.command.samples.outlet import SampleOutlet

START_S = 120.0
PHASE_S = 900.0
LOOK_S = 0.25  # between two looks at the store and at the memory
AFTER_S = 1.0  # what is settled is acknowledged on the belt
STOP_S = 60.0
NEVER_S = str(86_400)  # nothing becomes due by itself while it is measured


class Line:
    """The whole line over an own data directory, up and idle from entering the context on."""

    def __init__(
        self, directory: Path, feeds: Sequence[str], places: Sequence[str], authorities: Path | None = None
    ) -> None:
        self._directory, self._feeds, self._authorities = directory, feeds, authorities
        self._warmer = (
            SampleOutlet()
        )  # its feeds are polled before anything is measured, so that all modules are loaded
        self._places = places
        self._list = directory / "feeds.opml"
        self._log = directory / "line.log"

    def __enter__(self) -> Self:
        """Start everything and let it come to rest.

        :raises BenchError: it does not start.
        """
        self._directory.mkdir(parents=True)
        self._list.write_bytes(opml.write(opml.Outline(url) for url in self._feeds))
        with self._warmer:
            warm = [feed.url for feed in self._warmer.feeds()]
            self._environment = _environment(self._directory, [*self._places, self._warmer.url.removeprefix("http://")])
            if self._authorities:
                self._environment["WIREROOM_FETCH_AUTHORITIES"] = str(self._authorities)
            with self._log.open("wb") as log:
                command = [sys.executable, "-m", "services.command", "run", *warm]
                self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
            try:
                self._wait(0, len(warm), START_S)
                self._command("remove", *warm)
            except BaseException:
                self.__exit__(None, None, None)
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def cold(self) -> Measure:
        """Poll all feeds for the first time."""
        return self._measure("import", str(self._list))

    def again(self) -> Measure:
        """Poll all feeds once more."""
        return self._measure("refresh", "--all")

    def idle(self, seconds: float) -> dict[str, float]:
        """Return the CPU seconds that each part takes in a second while nothing is due."""
        before = self._processes()
        time.sleep(seconds)
        return {part: spent / seconds for part, spent in _spent(before, self._processes()).items()}

    def _measure(self, *words: str) -> Measure:
        last, before = self._last_poll(), self._processes()
        self._command(*words)
        began = time.monotonic()
        peak = self._wait(last, len(self._feeds), PHASE_S)
        wall_s = time.monotonic() - began
        time.sleep(AFTER_S)
        after = self._processes()
        articles = self._ask("SELECT coalesce(sum(created), 0) FROM polls WHERE id > ?", last)
        return Measure(len(self._feeds), articles, wall_s, _spent(before, after), peak.together, peak.largest)

    def _wait(self, last: int, feeds: int, seconds: float) -> Memory:
        """Return the peak of memory until so many feeds are settled by polls after `last`."""
        until = time.monotonic() + seconds
        peak = Memory(0, 0)
        while (settled := self._settled(last)) < feeds:
            if self._process.poll() is not None or time.monotonic() > until:
                raise BenchError(f"{settled} of {feeds} feeds were settled: {self._last_words()}")
            peak = peak.peak(memory(self._processes()))
            time.sleep(LOOK_S)
        return peak.peak(memory(self._processes()))

    def _settled(self, last: int) -> int:
        return self._ask("SELECT count(DISTINCT target_id) FROM polls WHERE kind = 'feed' AND id > ?", last)

    def _last_poll(self) -> int:
        return self._ask("SELECT coalesce(max(id), 0) FROM polls WHERE id > ?", 0)

    def _ask(self, query: str, last: int) -> int:
        try:
            store = sqlite3.connect(f"file:{self._directory / 'wireroom.db'}?mode=ro", uri=True)
        except sqlite3.OperationalError:  # not made yet
            return 0
        try:
            return int(store.execute(query, (last,)).fetchone()[0])
        except sqlite3.OperationalError:  # being made
            return 0
        finally:
            store.close()

    def _processes(self) -> list[Process]:
        return tree(self._process.pid)

    def _command(self, *words: str) -> None:
        command = [sys.executable, "-m", "services.command", "feeds", *words]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BenchError(f"`wireroom feeds {' '.join(words)}` failed: {done.stderr.strip()}")

    def _last_words(self) -> str:
        return " / ".join(self._log.read_text(errors="replace").splitlines()[-3:]) or "the line said nothing"


def _environment(directory: Path, places: Sequence[str]) -> dict[str, str]:
    """Return the environment of the line: no setting but these, and nothing outside loopback is ever fetched."""
    foreign = {name: value for name, value in os.environ.items() if not name.startswith("WIREROOM_")}
    return foreign | {
        "WIREROOM_DATA_DIR": str(directory),
        "WIREROOM_PORT": "0",
        "WIREROOM_FETCH_ALLOW": ",".join(places),
        "WIREROOM_FETCH_PAGES": "false",
        "WIREROOM_POLL_INTERVAL_S": NEVER_S,
        "WIREROOM_POLL_FLOOR_S": NEVER_S,
        "WIREROOM_POLL_CEILING_S": NEVER_S,
    }


def _spent(before: Sequence[Process], after: Sequence[Process]) -> dict[str, float]:
    """Return the CPU seconds between two looks by part; what a part has lost was counted by its parent since."""
    then: Mapping[str, float] = cpu_by_part(list(before))
    return {part: seconds - then.get(part, 0.0) for part, seconds in cpu_by_part(list(after)).items()}
