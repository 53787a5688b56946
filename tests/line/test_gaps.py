"""Gaps: noticed where two windows share no article, closed from archives, shown where they stay open."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from shared.database import writing
from shared.tables import Article, Feed, Gap
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

NOW = datetime.now(UTC).replace(microsecond=0)
ATOM = 'xmlns:atom="http://www.w3.org/2005/Atom"'


def rss(outlet: Outlet, *hours: float, older: str | None = None, made_by: str = "", named: str = "") -> str:
    """A feed of articles published so many hours ago."""
    items = "".join(
        f"<item><title>Report of hour {at} from the valley</title><link>{outlet.url(f'/a/{at}{named}')}</link>"
        f"<guid isPermaLink='false'>a-{at}{named}</guid><pubDate>{format_datetime(NOW - timedelta(hours=at))}</pubDate>"
        f"<description>What happened {at} hours ago, told at some length.</description></item>"
        for at in hours
    )
    link = f'<atom:link rel="prev-archive" href="{outlet.url(older)}"/>' if older else ""
    about = f"<title>The Courier</title><link>{outlet.url('/')}</link><generator>{made_by}</generator>{link}"
    return f'<rss version="2.0" {ATOM}><channel>{about}{items}</channel></rss>'


class Desk:
    """A line over one feed that was last polled six hours ago, when it listed the articles of hours 9 and 8."""

    def __init__(self, outlet: Outlet, line: Line) -> None:
        self.outlet, self.line = outlet, line
        self.shows(8, 9)
        line.add(outlet.url("feed.xml"))
        line.poll()
        with writing(line.engine) as connection:
            connection.execute(update(Feed).values(last_ok_at=NOW - timedelta(hours=6)))

    def shows(self, *hours: float, **more: Any) -> None:
        self.outlet.serve("feed.xml", rss(self.outlet, *hours, **more), "application/rss+xml")

    def poll(self) -> None:
        """Poll once, and take every attempt that follows through the line."""
        self.line.poll()
        for _ in range(12):
            if self.line.feed().detour_url is None:
                return
            self.line.poll()
        raise AssertionError("the gap is looked into for ever")

    def gaps(self) -> list[Any]:
        return list(self.line.read(select(Gap.__table__).order_by(Gap.id)))


@pytest.fixture
def desk(outlet: Outlet, line: Line) -> Desk:
    """A feed with a past."""
    return Desk(outlet, line)


def test_windows_that_share_an_article_leave_no_gap(desk: Desk) -> None:
    desk.shows(1, 2, 8)
    desk.poll()
    assert desk.gaps() == []


def test_an_article_whose_words_changed_is_shared_all_the_same(desk: Desk, outlet: Outlet) -> None:
    text = rss(outlet, 1, 8).replace("told at some length", "told once more, at greater length")
    outlet.serve("feed.xml", text, "application/rss+xml")
    desk.poll()
    assert desk.gaps() == []


def test_an_article_under_another_guid_and_the_same_link_is_shared(desk: Desk, outlet: Outlet) -> None:
    outlet.serve("feed.xml", rss(outlet, 1, 8).replace("a-", "b-"), "application/rss+xml")
    desk.poll()
    assert desk.gaps() == []


def test_windows_that_share_nothing_leave_a_gap_with_its_bounds(desk: Desk) -> None:
    desk.shows(1, 2)
    desk.poll()
    (gap,) = desk.gaps()
    assert (gap.from_at, gap.to_at) == (NOW - timedelta(hours=6), NOW - timedelta(hours=2))
    assert gap.state == "lost"
    assert gap.expected >= 1


def test_the_first_poll_leaves_no_gap(outlet: Outlet, line: Line) -> None:
    outlet.serve("feed.xml", rss(outlet, 1, 2), "application/rss+xml")
    line.add(outlet.url("feed.xml"))
    line.poll()
    assert line.count(Gap) == 0


def test_an_archive_that_the_feed_links_to_closes_its_gap(desk: Desk, outlet: Outlet) -> None:
    outlet.serve("archive.xml", rss(outlet, 4, 5, 8), "application/rss+xml")
    desk.shows(1, 2, older="archive.xml")
    desk.poll()
    (gap,) = desk.gaps()
    assert (gap.state, gap.found) == ("closed", 2)
    assert gap.tried == [outlet.url("archive.xml")]
    assert desk.line.count(Article) == 6


def test_archives_are_followed_until_they_reach_what_was_known(desk: Desk, outlet: Outlet) -> None:
    outlet.serve("first.xml", rss(outlet, 3, older="second.xml"), "application/rss+xml")
    outlet.serve("second.xml", rss(outlet, 4, older="third.xml"), "application/rss+xml")
    outlet.serve("third.xml", rss(outlet, 5, 9), "application/rss+xml")
    desk.shows(1, 2, older="first.xml")
    desk.poll()
    (gap,) = desk.gaps()
    assert (gap.state, gap.found, len(gap.tried)) == ("closed", 3, 3)


def test_wordpress_is_asked_for_its_next_page(desk: Desk, outlet: Outlet) -> None:
    made_by = "https://wordpress.org/?v=6.4"
    for number, hours in ((2, (3, 4)), (3, (5, 8))):
        body = rss(outlet, *hours, made_by=made_by).encode()
        outlet.fail(f"/feed.xml?paged={number}", 200, body=body)
    desk.shows(1, 2, made_by=made_by)
    desk.poll()
    (gap,) = desk.gaps()
    assert (gap.state, gap.found) == ("closed", 3)


def sitemap(outlet: Outlet, *hours: float) -> str:
    """A news sitemap of articles published so many hours ago."""
    entries = "".join(
        f"<url><loc>{outlet.url(f'/a/{at}')}</loc><news:news><news:publication><news:name>The Courier</news:name>"
        f"<news:language>en</news:language></news:publication><news:publication_date>"
        f"{(NOW - timedelta(hours=at)).isoformat()}</news:publication_date><news:title>Report of hour {at}</news:title>"
        "</news:news></url>"
        for at in hours
    )
    names = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    return f"<urlset {names}>{entries}</urlset>"


def test_the_news_sitemap_is_looked_into_last(desk: Desk, outlet: Outlet) -> None:
    outlet.serve("news-sitemap.xml", sitemap(outlet, 1, 4, 8), "application/xml")
    desk.shows(1, 2)
    desk.poll()
    (gap,) = desk.gaps()
    assert (gap.state, gap.found) == ("closed", 1)


def test_the_news_sitemap_that_robots_name_is_looked_into_and_no_common_place(desk: Desk, outlet: Outlet) -> None:
    named = f"User-agent: *\nSitemap: {outlet.url('all.xml')}\nSitemap: {outlet.url('maps/news.xml')}\n"
    outlet.serve("robots.txt", named, "text/plain")
    outlet.serve("maps/news.xml", sitemap(outlet, 1, 4), "application/xml")
    outlet.serve("news-sitemap.xml", sitemap(outlet, 1, 4, 8), "application/xml")
    desk.shows(1, 2)
    desk.poll()
    (gap,) = desk.gaps()
    assert (gap.state, gap.found, gap.tried) == ("lost", 1, [outlet.url("robots.txt")])
    assert outlet.ledger.statuses("all.xml") == outlet.ledger.statuses("news-sitemap.xml") == []


def test_an_index_that_robots_name_is_followed(desk: Desk, outlet: Outlet) -> None:
    outlet.serve("robots.txt", f"Sitemap: {outlet.url('news-index.xml')}\n", "text/plain")
    index = "<sitemapindex><sitemap><loc>{0}</loc></sitemap><sitemap><loc>{1}</loc></sitemap></sitemapindex>"
    outlet.serve("news-index.xml", index.format(outlet.url("news-index.xml?"), outlet.url("n.xml")), "application/xml")
    outlet.serve("news-index.xml?", index.format(outlet.url("news-index.xml"), outlet.url("n.xml")), "application/xml")
    outlet.serve("n.xml", sitemap(outlet, 1, 4, 8), "application/xml")
    desk.shows(1, 2)
    desk.poll()
    (gap,) = desk.gaps()
    assert (gap.state, gap.found) == ("closed", 1)


def test_an_index_of_news_sitemaps_is_followed_to_its_newest(desk: Desk, outlet: Outlet) -> None:
    days = [(NOW - timedelta(days=ago)).date().isoformat() for ago in range(9)]
    named = "".join(
        f"<sitemap><loc>{outlet.url(f'news-{ago}.xml')}</loc><lastmod>{day}</lastmod></sitemap>"
        for ago, day in reversed(list(enumerate(days)))
    )
    index = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{named}</sitemapindex>'
    outlet.serve("news-sitemap.xml", index, "application/xml")
    outlet.serve("news-0.xml", sitemap(outlet, 1, 3, 4), "application/xml")
    outlet.serve("news-1.xml", sitemap(outlet, 5, 8), "application/xml")
    desk.shows(1, 2)
    desk.poll()
    (gap,) = desk.gaps()
    assert (gap.state, gap.found) == ("closed", 3)


def test_what_lies_outside_the_gap_is_not_taken(desk: Desk, outlet: Outlet) -> None:
    outlet.serve("archive.xml", rss(outlet, 4, 30, 40, named="x"), "application/rss+xml")
    desk.shows(1, 2, older="archive.xml")
    desk.poll()
    assert desk.line.count(Article) == 5


def test_closing_a_gap_leaves_the_feeds_window_validators_and_health_alone(desk: Desk, outlet: Outlet) -> None:
    outlet.fail("archive.xml", 500)
    desk.shows(1, 2, older="archive.xml")
    desk.line.poll()
    before = desk.line.feed()
    desk.poll()
    after = desk.line.feed()
    same = ("entry_digests", "etag", "body_digest", "failures", "error", "url", "title", "last_ok_at", "habits")
    assert {name: getattr(after, name) for name in same} == {name: getattr(before, name) for name in same}


def test_after_a_gap_the_feed_is_polled_on_as_usual(desk: Desk) -> None:
    desk.shows(1, 2)
    desk.poll()
    desk.shows(0.5, 1, 2)
    desk.poll()
    assert len(desk.gaps()) == 1
    assert desk.line.count(Article) == 5


def test_an_attempt_that_was_handed_back_is_made_again(desk: Desk, outlet: Outlet) -> None:
    outlet.serve("archive.xml", rss(outlet, 4, 8), "application/rss+xml")
    desk.shows(1, 2, older="archive.xml")
    desk.line.poll()
    desk.line.due()
    desk.line.tick()
    desk.line.expire()
    desk.poll()
    assert [gap.state for gap in desk.gaps()] == ["closed"]
