"""Which files of a folder are taken, and where documents lead on."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetcher.listing import AT_ONCE, MOST_FILES, File, choose
from services.fetcher.onward import news_sitemaps, next_page, sitemaps
from shared.bundle import Bundle, Part, pack, place_digest, unpack
from shared.digests import entry_digest

URL = "https://wire.example/items"


def files(count: int) -> list[File]:
    return [File(f"{at}.xml", 100, 1_700_000_000 + at) for at in range(count)]


def whole(*read: File) -> str:
    return "".join(place_digest(file.digest, place) for file in read for place in (1, 0))


def test_the_oldest_new_files_come_first_and_not_too_many_at_once() -> None:
    choice = choose(reversed(files(AT_ONCE + 3)), "")
    assert [file.name for file in choice.take[:2]] == ["0.xml", "1.xml"]
    assert (len(choice.take), choice.left_out) == (AT_ONCE, 3)


def test_a_file_that_was_read_is_kept_with_all_its_entries() -> None:
    one, two = files(2)
    choice = choose([one, two], whole(one))
    assert (choice.take, choice.kept, choice.gone) == ((two,), whole(one), False)


def test_a_file_of_which_the_last_entry_is_not_known_was_not_read_whole() -> None:
    (one,) = files(1)
    assert choose([one], place_digest(one.digest, 1)).take == (one,)


def test_a_file_that_was_written_since_is_another() -> None:
    (one,) = files(1)
    choice = choose([File(one.name, one.size + 1, one.modified_s)], whole(one))
    assert (len(choice.take), choice.kept, choice.gone) == (1, "", True)


def test_only_the_newest_files_are_looked_at() -> None:
    choice = choose(files(MOST_FILES + 2), "")
    assert choice.take[0].name == "2.xml"


@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=50))), st.integers(0, 9))
def test_a_bundle_comes_out_as_it_went_in(parts: list[tuple[str, bytes]], left_out: int) -> None:
    bundle = Bundle(tuple(Part(url, body, None, "x" * 8) for url, body in parts), "k" * 12, left_out)
    assert unpack(pack(bundle)) == bundle


def test_robots_lead_to_sitemaps_of_news() -> None:
    robots = "User-agent: *\nDisallow: /x\nSitemap: https://paper.example/sitemap.xml\nsitemap: /news-map.xml\n"
    wanted = ["https://paper.example/news-map.xml"]
    assert news_sitemaps(robots, "https://paper.example/") == wanted
    assert sitemaps(robots.encode(), "https://paper.example/robots.txt") == wanted
    assert sitemaps(robots.encode(), "https://paper.example/feed") is None


def test_an_index_leads_to_its_newest_sitemaps() -> None:
    named = "".join(
        f"<sitemap>\n<loc> <![CDATA[/news-{day}.xml?a=1&b=2]]> </loc><lastmod>2024-03-{day:02}</lastmod></sitemap>"
        for day in range(1, 9)
    )
    index = (
        f'<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{named}</sitemapindex>'
    )
    wanted = [f"https://wire.example/news-{day}.xml?a=1&b=2" for day in range(8, 3, -1)]
    assert sitemaps(index.encode(), URL) == sitemaps(gzip.compress(index.encode()), URL) == wanted


@pytest.mark.parametrize("piece", ["<sitemap>", "<sitemap ", "<loc>", "<loc", "<lastmod", "<a.", " ", "<![CDATA["])
def test_no_index_takes_long(piece: str) -> None:
    begun = "<sitemapindex><sitemap><loc>https://a.example/1</loc></sitemap><sitemap><loc>"
    assert sitemaps((begun + piece * 300_000).encode(), URL) == ["https://a.example/1"]  # 36 s for 4,000 spaces, once


@pytest.mark.parametrize("piece", ["\n", " ", "sitemap", "sitemap :"])
def test_no_robots_txt_takes_long(piece: str) -> None:
    named = news_sitemaps("sitemap: /news.xml\n" + piece * 300_000, URL)
    assert named[:1] == ["https://wire.example/news.xml"]


def test_what_is_no_index_leads_to_no_sitemap() -> None:
    assert sitemaps(b"<urlset><url><loc>https://wire.example/1</loc></url></urlset>", URL) is None
    assert sitemaps(b"\x1f\x8bbroken", URL) is None


def test_every_way_of_naming_the_next_page_is_understood() -> None:
    ways = [
        {"next_url": "?page=2"},
        {"next": "/items?page=2"},
        {"_links": {"next": {"href": "items?page=2"}}},
        {"links": {"next": "https://wire.example/items?page=2"}},
        {"links": [{"rel": "self", "href": "/items"}, {"rel": "next", "href": "/items?page=2"}]},
    ]
    for way in ways:
        assert next_page(json.dumps({"items": []} | way).encode(), {}, URL, frozenset()) == f"{URL}?page=2", way
    assert next_page(b"[]", {"link": '<?page=2>; rel="next"'}, URL, frozenset()) == f"{URL}?page=2"


def test_a_page_that_is_known_in_part_is_the_last() -> None:
    items = [{"uri": "urn:1"}, {"uri": "urn:2"}]
    body = json.dumps({"items": items, "next_url": "?page=2"}).encode()
    known = frozenset({entry_digest(json.dumps(items[1], sort_keys=True).encode())})
    assert next_page(body, {}, URL, known) is None


def test_what_leads_nowhere_ends_it() -> None:
    for body in (b"", b"<rss/>", b"{", b"[" * 100_000, b'{"next": 7}', b'{"next": "javascript:x"}', b'{"links": [7]}'):
        assert next_page(body, {}, URL, frozenset()) is None
