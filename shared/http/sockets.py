"""Sockets that lead only to addresses that may be reached, and receive on account of their request."""

import errno
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shared.errors import Blocked, FetchError
from shared.http.addresses import Place, is_literal, is_public
from shared.http.crowd import Crowd
from shared.http.exchange import Exchange, current
from shared.http.tls import Context

NO_WAY = frozenset({"lookup", "unreachable"})  # kinds of failures that our own network's being down shows by, too
_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL})
LOOKUPS = 16  # names looked up side by side; one that hangs holds its thread until the system's resolver gives up

_Found = list[tuple[Any, ...]]
Resolve = Callable[..., _Found]  # as socket.getaddrinfo


class Wire(socket.socket):
    """A TCP socket that receives on account of its thread's exchange."""

    inner = False  # whether it leads to a place on the operator's list

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Receive within the limits of the exchange."""
        receive = super().recv_into
        return current().receive(self, lambda: receive(buffer, nbytes, flags))


class SecureWire(ssl.SSLSocket):
    """The same over TLS; bytes are counted as they come out of the encryption."""

    inner = False  # as above
    place: tuple[str | None, int] | None = None  # whose session is yet to be remembered

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Receive within the limits of the exchange, as TLS within a proxy's TLS does."""
        data = bytearray(buflen)
        return bytes(data[: self.recv_into(data, buflen, flags)])

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """Receive within the limits of the exchange."""
        receive = super().recv_into
        count = current().receive(self, lambda: receive(buffer, nbytes, flags))
        if self.place:  # tickets come ahead of the first bytes of an answer (RFC 8446, 4.6.1)
            assert isinstance(self.context, Context)
            self.context.keep(self.place, self.session)
            self.place = None
        return count


class Dialler:
    """Looks names up and connects to those of their addresses that may be reached."""

    def __init__(self, allow: frozenset[Place], resolve: Resolve, crowd: Crowd) -> None:
        self._allow, self._resolve, self.crowd = allow, resolve, crowd
        self._lookups = ThreadPoolExecutor(LOOKUPS, "dns")

    def close(self) -> None:
        """Let go of the look-ups; those under way end by themselves."""
        self._lookups.shutdown(wait=False, cancel_futures=True)

    def allows(self, host: str, port: int) -> bool:
        """Return whether the operator's list names this host, as it is spelled, with this port."""
        return (host.strip("[]").lower().rstrip("."), port) in self._allow

    def judge(self, host: str, port: int, exchange: Exchange, *, named: bool) -> None:
        """Return if a proxy may be asked for `host`; a name that only the proxy knows has to be the operator's.

        :raises Blocked: as far as can be seen from here, it leads to no address that may be reached.
        :raises FetchError: the name is unknown here.
        """
        if self.allows(host, port):
            return
        try:
            self._reachable(host, port, self._look_up(host.strip("[]"), port, exchange))
        except Blocked:
            raise
        except FetchError:
            if not named:
                raise

    def dial(self, host: str, port: int, exchange: Exchange) -> Wire:
        """Return a connection to the first address of `host` that accepts one.

        :raises Blocked: none of its addresses may be reached.
        :raises FetchError: the name is unknown (`dns`) or cannot be looked up now (`lookup`); no address accepts
            (`connect`), or there is no way to any (`unreachable`).
        """
        found = self._reachable(host, port, self._look_up(host.strip("[]"), port, exchange))
        reason, failed = "", "unreachable"
        for family, kind, proto, _, address in found:
            if not self.allows(host, port):
                exchange.enter(address[0])
            try:
                return self._connect(Wire(family, kind, proto), address, exchange, inner=self.allows(host, port))
            except TimeoutError:
                reason = "no answer in time"
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                failed = failed if error.errno in _NO_ROUTE else "connect"
        raise FetchError(failed, f"No connection to {host}, port {port}: {reason}.")

    def _reachable(self, host: str, port: int, found: _Found) -> _Found:
        """Return those of the addresses of `host` that may be reached.

        :raises Blocked: there are none.
        """
        if self.allows(host, port):
            return found
        public = [one for one in found if is_public(one[4][0])]
        if not public:
            inner = found[0][4][0]
            what = f"{host} {'is' if inner in host else f'leads to {inner},'} no public address"
            place = f"[{host.strip('[]')}]:{port}" if ":" in host else f"{host}:{port}"
            raise Blocked("blocked", f"{what}, and WIREROOM_FETCH_ALLOW does not name {place}.")
        return public

    def _connect(self, wire: Wire, address: Any, exchange: Exchange, *, inner: bool) -> Wire:
        wire.inner = inner
        try:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wire.settimeout(min(exchange.limits.connect_s, exchange.left_s()))
            wire.connect(address)
            wire.settimeout(min(exchange.limits.connect_s, exchange.left_s()))  # for the handshake, where there is one
        except BaseException:
            wire.close()
            raise
        return wire

    def _look_up(self, host: str, port: int, exchange: Exchange) -> _Found:
        if is_literal(host):
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        left = exchange.left_s()
        lookup = self._lookups.submit(self._resolve, host, port, type=socket.SOCK_STREAM)
        try:
            found = lookup.result(left)
        except TimeoutError:
            lookup.cancel()
            raise FetchError("lookup", f"The name {host} was not resolved within {left:.0f} s.") from None
        except (OSError, UnicodeError) as error:
            reason = (getattr(error, "strerror", None) or str(error)) if isinstance(error, OSError) else "it is no name"
            for_now = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
            kind = "lookup" if for_now else "dns"
            raise FetchError(kind, f"The name {host} cannot be resolved: {reason.lower()}.") from error
        if not found:
            raise FetchError("dns", f"The name {host} has no address.")
        return found
