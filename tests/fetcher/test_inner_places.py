"""Inner places that the operator allowed are not reached by the word of a feed on the web; nor is memory."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from services.fetcher import hubs
from services.fetcher.series import completed
from shared.errors import FetchError
from shared.http.client import Client, Limits, Response
from shared.http.passport import Passport
from shared.messages import Kind, Subscribe, Target
from tests.outlet.outlet import Outlet
from tests.outlet.proxy import Proxy

FEED = "https://paper.example/index.xml"


@pytest.fixture
def client(outlet: Outlet) -> Iterator[Client]:
    """A client that may reach the outlet, which is an inner place."""
    with Client(Limits(), outlet.allow) as one:
        yield one


def public(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
    address = "127.0.0.1" if host == "127.0.0.1" else "93.184.215.14"
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]


def index(*urls: str, base: str) -> Response:
    maps = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return Response(200, base, {}, f"<sitemapindex>{maps}</sitemapindex>".encode(), 0, 0)


def target(url: str) -> Target:
    return Target(kind=Kind.FEED, id=1, token="t", url=url, host="paper.example")


def test_a_feed_on_the_web_names_no_inner_hub(client: Client, outlet: Outlet) -> None:
    outlet.serve("hub", "welcome")
    wish = Subscribe(hub=outlet.url("hub"), topic=FEED, callback="https://us.example/websub/k", secret="s", lease_s=60)
    assert "inner address" in (hubs.ask(client, wish, FEED).error or "")
    assert outlet.ledger.statuses("hub") == []


def test_an_index_on_the_web_names_no_inner_sitemap(client: Client, outlet: Outlet) -> None:
    outlet.serve("secret.xml", "<urlset/>")
    with pytest.raises(FetchError, match="None of the sitemaps"):
        completed(client, target(FEED), index(outlet.url("secret.xml"), base=FEED), Passport())
    assert outlet.ledger.statuses("secret.xml") == []


def test_sitemaps_are_asked_for_until_they_are_too_much_together(client: Client, outlet: Outlet) -> None:
    urls = [outlet.url(f"{at}.xml") for at in range(3)]
    for at in range(3):
        outlet.serve(f"{at}.xml", "<urlset/>" + " " * (6 * 2**20))
    answer = index(*urls, base=outlet.url("index.xml"))
    assert completed(client, target(answer.url), answer, Passport())[1] == 2


def test_sitemaps_elsewhere_are_asked_for_by_the_feeds_proxy_with_nothing_of_its_secrets(outlet: Outlet) -> None:
    outlet.serve("news.xml", "<urlset/>")
    with (
        Proxy(("127.0.0.1", outlet.port)) as proxy,
        Client(Limits(), [f"127.0.0.1:{proxy.port}"], resolve=public) as client,
    ):
        answer = index("http://maps.example/news.xml", base="http://paper.example/index.xml")
        passport = Passport(headers={"x-key": "7"}, proxy=proxy.url())
        assert completed(client, target(answer.url), answer, passport)[1] == 1
    assert [head.splitlines()[0] for head in proxy.heads] == ["GET http://maps.example/news.xml HTTP/1.1"]
    assert "x-key" not in proxy.heads[0].lower()
