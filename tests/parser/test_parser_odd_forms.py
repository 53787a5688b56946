"""Feeds in legal but odd forms, and links and dates as publishers get them wrong: read as a person would."""

import json

import pytest

from shared.errors import Malformed, NotAFeed
from shared.messages import Entry
from tests.parser.documents import URL, entries_of, item, rss

FIRST = "https://harbour.example/1"


def read(document: str | bytes) -> list[Entry]:
    return entries_of(document.encode() if isinstance(document, str) else document, URL, None)


def atom(entry: str) -> list[Entry]:
    return read(f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Planet</title><entry>{entry}</entry></feed>')


def json_feed(*items: object) -> list[Entry]:
    return read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Harbour", "items": items}))


def test_a_link_that_is_escaped_twice_stays_what_its_publisher_gives_out() -> None:
    (entry,) = read(rss(item(1, link=f"{FIRST}?id=1&amp;amp;view=2")))
    assert entry.url == f"{FIRST}?id=1&amp;view=2"


def test_an_entry_without_authors_has_those_of_the_feed_that_it_was_copied_from() -> None:
    source = "<source><title>Pier Blog</title><author><name>Ada Byron</name></author></source>"
    assert [one.name for one in atom(f"<id>urn:1</id><title>A</title>{source}")[0].content.authors] == ["Ada Byron"]


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-05 11:00 Europe/Berlin",
        "Mon, 05 Jan 2026 05:00:00 America/New_York",
        "2026-01-05T11:00:00[Europe/Berlin]",
        "2026-01-05T11:00:00+01:00[Europe/Berlin]",
    ],
)
def test_a_zone_by_the_name_of_its_city_is_known(written: str) -> None:
    published = read(rss(item(1, pubDate=written)))[0].content.published_at
    assert published is not None
    assert published.isoformat() == "2026-01-05T10:00:00+00:00"


@pytest.mark.parametrize("written", ["2026-01-05 11:00 Europe/Harbour", "2026-01-05 11:00 Europe/../Berlin"])
def test_a_zone_that_is_none_names_no_moment(written: str) -> None:
    assert read(rss(item(1, pubDate=written)))[0].content.published_at is None


def test_what_a_group_of_media_says_belongs_to_its_picture() -> None:
    group = (
        '<media:group xmlns:media="http://search.yahoo.com/mrss/"><media:content url="/s.jpg" width="9"/>'
        '<media:content url="/l.jpg" width="900"/><media:description>The mole</media:description>'
        "<media:credit>Ada Byron/AP</media:credit></media:group>"
    )
    (entry,) = read(rss(item(1, category=f"Coast</category>{group}<category>Sea")))
    (image,) = entry.content.images
    assert (image.url, image.caption, image.credit) == ("https://harbour.example/l.jpg", "The mole", "Ada Byron/AP")


def test_an_empty_item_of_a_json_feed_is_none() -> None:
    assert len(json_feed({}, {"id": ""}, {"id": "1", "content_text": "Ferry sails"})) == 1


def test_an_item_without_an_address_is_where_its_identifier_leads() -> None:
    assert json_feed({"id": FIRST, "content_text": "Ferry sails"})[0].url == FIRST


@pytest.mark.parametrize("odd", ["9" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 1_000 + "1" + "}" * 1_000])
@pytest.mark.parametrize("comma", ["", ", "])
def test_a_value_without_measure_costs_a_json_feed_no_item(odd: str, comma: str) -> None:
    first = f'{{"id": "1", "content_text": "Ferry sails", "tags": ["sea"{comma}], "_odd": {odd}}}'
    said = first + ', {"id": "2", "content_text": "Ferry sinks"}'
    entries = read(f'{{"version": "https://jsonfeed.org/version/1.1", "title": "Harbour", "items": [{said}{comma}]}}')
    assert [entry.content.summary for entry in entries] == ["Ferry sails", "Ferry sinks"]


@pytest.mark.parametrize("items", ["[5]", '["Ferry sails"]', "[" * 100_000 + "]" * 100_000])
def test_what_lists_no_items_is_no_json_feed(items: str) -> None:
    with pytest.raises(NotAFeed):
        read(f'{{"version": "https://jsonfeed.org/version/1.1", "title": "Harbour", "items": {items}}}')


@pytest.mark.parametrize("piece", ["[", '{"a":', '\\"', "\\", "]", '"', ","])
def test_no_broken_json_takes_long(piece: str) -> None:
    with pytest.raises((Malformed, NotAFeed)):
        read(f'{{"x": "{piece * 300_000}')
    with pytest.raises((Malformed, NotAFeed)):
        read(f'{{"x": {piece * 300_000}')


def test_rss_in_json_may_hold_attributes_beside_texts() -> None:
    text = "<p>" + "The ferry sails again, as it did before the storm came in. " * 20 + "</p>"
    said = {
        "title": {"#text": "Ferry sails"}, "guid": {"#value": "g1"}, "category": ["Sea", {"#value": "Coast"}],
        "content:encoded": text,
    }  # fmt: skip
    (entry,) = read(json.dumps({"rss": {"channel": {"title": "Harbour", "item": [said]}}}))
    assert (entry.source_id, entry.content.headline, entry.content.keywords) == ("g1", "Ferry sails", ("Sea", "Coast"))
    assert entry.content.body_text is not None
    assert entry.content.provenance["body_text"] == "feed content:encoded"
