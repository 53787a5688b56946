"""The line's real processes, each in a group of its own and started again when it dies, as compose does."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Self

from services.command.servers.daemon import children
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
LOOK_S = 0.1  # between two looks at who has died
PAUSE_S = 0.5  # before a process that died is started again
WORDS = {
    "scheduler": ("-m", "services.command", "scheduler"),
    "fetch": ("-m", "services.command", "worker", "fetch"),
    "parse": ("-m", "services.command", "worker", "parse"),
    "index": ("-m", "services.command", "worker", "index"),
}


class Process:
    """One process of the line through all its restarts; what it says is in `log`."""

    def __init__(self, name: str, words: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name, self.log = name, log
        self._command = [sys.executable, *words]
        self._environment = dict(environment)
        self._lock = threading.Lock()
        self._popen: subprocess.Popen[bytes] | None = None
        self._wanted, self._frozen, self._again_at = False, False, 0.0
        self.starts = 0

    @property
    def pid(self) -> int:
        """The id of the process, which is its group's too; 0: it does not run."""
        with self._lock:
            return self._popen.pid if self._popen is not None and self._popen.poll() is None else 0

    def up(self) -> None:
        """Start it, and start it again whenever it dies."""
        with self._lock:
            self._wanted, self._again_at = True, 0.0
        self.look()

    def down(self) -> None:
        """Kill the whole group and leave it dead."""
        with self._lock:
            self._wanted = False
            self._bury()

    def end(self, patience_s: float) -> None:
        """Ask it to end as an operator would, return when it has, and leave it ended."""
        with self._lock:
            self._wanted = False
            if self._popen is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._popen.terminate()
                    self._popen.wait(patience_s)
            self._bury()

    def look(self) -> None:
        """Start it where it should run and does not, once its pause is over."""
        with self._lock:
            if not self._wanted or (self._popen is not None and self._popen.poll() is None):
                return
            if self._popen is not None:
                self._bury()
                self._again_at = time.monotonic() + PAUSE_S
            elif time.monotonic() >= self._again_at:
                with self.log.open("ab") as log:
                    self._popen = _start(self._command, self._environment, log)
                self.starts += 1

    def kill(self) -> None:
        """Kill the whole group with -9; it is started again."""
        self._signal(signal.SIGKILL)

    def kill_leader(self) -> None:
        """Kill only the process itself with -9, not its children; it is started again."""
        if pid := self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_child(self, dice: random.Random) -> None:
        """Kill one of its children with -9, where it has any."""
        found = sorted(children(self.pid)) if self.pid else []
        if found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(dice.choice(found), signal.SIGKILL)

    def freeze(self) -> None:
        """Stop the whole group as a paused machine would."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen group go on where it stood."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if pid := self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, number)

    def _bury(self) -> None:
        if self._popen is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
        self._popen = None


def _start(command: Sequence[str], environment: Mapping[str, str], log: BinaryIO) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command,
        env=environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


class Processes:
    """All processes of a line, kept running until the end of the block, and dead after it."""

    def __init__(self, settings: Settings, logs: Path, counts: Mapping[str, int]) -> None:
        """Prepare `counts` processes of each service; none runs before `up`."""
        logs.mkdir(parents=True, exist_ok=True)
        self._logs, self._environment = logs, environment(settings)
        self.all = [
            self._process(f"{name}-{number}", WORDS[name])
            for name, count in counts.items()
            for number in range(1, count + 1)
        ]
        self._ended = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def add(self, name: str, words: Sequence[str]) -> Process:
        """Prepare one more process: Python with these words."""
        self.all.append(self._process(name, words))
        return self.all[-1]

    def of(self, service: str) -> list[Process]:
        """Return the processes of one service."""
        return [process for process in self.all if process.name.rsplit("-", 1)[0] == service]

    def up(self, *services: str) -> None:
        """Start the processes of these services, or of all."""
        for process in self.all:
            if not services or process.name.rsplit("-", 1)[0] in services:
                process.up()

    def down(self, *services: str) -> None:
        """Kill the processes of these services and leave them dead."""
        for service in services:
            for process in self.of(service):
                process.down()

    def said(self) -> str:
        """Return the last lines of every process, for whoever looks at a failure."""
        return "\n".join(f"--- {one.name}, started {one.starts} times\n{_tail(one.log)}" for one in self.all)

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._keeper.join()
        for process in self.all:
            process.down()

    def _keep(self) -> None:
        while not self._ended.wait(LOOK_S):
            for process in self.all:
                process.look()

    def _process(self, name: str, words: Sequence[str]) -> Process:
        return Process(name, words, self._environment, self._logs / f"{name}.log")


def environment(settings: Settings) -> dict[str, str]:
    """Return this process' environment with `settings` in the place of any of Wireroom's."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("WIREROOM_")}
    said = settings.model_dump(exclude_defaults=True, mode="json")
    words = {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in said.items()}
    return ours | {f"WIREROOM_{name.upper()}": value for name, value in words.items()} | {"PYTHONUNBUFFERED": "1"}


def until(holds: Callable[[], bool], within_s: float, said: Callable[[], str] = lambda: "") -> None:
    """Return when `holds` does; `within_s` is no promise of the product but the patience of the test."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, f"it did not come true within {within_s:.0f} s\n{said()}"
        time.sleep(0.1)


def _tail(log: Path, lines: int = 12) -> str:
    text = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(line[:300] for line in text[-lines:])
