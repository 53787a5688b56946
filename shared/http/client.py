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
from shared.http.addresses import allow_list, host_of, is_same_origin, is_web_name, place_of, target_of
from shared.http.bodies import ACCEPT_ENCODING, decode
from shared.http.connections import IDLE_PER_HOST, Adapters
from shared.http.cookies import Cookies
from shared.http.crowd import Crowd, Turns
from shared.http.mishaps import RAISED, explain, is_mistrust, is_refused_protocol
from shared.http.passport import Passport, media_type_of
from shared.http.signing import Signer
from shared.http.sockets import NO_WAY, Dialler, Exchange, Limits, Resolve
from shared.http.tls import NONE, Mistrusted, shown
from shared.http.versions import Outdated, Unprocessed, Upgraded, wants_http2
from shared.settings import Settings

__all__ = ["Client", "Limits", "Response", "host_of"]

HEAD_BYTES = 64 * 1024  # of one answer's header fields, interim answers (1xx) included
PIECE_BYTES = 64 * 1024
VERSION_2 = 20  # as urllib3 calls it
NO_PASSPORT = Passport()
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
NOT_DIALLED = NO_WAY | {"blocked", "dns", "connect"}  # kinds of failures to reach whoever is dialled
SENT_AGAIN = frozenset({307, 308})  # redirects that keep the method (RFC 9110, 15.4); after others a POST is a GET
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
        self._limits, self._proxy, self._signer = limits, proxy, signer
        self._headers = {"user-agent": user_agent, "accept-encoding": ACCEPT_ENCODING, "accept": "*/*"}
        crowd = Crowd(per_address, limits.body_bytes, turns)
        self._dialler = Dialler(allow_list(allow), resolve, crowd)
        self._adapters = Adapters(trust)
        self._upgraded = Upgraded()

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
        request = _prepared("POST", url, asked, body)
        exchange = Exchange(self._limits, self._dialler)
        with exchange.running():
            try:
                raw = self._ask(request, self._through(url, NO_PASSPORT, exchange, first=True), exchange)
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
        cookies, first = Cookies(), ""
        moved_to, permanent, left_https = None, not (name or password), False
        for hop in range(self._limits.hops + 1):
            body = passport.post.encode() if passport.post else None
            request = _prepared("POST" if body else "GET", url, headers, body)
            url = str(request.url)
            if cookie := cookies.given(url, headers.get("cookie", "")):
                request.headers["cookie"] = cookie
            first = first or url
            moved_to = (url if url != first else None) if hop and permanent else moved_to
            raw = self._ask(request, self._through(url, passport, exchange, first=not hop), exchange)
            location = _location(raw)
            if location is None:
                return replace(self._finish(raw, url, exchange), moved_to=moved_to, left_https=left_https)
            raw.close()
            cookies.take(url, raw.headers.getlist("set-cookie"))
            target = _normal(target_of(url, location))
            downgrade = url.startswith("https:") and target.startswith("http:")
            changed = passport.post is not None and raw.status not in SENT_AGAIN  # to a GET
            permanent = permanent and raw.status in PERMANENT and not downgrade and not changed
            left_https = left_https or downgrade
            headers, passport = _sent_on(headers, passport, raw.status, url, target)
            if not is_same_origin(target, url):
                headers = {name: value for name, value in headers.items() if name in HARMLESS}
                headers["user-agent"] = self._headers["user-agent"]  # one of the feed's own may be a secret too
                passport = Passport(proxy=passport.proxy, http2=passport.http2)
            if self._dialler.allows(*place_of(target)) and not self._dialler.allows(*place_of(url)):
                places = f"{host_of(url)} redirects to {host_of(target)}"
                raise Blocked("blocked", f"{places}, which may only be asked for directly.")
            url = target
        raise FetchError("redirect", f"More than {self._limits.hops} redirects, the last to {host_of(url)}.")

    def _through(self, url: str, passport: Passport, exchange: Exchange, *, first: bool) -> Passport:
        """Return the passport with the proxy that is asked for `url`: the feed's own, else the operator's.

        A name that only the proxy knows is let through to the feed's own proxy where it is the feed's own address, to
        the operator's where it may be one of the whole internet's.

        :raises Blocked: as far as can be seen from here, it leads to no address that may be reached.
        """
        host, port = place_of(url)
        if passport.proxy:
            exchange.judge(host, port, named=first and not passport.elsewhere)
        elif self._proxy and not self._dialler.allows(host, port):
            exchange.judge(host, port, named=is_web_name(host))
            return passport.model_copy(update={"proxy": self._proxy})
        return passport

    def _ask(
        self, request: requests.PreparedRequest, passport: Passport, exchange: Exchange
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer's head; what was left unread, or is wanted by the other version of HTTP, is sent again."""
        url = str(request.url)
        http2 = passport.http2 or url in self._upgraded
        try:
            raw = self._send(request, passport, exchange, http2=http2)
            if http2 or not wants_http2(url, raw.status, raw.headers):
                return raw
            raw.close()
            http2 = True
        except (requests.RequestException, FetchError) as error:
            self._upgraded.forget(url)
            if isinstance(error, Outdated) or (is_refused_protocol(error) and not http2):
                http2 = not http2
            elif not isinstance(error, Unprocessed):
                raise
        raw = self._send(request, passport, exchange, http2=http2)
        if raw.version == VERSION_2 and not passport.http2:
            self._upgraded.add(url)
            exchange.refused += 1
        return raw

    def _send(
        self, request: requests.PreparedRequest, passport: Passport, exchange: Exchange, *, http2: bool
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer's head; on a connection that had died while idle, ask again."""
        if self._signer:
            request.headers.update(self._signer.fields(str(request.url)))
        adapter = self._adapters.of(passport.certificate, passport.pin, http2=http2)
        for _ in range(IDLE_PER_HOST):
            exchange.allow(HEAD_BYTES, f"The header fields are larger than {HEAD_BYTES} bytes.")
            exchange.dialled, before = False, exchange.received
            try:
                return adapter.ask(request, exchange.limits.connect_s, passport.proxy)
            except (requests.RequestException, FetchError) as error:
                if passport.proxy and isinstance(error, FetchError) and error.kind in NOT_DIALLED:
                    ours = passport.proxy == self._proxy and error.kind != "blocked"  # whoever is asked through it
                    kind = "unreachable" if ours else error.kind
                    raise type(error)(kind, f"The proxy cannot be asked. {error}") from error
                if isinstance(error, requests.exceptions.ProxyError) and (failure := explain(error)).kind == "tls":
                    kind = "unreachable" if passport.proxy == self._proxy else "tls"
                    raise FetchError(kind, f"The proxy cannot be asked. {failure}") from error
                if is_mistrust(error):
                    raise self._mistrust(error, request, passport, exchange) from error
                if exchange.dialled or exchange.received > before:
                    raise
        return adapter.ask(request, exchange.limits.connect_s, passport.proxy)

    def _mistrust(
        self, error: Exception, request: requests.PreparedRequest, passport: Passport, exchange: Exchange
    ) -> FetchError:
        """Return why a certificate was not believed, and which it was: seen where none is, so that nothing is sent."""
        try:
            self._adapters.of(None, NONE, http2=True).ask(request, exchange.limits.connect_s, passport.proxy)
        except Mistrusted as mistrusted:
            return FetchError("tls", f"{explain(error)} {shown(mistrusted.fingerprint)}")
        except (*RAISED, FetchError):
            return explain(error)
        raise AssertionError("no certificate is none that is trusted")

    def _finish(self, raw: urllib3.BaseHTTPResponse, url: str, exchange: Exchange) -> Response:
        fields = _fields(raw)
        try:
            body = self._body(raw, fields, exchange)
        except BaseException:
            raw.close()
            self._upgraded.forget(url)
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
    """Return a request; cookies, credentials and the like stand in its header fields, where they are wanted."""
    request = requests.PreparedRequest()
    request.prepare_method(method)
    request.prepare_url(urldefragauth(url), None)
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


def _sent_on(
    headers: dict[str, str], passport: Passport, status: int, url: str, target: str
) -> tuple[dict[str, str], Passport]:
    """Return what is sent where a redirect leads: what was posted is posted again where the status says so.

    :raises FetchError: it would go to another origin, and it may be a secret.
    """
    if not passport.post:
        return headers, passport
    if status in SENT_AGAIN:
        if not is_same_origin(target, url):
            places = f"{host_of(url)} redirects what is posted to it to {host_of(target)}"
            raise FetchError("redirect", f"{places}, where it is not sent.")
        return headers, passport
    headers = {name: value for name, value in headers.items() if name != "content-type"}
    return headers, passport.model_copy(update={"post": None})


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
