"""Documents that lead on: sitemap indexes, and listings in JSON with a next page."""

import gzip
import json
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from shared.bundle import TYPE, Bundle, Part, pack
from shared.http.passport import Passport, bearer, fresh_keys, seal
from shared.tables import Article, Feed, Poll
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

PER_PAGE = 3


@pytest.fixture
def store(sqlite_store: Engine) -> Engine:
    """One store: what they bring is stored like anything else."""
    return sqlite_store


def sitemap(*numbers: int) -> str:
    urls = "".join(
        f"<url><loc>https://paper.example/{at}</loc><news:news><news:publication><news:name>Paper</news:name>"
        f"<news:language>en</news:language></news:publication><news:publication_date>2024-03-01T12:00:{at:02}Z"
        f"</news:publication_date><news:title>Harbour story {at}</news:title></news:news></url>"
        for at in numbers
    )
    return (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    )


def index(outlet: Outlet, **changed: str) -> str:
    maps = "".join(
        f"<sitemap><loc>{outlet.url(name.replace('_', '.'))}</loc><lastmod>{at}</lastmod></sitemap>"
        for name, at in changed.items()
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{maps}</sitemapindex>'


def headlines(line: Line) -> list[str]:
    return sorted(row.headline for row in line.read(select(Article.headline)))


def page(outlet: Outlet, *numbers: int, after: str | None = None, path: str = "wire") -> None:
    """Serve a page of items, newest first, with the link to the one after it."""
    items = [
        {"uri": f"urn:wire:{at}", "headline": f"Wire story {at}", "versioncreated": f"2024-03-01T12:00:{at:02}Z",
         "body_html": f"<p>The wire story {at} in a few words.</p>"}
        for at in numbers
    ]  # fmt: skip
    links = {"_links": {"next": {"href": after}}} if after else {}
    outlet.serve(path, json.dumps({"_items": items} | links), "application/json")


def test_the_sitemaps_of_an_index_are_read_as_one_feed(outlet: Outlet, line: Line) -> None:
    outlet.serve("index.xml", index(outlet, one_xml="2024-03-01", two_gz="2024-03-02T10:00:00Z"), "application/xml")
    outlet.serve("one.xml", sitemap(1, 2), "application/xml")
    outlet.serve("two.gz", gzip.compress(sitemap(3).encode()), "application/gzip")
    line.add(outlet.url("index.xml"))
    line.poll()
    assert headlines(line) == ["Harbour story 1", "Harbour story 2", "Harbour story 3"]
    outlet.serve("two.gz", gzip.compress(sitemap(3, 4).encode()), "application/gzip")
    line.poll()
    assert line.count() == 4
    line.poll()
    assert [row.outcome for row in line.read(select(Poll.outcome).order_by(Poll.id))] == ["ok", "ok", "unchanged"]


def test_only_the_newest_sitemaps_of_an_index_are_asked_for(outlet: Outlet, line: Line) -> None:
    outlet.serve("index.xml", index(outlet, **{f"m{at}_xml": f"2024-01-{at:02}" for at in range(1, 10)}))
    for at in range(1, 10):
        outlet.serve(f"m{at}.xml", sitemap(at), "application/xml")
    line.add(outlet.url("index.xml"))
    line.poll()
    assert headlines(line) == [f"Harbour story {at}" for at in range(5, 10)]


def test_a_sitemap_that_cannot_be_had_leaves_the_others(outlet: Outlet, line: Line) -> None:
    outlet.serve("index.xml", index(outlet, one_xml="2024-03-01", lost_xml="2024-03-02"), "application/xml")
    outlet.serve("one.xml", sitemap(1), "application/xml")
    line.add(outlet.url("index.xml"))
    line.poll()
    assert headlines(line) == ["Harbour story 1"]


@pytest.mark.parametrize(
    "raw", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.9/\r\n\r\n"]
)
def test_a_sitemap_that_gives_no_answer_leaves_the_others(outlet: Outlet, line: Line, raw: bytes) -> None:
    outlet.serve("index.xml", index(outlet, one_xml="2024-03-01", lost_xml="2024-03-02"), "application/xml")
    outlet.serve("one.xml", sitemap(1), "application/xml")
    outlet.garble("lost.xml", raw)
    line.add(outlet.url("index.xml"))
    line.poll()
    assert headlines(line) == ["Harbour story 1"]


def test_a_page_that_gives_no_answer_leaves_those_before_it(outlet: Outlet, line: Line) -> None:
    page(outlet, 3, 2, after="wire2")
    outlet.garble("wire2", b"")
    line.add(outlet.url("wire"))
    line.poll()
    assert headlines(line) == ["Wire story 2", "Wire story 3"]


def test_an_index_leads_to_no_address_that_may_not_be_reached(outlet: Outlet, line: Line) -> None:
    outlet.serve("index.xml", index(outlet, one_xml="2024-03-01").replace("127.0.0.1", "127.0.0.9"))
    line.add(outlet.url("index.xml"))
    line.poll()
    assert (line.count(), line.feed().error_kind) == (0, "blocked")


def test_a_listing_is_followed_until_what_is_known(outlet: Outlet, line: Line) -> None:
    page(outlet, 3, 2, after="wire2")
    page(outlet, 1, 0, path="wire2")
    line.add(outlet.url("wire"))
    line.poll()
    assert line.count() == 4
    page(outlet, 5, 4, after="wire2")
    page(outlet, 3, 2, path="wire2", after="wire3")
    line.poll()
    assert line.count() == 6
    assert outlet.ledger.statuses("wire3") == []


def test_credentials_go_to_every_page_of_their_origin_and_to_no_other(
    make_line: Callable[..., Line], outlet: Outlet
) -> None:
    open_key, seal_key = fresh_keys()
    line = make_line(fetch_pages=False, open_key=open_key)
    page(outlet, 3, 2, after="wire2")
    page(outlet, 1, 0, path="wire2", after=outlet.url("wire3").replace("127.0.0.1", "127.0.0.2"))
    url = outlet.url("wire")
    line.add(url)
    sealed = seal(Passport(authorization=bearer("t0ken")), url, seal_key)
    line.write(lambda connection: connection.execute(Feed.__table__.update().values(sealed=sealed)) and None)
    line.poll()
    assert (line.count(), line.feed().error) == (4, None)
    said = [seen.headers.get("authorization") for path in ("wire", "wire2") for seen in outlet.ledger.requests(path)]
    assert said == ["Bearer t0ken", "Bearer t0ken"]


def test_a_listing_that_leads_to_itself_ends(outlet: Outlet, line: Line) -> None:
    page(outlet, 1, after="wire2")
    page(outlet, 0, after="wire", path="wire2")
    line.add(outlet.url("wire"))
    line.poll()
    assert line.count() == 2


def test_a_publisher_cannot_say_that_its_document_is_a_bundle(outlet: Outlet, line: Line) -> None:
    outlet.serve("wire", pack(Bundle((Part("x", sitemap(1).encode()),), kept="x" * 4800)), TYPE)
    line.add(outlet.url("wire"))
    line.poll()
    assert "xxxx" not in line.feed().entry_digests
