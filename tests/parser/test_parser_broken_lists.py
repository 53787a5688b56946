"""Lists of articles that are damaged or break off: what is whole in them is read, and what is missing is said."""

import json

import pytest

from services.parser.formats.brokenjson import load
from services.parser.formats.detect import read_listing
from shared.errors import Malformed, PermanentError
from tests.parser.documents import entries_of

URL = "https://harbour.example/feed"
ITEM = "<item><title>Mole {0}</title><link>https://harbour.example/{0}</link><guid>{0}</guid></item>"


def rss(*items: str, opening: str = '<rss version="2.0">') -> str:
    return f"{opening}<channel><title>Harbour Post</title>{''.join(items)}</channel></rss>"


def headlines(text: str) -> list[str | None]:
    return [entry.content.headline for entry in entries_of(text.encode(), URL, None)]


def is_closed(text: str) -> bool:
    return read_listing(text.encode(), URL, None).closed


def test_an_entry_without_an_end_tag_ends_where_the_next_one_begins() -> None:
    text = rss(ITEM.format(1).replace("</item>", ""), ITEM.format(2), ITEM.format(3).replace("</item>", ""))
    assert headlines(text) == ["Mole 1", "Mole 2", "Mole 3"]


def test_an_entry_that_a_feed_breaks_off_in_is_left_to_the_next_poll() -> None:
    text = rss(ITEM.format(1), ITEM.format(2))[:-50]
    assert headlines(text) == ["Mole 1"]
    assert not is_closed(text)


@pytest.mark.parametrize(
    "text",
    [
        rss(ITEM.format(1))
        .upper()
        .replace("HTTPS://HARBOUR.EXAMPLE", "https://harbour.example")
        .replace("MOLE", "Mole"),
        rss(ITEM.format(1), opening='<rss version="2.0" xmlns="http://www.w3.org/1999/xhtml">'),
        rss(ITEM.format(1), opening='<rss version="2.0" xmlns="https://harbour.example/ns">'),
    ],
)
def test_rss_is_read_in_capitals_and_in_a_namespace_of_its_own(text: str) -> None:
    assert headlines(text) == ["Mole 1"]


def test_a_marked_section_within_another_leaves_no_mark() -> None:
    text = rss("<item><title><![CDATA[ <![CDATA[Mole 1]]> ]]></title><guid>1</guid></item>")
    assert headlines(text)[0] in {"Mole 1", "Mole 1 ]]>"}


FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Harbour Post",
    "items": [{"id": str(at), "title": f"Mole {at}", "content_text": "A, B, ] and }."} for at in (1, 2, 3)],
}


def test_json_with_commas_that_part_nothing_is_read() -> None:
    text = json.dumps(FEED).replace('"}, {', '",}, {').replace("}]}", "},],}")
    assert headlines(text) == ["Mole 1", "Mole 2", "Mole 3"]
    assert is_closed(text)


def test_json_that_breaks_off_gives_its_whole_entries_and_says_so() -> None:
    text = json.dumps(FEED)[:-30]
    assert headlines(text) == ["Mole 1", "Mole 2"]
    assert not is_closed(text)


def test_rss_in_json_that_breaks_off_gives_its_whole_entries() -> None:
    items = [{"title": f"Mole {at}", "guid": str(at)} for at in (1, 2)]
    assert headlines(json.dumps({"rss": {"channel": {"title": "Harbour Post", "item": items}}})[:-12]) == ["Mole 1"]


def test_an_agency_item_that_breaks_off_is_not_read_since_its_embargo_may_be_missing() -> None:
    item = {
        "uri": "urn:x:1",
        "type": "text",
        "headline": "Mole",
        "body_text": "Text.",
        "embargoed": "2099-01-01T00:00:00Z",
    }
    with pytest.raises(Malformed, match="breaks off"):
        headlines(json.dumps(item)[:-30])


@pytest.mark.parametrize("text", ["{", "[", '{"a": ' * 2000, '[{"a": 1}', '{"a": [{"id": 1'])
def test_json_without_a_whole_entry_is_refused(text: str) -> None:
    with pytest.raises(PermanentError):
        headlines(text)


SITEMAP = (
    "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
    + "".join(
        f"<url><loc>https://harbour.example/{at}</loc><news:news><news:title>Mole {at}</news:title></news:news></url>"
        for at in (1, 2, 3)
    )
    + "</urlset>"
)


def test_a_sitemap_whose_prefixes_are_not_declared_is_read() -> None:
    assert headlines(SITEMAP) == ["Mole 1", "Mole 2", "Mole 3"]
    assert is_closed(SITEMAP)


def test_a_sitemap_that_breaks_off_gives_its_whole_addresses_and_says_so() -> None:
    assert headlines(SITEMAP[:-60]) == ["Mole 1", "Mole 2"]
    assert not is_closed(SITEMAP[:-60])


def test_an_entry_that_names_nobody_is_by_the_feeds_author_unless_that_is_its_title() -> None:
    feed = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Harbour Notes</title><author><name>{}</name></author>"
        "<entry><title>Mole</title><id>1</id></entry></feed>"
    )
    for name, authors in (("Ada Byron", ["Ada Byron"]), ("Harbour Notes", [])):
        (entry,) = entries_of(feed.format(name).encode(), URL, None)
        assert [author.name for author in entry.content.authors] == authors


def test_a_group_is_one_medium_in_several_forms() -> None:
    group = "".join(
        f"<media:content url='https://harbour.example/{width}.jpg' medium='image' width='{width}'/>"
        for width in (120, 1200, 600)
    )
    text = rss(
        f"<item><guid>1</guid><media:group>{group}</media:group></item>",
        opening='<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/">',
    )
    (entry,) = entries_of(text.encode(), URL, None)
    assert [image.url for image in entry.content.images] == ["https://harbour.example/1200.jpg"]


def test_how_long_a_podcast_lasts_is_said_beside_its_file() -> None:
    item = (
        "<item><guid>1</guid><itunes:duration>01:02:03</itunes:duration>"
        "<enclosure url='https://harbour.example/1.mp3' type='audio/mpeg' length='1'/></item>"
    )
    text = rss(item, opening='<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">')
    (entry,) = entries_of(text.encode(), URL, None)
    assert [medium.duration_s for medium in entry.content.media] == [3723.0]


def test_json_that_breaks_off_among_much_white_space_is_read_like_any_other() -> None:
    assert load('{"items": [], ' + " " * 200_000) == ({"items": []}, False)
