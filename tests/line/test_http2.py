"""Feeds that are asked by HTTP/2 along the whole line: by the operator's word, or since nothing else is taken."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bench.certificate import self_signed
from services.command.feeds import feed_store
from shared.tables import Article, Poll
from tests.line.steps import Line
from tests.outlet.http2 import Http2Outlet

REFUSAL = b"HTTP/1.1 505 HTTP Version Not Supported\r\nContent-Length: 0\r\n\r\n"
LISTED = """<rss version="2.0"><channel><title>Paper</title><item><guid isPermaLink="false">1</guid>
<title>The bridge is shut</title><link>{}</link><description>For a week.</description></item></channel></rss>"""


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    file = tmp_path / "paper.pem"
    file.write_bytes(self_signed("localhost", ["127.0.0.1"]))
    return file


@pytest.fixture
def paper(pem: Path) -> Iterator[Http2Outlet]:
    with Http2Outlet(pem, old=REFUSAL) as paper:
        listed = LISTED.format(f"https://127.0.0.1:{paper.port}/news/1").encode()
        paper.serve("feed", listed, etag='"1"', content_type="application/rss+xml")
        paper.serve("news/1", b"<html><body><p>The bridge is shut.</p></body></html>", content_type="text/html")
        paper.serve("robots.txt", status=404)
        yield paper


@pytest.fixture
def polled(make_line: Callable[..., Line], paper: Http2Outlet, pem: Path) -> Callable[..., Line]:
    """What adds the feed, by HTTP/2 where that is said, and polls it twice."""

    def poll(*, http2: bool, pages: bool = False) -> Line:
        line = make_line(fetch_pages=pages, fetch_allow=(f"127.0.0.1:{paper.port}",), fetch_authorities=pem)
        line.add(f"https://127.0.0.1:{paper.port}/feed")
        line.write(lambda connection: feed_store.give_passport(connection, 1, None, None, http2=http2))
        line.poll(pages=pages)
        line.poll(pages=pages)
        return line

    return poll


def test_a_feed_is_asked_by_http_2_where_the_operator_says_so(polled: Callable[..., Line], paper: Http2Outlet) -> None:
    line = polled(http2=True)
    assert line.read(select(Poll.status, Poll.requests).order_by(Poll.id)) == [(200, 1), (304, 1)]
    assert line.read(select(Article.headline)) == [("The bridge is shut",)]
    assert paper.asked_old == []
    assert len(paper.asked) == 2


def test_and_where_its_server_takes_nothing_else(polled: Callable[..., Line], paper: Http2Outlet) -> None:
    line = polled(http2=False)
    assert line.read(select(Poll.status, Poll.requests).order_by(Poll.id)) == [(200, 2), (304, 1)]
    assert (len(paper.asked_old), len(paper.asked)) == (1, 2)


def test_pages_of_its_articles_are_asked_so_too(polled: Callable[..., Line], paper: Http2Outlet) -> None:
    polled(http2=True, pages=True)
    assert "/news/1" in [one[":path"] for one in paper.asked]
    assert not any(b"/news/1" in one for one in paper.asked_old)
