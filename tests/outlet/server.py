"""A small, quick HTTP/1.1 server on loopback: a thread a connection, kept alive, one send an answer."""

import contextlib
import re
import selectors
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import responses

HEAD_BYTES = 64 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
LOOK_S = 0.1  # between two looks whether a reply is still to be held
TRIES = 20  # a port that is free on the first address may be taken on another


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    host: str  # the address it came in at
    path: str
    headers: dict[str, str]  # names in lower case
    method: str = "GET"
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """One answer, and the manners it is given with."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    wait_s: float = 0.0  # before anything is sent
    held: threading.Event | None = None  # nothing is sent before it is set
    drip_s: float = 0.0  # after each byte of `drip`
    drip: str = ""  # "head" or "body": sent one byte at a time
    keep: int | None = None  # bytes of the body that are sent before the connection is cut
    raw: bytes | None = None  # sent instead of all else, and the connection is cut

    def head(self) -> bytes:
        """Return the status line and header fields."""
        lines = [
            f"HTTP/1.1 {self.status} {responses.get(self.status, 'Strange')}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        if "Content-Length" not in self.headers and "Transfer-Encoding" not in self.headers and self.status != 304:
            lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


Answer = Callable[[Request], tuple[Reply, Callable[[], None]]]


class Server:
    """Listens on `hosts` loopback addresses under one port and asks `answer` for each reply.

    `answer` returns the reply and what is called just before the last of it leaves, where it leaves whole.
    """

    def __init__(self, answer: Answer, hosts: int = 1, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self._answer, self._tls = answer, tls
        self._stop = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.hosts = [f"127.0.0.{number}" for number in range(1, hosts + 1)]
        self._listeners = _listen(self.hosts, port)
        self.port: int = self._listeners[0].getsockname()[1]
        self._bell, self._rope = socket.socketpair()
        self._thread = threading.Thread(target=self._accept, name="outlet", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and drop every connection."""
        self._stop.set()
        self._rope.close()
        self._thread.join()
        self.drop()
        for listener in (*self._listeners, self._bell):
            listener.close()

    def drop(self) -> None:
        """Cut every open connection."""
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    @property
    def connections(self) -> int:
        """How many connections are open."""
        with self._lock:
            return len(self._open)

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            for listener in (*self._listeners, self._bell):
                selector.register(listener, selectors.EVENT_READ)
            while not self._stop.is_set():
                for key, _ in selector.select():
                    if key.fileobj is self._bell:
                        return
                    with contextlib.suppress(OSError):
                        self._welcome(key.fileobj.accept()[0])  # type: ignore[union-attr]

    def _welcome(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._open.add(connection)
        threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with contextlib.suppress(OSError, ValueError):
                channel = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
                with channel:
                    self._converse(channel)
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _converse(self, channel: socket.socket) -> None:
        host = channel.getsockname()[0]
        for head, body in _requests(channel):
            lines = head.decode("latin-1").split("\r\n")
            headers = dict(_field(line) for line in lines[1:])
            method, path, *_ = lines[0].split(" ")
            reply, served = self._answer(Request(host, path, headers, method, body))
            if not self._send(channel, reply, served) or headers.get("connection") == "close":
                return

    def _send(self, channel: socket.socket, reply: Reply, served: Callable[[], None]) -> bool:
        """Return whether the reply left whole, so that the connection can go on."""
        if reply.wait_s and self._stop.wait(reply.wait_s):
            return False
        while reply.held and not reply.held.wait(LOOK_S):
            if self._stop.is_set():
                return False
        if reply.raw is not None:
            channel.sendall(reply.raw)
            return False
        head, body = reply.head(), b"" if reply.status == 304 else reply.body[: reply.keep]
        quick, slow = {"head": (b"", head + body), "body": (head, body)}.get(reply.drip, (head + body, b""))
        if not slow and reply.keep is None:
            served()
        channel.sendall(quick)
        for at in range(len(slow)):
            if self._stop.wait(reply.drip_s):
                return False
            channel.sendall(slow[at : at + 1])
        if slow and reply.keep is None:
            served()
        return reply.keep is None


def _listen(hosts: list[str], port: int) -> list[socket.socket]:
    for _ in range(TRIES):
        listeners: list[socket.socket] = []
        try:
            for host in hosts:
                wanted = listeners[0].getsockname()[1] if listeners else port
                listeners.append(socket.create_server((host, wanted), backlog=512))
            return listeners
        except OSError:
            for listener in listeners:
                listener.close()
    raise OSError(f"No port is free on all of {len(hosts)} loopback addresses.")


def _requests(channel: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    """Yield each request's head, without the blank line, and its body."""
    waiting = b""
    while True:
        while (end := waiting.find(b"\r\n\r\n")) < 0:
            data = channel.recv(HEAD_BYTES)
            if not data or len(waiting) > HEAD_BYTES:
                return
            waiting += data
        head, waiting = waiting[:end], waiting[end + 4 :]
        length = int(found[1]) if (found := _LENGTH.search(head)) else 0
        while len(waiting) < length:
            data = channel.recv(HEAD_BYTES)
            if not data:
                return
            waiting += data
        yield head, waiting[:length]
        waiting = waiting[length:]


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.lower(), value.strip()
