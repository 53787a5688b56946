"""Where a bundled server lives and as whom: directories, sockets, binaries, the user `nobody`."""

import importlib.util
import os
import pwd
import re
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Any

from shared.errors import UsageError

SOCKET_PATH_MAX = 100  # bytes; systems allow 103 to 107
PLAIN = re.compile(r"[\w/.+-]+", re.ASCII)  # paths that need no quoting in a URL


class Socket:
    """Where a server's unix socket is: in the server's directory, or in a temporary one where that path is too long."""

    def __init__(self, directory: Path, name: str) -> None:
        self._wanted = directory / name
        self._fits = len(bytes(self._wanted)) <= SOCKET_PATH_MAX and PLAIN.fullmatch(str(self._wanted)) is not None
        self.temporary: Path | None = None

    @property
    def path(self) -> Path:
        """The socket's path, for clients; the same until `remove`."""
        if not self._fits and self.temporary is None:
            self.temporary = _short_directory(self._wanted.name)
        return (self.temporary or self._wanted.parent) / self._wanted.name

    @property
    def bind(self) -> str:
        """The socket's path, for the server in its directory, above which it may not be able to look."""
        return self._wanted.name if self._fits else str(self.path)

    def remove(self) -> None:
        """Remove the temporary directory, if there is one."""
        if self.temporary is not None:
            shutil.rmtree(self.temporary, ignore_errors=True)
            self.temporary = None


def _short_directory(name: str) -> Path:
    usual = tempfile.gettempdir()
    short = len(usual) + len(name) < SOCKET_PATH_MAX - 20 and PLAIN.fullmatch(usual)
    directory = Path(tempfile.mkdtemp(prefix="wireroom-", dir=usual if short else "/tmp"))  # noqa: S108 - is made safely
    own(directory)
    return directory


def package(name: str) -> Path:
    """Return the directory of an installed package, without importing it.

    :raises UsageError: it is not installed.
    """
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise UsageError(f"The package {name.replace('_', '-')} is not installed: run `make setup`.")
    return Path(found.submodule_search_locations[0])


def own(directory: Path) -> None:
    """Make `directory`, private to the user that the servers run as."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    if os.getuid() == 0:
        uid, gid = _nobody()
        for path in (directory, *directory.rglob("*")):
            os.chown(path, uid, gid, follow_symlinks=False)


def reachable(path: Path) -> bool:
    """Return whether the user that the servers run as can get at `path`."""
    if os.getuid() != 0:
        return True
    return all(part.stat().st_mode & stat.S_IXOTH for part in (path, *path.parents))


def _nobody() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise UsageError(
            "As root the bundled servers run as the user `nobody`, which this machine lacks: run as another user."
        ) from error
    return entry.pw_uid, entry.pw_gid


def identity() -> dict[str, Any]:
    """Return what makes a child process run as the servers' user: `nobody` as root, else whoever we are."""
    if os.getuid() != 0:
        return {}
    uid, gid = _nobody()
    return {"user": uid, "group": gid, "extra_groups": []}
