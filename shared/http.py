"""The one safe HTTP client: every feed, page, hub and webhook is fetched through it, and only it knows requests.

    look the name up ▶ judge each address ▶ connect ▶ ask ▶ (redirect: all again) ▶ read, count, decode

Nothing outlives a request but idle connections and TLS sessions: no cookies, no netrc, no proxies from the environment.
"""

import base64
import http.client
import socket
import ssl
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Self

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_auth_from_url, urldefragauth
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from shared.addresses import allow_list, host_of, is_same_origin, place_of, target_of
from shared.bodies import ACCEPT_ENCODING, decode
from shared.crowd import Crowd, Turns
from shared.errors import Blocked, FetchError, Refused
from shared.passport import Passport
from shared.sockets import Dialler, Exchange, Limits, Resolve, SecureWire, Wire, current
from shared.tls import Context, loaded

__all__ = ["Client", "Limits", "Response", "host_of"]

HEAD_BYTES = 64 * 1024  # of one answer's header fields, interim answers (1xx) included
PIECE_BYTES = 64 * 1024
HOSTS_KEPT = 384  # with idle connections; a process may hold 1,024 files unless told otherwise
IDLE_PER_HOST = 4
CERTIFICATES_KEPT = 16  # client certificates whose connections are kept
NO_PASSPORT = Passport()
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
    instead of the bundled ones; `per_address` how many requests may be under way to one address at once, 0: any number,
    over all processes that share `turns`.
    """

    def __init__(
        self, limits: Limits, allow: Iterable[str] = (), user_agent: str = "Wireroom", *, trust: Path | None = None,
        resolve: Resolve = socket.getaddrinfo, per_address: int = 0, turns: Turns | None = None,
    ) -> None:  # fmt: skip
        self._limits = limits
        self._headers = {"user-agent": user_agent, "accept-encoding": ACCEPT_ENCODING, "accept": "*/*"}
        crowd = Crowd(per_address, limits.body_bytes, turns)
        self._dialler = Dialler(allow_list(allow), limits.connect_s, resolve, crowd)
        self._adapters = _Adapters(trust)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all idle connections."""
        self._adapters.close()
        self._dialler.close()

    def is_inner(self, url: str) -> bool:
        """Return whether `url` is on the operator's list of inner places."""
        try:
            return self._dialler.allows(*place_of(url))
        except Blocked:
            return False

    def get(self, url: str, headers: Mapping[str, str] | None = None, passport: Passport = NO_PASSPORT) -> Response:
        """Return what `url` answers, redirects followed.

        A name and password in the address become basic credentials. What `passport` holds reaches no other origin, but
        that its proxy is asked for every hop.

        :raises Blocked: the address, or one that it led to, may not be reached.
        :raises Refused: the answer broke a limit.
        :raises FetchError: no whole answer came; `kind` says why.
        """
        asked = self._headers | {name.lower(): value for name, value in (headers or {}).items()} | passport.headers
        if passport.authorization:
            asked["authorization"] = passport.authorization
        exchange = Exchange(self._limits, self._dialler)
        with exchange.running():
            try:
                return self._follow(url, asked, passport, exchange)
            except _RAISED as error:
                raise _explain(error) from error

    @property
    def tls(self) -> ssl.SSLContext:
        """How to speak TLS on what an exchange dialled: it believes the same authorities."""
        return self._adapters.tls

    @contextmanager
    def exchange(self) -> Iterator[Exchange]:
        """Yield what dials for another protocol than HTTP, under the same limits and to the same places only."""
        exchange = Exchange(self._limits, self._dialler)
        with exchange.running():
            exchange.allow(2 * self._limits.body_bytes, f"More than {2 * self._limits.body_bytes} bytes came.")
            yield exchange

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
        """Return what `url` answers to `body`; a redirect is an answer, and nothing is sent on.

        :raises Blocked: the address may not be reached.
        :raises Refused: the answer broke a limit.
        :raises FetchError: no whole answer came; `kind` says why.
        """
        place_of(url)
        asked = self._headers | {name.lower(): value for name, value in headers.items()}
        request = requests.PreparedRequest()
        request.prepare(method="POST", url=urldefragauth(url), headers=asked, data=body)
        exchange = Exchange(self._limits, self._dialler)
        with exchange.running():
            try:
                return self._finish(self._ask(request, NO_PASSPORT, exchange), str(request.url), exchange, None, False)
            except _RAISED as error:
                raise _explain(error) from error

    def _follow(self, url: str, headers: dict[str, str], passport: Passport, exchange: Exchange) -> Response:
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
            if passport.proxy:
                exchange.judge(*place_of(url), named=not hop)
            raw = self._ask(request, passport, exchange)
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
                headers["user-agent"] = self._headers["user-agent"]  # one of the feed's own may be a secret too
                passport = Passport(proxy=passport.proxy)
            if self._dialler.allows(*place_of(target)) and not self._dialler.allows(*place_of(url)):
                places = f"{host_of(url)} redirects to {host_of(target)}"
                raise Blocked("blocked", f"{places}, which may only be asked for directly.")
            url = target
        raise FetchError("redirect", f"More than {self._limits.hops} redirects, the last to {host_of(url)}.")

    def _ask(
        self, request: requests.PreparedRequest, passport: Passport, exchange: Exchange
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer's head; on a connection that had died while idle, ask again."""
        adapter = self._adapters.of(passport.certificate)
        for _ in range(IDLE_PER_HOST):
            exchange.allow(HEAD_BYTES, f"The header fields are larger than {HEAD_BYTES} bytes.")
            exchange.dialled, before = False, exchange.received
            try:
                return adapter.ask(request, self._limits.connect_s, passport.proxy)
            except (requests.RequestException, FetchError):
                if exchange.dialled or exchange.received > before:
                    raise
        return adapter.ask(request, self._limits.connect_s, passport.proxy)

    def _finish(
        self, raw: urllib3.BaseHTTPResponse, url: str, exchange: Exchange, moved_to: str | None, left_https: bool
    ) -> Response:
        headers = {name.lower(): value for name, value in raw.headers.itermerged()}  # fields given twice are one list
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
        coding = headers.get("content-encoding", "")
        return decode(pieces, coding, limits.wire_bytes, limits.body_bytes, exchange.grow)


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> Wire:
        return current().dial(self._dns_host, self.port)

    def putrequest(self, *args: Any, **more: Any) -> None:
        current().take_turn(self.sock)
        super().putrequest(*args, **more)


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> Wire:
        return current().dial(self._dns_host, self.port)

    def putrequest(self, *args: Any, **more: Any) -> None:
        current().take_turn(self.sock)
        super().putrequest(*args, **more)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _PlainPool, "https": _SecurePool}


