"""Real feeds, well-formed, read by our walk and by feedparser: field by field, both must tell the same."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import pytest

from services.parser.fields.dates import parse_date
from services.parser.fields.people import read_people
from services.parser.fields.text import line
from services.parser.fields.urls import absolute
from services.parser.formats.detect import read_listing
from services.parser.item import Item, Person

EVERY = 9  # of the feeds; all of them take a minute and a half
LIKE = 200  # characters of a text that are compared
# The share of entries that may differ, and why: feedparser takes a link's base from elements that ended before; it
# takes a Media RSS description for the content; it leaves half of a `mailto:` in a name.
LEAST = {"id": 1.0, "title": 1.0, "link": 0.97, "dated": 0.99, "author": 0.89, "text": 0.95, "enclosures": 0.99}

pytestmark = [pytest.mark.corpus, pytest.mark.slow]


def feeds(corpus: Path) -> Iterator[tuple[bytes, str]]:
    """Yield some of the well-formed RSS, RDF and Atom documents, with their addresses."""
    rows = map(json.loads, (corpus / "feeds/manifest.jsonl").read_text(encoding="utf-8").splitlines())
    for row in list(rows)[::EVERY]:
        if row["expected"]["wellformed"] and row["format"].startswith(("rss0", "rss1", "rss2", "rdf", "atom")):
            url = str(row["feed_url"] or "")
            data = gzip.decompress((corpus / row["path"]).read_bytes())
            yield data, url if url.startswith("http") else f"https://corpus.example/{row['id']}"


def walked(entry: Item) -> dict[str, Any]:
    dated = entry.published or entry.updated
    return {
        "id": entry.source_id,
        "title": line(entry.headline),
        "link": entry.link,
        "dated": dated and (parse_date(dated) or dated),
        "author": read_people(entry.people[:1])[1],
        "text": {line(text, LIKE) for text in (entry.content, entry.summary) if text},
        "enclosures": {one.url for one in entry.attached},
    }


def witnessed(entry: Any, base: str) -> dict[str, Any]:
    dated = entry.get("published") or entry.get("updated")
    people = tuple(Person(one["name"], one.get("href")) for one in entry.get("authors", []) if one.get("name"))
    texts = [one.value for one in entry.get("content", [])] + [entry.get("summary")]
    return {
        "id": entry.get("id"),
        "title": line(entry.get("title")),
        "link": absolute(entry.get("link"), base),
        "dated": dated and (parse_date(dated) or dated),
        "author": read_people(people[:1])[1],
        "text": {line(text, LIKE) for text in texts if text},
        "enclosures": {one["href"] for one in entry.get("enclosures", []) if one.get("href")},
    }


def test_the_walk_and_feedparser_agree_on_real_feeds(corpus: Path) -> None:
    seen: Counter[str] = Counter()
    same: Counter[str] = Counter()
    for data, url in feeds(corpus):
        window = read_listing(data, url, None)
        ours = [slot.read() for slot in window.slots if not slot.cancelled]
        document = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
        seen["feeds"] += 1
        same["feeds"] += len(ours) == len(document.entries)
        if len(ours) != len(document.entries):
            continue
        for mine, theirs in zip(map(walked, ours), document.entries, strict=True):
            other = witnessed(theirs, window.feed.site_url or url)
            for name in LEAST:
                seen[name] += 1
                sets = isinstance(other[name], set)
                same[name] += bool(not other[name] or mine[name] & other[name]) if sets else mine[name] == other[name]
    assert seen["id"] > 500
    assert {name: same[name] / seen[name] for name in LEAST if same[name] < LEAST[name] * seen[name]} == {}
    assert same["feeds"] >= 0.98 * seen["feeds"]
