"""What entries are known by, judged over the whole window."""

from services.parser.article import source_id_of
from services.parser.document import read_document
from shared.messages import Result
from tests.parser.documents import document, item, rss


def read(*items: str, **facts: object) -> Result:
    return read_document(document(**facts), rss(*items), 2000)  # type: ignore[arg-type]


def keys(result: Result) -> list[tuple[str, ...]]:
    return [entry.keys for entry in result.entries]


def test_an_article_is_known_by_its_identifier_and_then_by_its_address() -> None:
    assert keys(read(item(1))) == [("id:harbour-1", "url:https://harbour.example/news/1")]


def test_an_identifier_that_different_articles_share_is_none() -> None:
    result = read(item(1, guid="0"), item(2, guid="0"))
    assert keys(result) == [("url:https://harbour.example/news/1",), ("url:https://harbour.example/news/2",)]
    assert not result.trusts_ids


def test_distrust_in_identifiers_lasts() -> None:
    result = read(item(1), trusts_ids=False)
    assert keys(result) == [("url:https://harbour.example/news/1",)]
    assert not result.trusts_ids


def test_known_entries_are_judged_too() -> None:
    window = read(item(1, guid="0")).window
    result = read(item(2, guid="0"), item(1, guid="0"), known=window)
    assert keys(result) == [("url:https://harbour.example/news/2",)]
    assert not result.trusts_ids


def test_a_link_that_different_articles_share_is_no_identity() -> None:
    result = read(item(1, link="https://harbour.example/"), item(2, link="https://harbour.example/"))
    assert keys(result) == [("id:harbour-1",), ("id:harbour-2",)]


def test_without_identifier_and_link_title_and_date_are_the_identity() -> None:
    bare = {"guid": "", "link": ""}
    one, two = keys(read(item(1, **bare), item(2, **bare)))
    assert one != two
    assert one[0].startswith("title:")
    again = read(item(1, **bare, description="Other words."))
    assert keys(again) == [one]


def test_an_entry_with_nothing_but_text_is_known_by_its_text() -> None:
    bare = {"guid": "", "link": "", "title": "", "pubDate": ""}
    one, two = keys(read(item(1, **bare), item(2, **bare)))
    assert one != two


def test_a_repeated_entry_is_delivered_once() -> None:
    result = read(item(1), item(1), item(2))
    assert (len(result.entries), result.repeats) == (2, 1)


def test_of_two_states_of_one_article_the_later_dated_is_delivered() -> None:
    result = read(item(1), item(1, title="Ferry corrected", pubDate="Mon, 06 Jan 2025 11:00:00 GMT"))
    assert [entry.content.headline for entry in result.entries] == ["Ferry corrected"]
    assert (result.repeats, result.trusts_ids) == (1, True)


def test_tracking_parameters_make_no_other_article() -> None:
    first = read(item(1, guid="", link="https://harbour.example/n?id=1&amp;utm_source=a#x"))
    second = read(item(1, guid="", link="https://harbour.example/n?id=1&amp;fbclid=b"))
    assert keys(first) == keys(second) == [("url:https://harbour.example/n?id=1",)]


def test_links_that_count_each_listing_lead_to_one_article() -> None:
    counted = "https://feeds.example/~r/Harbour/~3/{}/{}"
    result = read(
        item(1, guid="", link=counted.format(164524362, 3703016)),
        item(1, guid="", link=counted.format(164524999, 3703016)),
        item(2, guid="", link=counted.format(164525000, 3703016)),
    )
    assert len(result.entries) == 2
    assert result.repeats == 1


def test_an_identifier_that_no_index_takes_is_none() -> None:
    assert source_id_of("ж" * 1000) == "ж" * 1000
    assert source_id_of("ж" * 1001) is None
