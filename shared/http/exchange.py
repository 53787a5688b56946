"""One request and all that it may take, from the first look-up to the last byte, over all redirects.

Every wait on the network happens in one of three calls: looking a name up, connecting (with the TLS handshake) and
receiving. Each of them waits no longer than the request has left, so the deadline holds without a thread that watches
it, and a late answer is an error where it is read and never a body that merely ends early.
"""

import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from shared.errors import FetchError, Refused
from shared.http.socks import Proxy, lead_on
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.http.sockets import Dialler, Wire

LEAST_S = 1.0  # that an exchange has where no time is left for it
_thread = threading.local()


@dataclass(frozen=True)
class Limits:
    """What one request may take."""

    connect_s: float = 5.0  # each address; again for the TLS handshake
    read_s: float = 10.0  # between two reads
    total_s: float = 30.0  # from DNS to the last byte, over all hops
    hops: int = 5  # redirects
    wire_bytes: int = 10 * 2**20  # of the body as sent
    body_bytes: int = 10 * 2**20  # of the body as decoded

    def within(self, seconds: float | None) -> Self:
        """Return the same for a request that is given so many seconds in all, None: as many as any.

        Whoever is waited for longer may be silent for all of it, and take half of it to accept a connection: another of
        its addresses then has the other half.
        """
        if seconds is None:
            return self
        connect_s, read_s = max(self.connect_s, seconds / 2), max(self.read_s, seconds)
        return replace(self, connect_s=connect_s, read_s=read_s, total_s=seconds)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return the limits that the operator set."""
        return cls(
            connect_s=settings.connect_timeout_s,
            read_s=settings.read_timeout_s,
            total_s=settings.total_timeout_s,
            wire_bytes=settings.max_wire_bytes,
            body_bytes=settings.max_document_bytes,
        )


class Exchange:
    """What one request may still take, from the first look-up to the last byte over all hops."""

    def __init__(self, limits: Limits, dialler: "Dialler") -> None:
        self.began = time.monotonic()
        left_s = getattr(_thread, "closes", math.inf) - self.began
        limits = replace(limits, total_s=min(limits.total_s, max(left_s, LEAST_S)))
        self.received = 0  # bytes, header fields included
        self.dialled = False  # whether the current hop needed a new connection
        self.refused = 0  # requests by HTTP/1.1 that were asked again by HTTP/2
        self.limits, self._dialler = limits, dialler
        self.socks: Proxy | None = None  # by which the current hop is dialled
        self._bytes_end = 0
        self._limit = ""
        self._at: str | None = None  # the address at which it has its turn
        self._held = 0  # bytes of its body

    @contextmanager
    def running(self) -> Iterator[None]:
        """Make this the exchange of whatever this thread sends and receives."""
        _thread.exchange = self
        try:
            yield
        finally:
            del _thread.exchange
            self._leave()
            self._dialler.crowd.give_back(self._held)

    def take_turn(self, sock: socket.socket | None) -> None:
        """Return when a request may be sent on `sock`, a connection that was kept; None: it is yet to be dialled.

        :raises FetchError: too many others were under way to its address (`crowded`).
        """
        wire = getattr(sock, "socket", sock)  # that beneath TLS within a proxy's TLS
        if wire is not None and not getattr(wire, "inner", False):
            self.enter(wire.getpeername()[0])

    def enter(self, address: str) -> None:
        """Return when it is our turn at `address`; time spent waiting for it is none of the publisher's.

        :raises FetchError: too many others were under way to it (`crowded`).
        """
        if address == self._at:
            return
        self._leave()
        self.began += self._dialler.crowd.enter(address)
        self._at = address

    def grow(self, size: int) -> None:
        """Take room for more of the body.

        :raises FetchError: there is none left (`crowded`).
        """
        self._dialler.crowd.take(size)
        self._held += size

    def _leave(self) -> None:
        if self._at is not None:
            self._dialler.crowd.leave(self._at)
            self._at = None

    def left_s(self) -> float:
        """Return the seconds left.

        :raises FetchError: there are none.
        """
        left = self.began + self.limits.total_s - time.monotonic()
        if left <= 0:
            raise self._late()
        return left

    def allow(self, size: int, limit: str) -> None:
        """Allow `size` bytes from now on; `limit` says what would be too large after them."""
        self._bytes_end, self._limit = self.received + size, limit

    def over(self) -> FetchError | None:
        """Return what ended the exchange where its time or its bytes are used up."""
        if time.monotonic() - self.began >= self.limits.total_s:
            return self._late()
        return Refused("too_large", self._limit) if self.received > self._bytes_end else None

    def receive(self, sock: socket.socket, into: Callable[[], int]) -> int:
        """Return the number of bytes that `into` received on `sock`.

        :raises FetchError: nothing came in time, or the time for the whole exchange is over.
        :raises Refused: more came than is allowed.
        """
        left = self.left_s()
        sock.settimeout(min(self.limits.read_s, left))
        try:
            count = into()
        except TimeoutError:
            raise self._late() if left < self.limits.read_s else self._silent() from None
        self.received += count
        if self.received > self._bytes_end:
            raise Refused("too_large", self._limit)
        return count

    def judge(self, host: str, port: int, *, named: bool) -> None:
        """Return if a proxy may be asked for a host; see `Dialler.judge`."""
        self._dialler.judge(host, port, self, named=named)

    def dial(self, host: str, port: int) -> "Wire":
        """Return a new connection, by a SOCKS proxy where one is asked; see `Dialler.dial`."""
        self.dialled = True
        if not self.socks:
            return self._dialler.dial(host, port, self)
        wire = self._dialler.dial(self.socks.host, self.socks.port, self)
        try:
            lead_on(wire, self.socks, host, port)
        except BaseException:
            wire.close()
            raise
        return wire

    def _late(self) -> FetchError:
        return FetchError("timeout", f"The whole answer was not there after {self.limits.total_s:.3g} s.")

    def _silent(self) -> FetchError:
        return FetchError("timeout", f"The server sent nothing for {self.limits.read_s:g} s.")


@contextmanager
def closing(seconds: float) -> Iterator[None]:
    """Let no exchange that this thread begins within go on for longer than what is left of so many seconds."""
    _thread.closes = time.monotonic() + seconds
    try:
        yield
    finally:
        del _thread.closes


def current() -> Exchange:
    """Return the exchange that this thread is in."""
    exchange: Exchange = _thread.exchange
    return exchange
