"""One proxy for all: asked for every place but inner ones, and for no name that leads inward as far as can be seen."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from shared.errors import Blocked, FetchError
from shared.http.client import Client
from shared.http.passport import Passport
from tests.outlet.outlet import Outlet
from tests.outlet.patience import PATIENT
from tests.outlet.proxy import Proxy


def unknown(host: str, *_: Any, **__: Any) -> Any:
    """A network whose resolver knows nothing of the web."""
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def to_loopback(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with Outlet() as outlet:
        outlet.serve("feed", "words")
        yield outlet


@pytest.fixture
def proxy(outlet: Outlet) -> Iterator[Proxy]:
    with Proxy(("127.0.0.1", outlet.port)) as proxy:
        yield proxy


def through(proxy: Proxy, *allow: str, resolve: Any = unknown) -> Client:
    return Client(PATIENT, [f"127.0.0.1:{proxy.port}", *allow], resolve=resolve, proxy=proxy.url())


def test_names_that_only_the_proxy_knows_are_asked_for_there(proxy: Proxy) -> None:
    with through(proxy) as client:
        assert client.get("http://paper.example/feed").body == b"words"
    with through(proxy) as client:
        client.post("http://hub.example/feed", b"x", {})
    assert [head.partition(" HTTP")[0] for head in proxy.heads] == [
        "GET http://paper.example/feed",
        "POST http://hub.example/feed",
    ]


def test_a_redirect_goes_through_the_proxy_too(outlet: Outlet, proxy: Proxy) -> None:
    outlet.redirect("away", "http://other.example/feed")
    with through(proxy) as client:
        assert client.get("http://paper.example/away").url == "http://other.example/feed"
    assert len(proxy.heads) == 2


def test_inner_places_are_asked_directly(outlet: Outlet, proxy: Proxy) -> None:
    with through(proxy, *outlet.allow) as client:
        assert client.get(outlet.url("feed")).body == b"words"
    assert proxy.heads == []


@pytest.mark.parametrize("url", ["http://redis:6379/", "http://wiki.corp/", "http://nas.local/", "http://a.home.arpa/"])
def test_names_that_only_inner_networks_know_are_not_asked_for(proxy: Proxy, url: str) -> None:
    with through(proxy) as client, pytest.raises(FetchError, match="cannot be resolved"):
        client.get(url)
    assert proxy.heads == []


@pytest.mark.parametrize("url", ["http://127.0.0.1/feed", "http://169.254.169.254/", "http://[::ffff:10.0.0.1]/"])
def test_inner_addresses_are_not_asked_for(outlet: Outlet, proxy: Proxy, url: str) -> None:
    outlet.redirect("inward", url)
    with through(proxy) as client:
        with pytest.raises(Blocked):
            client.get(url)
        with pytest.raises(Blocked):
            client.get("http://paper.example/inward")
    assert len(proxy.heads) == 1


def test_a_name_that_is_known_to_lead_inward_is_not_asked_for(proxy: Proxy) -> None:
    with through(proxy, resolve=to_loopback) as client, pytest.raises(Blocked, match="no public address"):
        client.get("http://inner.example/feed")
    assert proxy.heads == []


def test_a_feeds_own_proxy_is_asked_before_it(outlet: Outlet, proxy: Proxy) -> None:
    with Proxy(("127.0.0.1", outlet.port)) as own, through(proxy, f"127.0.0.1:{own.port}") as client:
        assert client.get("http://paper.example/feed", passport=Passport(proxy=own.url())).body == b"words"
        assert (len(own.heads), proxy.heads) == (1, [])


def test_a_feeds_own_proxy_is_not_asked_elsewhere_for_names_that_it_alone_knows(outlet: Outlet, proxy: Proxy) -> None:
    passport = Passport(proxy=proxy.url(), elsewhere=True)
    with (
        Client(PATIENT, [f"127.0.0.1:{proxy.port}"], resolve=unknown) as client,
        pytest.raises(FetchError, match="cannot be resolved"),
    ):
        client.get("http://wiki.example/feed", passport=passport)
    assert proxy.heads == []


def test_a_proxy_that_cannot_be_reached_is_named_as_such(outlet: Outlet) -> None:
    with Client(PATIENT, ["127.0.0.1:1"], resolve=unknown, proxy="http://127.0.0.1:1") as client:
        with pytest.raises(FetchError, match=r"^The proxy cannot be asked\. No connection to 127\.0\.0\.1") as caught:
            client.get("http://paper.example/feed")
        assert caught.value.kind == "unreachable"
    with (
        Client(PATIENT, [], resolve=unknown, proxy="http://127.0.0.1:1") as client,
        pytest.raises(
            Blocked, match=r"^The proxy cannot be asked\. .*WIREROOM_FETCH_ALLOW does not name 127\.0\.0\.1:1"
        ),
    ):
        client.get("http://paper.example/feed")
