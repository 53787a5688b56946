"""What no strict reader takes, through feedparser: entries whose tags no order makes XML of, and Microsoft's CDF. Pure.

feedparser is given little: a text over `MAX_FIELD_CHARS` is cut, and a name over `MAX_PERSON_CHARS`, on which its
pattern for authors takes minutes.
"""

import re
from io import BytesIO

import feedparser

from services.parser.fields.text import line
from services.parser.fields.urls import absolute
from services.parser.formats.attached import kind_of
from services.parser.item import Attached, Item, Person, Slot, Window
from shared.digests import entry_digest
from shared.messages import FeedFacts

MAX_FIELD_CHARS = 100_000
MAX_PERSON_CHARS = 500
_EXCERPT_CHARS = 60_000
_NAMES = {
    "headline": "title",
    "summary": "description",
    "published_at": "pubDate",
    "body": "content",
    "authors": "author",
}
_TEXT = re.compile(r"[^<]+")
_PERSON = re.compile(
    r"(<(?:[\w.-]+:)?(?:author|creator|contributor|managingEditor|webMaster|publisher|owner|name)\b[^<>]*>(?:<!\[CDATA\[)?)([^<]+)",
    re.IGNORECASE,
)


def read_window(text: str, url: str) -> Window:
    """Return the entries of a whole document; none where feedparser finds none."""
    found = _parsed(text)
    feed = FeedFacts(title=line(found.feed.get("title"), 300), site_url=absolute(found.feed.get("link"), url))
    slots = tuple(_slot(_item(entry, url), str(entry)) for entry in found.entries)
    return Window(feed=feed, slots=slots, closed=True, language=found.feed.get("language"))


def read_entry(piece: str, document: str, url: str) -> Slot | None:
    """Return the one entry of `document`, whose markup is `piece`; None where nothing in it can be told apart."""
    found = _parsed(document).entries
    return _slot(_item(found[0], url), piece) if found else None


def _parsed(document: str) -> feedparser.FeedParserDict:
    document = _PERSON.sub(lambda found: found[1] + found[2][:MAX_PERSON_CHARS], document)
    document = _TEXT.sub(lambda found: found[0][:MAX_FIELD_CHARS], document)
    data = BytesIO(document.encode("utf-8", "replace"))  # bytes alone might name a file, which it would open
    return feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)


def _slot(item: Item, markup: str) -> Slot:
    dated = item.published or item.updated
    digest = entry_digest(markup.encode("utf-8", "replace"))
    return Slot(digest, item.source_id, item.link, item.headline, dated, lambda: item, lambda: markup[:_EXCERPT_CHARS])


def _item(found: feedparser.FeedParserDict, url: str) -> Item:
    contents = [part.get("value") or "" for part in found.get("content", ())]
    files = [one for one in found.get("enclosures", ()) if one.get("href")]
    return Item(
        source_id=found.get("id") or None,
        link=absolute(found.get("link"), url),
        base=url,
        headline=found.get("title"),
        summary=found.get("summary"),
        content=max(contents, key=len, default=None),
        published=found.get("published"),
        updated=found.get("updated") if "updated" in found.keys() else None,  # noqa: SIM118 - `in` answers for others too
        people=tuple(Person(one["name"], one.get("href")) for one in found.get("authors", ()) if one.get("name")),
        categories=tuple(tag["term"] for tag in found.get("tags", ()) if tag.get("term")),
        attached=tuple(
            Attached(one["href"], kind_of(one.get("type"), None, one["href"]), one.get("type")) for one in files
        ),
        names=_NAMES,
    )
