"""The publisher of the bench: a small, fast HTTP server with honest validators, in a process of its own.

Each feed has a loopback address to itself, or shares it where fewer hosts are wanted, so that a poll talks to as many
hosts as in life. Between two polls all connections are closed, as publishers do within seconds.
"""

import asyncio
import multiprocessing
import resource
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formatdate
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.certificate import self_signed
from bench.documents import Document
from bench.errors import BenchError
from shared.digests import entry_digest

FIRST, LATER = 1_700_000_000, 1_700_003_600  # Last-Modified of the documents as they are at first, and with their news
HOSTS_A_BLOCK = 250  # addresses used of 127.0.x.1 to 127.0.x.254
START_S = 30.0


class Outlet:
    """Serves `documents` on `hosts` loopback addresses while the context lasts; over TLS where `pem` says.

    Its key and certificate are written there.
    """

    def __init__(self, documents: Sequence[Document], hosts: int, pem: Path | None = None) -> None:
        self._documents, self._scheme = documents, "https" if pem else "http"
        self.addresses = [f"127.0.{1 + at // HOSTS_A_BLOCK}.{1 + at % HOSTS_A_BLOCK}" for at in range(hosts)]
        self.port = 0
        if pem:
            pem.write_bytes(self_signed("localhost", self.addresses))
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(documents, self.addresses, theirs, pem), daemon=True)

    def __enter__(self) -> Self:
        """Start serving.

        :raises BenchError: the addresses cannot be had.
        """
        self._process.start()
        self.port = self._hear()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.join()

    @property
    def urls(self) -> list[str]:
        """The feeds' addresses."""
        hosts = len(self.addresses)
        return [f"{self._scheme}://{self.addresses[at % hosts]}:{self.port}/{at}" for at in range(len(self._documents))]

    @property
    def places(self) -> list[str]:
        """The hosts, as host:port."""
        return [f"{address}:{self.port}" for address in self.addresses]

    def hang_up(self, *, news: bool) -> None:
        """Close all connections; with `news` the feeds that have some serve it from now on."""
        self._ours.send(news)
        self._hear()

    def _hear(self) -> int:
        if not self._ours.poll(START_S):
            raise BenchError("The outlet does not answer.")
        heard = self._ours.recv()
        if isinstance(heard, str):
            raise BenchError(heard)
        return int(heard)


@dataclass(frozen=True)
class Page:
    """One document as it is sent: both answers ready."""

    etag: bytes
    modified: bytes
    whole: bytes
    unchanged: bytes


def page(media_type: str, body: bytes, modified: int) -> Page:
    """Return `body` with its validators; `modified` in seconds since 1970."""
    etag, date = f'"{entry_digest(body)}"', formatdate(modified, usegmt=True)
    said = f"ETag: {etag}\r\nLast-Modified: {date}\r\n"
    head = f"HTTP/1.1 200 OK\r\n{said}Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return Page(etag.encode(), date.encode(), head.encode() + body, f"HTTP/1.1 304 Not Modified\r\n{said}\r\n".encode())


def answer(pages: Sequence[Page], head: bytes) -> bytes:
    """Return the answer to a request (RFC 9110, 13.2.2: the tag decides, if there is one)."""
    first, *lines = head.split(b"\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    name = first.split(b" ")[1].strip(b"/")
    if not name.isdigit() or int(name) >= len(pages):
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    found = pages[int(name)]
    tag, since = fields.get(b"if-none-match"), fields.get(b"if-modified-since")
    known = tag == found.etag if tag is not None else since == found.modified
    return found.unchanged if known else found.whole


def serve(documents: Sequence[Document], addresses: Sequence[str], parent: Connection, pem: Path | None = None) -> None:
    """Serve until the process is ended; tells `parent` the port, then obeys it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a file a host, and one a connection
    try:
        sockets = _listen(addresses)
    except OSError as error:
        parent.send(f"The outlet cannot listen on {len(addresses)} loopback addresses: {error.strerror}.")
        return
    secure = None
    if pem:
        secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secure.load_cert_chain(pem)
    asyncio.run(_serve(documents, sockets, parent, secure))


def _listen(addresses: Sequence[str]) -> list[socket.socket]:
    first = socket.create_server((addresses[0], 0))
    port = first.getsockname()[1]
    return [first, *(socket.create_server((address, port)) for address in addresses[1:])]


async def _serve(
    documents: Sequence[Document],
    sockets: Sequence[socket.socket],
    parent: Connection,
    secure: ssl.SSLContext | None,
) -> None:
    pages = [page(one.media_type, one.body, FIRST) for one in documents]
    fresh = {at: page(one.media_type, one.later, LATER) for at, one in enumerate(documents) if one.later is not None}
    open_: set[asyncio.Transport] = set()
    loop = asyncio.get_running_loop()
    for one in sockets:
        await loop.create_server(lambda: _Talk(pages, open_), sock=one, ssl=secure)

    def obey() -> None:
        if parent.recv():
            for at, later in fresh.items():
                pages[at] = later
        for transport in list(open_):
            transport.close()
        parent.send(len(fresh))

    loop.add_reader(parent.fileno(), obey)
    parent.send(sockets[0].getsockname()[1])
    await asyncio.Event().wait()


class _Talk(asyncio.Protocol):
    """One connection."""

    def __init__(self, pages: Sequence[Page], open_: set[asyncio.Transport]) -> None:
        self._pages, self._open, self._heard = pages, open_, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._open.add(transport)

    def connection_lost(self, _: Exception | None) -> None:
        self._open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while b"\r\n\r\n" in self._heard:
            head, _, self._heard = self._heard.partition(b"\r\n\r\n")
            self._transport.write(answer(self._pages, head))
