"""What a site says of its feeds, and where they are found when it says nothing."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bench.certificate import self_signed
from services.command.feeds import discover
from services.command.feeds.check_visit import lists, whole
from services.command.feeds.discover import is_site
from services.command.feeds.platforms import feed_of
from services.parser import limits
from services.parser.formats.pages.feeds import Found, linked
from shared.database import reading
from shared.http.client import Client, Limits
from shared.settings import Settings
from shared.tables import Feed
from tests.command.conftest import Run
from tests.line.steps import Line
from tests.outlet.outlet import Outlet
from tests.outlet.proxy import Proxy
from tests.shared.test_http_proxy import unknown

HOME = "https://paper.example/"
NEWS = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
    "<url><loc>https://paper.example/1</loc><n:news><n:title>Ferry sinks</n:title></n:news></url></urlset>"
)


@pytest.fixture
def client(outlet: Outlet, settings: Callable[..., Settings]) -> Iterator[Client]:
    """A client that may reach the outlet."""
    with Client(Limits(), outlet.allow) as made:
        yield made


def find(client: Client, outlet: Outlet, path: str = "/") -> list[tuple[str, str]]:
    found = discover.find(client, outlet.url(path), lists, lambda answer: whole(client, answer))
    return [(feed.url.removeprefix(outlet.url("/")), feed.how) for feed in found]


def test_link_elements_come_first_and_anchors_that_look_like_feeds_after() -> None:
    page = """<a href="/news/feed/">RSS</a><a href="/feedback">Write to us</a><a href="?feed=rss2">all</a>
    <link rel="alternate" type="application/rss+xml; charset=utf-8" title="Front &amp; centre" href="/rss.xml">
    <LINK REL='alternate' TYPE='application/atom+xml' HREF='//feeds.paper.example/atom'>
    <link rel="alternate" hreflang="de" type="text/xml" href="/de"><link rel="stylesheet" href="/rss.css">"""
    assert linked(page, HOME) == [
        Found("https://paper.example/rss.xml", "named by the page", "Front & centre"),
        Found("https://feeds.paper.example/atom", "named by the page"),
        Found("https://paper.example/news/feed/", "linked on the page"),
        Found("https://paper.example/?feed=rss2", "linked on the page"),
    ]


def test_addresses_are_relative_to_the_pages_own_base() -> None:
    page = '<base href="/sport/"><base href="/no/"><link rel="alternate" type="application/rss+xml" href="rss.xml">'
    assert [one.url for one in linked(page, HOME)] == ["https://paper.example/sport/rss.xml"]


def test_tags_that_are_never_closed_cost_no_time() -> None:
    with limits.cpu_seconds(20):
        assert linked("<a " * 2_000_000 + "<a " + "h" * 2_000_000, HOME) == []
        assert linked(("<a " + "h" * 1990 + ">") * 250, HOME) == []


def test_a_page_in_a_feeds_place_tells_which_feeds_it_names(wireroom: Run, outlet: Outlet, line: Line) -> None:
    outlet.publish("sport.xml", entries=1)
    outlet.serve(
        "sport/",
        """<html><link rel="alternate" type="application/rss+xml" href="/sport.xml">
        <a href="/rss?a=$(reboot)">RSS</a></html>""",
    )
    line.add(outlet.url("sport/"))
    line.poll()
    (feed,) = wireroom("feeds", "list", "--json").lines
    assert f"an HTML page, not a feed; it names {outlet.url('sport.xml')}, " in feed["error"]
    (shown,) = wireroom("feeds", "show", 1, "--json").lines
    first, second = shown["named_instead"]
    assert first == f"wireroom feeds move 1 {outlet.url('sport.xml')}"
    assert second == f"wireroom feeds move 1 '{outlet.url('rss?a=$(reboot)')}'"  # as a shell takes it
    assert wireroom(*first.split()[1:]).status == 0
    line.poll()
    assert line.count() == 1
    (shown,) = wireroom("feeds", "show", 1, "--json").lines
    assert (shown["error"], shown["named_instead"]) == (None, None)


def test_feeds_are_looked_for_beside_the_page_too(client: Client, outlet: Outlet) -> None:
    outlet.publish("sport/feed.xml", entries=1)
    outlet.serve("sport/", "<html><body>Welcome</body></html>")
    assert find(client, outlet, "sport/") == [("sport/feed.xml", "a common place")]


@pytest.mark.parametrize(("url", "site"), [
    ("https://paper.example", True), ("https://paper.example/", True), ("https://paper.example/rss", False),
    ("https://paper.example/?feed=rss2", False), ("file:///drops/agency", False),
])  # fmt: skip
def test_an_address_without_a_path_is_a_sites(url: str, site: bool) -> None:
    assert is_site(url) is site


def test_feeds_that_the_page_names_are_found_and_what_is_none_is_left_out(client: Client, outlet: Outlet) -> None:
    outlet.publish("front.xml", entries=2)
    outlet.serve("/", '<link rel="alternate" type="application/rss+xml" href="/front.xml"><a href="/rss">no feed</a>')
    outlet.serve("/rss", "<html><body>Our feeds</body></html>")
    assert find(client, outlet) == [("front.xml", "named by the page")]


def test_common_places_are_tried_where_the_page_names_none(client: Client, outlet: Outlet) -> None:
    outlet.publish("feed.xml", entries=1)
    outlet.serve("/", "<html><body>Welcome</body></html>")
    assert find(client, outlet) == [("feed.xml", "a common place")]


def test_news_sitemaps_are_found_by_robots_and_through_an_index(client: Client, outlet: Outlet) -> None:
    outlet.serve("/", "<html><body>Welcome</body></html>")
    outlet.serve("robots.txt", f"Sitemap: {outlet.url('news.xml')}", "text/plain")
    index = f"<sitemapindex><sitemap><loc>{outlet.url('today.xml')}</loc></sitemap></sitemapindex>"
    outlet.serve("news.xml", index, "text/xml")
    outlet.serve("today.xml", NEWS, "text/xml")
    assert find(client, outlet) == [("news.xml", "named by robots.txt")]


def test_an_address_that_is_a_feed_is_the_one_found(client: Client, outlet: Outlet) -> None:
    outlet.publish("front.xml", entries=2)
    assert find(client, outlet, "front.xml") == [("front.xml", "the address itself")]


def test_adding_a_site_adds_its_feeds(wireroom: Run, outlet: Outlet, sqlite_store: Engine) -> None:
    outlet.publish("front.xml", entries=2)
    outlet.serve("/", '<link rel="alternate" type="application/rss+xml" title="Front page" href="/front.xml">')
    ran = wireroom("feeds", "add", outlet.url("/"), fetch_allow=",".join(outlet.allow))
    assert ran.status == 0, ran.err
    assert "“Front page”: 2 articles, named by the page" in ran.text
    with reading(sqlite_store) as connection:
        assert list(connection.scalars(select(Feed.url))) == [outlet.url("front.xml")]


def test_a_site_without_feeds_is_one_sentence(wireroom: Run, outlet: Outlet) -> None:
    outlet.serve("/", "<html><body>Welcome</body></html>")
    ran = wireroom("feeds", "add", outlet.url("/"), fetch_allow=",".join(outlet.allow))
    assert (ran.status, "names no feed" in ran.sentence) == (2, True)


def test_a_site_that_does_not_answer_is_failed_work(wireroom: Run, sqlite_store: Engine) -> None:
    ran = wireroom("feeds", "add", "http://ana:geheim@127.0.0.1:1/", fetch_allow="127.0.0.1:1")
    assert (ran.status, "geheim" in ran.sentence) == (1, False)


PAGES = {
    "https://www.youtube.com/channel/UC0a-_b": "https://www.youtube.com/feeds/videos.xml?channel_id=UC0a-_b",
    "https://m.youtube.com/user/paper/": "https://www.youtube.com/feeds/videos.xml?user=paper",
    "https://youtube.com/playlist?si=x&list=PL-9": "https://www.youtube.com/feeds/videos.xml?playlist_id=PL-9",
    "https://vimeo.com/paper": "https://vimeo.com/paper/videos/rss",
    "https://www.dailymotion.com/paper": "https://www.dailymotion.com/rss/user/paper",
    "https://old.reddit.com/r/ferries": "https://www.reddit.com/r/ferries/.rss",
    "https://github.com/paper/press": "https://github.com/paper/press/releases.atom",
    "https://bsky.app/profile/paper.example": "https://bsky.app/profile/paper.example/rss",
    "https://medium.com/@paper": "https://medium.com/feed/@paper",
}


@pytest.mark.parametrize("page", PAGES)
def test_where_platforms_keep_the_feed_of_a_page_is_known(page: str) -> None:
    assert feed_of(page) == PAGES[page]
    assert is_site(page)


@pytest.mark.parametrize(
    "page",
    [
        "https://youtube.com.paper.example/channel/UC0",
        "https://notyoutube.com/user/paper",
        "https://www.youtube.com/watch?v=1&list=PL-9",
        "https://www.youtube.com/feeds/videos.xml?channel_id=UC0",
        "https://www.reddit.com/r/ferries/.rss",
        "https://github.com/paper/press/releases.atom",
        "https://github.com/paper",
        "https://paper.example/channel/UC0",
    ],
)
def test_other_addresses_are_no_platforms_pages(page: str) -> None:
    assert feed_of(page) is None
    assert not is_site(page)


def test_a_platforms_page_is_asked_only_where_its_feed_is_not_where_it_is_kept(tmp_path: Path) -> None:
    authority = tmp_path / "youtube.pem"
    authority.write_bytes(self_signed("www.youtube.com"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    with Outlet(tls=context) as outlet, Proxy(("127.0.0.1", outlet.port)) as proxy:
        outlet.serve("user/paper", '<link rel="alternate" type="application/rss+xml" href="/moved.xml">')
        outlet.publish("moved.xml", entries=1)
        with Client(
            Limits(), [f"127.0.0.1:{proxy.port}"], trust=authority, resolve=unknown, proxy=proxy.url()
        ) as client:
            (named,) = discover.find(client, "https://www.youtube.com/user/paper", lists, lambda answer: answer)
            asked = len(outlet.ledger.requests())
            outlet.publish("feeds/videos.xml", entries=2)
            (known,) = discover.find(client, "https://www.youtube.com/user/paper", lists, lambda answer: answer)
    assert (named.url, named.how) == ("https://www.youtube.com/moved.xml", "named by the page")
    assert (known.articles, known.how) == (2, "the platform's place for it")
    assert [one.path for one in outlet.ledger.requests()[asked:]] == ["/feeds/videos.xml?user=paper"]
