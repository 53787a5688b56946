"""The one safe HTTP client: asks, follows redirects, and returns answers whole.

Nothing outlives a request but idle connections, TLS sessions and who refuses HTTP/1.1: no cookies (what its redirects
set ends with it), no netrc, no proxies from the environment.
"""

import base64
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import requests
import urllib3
from requests.utils import get_auth_from_url, urldefragauth

from shared.errors import Blocked, FetchError, Refused
from shared.http.addresses import allow_list, host_of, place_of, target_of
from shared.http.bodies import ACCEPT_ENCODING, decode
from shared.http.connections import Adapters
from shared.http.cookies import Cookies
from shared.http.crowd import Crowd, Turns
from shared.http.exchange import Exchange, Limits
from shared.http.mishaps import RAISED, explain
from shared.http.passport import Passport, media_type_of
from shared.http.redirects import REDIRECTS, Hop, onward
from shared.http.sending import HEAD_BYTES, VERSION_2, Sender
from shared.http.signing import Signer
from shared.http.sockets import Dialler, Resolve
from shared.settings import Settings

__all__ = ["Client", "Limits", "Response", "host_of"]

PIECE_BYTES = 64 * 1024
NO_PASSPORT = Passport()


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
    http2: bool = False  # it came by HTTP/2
    refused: int = 0  # requests by HTTP/1.1 that were sent again by HTTP/2, over all hops


class Client:
    """Gets resources, many at once; safe for threads, and to be made after a fork.

    `allow` names inner places that may be reached, as host:port. `trust` is a file of certificate authorities (PEM)
    beside the bundled ones; `per_address` how many requests may be under way to one address at once, 0: any number,
    over all processes that share `turns`. `proxy` is asked for whatever is no inner place of that list. `signer`
    signs each request.

    :raises UsageError: `trust` holds no authorities.
    """

    def __init__(
        self, limits: Limits, allow: Iterable[str] = (), user_agent: str = "Wireroom", *, trust: Path | None = None,
        resolve: Resolve = socket.getaddrinfo, per_address: int = 0, turns: Turns | None = None,
        proxy: str | None = None, signer: Signer | None = None,
    ) -> None:  # fmt: skip
        self._limits = limits
        self._headers = {"user-agent": user_agent, "accept-encoding": ACCEPT_ENCODING, "accept": "*/*"}
        crowd = Crowd(per_address, limits.body_bytes, turns)
        self._dialler = Dialler(allow_list(allow), resolve, crowd)
        self._adapters = Adapters(trust)
        self._sender = Sender(self._adapters, self._dialler, proxy, signer)

    @classmethod
    def from_settings(cls, settings: Settings, turns: Turns | None = None) -> Self:
        """Return the client that the operator set up.

        :raises UsageError: the file of authorities that he names holds none, or the key that signs is no key.
        """
        return cls(
            Limits.from_settings(settings),
            settings.fetch_allow,
            settings.user_agent,
            trust=settings.fetch_authorities,
            per_address=settings.fetch_per_address,
            turns=turns,
            proxy=settings.fetch_proxy or None,
            signer=Signer.read(settings.signing_key, settings.signing_directory),
        )

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
        """Return what `url` answers, redirects followed; where the passport has a body, it is asked for by POST.

        A name and password in the address become basic credentials. What `passport` holds reaches no other origin, but
        that its proxy is asked for every hop.

        :raises Blocked: the address, or one that it led to, may not be reached.
        :raises Refused: the answer broke a limit.
        :raises FetchError: no whole answer came; `kind` says why.
        """
        asked = self._headers | {name.lower(): value for name, value in (headers or {}).items()} | passport.headers
        if passport.authorization:
            asked["authorization"] = passport.authorization
        if passport.post:
            asked.setdefault("content-type", media_type_of(passport.post))
        exchange = Exchange(self._limits.within(passport.timeout_s), self._dialler)
        with exchange.running():
            try:
                return self._follow(url, asked, passport, exchange)
            except RAISED as error:
                raise explain(error) from error

    def tls(self, pin: str | None = None) -> ssl.SSLContext:
        """Return how to speak TLS on what an exchange dialled: it believes the same authorities, or what is pinned."""
        return self._adapters.tls(pin)

    @contextmanager
    def exchange(self, timeout_s: float | None = None) -> Iterator[Exchange]:
        """Yield what dials for another protocol than HTTP, under the same limits and to the same places only.

        `timeout_s` are the seconds that it may take in all, None: as many as any request.
        """
        exchange = Exchange(self._limits.within(timeout_s), self._dialler)
        with exchange.running():
            exchange.allow(2 * self._limits.body_bytes, f"More than {2 * self._limits.body_bytes} bytes came.")
            yield exchange

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
        """Return what `url` answers to `body`, without a body: the status is the answer, also of a redirect.

        :raises Blocked: the address may not be reached.
        :raises Refused: the answer broke a limit.
        :raises FetchError: no whole answer came; `kind` says why.
        """
        place_of(url)
        asked = self._headers | {name.lower(): value for name, value in headers.items()}
        exchange = Exchange(self._limits, self._dialler)
        with exchange.running():
            try:
                request = _prepared("POST", _normal(url), asked, body)
                raw = self._sender.ask(request, NO_PASSPORT, exchange, first=True)
                raw.close()  # however much is said with it
                return _answer(raw, str(request.url), exchange, b"", _fields(raw))
            except RAISED as error:
                raise explain(error) from error

    def _follow(self, url: str, headers: dict[str, str], passport: Passport, exchange: Exchange) -> Response:
        place_of(url)
        name, password = get_auth_from_url(url)
        if name or password:
            token = base64.b64encode(f"{name}:{password}".encode()).decode()
            headers = {"authorization": f"Basic {token}"} | headers
        cookies, first = Cookies(), _normal(url)
        hop = Hop(first, headers, passport, first, moves=not (name or password))
        for number in range(self._limits.hops + 1):
            request = _prepared("POST" if hop.body else "GET", hop.url, hop.headers, hop.body)
            if cookie := cookies.given(hop.url, hop.headers.get("cookie", "")):
                request.headers["cookie"] = cookie
            raw = self._sender.ask(request, hop.passport, exchange, first=not number)
            location = _location(raw)
            if location is None:
                answer = self._finish(raw, hop.url, exchange)
                return replace(answer, moved_to=hop.moved_to, left_https=hop.left_https)
            raw.close()
            cookies.take(hop.url, raw.headers.getlist("set-cookie"))
            target = _normal(target_of(hop.url, location))
            if self.is_inner(target) and not self.is_inner(hop.url):
                places = f"{host_of(hop.url)} redirects to {host_of(target)}"
                raise Blocked("blocked", f"{places}, which may only be asked for directly.")
            hop = onward(hop, raw.status, target, self._headers["user-agent"])
        raise FetchError("redirect", f"More than {self._limits.hops} redirects, the last to {host_of(hop.url)}.")

    def _finish(self, raw: urllib3.BaseHTTPResponse, url: str, exchange: Exchange) -> Response:
        fields = _fields(raw)
        try:
            body = self._body(raw, fields, exchange)
        except BaseException:
            raw.close()
            self._sender.forget(url)
            raise
        return _answer(raw, url, exchange, body, fields)

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


