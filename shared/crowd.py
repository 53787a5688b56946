"""What requests share: the servers behind many names, and this process' memory."""

import time
from collections import Counter
from threading import Condition

from shared.errors import FetchError

BODIES_BYTES = 128 * 2**20  # of bodies in one process, however many publishers send endless ones at once
PATIENCE_S = 10.0  # whose turn has not come by then goes back and comes again later


class Crowd:
    """Lets at most so many at once to an address, 0: any number; and no more bodies in than fit. Safe for threads."""

    def __init__(self, most: int, largest: int = 0) -> None:
        self._most = most
        self._room = max(BODIES_BYTES, 2 * largest)  # bytes of bodies on their way; `largest` is what one may have
        self._there: Counter[str] = Counter()
        self._changed = Condition()

    def enter(self, address: str) -> float:
        """Return when it is this request's turn at `address`: the seconds that it waited.

        :raises FetchError: it was not within `PATIENCE_S` (`crowded`); no fault of the publisher.
        """
        if not self._most:
            return 0.0
        began = time.monotonic()
        with self._changed:
            if not self._changed.wait_for(lambda: self._there[address] < self._most, PATIENCE_S):
                raise FetchError("crowded", f"Too many requests to {address} were under way.")
            self._there[address] += 1
        return time.monotonic() - began

    def leave(self, address: str) -> None:
        """Let the next one have its turn."""
        if not self._most:
            return
        with self._changed:
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
