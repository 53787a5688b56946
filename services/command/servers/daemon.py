"""One server process with its log, its lock, and a watcher that ends it when its parent dies."""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from services.command.servers.places import identity
from shared.errors import UsageError

LOCK_WAIT_S = 20  # a server whose parent was killed needs a moment to write what it holds
LOG_LINES = 8
LOG_KEPT_BYTES = 2**20

# Standard input ends when the parent is gone, however it went. Unlike PR_SET_PDEATHSIG this also works on macOS, and a
# server survives the thread that started it.
WATCH = """
cat >/dev/null
kill -s "$1" "$2" 2>/dev/null
n=0
while kill -0 "$2" 2>/dev/null && [ $n -lt 10 ]; do sleep 1; n=$((n + 1)); done
kill -s KILL "$2" 2>/dev/null
[ -z "$3" ] || rm -rf -- "$3"
"""

_held: set[int] = set()  # write ends of the watchers' pipes


def _let_go() -> None:
    """Close what a forked child must not hold open, or its parent's death would go unnoticed."""
    for pipe in _held:
        os.close(pipe)
    _held.clear()


os.register_at_fork(after_in_child=_let_go)


class Daemon:
    """A server that runs in `directory` until it is ended; `temporary` is removed if the parent dies first."""

    def __init__(
        self, directory: Path, command: Sequence[str], goodbye: signal.Signals, temporary: Path | None
    ) -> None:
        """Start `command`, whose output goes to the log in `directory`; `goodbye` is the signal that ends it well.

        :raises UsageError: another server works in `directory`, or the command cannot be run.
        """
        self._goodbye = goodbye
        self._pipe: int | None = None
        self._log = directory / "server.log"
        lock = _lock(directory)
        try:
            self.process = _launch(command, directory, self._log, lock)
        finally:
            os.close(lock)  # the server and its children hold it on, for as long as one of them lives
        self._watcher = self._watch(temporary)

    @property
    def alive(self) -> bool:
        """Whether the server runs."""
        if self.process.poll() is not None:
            self._dismiss()
        return self.process.returncode is None

    def end(self, patience_s: float) -> None:
        """Tell the server to end, and kill it where it has not ended after `patience_s`."""
        if self.alive:
            self.process.send_signal(self._goodbye)
            try:
                self.process.wait(patience_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.wait()

    def wait(self) -> None:
        """Return when the server, already told or killed, is gone."""
        self.process.wait()
        self._dismiss()

    def last_words(self) -> str:
        """Return the last lines of the log, one sentence's worth."""
        lines = [line.strip() for line in self._log.read_text(errors="replace").splitlines() if line.strip()]
        return " / ".join(lines[-LOG_LINES:]) or "its log is empty"

    def _watch(self, temporary: Path | None) -> "subprocess.Popen[bytes]":
        reading, self._pipe = os.pipe()
        _held.add(self._pipe)
        arguments = [self._goodbye.name.removeprefix("SIG"), str(self.process.pid), str(temporary or "")]
        try:
            return subprocess.Popen(  # noqa: S603 - our own words
                ["/bin/sh", "-c", WATCH, "watch", *arguments],
                stdin=reading,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        finally:
            os.close(reading)

    def _dismiss(self) -> None:
        """End the watcher before the server's process id can be another's."""
        if self._pipe is not None:
            self._watcher.kill()
            self._watcher.wait()
            if self._pipe in _held:
                _held.remove(self._pipe)
                os.close(self._pipe)
            self._pipe = None


def _lock(directory: Path) -> int:
    """Return a descriptor that locks `directory`, once the server that worked in it before is gone."""
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    until = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > until:
                os.close(descriptor)
                raise UsageError(f"Another server works in {directory}: stop it, or name another directory.") from error
            time.sleep(0.05)
        else:
            return descriptor


def _launch(command: Sequence[str], directory: Path, log: Path, lock: int) -> "subprocess.Popen[bytes]":
    if log.exists() and log.stat().st_size > LOG_KEPT_BYTES:
        shutil.move(log, log.with_suffix(".log.old"))
    with log.open("ab") as output:
        try:
            return subprocess.Popen(  # noqa: S603 - our own words
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=directory,
                pass_fds=(lock,),
                start_new_session=True,  # Ctrl-C is for the parent, which stops its servers last
                **identity(),
            )
        except OSError as error:
            raise UsageError(f"{command[0]} cannot be run: {error.strerror}.") from error


def children(pid: int) -> list[int]:
    """Return the ids of the processes that `pid` started and that still run."""
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607 - a number
        return [int(line) for line in listed.stdout.split()]
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(after_name[1]) == pid:
            found.append(int(stat.parent.name))
    return found
