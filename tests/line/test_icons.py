"""Pictures of feeds and titles in the store: those that are declared, else those of their own site's pages."""

from typing import Any

from sqlalchemy import select

from services.reader.queries.feeds import list_feeds, list_publications
from shared.tables import Feed
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

WORDS = "The council of the harbour met on Monday and talked about the pier for hours. "


def listing(outlet: Outlet, link: str, icon: str = "", path: str = "rss.xml", more: str = "") -> str:
    image = f"<image><url>{icon}</url></image>" if icon else ""
    item = f"<item><title>Pier</title><link>{link}</link><description>Brief.{more}</description></item>"
    words = f"<rss version='2.0'><channel><title>Harbour</title>{image}{item}</channel></rss>"
    outlet.serve(path, words, "application/rss+xml")
    return outlet.url(path)


def page(outlet: Outlet, icon: str = "/favicon.ico", host: int = 0) -> str:
    head = f'<link rel="icon" href="{icon}">'
    outlet.serve("news/1", f"<html><head>{head}</head><body><article><p>{WORDS * 8}</p></article></body></html>")
    return outlet.url("news/1", host)


def served(line: Line) -> tuple[list[Any], list[Any]]:
    with line.engine.connect() as connection:
        feeds, _ = list_feeds(connection, 60, limit=10)
        titles, _ = list_publications(connection, None, 10)
    return [one.icon for one in feeds], [one.icon for one in titles]


def test_a_declared_picture_is_served_with_feed_and_title_and_asked_for_by_nobody(outlet: Outlet, line: Line) -> None:
    line.add(listing(outlet, outlet.url("news/1"), "/logo.png"))
    line.poll()
    assert served(line) == ([outlet.url("logo.png")], [outlet.url("logo.png")])
    assert [one.path for one in outlet.ledger.requests()] == ["/rss.xml"]
    listing(outlet, outlet.url("news/1"), "/new.png", more=" More.")
    line.poll()
    assert served(line)[0] == [outlet.url("new.png")]
    listing(outlet, outlet.url("news/1"), more=" And more.")
    line.poll()
    assert served(line)[0] == [outlet.url("new.png")]


def test_a_feed_that_declares_none_has_that_of_its_sites_pages(outlet: Outlet, page_line: Line) -> None:
    page_line.add(listing(outlet, page(outlet)))
    page_line.poll(pages=True)
    assert served(page_line) == ([outlet.url("favicon.ico")], [outlet.url("favicon.ico")])
    assert "/favicon.ico" not in [one.path for one in outlet.ledger.requests()]
    listing(outlet, outlet.url("news/1"), "/logo.png", more=" And more.")
    page(outlet, "/other.ico")
    page_line.poll(pages=True)
    assert served(page_line)[0] == [outlet.url("logo.png")]


def test_a_page_of_another_site_names_no_picture_for_a_feed(make_line: Any) -> None:
    with Outlet(hosts=2) as outlet:
        line = make_line(fetch_allow=outlet.allow)
        line.add(listing(outlet, page(outlet, host=1)))
        line.poll(pages=True)
        assert line.read(select(Feed.icon))[0].icon is None


def test_a_title_has_the_picture_of_its_first_feed_that_has_one(outlet: Outlet, line: Line) -> None:
    for path, icon in (("a.xml", ""), ("b.xml", "/b.png"), ("c.xml", "/c.png")):
        line.add(listing(outlet, outlet.url("news/1"), icon, path))
        line.poll()
    feeds, titles = served(line)
    assert feeds == [None, outlet.url("b.png"), outlet.url("c.png")]
    assert titles == [outlet.url("b.png")]
