"""The connections beneath the client: requests' own, but dialled by `shared.http.sockets`, which judges each address.

They are kept while they are idle, apart for each client certificate that they show and each one that they believe.
"""

import email.parser
import http.client
import logging
import re
import socket
import ssl
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, urldefragauth
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssltransport import SSLTransport

from shared.http.exchange import current
from shared.http.mishaps import HANG_UPS
from shared.http.sockets import SecureWire, Wire
from shared.http.socks import hung_up, read_socks
from shared.http.tls import Context, loaded
from shared.http.versions import HTTP2, OFFERED

if TYPE_CHECKING:
    from shared.http.http2 import Http2

http.client._MAXHEADERS = 1000  # type: ignore[attr-defined] # some publishers send more than its 100; bytes are counted
logging.getLogger("urllib3").setLevel(logging.ERROR)  # its warnings quote what servers send; a feed's error says it
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]++)[ \t]*+:|[ \t]")
_HEAD = re.compile(rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]++:[^\r\n]*+\r\n)*+\r\n")  # nothing odd in it
HOSTS_KEPT = 384  # with idle connections; a process may hold 1,024 files unless told otherwise
IDLE_PER_HOST = 4
ADAPTERS_KEPT = 16  # for certificates of feeds' own, whose connections are kept


@contextmanager
def _before_a_proxy_leads_on() -> Iterator[None]:
    """Tell a proxy that hangs up from whoever it was to lead to."""
    try:
        yield
    except HANG_UPS:
        raise hung_up() from None


def _fields(fp: Any, *_: Any, **__: Any) -> http.client.HTTPMessage:
    """Return an answer's header fields, as http.client does, but for one line that is none it loses all after it.

    A blank before the colon is dropped, and a carriage return within a line is one (RFC 9112, 5.1 and 2.2).
    """
    lines = http.client._read_headers(fp)  # type: ignore[attr-defined]
    head = b"".join(lines)
    if not _HEAD.fullmatch(head):
        head = b"".join(_mended(lines)) + b"\r\n"
    return email.parser.Parser(_class=http.client.HTTPMessage).parsestr(head.decode("iso-8859-1"))


def _mended(lines: Iterable[bytes]) -> Iterator[bytes]:
    goes_on = False
    for line in lines:
        found = _FIELD.match(line)
        goes_on = bool(found and (found[1] or goes_on))  # a line that begins with a blank goes on with the one before
        if found and goes_on:
            text = line.rstrip(b"\r\n").replace(b"\r", b" ") + b"\r\n"
            yield found[1] + text[found.end() - 1 :] if found[1] else text


http.client.parse_headers = _fields  # type: ignore[assignment] # which knows no other way to be told


class _Answer(http.client.HTTPResponse):
    """http.client's, but no interim answer is taken for the final one, and no chunk has less than no bytes."""

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        interim = 100 < status < 200 and status != http.HTTPStatus.SWITCHING_PROTOCOLS  # RFC 9110, 15.2
        return version, http.HTTPStatus.CONTINUE if interim else status, reason

    def _safe_read(self, amt: int) -> bytes:
        if amt < 0:
            raise http.client.HTTPException("a chunk has a negative size")
        read: bytes = super()._safe_read(amt)  # type: ignore[misc]
        return read


class _PlainConnection(HTTPConnection):
    response_class = _Answer

    def _new_conn(self) -> Wire:
        return current().dial(self._dns_host, self.port)

    def putrequest(self, *args: Any, **more: Any) -> None:
        current().take_turn(self.sock)
        super().putrequest(*args, **more)

    def _tunnel(self) -> None:
        with _before_a_proxy_leads_on():
            super()._tunnel()


class _SecureConnection(_PlainConnection, HTTPSConnection):
    """Dialled and counted alike; the rest is HTTPSConnection's."""

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, SSLTransport):
            assert isinstance(self.ssl_context, Context)
            self.ssl_context.judge(self.sock)
        self.is_verified = True  # its context believed it, if by a pin; otherwise it would have raised

    def _connect_tls_proxy(self, hostname: str, sock: socket.socket) -> ssl.SSLSocket:
        with _before_a_proxy_leads_on():
            return super()._connect_tls_proxy(hostname, sock)


class _Http2Connection(_SecureConnection):
    """One that speaks HTTP/2 where the server takes it, and HTTP/1.1 where it does not."""

    _http2: "Http2 | None" = None

    def connect(self) -> None:
        super().connect()
        sock: Any = self.sock
        if sock.selected_alpn_protocol() == HTTP2:
            from shared.http.http2 import Http2  # which no worker loads that never meets it

            self._http2 = Http2(sock)

    @property
    def is_connected(self) -> bool:
        return super().is_connected and (self._http2 is None or self._http2.is_free)

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **more: Any) -> None:
        if self._http2 is None:
            super().request(method, url, body, headers, **more)
            return
        current().take_turn(self.sock)
        self._asked = method, url
        self._http2.send(method, self._authority(), url, headers or {}, body or b"")

    def _authority(self) -> str:
        host, port = (self._tunnel_host, self._tunnel_port) if self._tunnel_host else (self.host, self.port)
        host = f"[{host.strip('[]')}]" if ":" in host else host
        return host if port in {None, self.default_port} else f"{host}:{port}"

    def getresponse(self) -> Any:
        return super().getresponse() if self._http2 is None else self._http2.answer(*self._asked)

    def close(self) -> None:
        super().close()
        self._http2 = None


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Http2Pool(HTTPSConnectionPool):
    ConnectionCls = _Http2Connection


_POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _PlainPool, "https": _SecurePool}
_HTTP2_POOLS = {**_POOLS, "https": _Http2Pool}


class _Adapter(HTTPAdapter):
    """requests' own adapter over connections that judge their addresses, with one TLS context for all of them."""

    def __init__(
        self, authorities: Path | None, certificate: str | None = None, pin: str | None = None, http2: bool = False
    ) -> None:
        self._authorities = authorities
        self._pools = _HTTP2_POOLS if http2 else _POOLS
        self.tls = _trusting(authorities) if pin is None else Context.pinned(pin, SecureWire)
        if http2:
            self.tls.offered = OFFERED
        if certificate:
            loaded(self.tls, certificate)
        super().__init__(HOSTS_KEPT, IDLE_PER_HOST, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **_: Any) -> None:
        self.poolmanager = urllib3.PoolManager(
            connections, maxsize=maxsize, block=block, ssl_context=self.tls, cert_reqs=self.tls.verify_mode
        )
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **_: Any) -> urllib3.PoolManager:
        if proxy not in self.proxy_manager and read_socks(proxy):
            self._manage(proxy, urllib3.PoolManager(HOSTS_KEPT, maxsize=IDLE_PER_HOST, ssl_context=self.tls))
        elif proxy not in self.proxy_manager:
            manager = urllib3.ProxyManager(
                urldefragauth(proxy),
                proxy_headers=self.proxy_headers(proxy),
                proxy_ssl_context=_trusting(self._authorities) if proxy.startswith("https:") else None,
                num_pools=HOSTS_KEPT,
                maxsize=IDLE_PER_HOST,
                ssl_context=self.tls,
            )
            self._manage(proxy, manager)
        found: urllib3.PoolManager = self.proxy_manager[proxy]
        return found

    def _manage(self, proxy: str, manager: urllib3.PoolManager) -> None:
        manager.pool_classes_by_scheme = self._pools
        self.proxy_manager[proxy] = manager

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        if proxies:
            return super().get_connection_with_tls_context(request, verify, proxies, cert)
        return self.poolmanager.connection_from_url(request.url)  # which knows whatever else there is to know

    def build_connection_pool_key_attributes(self, *args: Any, **more: Any) -> tuple[Any, Any]:
        host, pool = super().build_connection_pool_key_attributes(*args, **more)
        return host, {**pool, "cert_reqs": self.tls.verify_mode}

    def cert_verify(self, *_: Any) -> None:
        """The context has its authorities already; naming the file again would load it at each connection (20 ms)."""

    def ask(self, request: requests.PreparedRequest, timeout_s: float, proxy: str | None) -> urllib3.BaseHTTPResponse:
        """Return the head of the answer, its body unread."""
        current().socks = read_socks(proxy)
        proxies = {"http": proxy, "https": proxy} if proxy else None
        raw: urllib3.BaseHTTPResponse = self.send(request, stream=True, timeout=timeout_s, proxies=proxies).raw
        return raw

    def build_response(self, _: requests.PreparedRequest, resp: urllib3.BaseHTTPResponse) -> requests.Response:
        response = requests.Response()  # without reading cookies that nobody keeps
        response.raw = resp
        return response


def _trusting(trust: Path | None) -> Context:
    return Context.trusting(Path(DEFAULT_CA_BUNDLE_PATH), trust, SecureWire)


class Adapters:
    """An adapter for connections like any, and for each other kind lately used: by certificates, ours and theirs."""

    def __init__(self, authorities: Path | None) -> None:
        self._authorities, self._plain = authorities, _Adapter(authorities)
        self._others: OrderedDict[tuple[str | None, str | None, bool], _Adapter] = OrderedDict()
        self._lock = Lock()

    def of(self, certificate: str | None, pin: str | None, *, http2: bool = False) -> _Adapter:
        """Return the adapter whose connections show `certificate` and believe that of `pin` alone, and offer HTTP/2."""
        key = certificate, pin, http2
        if key == (None, None, False):
            return self._plain
        with self._lock:
            adapter = self._others.pop(key, None) or _Adapter(self._authorities, *key)
            self._others[key] = adapter
            while len(self._others) > ADAPTERS_KEPT:
                self._others.popitem(last=False)[1].close()
        return adapter

    def tls(self, pin: str | None) -> ssl.SSLContext:
        """Return a context for other protocols; urllib3's offer HTTP (RFC 7301), which strict FTP servers refuse."""
        return self._tls if pin is None else Context.pinned(pin, SecureWire)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return _trusting(self._authorities)

    def close(self) -> None:
        """Close all idle connections."""
        for adapter in (self._plain, *self._others.values()):
            adapter.close()
