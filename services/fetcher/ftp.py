"""A drop on an FTP server (RFC 959, RFC 3659), in the clear or under TLS (RFC 4217), at addresses that are judged."""

import ftplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from urllib.parse import unquote, urlsplit

from services.fetcher.listing import File
from services.fetcher.place import Place
from services.fetcher.secure import begun
from shared.errors import FetchError
from shared.http.client import NO_PASSPORT, Client
from shared.http.exchange import Exchange
from shared.http.mishaps import explain
from shared.http.passport import Passport
from shared.http.sockets import Wire

PORT = 21
PIECE_BYTES = 64 * 1024
MOST_NAMES = 20_000
LIST_BYTES = 8 * 2**20
_TIME = re.compile(r"\d{14}")


class Drop(Place):
    """One directory on a server that we are logged in to."""

    def __init__(self, session: "_Session") -> None:
        self._session = session

    def files(self) -> Iterator[File]:
        """Yield the files: by MLSD where the server has it, else name by name."""
        try:
            listed = [_split(line) for line in self._lines("MLSD")]
        except ftplib.error_perm:
            names = [line.rsplit("/", 1)[-1] for line in self._lines("NLST")]
            listed = [(name, self._facts(name)) for name in names]
        for name, facts in listed:
            stamp = _TIME.match(facts.get("modify", ""))
            if facts.get("type", "file").lower() == "file" and facts.get("size", "").isdecimal() and "/" not in name:
                yield File(name, int(facts["size"]), _moment_s(stamp[0]) if stamp else 0)

    def read(self, name: str, most: int) -> bytes:
        """Return a file's bytes.

        :raises FetchError: it is longer than `most`.
        """
        return self._session.fetched(f"RETR {name}", most, name)

    def _lines(self, command: str) -> list[str]:
        try:
            text = self._session.fetched(command, LIST_BYTES, "the listing").decode("utf-8", "surrogateescape")
        except ftplib.error_perm as error:
            if str(error).startswith("550"):  # some answer so where there is no file
                return []
            raise
        lines = [line for line in text.splitlines() if line.isprintable()]
        if len(lines) > MOST_NAMES:
            raise FetchError("drop", f"The folder lists more than {MOST_NAMES} names: move old files away.")
        return lines

    def _facts(self, name: str) -> dict[str, str]:
        """Return size and time of a file, of whose kind only that is known: a directory has no size."""
        facts = {}
        with suppress(ftplib.error_perm):
            facts["size"] = str(self._session.size(name) or 0)
            facts["modify"] = self._session.sendcmd(f"MDTM {name}")[4:].strip()
        return facts


class _Session(ftplib.FTP):
    """ftplib's conversation over wires of ours; data come from the address of the control connection only."""

    def __init__(self, exchange: Exchange, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        super().__init__(timeout=None, encoding="utf-8")
        self._exchange, self._host, self._tls = exchange, host, tls
        self.sock = wire = exchange.dial(host, port)
        self.af, self._address = wire.family, wire.getpeername()[0]
        try:
            self._begin(wire)
        except BaseException:
            self.close()
            raise

    def _begin(self, wire: Wire) -> None:
        """Hear the welcome, and go on under TLS where that is wanted: before any name or password is told."""
        self.file = wire.makefile("r", encoding="utf-8", errors="surrogateescape")
        self.welcome = self.getresp()
        if self._tls:
            self.voidcmd("AUTH TLS")
            self.sock = self._secured(wire, self._tls)
            self.file = self.sock.makefile("r", encoding="utf-8", errors="surrogateescape")

    def enter(self, user: str, password: str, path: str) -> None:
        """Log in and go to a directory; from then on data travel as the conversation does."""
        self.login(user, password)
        if self._tls:
            self.voidcmd("PBSZ 0")
            self.voidcmd("PROT P")
        self.cwd(path)

    def fetched(self, command: str, most: int, what: str) -> bytes:
        """Return what a command sends over a data connection of its own.

        :raises FetchError: it is more than `most` bytes.
        """
        self.voidcmd("TYPE I")
        _, port = self.makepasv()
        with Wire(self.af, socket.SOCK_STREAM) as wire:
            wire.settimeout(self._exchange.left_s())
            wire.connect((self._address, port))
            answer = self.sendcmd(command)
            if not answer.startswith("1"):
                raise ftplib.error_reply(answer)  # noqa: S321 - where an agency offers nothing better
            if self._tls:
                with self._secured(wire, self._tls) as data:
                    whole = _whole(data, most, what)
            else:
                whole = _whole(wire, most, what)
        self.voidresp()  # which says that all of it was sent
        return whole

    def _secured(self, wire: socket.socket, tls: ssl.SSLContext) -> ssl.SSLSocket:
        """Return a wire under TLS; data go on with the session of the conversation, as many servers demand."""
        wire.settimeout(self._exchange.left_s())
        session = self.sock.session if isinstance(self.sock, ssl.SSLSocket) else None
        return tls.wrap_socket(wire, server_hostname=self._host, session=session)


def _whole(data: socket.socket, most: int, what: str) -> bytes:
    whole, piece = bytearray(), bytearray(PIECE_BYTES)
    while count := data.recv_into(piece):
        whole += piece[:count]
        if len(whole) > most:
            raise FetchError("too_large", f"{what} is larger than {most} bytes.")
    return bytes(whole)


@contextmanager
def opened(client: Client, url: str, user: str, password: str, passport: Passport = NO_PASSPORT) -> Iterator[Drop]:
    """Yield the directory that an ftp: address names, or an ftps: one: then under TLS or not at all.

    :raises Blocked: the server may not be reached.
    :raises FetchError: it cannot be had.
    """
    parts = urlsplit(url)
    with client.exchange(passport.timeout_s) as exchange:
        try:
            begin = partial(_Session, exchange, parts.hostname or "", parts.port or PORT)
            with begun(client, passport.pin, begin) if parts.scheme == "ftps" else begin(None) as session:
                session.enter(user or "anonymous", password or "wireroom@", unquote(parts.path) or "/")
                yield Drop(session)
        except (ftplib.Error, OSError, EOFError, UnicodeError, ValueError) as error:
            raise _explain(error) from error


def _explain(error: Exception) -> FetchError:
    said = " ".join(str(error).split())[:200].rstrip(".")
    if isinstance(error, ftplib.error_perm) and said.startswith("530"):
        return FetchError("login", f"The server does not let us in: {said}.")
    if isinstance(error, TimeoutError | ssl.SSLError):
        return explain(error)
    if isinstance(error, ftplib.Error):
        return FetchError("drop", f"The server answered: {said}.")
    return FetchError("truncated", f"The connection broke: {said.lower() or 'the server hung up'}.")


def _split(line: str) -> tuple[str, dict[str, str]]:
    """Return the name and facts of a line of MLSD (RFC 3659, 7.2)."""
    facts, _, name = line.partition(" ")
    said = (fact.partition("=") for fact in facts.rstrip(";").split(";"))
    return name, {kind.lower(): value for kind, _, value in said}


def _moment_s(stamp: str) -> int:
    try:
        return int(datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0
