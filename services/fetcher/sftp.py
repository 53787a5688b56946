"""A drop on an SFTP server, whose key the operator knows, over a connection that judges its address."""

import base64
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import paramiko

from services.fetcher.listing import File
from services.fetcher.place import Place
from shared.errors import FetchError
from shared.http.client import Client
from shared.http.exchange import Exchange
from shared.http.sockets import Wire

PORT = 22
MOST_NAMES = 20_000


class Drop(Place):
    """One directory on a server that we are logged in to."""

    def __init__(self, session: Any, path: str) -> None:
        self._session, self._path = session, path

    def files(self) -> Iterator[File]:
        """Yield the regular files."""
        for count, entry in enumerate(self._session.listdir_iter(self._path)):
            if count >= MOST_NAMES:
                raise FetchError("drop", f"The folder lists more than {MOST_NAMES} names: move old files away.")
            name = str(entry.filename)
            if stat.S_ISREG(entry.st_mode or 0) and name.isprintable() and "/" not in name:
                yield File(name, int(entry.st_size or 0), int(entry.st_mtime or 0))

    def read(self, name: str, most: int) -> bytes:
        """Return a file's bytes.

        :raises FetchError: it is longer than `most`.
        """
        with self._session.open(f"{self._path.rstrip('/')}/{name}", "rb") as file:
            # not fetched ahead: paramiko does that by the size that the server says, in a thread that may never end
            data: bytes = file.read(most + 1)
        if len(data) > most:
            raise FetchError("too_large", f"{name} is larger than {most} bytes.")
        return data


class _Tap:
    """A wire that ends with the time or the bytes of its exchange; paramiko reads it from a thread of its own."""

    def __init__(self, wire: Wire, exchange: Exchange) -> None:
        self._wire, self._exchange = wire, exchange

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wire, name)

    def recv(self, size: int) -> bytes:
        """Return what came, nothing once it is over: whoever waits for more then hears that the connection is gone."""
        if self._exchange.over():
            return b""
        data = self._wire.recv(size)
        self._exchange.received += len(data)
        return data


@contextmanager
def opened(
    client: Client,
    url: str,
    user: str,
    password: str,
    known_hosts: Path | None,
    key: Path | None,
    timeout_s: float | None = None,
) -> Iterator[Drop]:
    """Yield the directory that an sftp: address names; logs in with the password, or with `key` where there is none.

    :raises Blocked: the server may not be reached.
    :raises FetchError: it cannot be had, or its key is not in `known_hosts`.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORT
    with client.exchange(timeout_s) as exchange:
        transport = None
        try:
            tap = _Tap(exchange.dial(host, port), exchange)
            transport = paramiko.Transport(tap)  # type: ignore[arg-type]
            transport.start_client(timeout=exchange.left_s())
            _recognise(transport.get_remote_server_key(), host, port, known_hosts)
            _log_in(transport, exchange, user, password, key)
            yield Drop(_session(transport, exchange.left_s()), unquote(parts.path) or "/")
        except (paramiko.SSHException, OSError, EOFError, UnicodeError, ValueError) as error:
            raise _explain(exchange.over() or error) from error
        finally:
            if transport is not None:
                transport.close()


def _session(transport: paramiko.Transport, timeout_s: float) -> paramiko.SFTPClient:
    """Return an SFTP session whose every wait ends after `timeout_s`.

    :raises EOFError: the server offers none.
    """
    session = paramiko.SFTPClient.from_transport(transport)
    channel = session.get_channel() if session else None
    if session is None or channel is None:
        raise EOFError
    channel.settimeout(timeout_s)
    return session


def _recognise(shown: Any, host: str, port: int, known_hosts: Path | None) -> None:
    """Return if the server's key is the one that the operator knows it by.

    :raises FetchError: it is not; names the key, so that the operator can compare it.
    """
    name = host if port == PORT else f"[{host}]:{port}"
    known = paramiko.HostKeys(str(known_hosts)) if known_hosts else paramiko.HostKeys()
    if known.check(name, shown):
        return
    mark = base64.b64encode(sha256(shown.asbytes()).digest()).decode().rstrip("=")
    other = "is another than the one" if known.lookup(name) else "is not"
    where = "in the file that WIREROOM_SFTP_KNOWN_HOSTS names"
    raise FetchError("login", f"The key of {name} {other} {where}: {shown.get_name()} SHA256:{mark}.")


def _log_in(transport: Any, exchange: Exchange, user: str, password: str, key: Path | None) -> None:
    transport.auth_timeout = exchange.left_s()
    if password or key is None:
        transport.auth_password(user or "anonymous", password)
    else:
        transport.auth_publickey(user or "anonymous", paramiko.PKey.from_path(str(key)))


def _explain(error: Exception) -> FetchError:
    if isinstance(error, FetchError):
        return error
    said = " ".join(str(error).split())[:200].rstrip(".")
    if isinstance(error, paramiko.AuthenticationException):
        return FetchError("login", f"The server does not let us in: {said.lower()}.")
    if isinstance(error, TimeoutError):
        return FetchError("timeout", "The server did not answer in time.")
    return FetchError("drop", f"The folder cannot be had: {said.lower() or 'the server hung up'}.")
