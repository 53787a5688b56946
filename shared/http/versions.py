"""Which version of HTTP a server is asked by, and what of its answers tells to take the other one."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock

from shared.errors import FetchError
from shared.http.addresses import Place, place_of

HTTP2 = "h2"  # as TLS names it (RFC 7301)
OFFERED = (HTTP2, "http/1.1")  # the server's is the choice
_WANTED = frozenset({"h2", "http/2", "http/2.0"})
UPGRADE_REQUIRED, NOT_SUPPORTED = 426, 505  # RFC 9110, 15.5.22 and 15.6.6

UPGRADED_KEPT = 1000  # places
UPGRADED_S = 86_400  # after which a server is asked by HTTP/1.1 again: it may have been a proxy's word in passing


class Unprocessed(FetchError):
    """The server took no notice of the request before it said goodbye (RFC 9113, 8.7): it may be sent again."""


class Outdated(FetchError):
    """The server answers this request by HTTP/1.1 alone (RFC 9113, 7: HTTP_1_1_REQUIRED)."""


def wants_http2(url: str, status: int, headers: Mapping[str, str]) -> bool:
    """Return whether an answer by HTTP/1.1 is that the server does not speak that.

    >>> wants_http2("https://paper.example/feed", 426, {"upgrade": "h2"})
    True
    >>> wants_http2("https://paper.example/feed", 426, {"upgrade": "TLS/1.0"})
    False
    """
    if status not in {UPGRADE_REQUIRED, NOT_SUPPORTED} or not url.startswith("https:"):
        return False
    named = {token.strip().lower() for token in headers.get("upgrade", "").split(",")}
    return status == NOT_SUPPORTED or not named.isdisjoint(_WANTED)


class Upgraded:
    """The places that refused HTTP/1.1 and answered by HTTP/2 within the last day, the last of them. Safe for threads.

    `now` returns seconds of a clock that is never put back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._lock = now, Lock()
        self._since: OrderedDict[Place, float] = OrderedDict()

    def __contains__(self, url: str) -> bool:
        with self._lock:
            since = self._since.get(place_of(url))
        return since is not None and self._now() - since < UPGRADED_S

    def add(self, url: str) -> None:
        """Ask its server by HTTP/2 from now on."""
        with self._lock:
            self._since.pop(place_of(url), None)
            self._since[place_of(url)] = self._now()
            while len(self._since) > UPGRADED_KEPT:
                self._since.popitem(last=False)

    def forget(self, url: str) -> None:
        """Ask its server like any again."""
        with self._lock:
            self._since.pop(place_of(url), None)
