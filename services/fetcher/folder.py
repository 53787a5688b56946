"""A watched folder on this machine, beneath the one directory that the operator allowed."""

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from services.fetcher.listing import File
from services.fetcher.place import Place
from shared.errors import Blocked, FetchError

QUIET_S = 2  # a file that was written since may still be being written
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe would wait for its writer for ever


class Folder(Place):
    """The files of one directory, held open so that it stays the same one."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def files(self) -> Iterator[File]:
        """Yield the regular files, links left aside."""
        latest = time.time() - QUIET_S
        with os.scandir(self._handle) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    if status.st_mtime <= latest and _readable(entry.name):
                        yield File(entry.name, status.st_size, int(status.st_mtime))

    def read(self, name: str, most: int) -> bytes:
        """Return a file's bytes.

        :raises FetchError: it is longer than `most`, or no longer a file.
        """
        handle = os.open(name, _FLAGS, dir_fd=self._handle)
        with open(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise FetchError("drop", f"{name} is no file.")
            return _within(file.read(most + 1), name, most)


@contextmanager
def opened(url: str, allowed: Path | None) -> Iterator[Folder]:
    """Yield the folder that a file: address names.

    :raises Blocked: it is not beneath `allowed`, whatever links lead to it, or no folder is allowed.
    :raises FetchError: it cannot be read.
    """
    parts = urlsplit(url)
    if allowed is None:
        raise Blocked("blocked", "No folder may be read: WIREROOM_DROP_DIR names none.")
    if parts.netloc not in {"", "localhost"}:
        raise Blocked("blocked", "A folder's address is file:///…, without a host.")
    try:
        root = allowed.resolve(strict=True)
        path = Path(unquote(parts.path)).resolve(strict=True)
        if not path.is_relative_to(root):
            raise Blocked("blocked", "The folder is not beneath WIREROOM_DROP_DIR.")
        handle = _step_down(root, path.relative_to(root).parts)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FetchError("drop", f"The folder cannot be read: {reason.lower()}.") from error
    try:
        yield Folder(handle)
    except OSError as error:
        raise FetchError("drop", f"The folder cannot be read: {(error.strerror or str(error)).lower()}.") from error
    finally:
        os.close(handle)


def _step_down(root: Path, names: tuple[str, ...]) -> int:
    """Return a handle of the directory that `names` lead to from `root`, no link on the way: none can be put there."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(root, flags)
    for name in names:
        try:
            below = os.open(name, flags, dir_fd=handle)
        finally:
            os.close(handle)
        handle = below
    return handle


def _readable(name: str) -> bool:
    return name.isprintable()


def _within(data: bytes, name: str, most: int) -> bytes:
    if len(data) > most:
        raise FetchError("too_large", f"{name} is larger than {most} bytes.")
    return data
