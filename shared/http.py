"""The one safe HTTP client: every feed, page, hub and webhook is fetched through it, and only it knows requests.

    look the name up ▶ judge each address ▶ connect ▶ ask ▶ (redirect: all again) ▶ read, count, decode

Nothing outlives a request but idle connections: no cookies, no netrc, no proxies from the environment.
"""

import base64
import http.client
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_auth_from_url, urldefragauth
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from shared.addresses import allow_list, host_of, is_same_origin, place_of, target_of
from shared.bodies import ACCEPT_ENCODING, decode
from shared.errors import Blocked, FetchError, Refused
from shared.sockets import Dialler, Exchange, Limits, Resolve, SecureWire, Wire, current

__all__ = ["Client", "Limits", "Response", "host_of"]

HEAD_BYTES = 64 * 1024  # of one answer's header fields, interim answers (1xx) included
PIECE_BYTES = 64 * 1024
HOSTS_KEPT = 384  # with idle connections; a process may hold 1,024 files unless told otherwise
IDLE_PER_HOST = 4
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
# What may follow a redirect to another host; anything else may be a secret.
HARMLESS = frozenset(
    {"accept", "accept-encoding", "accept-language", "a-im", "if-modified-since", "if-none-match", "user-agent"}
)


@dataclass(frozen=True)
class Response:
    """One answer, whole."""

    status: int
    url: str  # that finally answered, without user name and password
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # decoded; empty unless the status is 2xx
    wire_bytes: int  # received over all hops, header fields included
    elapsed_ms: int
    moved_to: str | None = None  # where permanent redirects (301, 308) led before any other kind came
    left_https: bool = False  # a redirect led from https to http


class Client:
    """Gets resources, many at once; safe for threads, and to be made after a fork.

    `allow` names inner places that may be reached, as host:port. `trust` is a file of certificate authorities (PEM)
    instead of the bundled ones.
    """

    def __init__(
        self, limits: Limits, allow: Iterable[str] = (), user_agent: str = "Wireroom", *, trust: Path | None = None,
        resolve: Resolve = socket.getaddrinfo,
    ) -> None:  # fmt: skip
        self._limits = limits
        self._headers = {"user-agent": user_agent, "accept-encoding": ACCEPT_ENCODING, "accept": "*/*"}
        self._dialler = Dialler(allow_list(allow), limits.connect_s, resolve)
        self._adapter = _Adapter(trust)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all idle connections."""
        self._adapter.close()
        self._dialler.close()

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """Return what `url` answers, redirects followed.

        A name and password in the address become basic credentials. Credentials never reach another host.

        :raises Blocked: the address, or one that it led to, may not be reached.
        :raises Refused: the answer broke a limit.
        :raises FetchError: no whole answer came; `kind` says why.
        """
        asked = self._headers | {name.lower(): value for name, value in (headers or {}).items()}
        exchange = Exchange(self._limits, self._dialler)
        with exchange.running():
            try:
                return self._follow(url, asked, exchange)
            except _RAISED as error:
                raise _explain(error) from error

    def _follow(self, url: str, headers: dict[str, str], exchange: Exchange) -> Response:
        place_of(url)
        name, password = get_auth_from_url(url)
        if name or password:
            token = base64.b64encode(f"{name}:{password}".encode()).decode()
            headers = {"authorization": f"Basic {token}"} | headers
        moved_to, permanent, left_https = None, not (name or password), False
        for hop in range(self._limits.hops + 1):
            request = requests.PreparedRequest()
            request.prepare(method="GET", url=urldefragauth(url), headers=headers)
            url = str(request.url)
            moved_to = url if hop and permanent else moved_to
            raw = self._ask(request, exchange)
            location = raw.headers.get("location") if raw.status in REDIRECTS else None
            if location is None:
                return self._finish(raw, url, exchange, moved_to, left_https)
            raw.close()
            target = _normal(target_of(url, location))
            downgrade = url.startswith("https:") and target.startswith("http:")
            permanent = permanent and raw.status in PERMANENT and not downgrade
            left_https = left_https or downgrade
            if not is_same_origin(target, url):
                headers = {name: value for name, value in headers.items() if name in HARMLESS}
            if self._dialler.allows(*place_of(target)) and not self._dialler.allows(*place_of(url)):
                places = f"{host_of(url)} redirects to {host_of(target)}"
                raise Blocked("blocked", f"{places}, which may only be asked for directly.")
            url = target
        raise FetchError("redirect", f"More than {self._limits.hops} redirects, the last to {host_of(url)}.")

    def _ask(self, request: requests.PreparedRequest, exchange: Exchange) -> urllib3.BaseHTTPResponse:
        """Return the answer's head; on a connection that had died while idle, ask again."""
        for _ in range(IDLE_PER_HOST):
            exchange.allow(HEAD_BYTES, f"The header fields are larger than {HEAD_BYTES} bytes.")
            exchange.dialled, before = False, exchange.received
            try:
                return self._adapter.ask(request, self._limits.connect_s)
            except (requests.RequestException, FetchError):
                if exchange.dialled or exchange.received > before:
                    raise
        return self._adapter.ask(request, self._limits.connect_s)

    def _finish(
        self, raw: urllib3.BaseHTTPResponse, url: str, exchange: Exchange, moved_to: str | None, left_https: bool
    ) -> Response:
        headers = {name.lower(): value for name, value in raw.headers.items()}
        try:
            body = self._body(raw, headers, exchange)
        except BaseException:
            raw.close()
            raise
        elapsed_ms = round((time.monotonic() - exchange.began) * 1000)
        return Response(raw.status, url, headers, body, exchange.received, elapsed_ms, moved_to, left_https)

    def _body(self, raw: urllib3.BaseHTTPResponse, headers: Mapping[str, str], exchange: Exchange) -> bytes:
        if raw.status in {204, 304}:
            raw.read()
            raw.release_conn()
            return b""
        if not 200 <= raw.status < 300:
            raw.close()  # an error page is not worth its time: the status is the answer
            return b""
        limits = self._limits
        announced = headers.get("content-length", "") if "transfer-encoding" not in headers else ""
        if announced.isdecimal() and int(announced[:15]) > limits.wire_bytes:
            sentence = f"The body is announced with {announced[:15]} bytes; {limits.wire_bytes} are allowed."
            raise Refused("too_large", sentence)
        exchange.allow(limits.wire_bytes + HEAD_BYTES, f"The body is larger than {limits.wire_bytes} bytes.")
        pieces: Iterator[bytes] = raw.stream(PIECE_BYTES, decode_content=False)
        return decode(pieces, headers.get("content-encoding", ""), limits.wire_bytes, limits.body_bytes)


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> Wire:
        return current().dial(self._dns_host, self.port)


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> Wire:
        return current().dial(self._dns_host, self.port)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    """requests' own adapter over connections that judge their addresses, with one TLS context for all of them."""

    def __init__(self, trust: Path | None) -> None:
        self._context = ssl.create_default_context(cafile=str(trust or DEFAULT_CA_BUNDLE_PATH))
        self._context.sslsocket_class = SecureWire
        super().__init__(HOSTS_KEPT, IDLE_PER_HOST, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **_: Any) -> None:
        self.poolmanager = urllib3.PoolManager(connections, maxsize=maxsize, block=block, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def cert_verify(self, *_: Any) -> None:
        """The context has its authorities already; naming the file again would load it at each connection (20 ms)."""

    def ask(self, request: requests.PreparedRequest, timeout_s: float) -> urllib3.BaseHTTPResponse:
        """Return the head of the answer, its body unread."""
        raw: urllib3.BaseHTTPResponse = self.send(request, stream=True, timeout=timeout_s).raw
        return raw

    def build_response(self, _: requests.PreparedRequest, resp: urllib3.BaseHTTPResponse) -> requests.Response:
        response = requests.Response()  # without reading cookies that nobody keeps
        response.raw = resp
        return response


def _normal(url: str) -> str:
    """Return `url` as it is asked for: host in lower case and ASCII, the rest quoted, no credentials, no fragment."""
    request = requests.PreparedRequest()
    request.prepare_url(urldefragauth(url), None)
    return str(request.url)


_RAISED = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)


