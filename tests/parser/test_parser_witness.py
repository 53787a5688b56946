"""Well-formed feeds are walked as trees; feedparser reads them too, and both must tell the same."""

from pathlib import Path
from typing import Any

import feedparser
import pytest

from services.parser.fields.dates import parse_date
from services.parser.fields.text import line
from services.parser.fields.urls import absolute
from services.parser.formats import feed, xml
from services.parser.formats.encoding import decode
from tests.parser.documents import URL, item, rss

CASES = {
    name: (Path(__file__).parent / "cases" / name / "input.xml").read_bytes()
    for name in ("atom", "atom-0-3", "rdf", "rss-full-text", "rss-summary")
} | {
    "many": rss(*map(item, range(30))),
    "untitled": rss(
        item(1, title=""), item(2, link="", guid="https://harbour.example/2"), item(3, guid="", pubDate="")
    ),
    "escaped": rss(item(1, title="AT&amp;amp;T &amp;lt;b&amp;gt;", description="&lt;p&gt;One &amp;amp; two&lt;/p&gt;")),
    "markup": rss(item(1, title="<![CDATA[Ferry <em>seven</em>]]>", author="ada@harbour.example (Ada Lindqvist)")),
}


def walked(data: bytes) -> list[dict[str, Any]]:
    window = feed.read_window(xml.prologue_off(decode(data)), URL)
    found = []
    for entry in (slot.read() for slot in window.slots if not slot.cancelled):
        dated = entry.published or entry.updated
        found.append(
            {
                "id": entry.source_id,
                "link": entry.link,
                "title": line(entry.headline),
                "dated": dated and parse_date(dated),
                "text": line(entry.content or entry.summary, 300),
            }
        )
    return found


def witnessed(data: bytes) -> list[dict[str, Any]]:
    document = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    found = []
    for entry in document.entries:
        dated = entry.get("published") or entry.get("updated")
        content = next((one.value for one in entry.get("content", []) if one.value), None)
        found.append(
            {
                "id": entry.get("id"),
                "link": absolute(entry.get("link"), document.feed.get("link")),
                "title": line(entry.get("title")),
                "dated": dated and parse_date(dated),
                "text": line(content or entry.get("summary"), 300),
            }
        )
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_walk_and_feedparser_find_the_same_entries(name: str) -> None:
    assert walked(CASES[name]) == witnessed(CASES[name])
