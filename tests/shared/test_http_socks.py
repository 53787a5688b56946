"""SOCKS5 proxies: asked for names, within the limits of any request, and told from publishers where they fail."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.errors import Blocked, FetchError, UsageError
from shared.http.client import Client
from shared.http.passport import Passport, read_proxy
from shared.http.socks import Proxy, lead_on
from shared.settings import Settings
from tests.outlet.outlet import Outlet
from tests.outlet.patience import PATIENT
from tests.outlet.socks import SocksProxy
from tests.shared.test_http_trust import Publisher


def unknown(host: str, *_: Any, **__: Any) -> Any:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with Outlet() as outlet:
        outlet.serve("feed", "words")
        yield outlet


@pytest.fixture
def proxy(outlet: Outlet) -> Iterator[SocksProxy]:
    with SocksProxy(("127.0.0.1", outlet.port)) as proxy:
        yield proxy


def through(proxy: SocksProxy, credentials: str = "", resolve: Any = unknown) -> Client:
    return Client(PATIENT, [f"127.0.0.1:{proxy.port}"], resolve=resolve, proxy=proxy.url(credentials))


def test_names_are_looked_up_by_the_proxy_and_connections_kept(outlet: Outlet, proxy: SocksProxy) -> None:
    with through(proxy) as client:
        assert [client.get(f"http://{host}.example/feed").body for host in "aab"] == [b"words"] * 3
    assert proxy.asked == [(3, b"a.example", 80), (3, b"b.example", 80)]
    seen = outlet.ledger.requests("feed")[0]
    assert seen.headers["host"] == "a.example"
    assert "proxy-authorization" not in seen.headers


def test_addresses_are_asked_for_as_such(proxy: SocksProxy) -> None:
    with through(proxy) as client:
        client.get("http://198.51.100.7.example/feed")
        client.get("http://9.9.9.9/feed")
        client.get("http://[2620:fe::fe]:81/feed")
    assert [(kind, len(address), port) for kind, address, port in proxy.asked[1:]] == [(1, 4, 80), (4, 16, 81)]


def test_a_feeds_own_proxy_may_be_one_with_name_and_password(outlet: Outlet, tmp_path: Path) -> None:
    with SocksProxy(("127.0.0.1", outlet.port), login=(b"desk", b"s3:cret")) as proxy:
        client = Client(PATIENT, [f"127.0.0.1:{proxy.port}"], resolve=unknown)
        with client:
            for scheme in ("socks5", "socks5h"):
                passport = Passport(proxy=read_proxy(proxy.url("desk:s3%3Acret@", scheme)))
                assert client.get("http://paper.example/feed", passport=passport).body == b"words"
            with pytest.raises(FetchError, match="does not take this name and password") as caught:
                client.get("http://paper.example/feed", passport=Passport(proxy=proxy.url("desk:wrong@")))
            assert caught.value.kind == "proxy"
            with pytest.raises(FetchError, match="wants other credentials"):
                client.get("http://paper.example/feed", passport=Passport(proxy=proxy.url()))


def test_tls_is_spoken_with_the_publisher_behind_it(tmp_path: Path) -> None:
    paper = Publisher(tmp_path, "paper.example")
    outlet = paper.start()
    with SocksProxy(("127.0.0.1", outlet.port)) as proxy:
        passport = Passport(proxy=proxy.url())
        allow = [f"127.0.0.1:{proxy.port}"]
        with Client(PATIENT, allow, resolve=unknown, trust=paper.file) as client:
            assert client.get("https://paper.example/feed", passport=passport).body == b"words"
            with pytest.raises(FetchError, match="TLS failed"):
                client.get("https://other.example/feed", passport=passport)
    paper.stop()


@pytest.mark.parametrize("url", ["http://127.0.0.1/feed", "http://169.254.169.254/", "http://redis:6379/"])
def test_inner_places_are_not_asked_for(proxy: SocksProxy, url: str) -> None:
    with through(proxy) as client, pytest.raises(FetchError):
        client.get(url)
    assert proxy.asked == []


def test_a_proxy_at_an_inner_address_has_to_be_allowed(proxy: SocksProxy) -> None:
    with Client(PATIENT, resolve=unknown, proxy=proxy.url()) as client, pytest.raises(Blocked, match="proxy cannot be"):
        client.get("http://paper.example/feed")


@pytest.mark.parametrize(
    ("raw", "reply", "why"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", 0, "does not speak SOCKS5"),
        (b"\x05", 0, "hung up"),
        (b"\x05\xff", 0, "wants other credentials"),
        (b"\x05\x00\x05\x00\x00\x09\x00", 0, "hung up"),
        (b"", 2, "its rules do not allow the host"),
        (b"", 4, "no way to the host"),
        (b"", 99, "code 99"),
    ],
)
def test_what_a_proxy_refuses_is_said(outlet: Outlet, raw: bytes, reply: int, why: str) -> None:
    with (
        SocksProxy(("127.0.0.1", outlet.port), raw=raw, reply=reply) as proxy,
        through(proxy) as client,
        pytest.raises(FetchError, match=why),
    ):
        client.get("http://paper.example/feed")


@pytest.mark.parametrize("hears", [False, True])
def test_a_proxy_that_drops_the_connection_is_said_to_have_hung_up(*, hears: bool) -> None:
    ours, its = socket.socketpair()

    def agree_and_drop() -> None:
        its.recv(3)
        if not hears:
            its.shutdown(socket.SHUT_RD)  # what is sent from now on meets EPIPE
        its.sendall(b"\x05\x00")
        if hears:
            its.recv(1)  # and leaves the rest, so that closing resets the connection
        its.close()

    with ours, ThreadPoolExecutor(1) as thread:
        thread.submit(agree_and_drop)
        with pytest.raises(FetchError, match="The proxy refuses: it hung up") as caught:
            lead_on(ours, Proxy("proxy", 1080, b"", b""), "paper.example", 80)
    assert caught.value.kind == "proxy"


def test_a_silent_proxy_is_left_within_the_time_of_any_request() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        limits = replace(PATIENT, read_s=0.3)
        client = Client(limits, [f"127.0.0.1:{port}"], resolve=unknown, proxy=f"socks5://127.0.0.1:{port}")
        with client, pytest.raises(FetchError, match="sent nothing") as caught:
            client.get("http://paper.example/feed")
    assert caught.value.kind == "timeout"


@pytest.mark.parametrize("url", ["https://proxy", "socks4://proxy:1080", "socks5://proxy", "socks5://:1080"])
def test_other_proxies_are_turned_down(url: str) -> None:
    with pytest.raises(UsageError):
        read_proxy(url)
    with pytest.raises(ValueError, match="a proxy is written"):
        Settings(fetch_proxy=url)
    assert Settings(fetch_proxy="socks5h://u:p@proxy:1080").fetch_proxy
