"""Which version of HTTP a server is asked by, and what of its answers tells to take the other one. Pure."""

from collections.abc import Mapping

from shared.errors import FetchError

HTTP2 = "h2"  # as TLS names it (RFC 7301)
OFFERED = (HTTP2, "http/1.1")  # the server's is the choice
_WANTED = frozenset({"h2", "http/2", "http/2.0"})
UPGRADE_REQUIRED, NOT_SUPPORTED = 426, 505  # RFC 9110, 15.5.22 and 15.6.6


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
