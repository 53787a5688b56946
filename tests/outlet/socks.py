"""A SOCKS5 proxy on loopback (RFC 1928, 1929) that leads every name to one place and writes down what it was asked."""

import contextlib
import socket

from tests.outlet.listener import Listener
from tests.outlet.proxy import pass_on


class SocksProxy(Listener):
    """Leads on to `place`; wants the name and password of `login`, answers `reply`, or `raw` in place of all."""

    def __init__(
        self, place: tuple[str, int], login: tuple[bytes, bytes] | None = None, reply: int = 0, raw: bytes = b""
    ) -> None:
        self.asked: list[tuple[int, bytes, int]] = []  # kind of address, address, port
        self._to, self._login, self._reply, self._raw = place, login, reply, raw
        super().__init__()

    def url(self, credentials: str = "", scheme: str = "socks5") -> str:
        """Return the proxy's address."""
        return f"{scheme}://{credentials}127.0.0.1:{self.port}"

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, IndexError):  # who hangs up sends nothing
            read = client.makefile("rb").read
            methods = read(read(2)[1])
            if self._raw:
                client.sendall(self._raw)
                return
            wanted = 2 if self._login else 0
            client.sendall(bytes([5, wanted if wanted in methods else 255]))
            if self._login:
                read(1)
                login = read(read(1)[0]), read(read(1)[0])
                client.sendall(bytes([1, login != self._login]))
            kind = read(4)[3]
            address = read({1: 4, 4: 16}.get(kind) or read(1)[0])
            self.asked.append((kind, address, int.from_bytes(read(2), "big")))
            client.sendall(bytes([5, self._reply, 0, 3, 4]) + b"here" + b"\x00\x50")
            if not self._reply:
                with socket.create_connection(self._to) as server:
                    pass_on(client, server)