class _Adapter(HTTPAdapter):
    """requests' own adapter over connections that judge their addresses, with one TLS context for all of them."""

    def __init__(self, trust: Path | None, certificate: str | None = None) -> None:
        self.tls = _trusting(trust)
        if certificate:
            loaded(self.tls, certificate)
        super().__init__(HOSTS_KEPT, IDLE_PER_HOST, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **_: Any) -> None:
        self.poolmanager = urllib3.PoolManager(connections, maxsize=maxsize, block=block, ssl_context=self.tls)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **_: Any) -> urllib3.ProxyManager:
        if proxy not in self.proxy_manager:
            manager = urllib3.ProxyManager(
                urldefragauth(proxy),
                proxy_headers=self.proxy_headers(proxy),
                num_pools=HOSTS_KEPT,
                maxsize=IDLE_PER_HOST,
                ssl_context=self.tls,
            )
            manager.pool_classes_by_scheme = _POOLS
            self.proxy_manager[proxy] = manager
        found: urllib3.ProxyManager = self.proxy_manager[proxy]
        return found

    def cert_verify(self, *_: Any) -> None:
        """The context has its authorities already; naming the file again would load it at each connection (20 ms)."""

    def ask(self, request: requests.PreparedRequest, timeout_s: float, proxy: str | None) -> urllib3.BaseHTTPResponse:
        """Return the head of the answer, its body unread."""
        proxies = {"http": proxy, "https": proxy} if proxy else None
        raw: urllib3.BaseHTTPResponse = self.send(request, stream=True, timeout=timeout_s, proxies=proxies).raw
        return raw

    def build_response(self, _: requests.PreparedRequest, resp: urllib3.BaseHTTPResponse) -> requests.Response:
        response = requests.Response()  # without reading cookies that nobody keeps
        response.raw = resp
        return response


def _trusting(trust: Path | None) -> Context:
    return Context.trusting(trust or Path(DEFAULT_CA_BUNDLE_PATH), SecureWire)


class _Adapters:
    """An adapter for connections without a client certificate, and one for each certificate lately used."""

    def __init__(self, trust: Path | None) -> None:
        self._trust, self._plain = trust, _Adapter(trust)
        self._others: OrderedDict[str, _Adapter] = OrderedDict()
        self._lock = Lock()

    def of(self, certificate: str | None) -> _Adapter:
        """Return the adapter whose connections show `certificate`."""
        if certificate is None:
            return self._plain
        with self._lock:
            adapter = self._others.pop(certificate, None) or _Adapter(self._trust, certificate)
            self._others[certificate] = adapter
            while len(self._others) > CERTIFICATES_KEPT:
                self._others.popitem(last=False)[1].close()
        return adapter

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """A context for other protocols; urllib3 has its own offer HTTP (RFC 7301), which strict FTP servers refuse."""
        return _trusting(self._trust)

    def close(self) -> None:
        """Close all idle connections."""
        for adapter in (self._plain, *self._others.values()):
            adapter.close()


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
    if any("Tunnel connection failed" in str(cause) for cause in causes):
        return FetchError("proxy", f"The proxy refuses: {_reason(causes[0])}.")
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
