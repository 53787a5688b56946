"""What the outlet did: every request, and every state of every entry that it ever served whole."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """One request and how it was answered."""

    at: float  # time.time()
    host: str  # the address it came in at
    path: str
    conditional: bool
    status: int  # 0: no answer was given
    headers: Mapping[str, str]  # the request's, names in lower case
    method: str = "GET"
    body: bytes = b""


class Ledger:
    """The outlet's own books, against which a test compares the store. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[Seen] = []
        self._states: dict[str, set[int]] = defaultdict(set)
        self._listed: dict[str, set[str]] = defaultdict(set)
        self._cancelled: set[str] = set()

    def note(self, seen: Seen) -> None:
        """Write down a request."""
        with self._lock:
            self._requests.append(seen)

    def deliver(self, path: str, states: Mapping[str, int], cancelled: frozenset[str]) -> None:
        """Write down that a document left whole, with the state of each entry in it and its tombstones."""
        with self._lock:
            for entry_id, state in states.items():
                self._states[entry_id].add(state)
            self._listed[path].update(states)
            self._cancelled.update(cancelled)

    def requests(self, path: str | None = None) -> list[Seen]:
        """Return the requests so far, of one path or of all, in order."""
        with self._lock:
            return [seen for seen in self._requests if path is None or seen.path == _rooted(path)]

    def statuses(self, path: str) -> list[int]:
        """Return how each request for `path` was answered, in order."""
        return [seen.status for seen in self.requests(path)]

    def entries(self, path: str | None = None) -> set[str]:
        """Return the ids of all entries that were ever served, by one feed or by all."""
        with self._lock:
            return set(self._states) if path is None else set(self._listed[_rooted(path)])

    def states(self, entry_id: str) -> set[int]:
        """Return the numbers of the states in which an entry was ever served."""
        with self._lock:
            return set(self._states.get(entry_id, ()))

    def cancelled(self) -> set[str]:
        """Return the ids whose tombstones were served."""
        with self._lock:
            return set(self._cancelled)


def _rooted(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"
