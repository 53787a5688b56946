"""A small supervisor: starts the line's processes, restarts what dies, drains them in the order of the line."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

RESTART_FIRST_S = 0.5  # pause before a process that died is started again; doubled each time it dies young
RESTART_MOST_S = 30.0
YOUNG_S = 20.0  # a process that lived longer starts with the first pause again
SUPERVISED = "WIREROOM_SUPERVISED"  # set for the processes of a supervisor, whose standard input is its pipe
DRAIN_S = 110.0  # for one process to finish what it holds, before it is killed
log = structlog.get_logger()


@dataclass(frozen=True)
class Service:
    """One process of the line: `wireroom` with these words."""

    name: str
    words: tuple[str, ...]


class Child:
    """A service's process, through all its restarts."""

    def __init__(self, service: Service, environment: Mapping[str, str]) -> None:
        self.service = service
        self._environment = dict(environment)
        self._pause_s = RESTART_FIRST_S
        self._due = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def keep_running(self) -> None:
        """Start the process where it does not run and its pause is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            self._after_death(now)
        elif now >= self._due:
            self._start(now)

    def _start(self, now: float) -> None:
        # -P: no file that lies in the folder where it runs is taken for a module
        command = [sys.executable, "-P", "-m", "services.command", *self.service.words]
        # a process group of its own: Ctrl-C reaches the supervisor alone, which drains the line in order;
        # a pipe of its own: it ends with the supervisor, however that went, and so tells the process
        self.process = subprocess.Popen(  # noqa: S603 - our own words
            command, env=self._environment | {SUPERVISED: "1"}, stdin=subprocess.PIPE, start_new_session=True
        )
        self._started = now

    def _after_death(self, now: float) -> None:
        assert self.process is not None
        if now - self._started > YOUNG_S:
            self._pause_s = RESTART_FIRST_S
        log.warning("died", service=self.service.name, status=self.process.returncode, again_in_s=self._pause_s)
        self._end_group()
        self._due = now + self._pause_s
        self._pause_s = min(2 * self._pause_s, RESTART_MOST_S)
        self._let_go()

    def ask_to_stop(self) -> None:
        """Tell the process to finish what it holds and end."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Drain the process; return when it is gone."""
        self.ask_to_stop()
        if self.process is None:
            return
        try:
            self.process.wait(DRAIN_S)
        except subprocess.TimeoutExpired:
            log.warning("killed", service=self.service.name, reason=f"it did not end within {DRAIN_S:.0f} s")
        self._end_group()
        self.process.wait()
        self._let_go()

    def _let_go(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
        self.process = None

    def _end_group(self) -> None:
        """Kill what is left of the process and its own children."""
        assert self.process is not None
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def end_with_supervisor() -> None:
    """In a service's process: make it drain and end when its supervisor is gone; elsewhere nothing."""
    if os.environ.pop(SUPERVISED, None):
        threading.Thread(target=_wait_for_end, name="supervisor's end", daemon=True).start()


def _wait_for_end() -> None:
    while os.read(0, 1):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


def drain(children: Sequence[Child]) -> None:
    """Stop the children one after another, in the order given: what feeds the others first."""
    for child in children:
        log.info("draining", service=child.service.name)
        child.stop()
