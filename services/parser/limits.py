"""What one document may cost: CPU seconds by a signal, address space by the operating system, none that it leaves."""

import contextlib
import ctypes
import resource
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

HEADROOM_MIB = 512  # over what the process has mapped already, however low the limit is set
_AGAIN_S = 1.0  # a library that swallows the first alarm gets another
_MIB = 2**20


class TooSlow(BaseException):
    """The CPU time is up; no `except Exception` on the way, in whatever library, may keep it."""


@contextlib.contextmanager
def cpu_seconds(seconds: float) -> Iterator[None]:
    """Let the block use so much CPU; signals reach main threads only, and elsewhere nothing is limited.

    :raises TooSlow: the time is up.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow


def cap_memory(mib: int) -> None:
    """Limit the process' address space, so that what asks for more gets a MemoryError instead of the machine."""
    limit = max(mib, _mapped_mib() + HEADROOM_MIB) * _MIB
    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def return_memory() -> None:
    """Give back what loading or a large document took for a moment; glibc keeps it, and a process would carry it on."""
    with contextlib.suppress(OSError, AttributeError):  # other C libraries have no such call, nor need it
        ctypes.CDLL(None).malloc_trim(0)


def _mapped_mib() -> int:
    """Return the MiB of address space in use, or 0 where the system does not say."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize() // _MIB
    return 0
