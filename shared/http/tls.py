"""TLS as the safe client speaks it: one context for many hosts, sessions resumed, client certificates from memory."""

import ssl
import tempfile
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any, Self

from shared.errors import UsageError

SESSIONS_KEPT = 2048  # hosts whose next handshake is short; some 5 KB each

_Place = tuple[str | None, int]


class Context(ssl.SSLContext):
    """A client's context that resumes the last session of each host (RFC 8446, 2.2). Safe for threads."""

    _sessions: "OrderedDict[_Place, ssl.SSLSession]"
    _lock: Lock

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
        context.sslsocket_class = sockets
        context._sessions, context._lock = OrderedDict(), Lock()
        return context

    def wrap_socket(
        self,
        sock: Any,
        server_side: bool = False,
        do_handshake_on_connect: bool = True,
        suppress_ragged_eofs: bool = True,
        server_hostname: Any = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLSocket:
        """Return `sock` under TLS; where its host was met before, by the session of that time."""
        place = (server_hostname, sock.getpeername()[1])
        with self._lock:
            session = session or self._sessions.get(place)
        wrapped = super().wrap_socket(
            sock, server_side, do_handshake_on_connect, suppress_ragged_eofs, server_hostname, session
        )
        wrapped.place, wrapped.inner = place, getattr(sock, "inner", False)  # type: ignore[attr-defined]
        return wrapped

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
