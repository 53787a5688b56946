"""SOCKS5 (RFC 1928, RFC 1929): a connection to a proxy, asked to lead on to a host that the proxy looks up."""

import ipaddress
import socket
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from shared.errors import FetchError

SCHEMES = frozenset({"socks5", "socks5h"})  # the same here: names are judged on this side, and looked up by the proxy
MOST_CHARS = 255  # of a name, a user's name or a password, in bytes
_OPEN, _PASSWORD, _ACCEPTED = 0, 2, 0
_IPV4, _NAME, _IPV6 = 1, 3, 4
_REFUSALS = {
    2: "its rules do not allow the host",
    3: "there is no way to the host's network",
    4: "there is no way to the host",
    5: "the host refuses the connection",
    6: "the host did not answer in time",
}


class Proxy(NamedTuple):
    """A SOCKS proxy and who we are to it."""

    host: str
    port: int
    user: bytes
    password: bytes


def read_socks(url: str | None) -> Proxy | None:
    """Return the SOCKS proxy at an address, None: it is of another kind."""
    if not url or url.partition(":")[0].lower() not in SCHEMES:
        return None
    parts = urlsplit(url)
    user, password = (unquote(one or "").encode() for one in (parts.username, parts.password))
    return Proxy(parts.hostname or "", parts.port or 0, user, password)


def lead_on(wire: socket.socket, proxy: Proxy, host: str, port: int) -> None:
    """Have the proxy at the other end of `wire` lead on to a host; what is sent from then on goes there.

    :raises FetchError: it does not (`proxy`), or drops the connection, which is no failure of the host's.
    """
    try:
        _negotiate(wire, proxy, host, port)
    except ConnectionError:
        raise hung_up() from None


def _negotiate(wire: socket.socket, proxy: Proxy, host: str, port: int) -> None:
    methods = bytes([_OPEN, _PASSWORD] if proxy.user else [_OPEN])
    wire.sendall(bytes([5, len(methods)]) + methods)
    version, method = _received(wire, 2)
    if version != 5:
        raise _refusal("it does not speak SOCKS5")
    if method == _PASSWORD and proxy.user:
        wire.sendall(b"\x01" + _counted(proxy.user) + _counted(proxy.password))
        if _received(wire, 2)[1] != _ACCEPTED:
            raise _refusal("it does not take this name and password")
    elif method != _OPEN:
        raise _refusal("it wants other credentials")
    wire.sendall(b"\x05\x01\x00" + _address(host) + port.to_bytes(2, "big"))
    _, reply, _, kind = _received(wire, 4)
    if reply:
        raise _refusal(_REFUSALS.get(reply, f"code {reply}"))
    _received(wire, {_IPV4: 4, _IPV6: 16}.get(kind) or _received(wire, 1)[0])  # where it is bound, which is its own
    _received(wire, 2)


def _address(host: str) -> bytes:
    try:
        packed = ipaddress.ip_address(host.strip("[]")).packed
    except ValueError:
        return bytes([_NAME]) + _counted(host.encode("ascii", "replace"))
    return bytes([_IPV4 if len(packed) == 4 else _IPV6]) + packed


def _counted(data: bytes) -> bytes:
    if len(data) > MOST_CHARS:
        raise _refusal(f"it takes no name or password of more than {MOST_CHARS} bytes")
    return bytes([len(data)]) + data


def _received(wire: socket.socket, size: int) -> bytes:
    """Return exactly so many bytes, received on account of the exchange: no more, for what follows is not ours."""
    data = bytearray(size)
    there = 0
    while there < size:
        count = wire.recv_into(memoryview(data)[there:])
        if not count:
            raise hung_up()
        there += count
    return bytes(data)


def hung_up() -> FetchError:
    """Return what is said of a proxy, of any kind, that drops a connection before it leads anywhere."""
    return _refusal("it hung up")


def _refusal(why: str) -> FetchError:
    return FetchError("proxy", f"The proxy refuses: {why}.")
