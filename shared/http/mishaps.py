"""What went wrong where a request failed: requests', urllib3's, http.client's and the socket's errors as ours. Pure."""

import http.client
import re
import ssl
from collections.abc import Iterator

import requests
import urllib3

from shared.errors import Blocked, FetchError, Refused

_CUT = "Response ended prematurely"  # urllib3's word for a body that ends between two chunks
_REFUSAL = re.compile(r"Tunnel connection failed: (\d{3})")
HANG_UPS = (ConnectionError, ssl.SSLEOFError)  # the one or the other, by whose packet is there first
RAISED = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)


def explain(error: BaseException) -> FetchError:
    """Return the failure that stands behind what requests, urllib3, http.client or the socket raised."""
    causes = list(_causes(error))[::-1]
    for kind, sentence, types in _FAILURES:
        for cause in causes:
            if isinstance(cause, types):
                return FetchError(kind, sentence.format(_reason(cause)))
    if refusal := next(filter(None, (_REFUSAL.search(str(cause)) for cause in causes)), None):
        meaning = http.client.responses.get(int(refusal[1]), "").lower()  # its own words may repeat what it was told
        return FetchError("proxy", f"The proxy refuses: {' '.join((refusal[0].lower(), meaning)).rstrip()}.")
    if any(_CUT in str(cause) for cause in causes):
        return FetchError("truncated", _ENDS_EARLY)
    if any("header" in str(cause) for cause in causes if isinstance(cause, http.client.HTTPException)):
        return Refused("too_large", "The answer has too many header fields, or too long ones.")
    if isinstance(error, requests.exceptions.InvalidURL | urllib3.exceptions.LocationValueError):
        return Blocked("blocked", "This is no web address.")
    return FetchError("http", f"The server does not speak HTTP as it should: {_reason(causes[0])}.")


def is_mistrust(error: BaseException) -> bool:
    """Return whether it was a certificate that made the request fail."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


def is_refused_protocol(error: BaseException) -> bool:
    """Return whether TLS failed for want of a protocol that both sides speak (RFC 7301, 3.2)."""
    alerts = [str(cause).lower() for cause in _causes(error) if isinstance(cause, ssl.SSLError)]
    return any("alert no application protocol" in alert.replace("_", " ") for alert in alerts)


_ENDS_EARLY = "The body ends before its end."
_FAILURES: tuple[tuple[str, str, tuple[type[BaseException], ...]], ...] = (
    ("truncated", "The server hung up before the end of its answer.", HANG_UPS),
    ("tls", "TLS failed: {}.", (ssl.SSLError, urllib3.exceptions.SSLError)),
    ("timeout", "The server did not answer in time.", (TimeoutError, urllib3.exceptions.TimeoutError)),
    ("http", "The body is not chunked as it says it is.", (urllib3.exceptions.InvalidChunkLength,)),
    ("truncated", _ENDS_EARLY, (http.client.IncompleteRead, urllib3.exceptions.IncompleteRead)),
    (
        "http",
        "The server does not speak HTTP: its answer begins with {}.",
        (http.client.BadStatusLine, http.client.UnknownProtocol),
    ),
)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield `error` and all that it was made of, the origin last."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        within = next((one for one in error.args if isinstance(one, BaseException)), None)  # as urllib3 wraps some
        error = error.__cause__ or error.__context__ or within


def _reason(error: BaseException) -> str:
    text = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error) or type(error).__name__
    words = "".join(char if char.isprintable() else " " for char in str(text)[:200])  # some of it is the server's own
    return " ".join(words.lower().replace("_", " ").split()).rstrip(".") or "nothing that can be shown"