def _explain(error: BaseException) -> FetchError:
    """Return the failure that stands behind what requests, urllib3, http.client or the socket raised."""
    causes = list(_causes(error))[::-1]
    for kind, sentence, types in _FAILURES:
        for cause in causes:
            if isinstance(cause, types):
                return FetchError(kind, sentence.format(_reason(cause)))
    if any("header" in str(cause) for cause in causes if isinstance(cause, http.client.HTTPException)):
        return Refused("too_large", "The answer has too many header fields, or too long ones.")
    if isinstance(error, requests.exceptions.InvalidURL | urllib3.exceptions.LocationValueError):
        return Blocked("blocked", "This is no web address.")
    return FetchError("http", f"The server does not speak HTTP as it should: {_reason(causes[0])}.")


_FAILURES: tuple[tuple[str, str, tuple[type[BaseException], ...]], ...] = (
    ("tls", "TLS failed: {}.", (ssl.SSLError, urllib3.exceptions.SSLError)),
    ("timeout", "The server did not answer in time.", (TimeoutError, urllib3.exceptions.TimeoutError)),
    ("http", "The body is not chunked as it says it is.", (urllib3.exceptions.InvalidChunkLength,)),
    ("truncated", "The body ends before its end.", (http.client.IncompleteRead, urllib3.exceptions.IncompleteRead)),
    (
        "truncated",
        "The server hung up before the end of its answer.",
        (http.client.RemoteDisconnected, ConnectionError),
    ),
)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield `error` and all that it was made of, the origin last."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _reason(error: BaseException) -> str:
    text = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error) or type(error).__name__
    words = "".join(char if char.isprintable() else " " for char in str(text)[:200])  # some of it is the server's own
    return " ".join(words.lower().replace("_", " ").split()).rstrip(".")
