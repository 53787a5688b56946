"""What requests share: the servers behind many names, over all processes, and this process' memory."""

import random
import secrets
import time
from collections import Counter, defaultdict, deque
from contextlib import suppress
from threading import Condition
from typing import Protocol

from shared.errors import FetchError, TransientError

BODIES_BYTES = 128 * 2**20  # of bodies in one process, however many publishers send endless ones at once
PATIENCE_S = 10.0  # whose turn has not come by then goes back and comes again later
LOOK_S = 0.2  # between two looks at what other processes have under way


class Turns(Protocol):
    """Where processes count together what they have under way at an address."""

    def take_turn(self, address: str, name: str, most: int) -> bool:
        """Count one more, called `name`, and return True, or return False where `most` are there."""

    def end_turn(self, address: str, name: str) -> None:
        """Count it no more."""


class Crowd:
    """Lets at most so many at once to an address, 0: any number; and no more bodies in than fit. Safe for threads.

    Processes that share `turns` keep to that together. Where these cannot be reached, each keeps to it alone.
    """

    def __init__(self, most: int, largest: int = 0, turns: Turns | None = None) -> None:
        self._most, self._turns = most, turns
        self._room = max(BODIES_BYTES, 2 * largest)  # bytes of bodies on their way; `largest` is what one may have
        self._there: Counter[str] = Counter()  # requests at an address or about to be
        self._names: defaultdict[str, deque[str]] = defaultdict(deque)  # of the turns there, the oldest first
        self._changed = Condition()

    def enter(self, address: str) -> float:
        """Return when it is this request's turn at `address`: the seconds that it waited.

        :raises FetchError: it was not within `PATIENCE_S` (`crowded`); no fault of the publisher.
        """
        if not self._most:
            return 0.0
        began, name = time.monotonic(), secrets.token_hex(8)
        with self._changed:
            if not self._changed.wait_for(lambda: self._there[address] < self._most, PATIENCE_S):
                raise _crowded(address)
            self._there[address] += 1
        while not self._may(address, name):
            if time.monotonic() - began > PATIENCE_S:
                with self._changed:
                    self._make_room(address)
                raise _crowded(address)
            time.sleep(LOOK_S * (0.5 + random.random()))
        with self._changed:
            self._names[address].append(name)
        return time.monotonic() - began

    def _may(self, address: str, name: str) -> bool:
        try:
            return self._turns is None or self._turns.take_turn(address, name, self._most)
        except TransientError:  # what other processes do is not known, and is no reason to wait
            return True

    def leave(self, address: str) -> None:
        """End a turn, of this process' turns there the oldest, and let the next one have its own."""
        if not self._most:
            return
        with self._changed:
            name = self._names[address].popleft()
            if not self._names[address]:
                del self._names[address]
            self._make_room(address)
        if self._turns:
            with suppress(TransientError):  # it is forgotten by itself
                self._turns.end_turn(address, name)

    def _make_room(self, address: str) -> None:
        self._there[address] -= 1
        if not self._there[address]:
            del self._there[address]
        self._changed.notify_all()

    def take(self, size: int) -> None:
        """Take room for so many bytes of a body.

        :raises FetchError: there is none left (`crowded`); no fault of the publisher.
        """
        with self._changed:
            if size > self._room:
                raise FetchError("crowded", "Too many large bodies were under way.")
            self._room -= size

    def give_back(self, size: int) -> None:
        """Give room back."""
        with self._changed:
            self._room += size


def _crowded(address: str) -> FetchError:
    return FetchError("crowded", f"Too many requests to {address} were under way.")
