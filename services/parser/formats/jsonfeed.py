"""JSON Feed 1.0 and 1.1, and RSS in JSON. Pure."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

from services.parser.fields.urls import absolute
from services.parser.formats import icons
from services.parser.formats.attached import kind_of
from services.parser.formats.brokenjson import load
from services.parser.formats.hubs import listed as hubs_listed
from services.parser.item import Attached, Item, Person, Slot, Window
from shared.digests import entry_digest
from shared.errors import NotAFeed
from shared.messages import FeedFacts

_EXCERPT_CHARS = 60_000
_MANY = 100


def read_window(text: str, url: str) -> Window:
    """Return the entries of the JSON feed in `text`.

    :raises NotAFeed: it is other JSON.
    :raises Malformed: it is no JSON.
    """
    document, whole = load(text)
    if not isinstance(document, dict):
        raise NotAFeed("The document is JSON, but no JSON Feed.")
    rss = document.get("rss")
    channel = rss.get("channel") if isinstance(rss, dict) else None
    if isinstance(channel, dict):
        return replace(_window(channel, channel.get("item"), url, _rss_item), closed=whole)
    if isinstance(document.get("items"), list) and ("jsonfeed" in str(document.get("version")) or "title" in document):
        return replace(_window(document, document["items"], url, _json_item), closed=whole)
    raise NotAFeed("The document is JSON, but no JSON Feed.")


def _window(head: Mapping[str, Any], items: object, url: str, read: Any) -> Window:
    listed = [items] if isinstance(items, dict) else items if isinstance(items, list) else []
    if any(listed) and not any(isinstance(one, dict) for one in listed):
        raise NotAFeed("The document is JSON, but what it lists as items are none.")
    site = absolute(_text(head.get("home_page_url") or head.get("link")), url)
    feed = FeedFacts(
        title=_text(head.get("title")),
        site_url=site,
        language=_text(head.get("language")),
        icon=icons.of_json(head, url),
        **hubs_listed(head, url),
    )
    authors = _people(head.get("authors"), head.get("author"))
    slots = [_slot(entry, site or url, read, authors) for entry in listed if _says_something(entry)]
    return Window(feed=feed, slots=tuple(slots), language=feed.language, rights=_text(head.get("copyright")))


def _says_something(entry: object) -> bool:
    return isinstance(entry, dict) and any(entry.values())


def _slot(entry: Mapping[str, Any], base: str, read: Any, authors: tuple[Person, ...]) -> Slot:
    written = json.dumps(entry, sort_keys=True)
    item: Item = read(entry, base, authors)
    return Slot(
        digest=entry_digest(written.encode()),
        source_id=item.source_id,
        link=item.link,
        title=item.headline,
        dated=item.published or item.updated,
        read=partial(_same, item),
        excerpt=lambda: written[:_EXCERPT_CHARS],
    )


def _same(item: Item) -> Item:
    return item


def _json_item(entry: Mapping[str, Any], base: str, authors: tuple[Person, ...]) -> Item:
    title, plain = _text(entry.get("title")), _text(entry.get("content_text"))
    attached = [Attached(picture, "image") for name in ("image", "banner_image") if (picture := _text(entry.get(name)))]
    for one in _list(entry.get("attachments"))[:_MANY]:
        if isinstance(one, dict) and (url := _text(one.get("url"))):
            kind = kind_of(_text(one.get("mime_type")), None, url)
            attached.append(
                Attached(
                    url,
                    kind,
                    _text(one.get("mime_type")),
                    _text(one.get("title")),
                    duration=_text(one.get("duration_in_seconds")),
                )
            )
    return Item(
        source_id=(identifier := _text(entry.get("id"))),
        link=absolute(_text(entry.get("url")), base)
        or absolute(_text(entry.get("external_url")), base)
        or (absolute(identifier, None) if (identifier or "").startswith(("http://", "https://")) else None),
        base=base,
        headline=escape(title, quote=False) if title else None,
        summary=escape(summary, quote=False) if (summary := _text(entry.get("summary"))) else None,
        content=_text(entry.get("content_html")) or (escape(plain, quote=False) if plain else None),
        published=_text(entry.get("date_published")),
        updated=_text(entry.get("date_modified")),
        people=_people(entry.get("authors"), entry.get("author")) or authors,
        language=_text(entry.get("language")),
        categories=tuple(name for tag in _list(entry.get("tags"))[:_MANY] if (name := _text(tag))),
        attached=tuple(attached),
        names={
            "headline": "title",
            "body": "content_html",
            "summary": "summary",
            "published_at": "date_published",
            "updated_at": "date_modified",
            "authors": "authors",
        },
    )


def _rss_item(entry: Mapping[str, Any], base: str, authors: tuple[Person, ...]) -> Item:
    enclosure, content = entry.get("enclosure"), _value(entry.get("content:encoded"))
    attached: tuple[Attached, ...] = ()
    if isinstance(enclosure, dict) and (url := _text(enclosure.get("url"))):
        attached = (Attached(url, kind_of(_text(enclosure.get("type")), None, url), _text(enclosure.get("type"))),)
    return Item(
        source_id=_value(entry.get("guid")),
        link=absolute(_text(entry.get("link")), base),
        base=base,
        headline=_value(entry.get("title")),
        summary=_value(entry.get("description")),
        content=content,
        published=_text(entry.get("pubDate")),
        people=_people(entry.get("author"), entry.get("dc:creator")) or authors,
        categories=tuple(name for tag in _list(entry.get("category"))[:_MANY] if (name := _value(tag))),
        attached=attached,
        names={
            "headline": "title",
            "summary": "description",
            "published_at": "pubDate",
            "authors": "author",
        }
        | ({"body": "content:encoded"} if content else {}),
    )


def _text(value: object) -> str | None:
    """Return a member's text; identifiers and durations may be written as numbers, nothing else may."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).encode("utf-8", "replace").decode().strip()
    return text or None


def _value(value: object) -> str | None:
    """Return the text of a member of RSS in JSON, which stands beside its attributes where it has any."""
    if isinstance(value, dict):
        return next(
            (text for name in ("#value", "value", "#text", "_", "$t") if (text := _text(value.get(name)))), None
        )
    return _text(value)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _people(*members: object) -> tuple[Person, ...]:
    """Return the people that the first usable member names, whether it holds one or several, names or objects."""
    for member in members:
        people = []
        for one in _list(member)[:_MANY]:
            name, url = (_text(one.get("name")), _text(one.get("url"))) if isinstance(one, dict) else (_text(one), None)
            if name:
                people.append(Person(name, url))
        if people:
            return tuple(people)
    return ()
