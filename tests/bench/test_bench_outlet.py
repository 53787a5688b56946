"""The outlet of the bench, over loopback."""

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from bench.documents import Document
from bench.outlet import Outlet


@pytest.fixture(scope="module")
def outlet() -> Iterator[Outlet]:
    with Outlet([Document("application/xml", b"<rss/>"), Document("application/xml", b"<a/>", b"<b/>")], 2) as served:
        yield served


def ask(url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", parts.path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    found = answer.status, answer.read(), dict(answer.getheaders())
    connection.close()
    return found


def test_each_feed_has_a_host_of_its_own(outlet: Outlet) -> None:
    assert len({urlsplit(url).hostname for url in outlet.urls}) == 2
    assert ask(outlet.urls[0])[:2] == (200, b"<rss/>")


def test_whoever_knows_the_tag_gets_a_304(outlet: Outlet) -> None:
    tag = ask(outlet.urls[0])[2]["ETag"]
    assert ask(outlet.urls[0], If_None_Match=tag)[:2] == (304, b"")


def test_another_tag_is_served_whatever_the_date_says(outlet: Outlet) -> None:
    date = ask(outlet.urls[0])[2]["Last-Modified"]
    assert ask(outlet.urls[0], If_Modified_Since=date)[0] == 304
    assert ask(outlet.urls[0], If_None_Match='"x"', If_Modified_Since=date)[0] == 200


def test_a_feed_with_news_has_other_validators_once_it_serves_them(outlet: Outlet) -> None:
    before = ask(outlet.urls[1])[2]["ETag"]
    outlet.hang_up(news=True)
    status, body, headers = ask(outlet.urls[1], If_None_Match=before)
    assert (status, body) == (200, b"<b/>")
    assert headers["ETag"] != before
