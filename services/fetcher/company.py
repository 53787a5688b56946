"""What waits for company: things that travel together, none later than it may wait."""

import time
from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
MOST_BYTES = 2**20  # together; one that is larger travels alone


class Company(Generic[T]):
    """Things that came, until they leave together."""

    def __init__(self, wait_s: float, most: int) -> None:
        self._wait_s, self._most = wait_s, most
        self._there: list[T] = []
        self._bytes = 0
        self._leaves = 0.0  # by the monotonic clock

    def join(self, one: T, size: int = 0) -> None:
        """Take one in that weighs so many bytes."""
        if not self._there:
            self._leaves = time.monotonic() + self._wait_s
        self._there.append(one)
        self._bytes += size

    def wait_s(self) -> float | None:
        """Return how long they may wait for more, None: there are none."""
        if not self._there:
            return None
        full = len(self._there) >= self._most or self._bytes >= MOST_BYTES
        return 0.0 if full else max(0.0, self._leaves - time.monotonic())

    def leave(self, *, at_once: bool = False) -> Sequence[T]:
        """Return those that may wait no longer, or all; none of them is here then."""
        if not at_once and self.wait_s() != 0.0:
            return ()
        left, self._there, self._bytes = self._there, [], 0
        return left


def earlier(one: float | None, other: float | None) -> float | None:
    """Return the shorter of two waits, None: neither ends."""
    return min((wait for wait in (one, other) if wait is not None), default=None)
