"""A forward proxy on loopback that leads every name to one place: tunnels, forwards, and writes down what it saw."""

import contextlib
import select
import socket
import ssl

from tests.outlet.listener import Listener

HEAD_BYTES = 64 * 1024


class Proxy(Listener):
    """Sends whatever it is asked for to `place`; `refuse` makes it say no, and what it heard. Safe for threads."""

    def __init__(self, place: tuple[str, int], *, refuse: bool = False, tls: ssl.SSLContext | None = None) -> None:
        self.heads: list[str] = []  # of the requests that came, CONNECT included
        self._to, self._refuse, self._tls = place, refuse, tls
        super().__init__()

    def url(self, credentials: str = "") -> str:
        """Return the proxy's address."""
        return f"{'https' if self._tls else 'http'}://{credentials}127.0.0.1:{self.port}"

    def _serve(self, client: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            client if self._tls is None else self._tls.wrap_socket(client, True) as client,
        ):
            if not (head := _head(client)):
                return
            self.heads.append(head.decode("latin-1"))
            if self._refuse:
                said = next((line for line in self.heads[-1].splitlines() if "Basic" in line), "nothing")
                client.sendall(f"HTTP/1.1 407 It said {said}\r\nContent-Length: 0\r\n\r\n".encode())
                return
            with socket.create_connection(self._to) as server:
                if head.startswith(b"CONNECT "):
                    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                else:
                    server.sendall(_relative(head))
                pass_on(client, server)


def _head(client: socket.socket) -> bytes:
    """Return what is asked, nothing where the client leaves before it has asked."""
    head = b""
    while b"\r\n\r\n" not in head:
        data = client.recv(HEAD_BYTES)
        if not data or len(head) > HEAD_BYTES:
            return b""
        head += data
    return head


def _relative(head: bytes) -> bytes:
    method, url, rest = head.split(b" ", 2)
    return b" ".join((method, b"/" + url.split(b"/", 3)[3], rest))


def pass_on(one: socket.socket, other: socket.socket) -> None:
    """Pass on what comes from either until one hangs up."""
    ends = {one: other, other: one}
    while True:
        held = [end for end in ends if isinstance(end, ssl.SSLSocket) and end.pending()]
        for end in held or select.select(list(ends), [], [])[0]:
            data = end.recv(HEAD_BYTES)
            if not data:
                return
            ends[end].sendall(data)
