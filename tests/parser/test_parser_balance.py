"""Entries whose tags do not balance: every fact that stands in them is read, and their neighbours are untouched."""

from datetime import UTC, datetime

import pytest

from services.parser.document import read_document
from services.parser.formats.balance import MAX_OPEN, balance
from shared.messages import Entry
from tests.parser.documents import URL, document, entries_of, item, rss

TITLE = "<title>Ferry number 2 sails again</title>"
END = "</item>"


def damaged(old: str, new: str) -> list[Entry]:
    """Return the entries of a feed of three, the second one with `new` in place of `old`."""
    second = item(2).replace(old, new, 1)
    assert second != item(2)
    return entries_of(rss(item(1), second, item(3)), URL, None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</title>", ""),
        ("</title>", "</titel>"),
        ("</title>", "</TITLE>"),
        ("</link>", ""),
        ("</guid>", "</gid>"),
        (TITLE, f"{TITLE}<description>5 < 6 and <b>more</description>"),
        (TITLE, f"{TITLE}<media:group><media:title>Pier</media:group>"),
        (TITLE, f"{TITLE}</div></p>"),
        (TITLE, f"{TITLE}<category>a<category>b</category>"),
        (TITLE, f"{TITLE}<source url='x'>Wire</source><enclosure url=\"/a\"b.mp3\" type=audio/mpeg>"),
        (TITLE, f"{TITLE}<comments><![CDATA[no end</comments>"),
        (TITLE, f"{TITLE}<comments><![CDATA[no end</comments><category><![CDATA[Coast]]></category>"),
        (TITLE, f"{TITLE}<note xmlns='' xmlns:n='not an address' n:a='1' a='1' a='2'/>"),
        (TITLE, f"{TITLE}<!-- a -- b --><?php echo 1 ?><!ELEMENT x><:a><1>"),
        (END, "<description><p>One<br>two<img src=/a.jpg alt=\"a\"></description></item>"),
        (END, END + END),
    ],
)  # fmt: skip
def test_an_entry_out_of_balance_keeps_its_facts(old: str, new: str) -> None:
    entries = damaged(old, new)
    assert [entry.source_id for entry in entries] == ["harbour-1", "harbour-2", "harbour-3"]
    second = entries[1]
    assert second.content.headline == "Ferry number 2 sails again"
    assert second.url == "https://harbour.example/news/2"
    assert second.content.published_at == datetime(2025, 1, 6, 8, 2, tzinfo=UTC)


def test_words_that_are_never_ended_end_with_the_next_element_of_the_feed() -> None:
    [_, second, _] = damaged("</description>", "")
    assert second.content.summary == "The ferry with the number 2 left the pier on time."
    [_, second, _] = damaged(TITLE, f"{TITLE}<description>Early. <p>The mole<pubDate>Mon, 06 Jan 2025</pubDate>")
    assert "2025" not in (second.content.summary or "")


def test_an_end_tag_that_ends_nothing_does_not_end_the_title() -> None:
    assert damaged("sails again", "sails</b> again")[1].content.headline == "Ferry number 2 sails again"


def test_a_text_of_hundreds_of_open_lines_is_read() -> None:
    [_, second, _] = damaged(END, "<description>" + "The pier is open.<br>" * 400 + "</description></item>")
    assert len((second.content.body_text or "").split()) == 1600


def test_an_entry_that_nests_without_end_is_set_aside_alone() -> None:
    deep = item(2).replace(TITLE, TITLE + "<x>" * (MAX_OPEN + 100))
    result = read_document(document(), rss(item(1), deep, item(3)), 100)
    assert [entry.source_id for entry in result.entries] == ["harbour-1", "harbour-3"]
    assert "deep" in result.rejected[0].reason


def test_a_feed_within_another_document_is_found() -> None:
    inner = rss(item(1), item(2)).decode().partition("?>")[2]
    for text in (f"<html><body>{inner}</body></html>", f"<envelope><body>{inner}</body></envelope>"):
        assert len(entries_of(text.encode(), URL, None)) == 2


def test_a_damaged_start_tag_of_the_feed_costs_no_entry() -> None:
    whole = rss(item(1), item(2)).decode()
    assert len(entries_of(whole.replace('"2.0"', '"2.0" xmlns:dc="http://purl<').encode(), URL, None)) == 2
    entry = "<entry><title>Mole</title><id>urn:harbour:1</id></entry>"
    for inside in (entry, entry.replace("</title>", "")):
        assert len(entries_of(f'<feed xmlns="http://www.w3.example/Atom">{inside}</feed>'.encode(), URL, None)) == 1


def test_what_balances_is_left_as_it_is() -> None:
    whole = '<item><title>A &amp; B</title><x:y a="1"><![CDATA[<p>]]></x:y><z/></item>'
    assert balance(whole) == whole


def test_what_no_order_makes_xml_of_is_read_all_the_same() -> None:
    undeclared = "".join(f"<p{number}:x>v</p{number}:x>" for number in range(60))
    entries = damaged(TITLE, TITLE + undeclared)
    assert [entry.content.headline for entry in entries] == [
        f"Ferry number {number} sails again" for number in (1, 2, 3)
    ]
    assert entries[1].url == entries_of(rss(item(2)), URL, None)[0].url
