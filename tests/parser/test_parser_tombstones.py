"""Entries that the publisher took back (RFC 6721): all of them, with when, who and why."""

from datetime import UTC, datetime

from services.parser.document import read_document
from shared.messages import Entry
from tests.parser.documents import document, item

AT = 'xmlns:at="http://purl.org/atompub/tombstones/1.0"'
ATOM = f'<feed xmlns="http://www.w3.org/2005/Atom" {AT}><title>Harbour Post</title>%s</feed>'


def read(text: str) -> tuple[Entry, ...]:
    return read_document(document(), text.encode(), 2000).entries


def test_each_tombstone_says_which_when_who_and_why() -> None:
    entries = read(
        ATOM % '<at:deleted-entry ref="tag:harbour:1" when="2025-01-06T10:00:00+01:00"><at:by>'
        "<name>Ada Lindqvist</name><email>ada@harbour.example</email></at:by>"
        '<at:comment type="html">Published &lt;b&gt;by mistake&lt;/b&gt;</at:comment>'
        '</at:deleted-entry><at:deleted-entry ref="tag:harbour:2" when="2025-01-06T11:00:00Z"/>'
    )
    first, second = entries
    assert (first.cancelled, second.cancelled) == (True, True)
    assert (first.keys, second.keys) == (("id:tag:harbour:1",), ("id:tag:harbour:2",))
    assert first.content.status_reason == "Published by mistake"
    assert first.content.updated_at == datetime(2025, 1, 6, 9, tzinfo=UTC)
    assert first.content.provenance["withdrawn_by"] == "Ada Lindqvist"


def test_an_entry_that_is_published_again_after_its_tombstone_stands() -> None:
    entry = "<entry><id>tag:harbour:1</id><title>Ferry</title><link href='https://harbour.example/1'/><updated>%s</updated></entry>"
    stone = '<at:deleted-entry ref="tag:harbour:1" when="2025-01-06T10:00:00Z"/>'
    assert [one.cancelled for one in read(ATOM % (stone + entry % "2025-01-06T12:00:00Z"))] == [False]
    assert [one.cancelled for one in read(ATOM % (stone + entry % "2025-01-06T08:00:00Z"))] == [True]


def test_a_tombstone_in_rss_names_an_article_by_its_address() -> None:
    stone = '<at:deleted-entry ref="%s"/>'
    text = f'<rss version="2.0" {AT}><channel><title>x</title>{item(1, guid="")}{stone}</channel></rss>'
    (entry,) = [one for one in read(text % "https://harbour.example/news/2") if one.cancelled]
    assert "url:https://harbour.example/news/2" in entry.keys
