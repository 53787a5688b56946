"""TLS as the safe client speaks it: contexts for many hosts, sessions resumed, certificates pinned or from memory."""

import re
import ssl
import tempfile
from collections import OrderedDict
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, Self

from shared.errors import FetchError, UsageError

SESSIONS_KEPT = 2048  # hosts whose next handshake is short; some 5 KB each

ANY = "any"  # in place of a pin: whatever certificate there is
NONE = ""  # no certificate at all, to see which one is shown

_Place = tuple[str | None, int]


class Mistrusted(FetchError):
    """The server showed another certificate than the one that is trusted."""

    def __init__(self, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        super().__init__("tls", f"TLS failed: not the certificate that is trusted. {shown(fingerprint)}")


class Context(ssl.SSLContext):
    """A client's context that resumes the last session of each host (RFC 8446, 2.2). Safe for threads."""

    _sessions: "OrderedDict[_Place, ssl.SSLSession]"
    _lock: Lock
    _pin: str | None = None  # the only certificate that is believed; None: those that authorities vouch for
    offered: tuple[str, ...] = ()  # protocols (ALPN, RFC 7301); none: those that urllib3 offers

    @classmethod
    def trusting(cls, authorities: Path, more: Path | None, sockets: type[ssl.SSLSocket]) -> Self:
        """Return a context that believes `authorities` and `more` (PEM), and whose sockets are of the type given.

        :raises UsageError: the operator's own, `more`, cannot be read, or hold no certificate.
        """
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=str(authorities))
        try:
            if more:
                context.load_verify_locations(cafile=str(more))
        except OSError as error:  # which OpenSSL's own are too
            why = (
                "holds no certificate (PEM)" if isinstance(error, ssl.SSLError) else f"cannot be read: {error.strerror}"
            )
            raise UsageError(f"{more}, which WIREROOM_FETCH_AUTHORITIES names, {why}.") from error
        return context._over(sockets)

    @classmethod
    def pinned(cls, pin: str, sockets: type[ssl.SSLSocket]) -> Self:
        """Return a context that believes one certificate, whatever it says: that whose SHA-256 digest is `pin`."""
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context._pin = pin
        return context._over(sockets)

    def _over(self, sockets: type[ssl.SSLSocket]) -> Self:
        self.sslsocket_class = sockets
        self._sessions, self._lock = OrderedDict(), Lock()
        return self

    def wrap_socket(
        self,
        sock: Any,
        server_side: bool = False,
        do_handshake_on_connect: bool = True,
        suppress_ragged_eofs: bool = True,
        server_hostname: Any = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLSocket:
        """Return `sock` under TLS; where its host was met before, by the session of that time.

        :raises Mistrusted: a certificate is pinned, and another is shown.
        """
        place = (server_hostname, sock.getpeername()[1])
        with self._lock:
            session = session or self._sessions.get(place)
        wrapped = super().wrap_socket(
            sock, server_side, do_handshake_on_connect, suppress_ragged_eofs, server_hostname, session
        )
        self.judge(wrapped)
        wrapped.place, wrapped.inner = place, getattr(sock, "inner", False)  # type: ignore[attr-defined]
        return wrapped

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        """Offer what is `offered`, where that is anything."""
        super().set_alpn_protocols(self.offered or alpn_protocols)

    def judge(self, wrapped: Any) -> None:
        """Return if the certificate that was shown is believed; those of authorities are judged in the handshake.

        :raises Mistrusted: a certificate is pinned, and another is shown.
        """
        if self._pin in {None, ANY}:
            return
        found = sha256(wrapped.getpeercert(binary_form=True) or b"").hexdigest()
        if found != self._pin:
            wrapped.close()
            raise Mistrusted(found)

    def keep(self, place: _Place, session: ssl.SSLSession | None) -> None:
        """Remember a session for the next connection to its place."""
        if session is None or not session.has_ticket:
            return
        with self._lock:
            self._sessions[place] = session
            self._sessions.move_to_end(place)
            while len(self._sessions) > SESSIONS_KEPT:
                self._sessions.popitem(last=False)


def loaded(context: ssl.SSLContext, pem: str) -> ssl.SSLContext:
    """Return `context` with a client certificate and its key, which are a file for as long as OpenSSL reads them.

    :raises ssl.SSLError: it is no certificate, or the key is not its own.
    """

    def ask() -> str:
        raise ValueError("the key is encrypted")

    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:  # for its owner alone
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name, password=ask)
    return context


def shown(fingerprint: str) -> str:
    """Return what an operator is told of a certificate that is not believed; browsers and OpenSSL write it so."""
    written = written_fingerprint(fingerprint)
    return f"It shows {written} (SHA-256); is that its own, `wireroom feeds access --trust-certificate` believes it."


def written_fingerprint(digest: str) -> str:
    """Return a digest as people compare it.

    >>> written_fingerprint("ab01cd")
    'AB:01:CD'
    """
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2)).upper()


def read_fingerprint(text: str) -> str:
    """Return the digest that a fingerprint writes, with colons or without, or `ANY`.

    :raises UsageError: it is none.
    """
    digest = text.replace(":", "").lower()
    if digest != ANY and not re.fullmatch("[0-9a-f]{64}", digest):
        raise UsageError(
            "A certificate is trusted by its SHA-256 fingerprint, 64 hex digits, colons allowed; or say any."
        )
    return digest