def _prepared(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> requests.PreparedRequest:
    """Return a request for an address as `_normal` makes it; its header fields hold cookies, credentials and so on."""
    request = requests.PreparedRequest()
    request.prepare_method(method)
    request.url = url
    request.prepare_headers(headers)
    request.prepare_body(body, None)
    return request


def _location(raw: urllib3.BaseHTTPResponse) -> str | None:
    """Return where an answer redirects to, None: it does not.

    :raises FetchError: it names several places.
    """
    named = set(raw.headers.getlist("location")) if raw.status in REDIRECTS else set()
    if len(named) > 1:
        raw.close()
        raise FetchError("redirect", "The server redirects to several places at once.")
    return named.pop() if named else None


def _answer(
    raw: urllib3.BaseHTTPResponse, url: str, exchange: Exchange, body: bytes, fields: Mapping[str, str]
) -> Response:
    elapsed_ms = round((time.monotonic() - exchange.began) * 1000)
    return Response(
        raw.status, url, fields, body, exchange.received, elapsed_ms,
        http2=raw.version == VERSION_2, refused=exchange.refused,
    )  # fmt: skip


def _fields(raw: urllib3.BaseHTTPResponse) -> dict[str, str]:
    """Return an answer's header fields by their names in lower case; those that are given twice are one list."""
    return {name.lower(): value for name, value in raw.headers.itermerged()}


def _normal(url: str) -> str:
    """Return `url` as it is asked for: host in lower case and ASCII, the rest quoted, no credentials, no fragment."""
    request = requests.PreparedRequest()
    request.prepare_url(urldefragauth(url), None)
    return str(request.url)
