"""One request, sent: by which proxy, by which version of HTTP, and again where it was left unread."""

import requests
import urllib3

from shared.errors import FetchError
from shared.http.addresses import is_web_name, place_of
from shared.http.connections import IDLE_PER_HOST, Adapters
from shared.http.exchange import Exchange
from shared.http.mishaps import RAISED, explain, is_mistrust, is_refused_protocol
from shared.http.passport import Passport
from shared.http.signing import Signer
from shared.http.sockets import NO_WAY, Dialler
from shared.http.tls import NONE, Mistrusted, shown
from shared.http.versions import Outdated, Unprocessed, Upgraded, wants_http2

HEAD_BYTES = 64 * 1024  # of one answer's header fields, interim answers (1xx) included
VERSION_2 = 20  # as urllib3 calls it
NOT_DIALLED = NO_WAY | {"blocked", "dns", "connect"}  # kinds of failures to reach whoever is dialled


class Sender:
    """Sends requests over connections that are kept; safe for threads.

    `proxy` is asked for whatever is no inner place. `signer` signs each request.
    """

    def __init__(self, adapters: Adapters, dialler: Dialler, proxy: str | None, signer: Signer | None) -> None:
        self._adapters, self._dialler, self._proxy, self._signer = adapters, dialler, proxy, signer
        self._upgraded = Upgraded()

    def ask(
        self, request: requests.PreparedRequest, passport: Passport, exchange: Exchange, *, first: bool
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer's head; what was left unread, or is wanted by the other version of HTTP, is sent again.

        `first` says that it is what was asked for, and no redirect led there.

        :raises Blocked: it leads to no address that may be reached.
        :raises FetchError: no answer came, or none that is taken; likewise what `RAISED` names.
        """
        url = str(request.url)
        passport = self._through(url, passport, exchange, first=first)
        http2 = passport.http2 or url in self._upgraded
        try:
            raw = self._send(request, passport, exchange, http2=http2)
            if http2 or not wants_http2(url, raw.status, raw.headers):
                return raw
            raw.close()
            http2 = True
        except (requests.RequestException, FetchError) as error:
            self.forget(url)
            if isinstance(error, Outdated) or (is_refused_protocol(error) and not http2):
                http2 = not http2
            elif not isinstance(error, Unprocessed):
                raise
        raw = self._send(request, passport, exchange, http2=http2)
        if raw.version == VERSION_2 and not passport.http2:
            self._upgraded.add(url)
            exchange.refused += 1
        return raw

    def forget(self, url: str) -> None:
        """Ask the server of `url` like any again: what it answered by HTTP/2 failed."""
        self._upgraded.forget(url)

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
                if passport.proxy and (failure := self._proxy_failure(error, passport.proxy)):
                    raise failure from error
                if is_mistrust(error):
                    raise self._mistrust(error, request, passport, exchange) from error
                if exchange.dialled or exchange.received > before:
                    raise
        return adapter.ask(request, exchange.limits.connect_s, passport.proxy)

    def _proxy_failure(self, error: Exception, proxy: str) -> FetchError | None:
        """Return what is said where the proxy cannot be asked, None: it is not that which failed.

        The operator's own is asked for whatever there is: that there is no way to it is no publisher's failure.
        """
        if isinstance(error, FetchError) and error.kind in NOT_DIALLED:
            failure = error
        elif isinstance(error, requests.exceptions.ProxyError) and (explained := explain(error)).kind == "tls":
            failure = explained
        else:
            return None
        ours = proxy == self._proxy and failure.kind != "blocked"
        return type(failure)("unreachable" if ours else failure.kind, f"The proxy cannot be asked. {failure}")

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
