"""One item of a document in JSON that lists articles: what the rules name, or members by their usual names. Pure."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from services.parser.fields.urls import absolute
from services.parser.formats.ruleditem import MANY, WITHIN, Read, dated, origins
from services.parser.item import Attached, Item, Person
from shared.digests import entry_digest
from shared.jsonpath import items_at, said_at
from shared.messages import FeedFacts
from shared.rules import Rules

_USUAL = {  # names in letters alone, the likeliest first
    "link": ("url", "link", "href", "permalink", "weburl", "articleurl", "canonicalurl", "externalurl"),
    "headline": ("headline", "title", "name"),
    "summary": ("summary", "description", "excerpt", "standfirst", "abstract", "teaser", "lead", "subtitle"),
    "text": ("contenthtml", "bodyhtml", "articlebody", "content", "body", "text", "contenttext", "bodytext"),
    "date": (
        "datepublished", "publishedat", "publicationdate", "firstpublicationdate", "webpublicationdate", "publishdate",
        "published", "pubdate", "dategmt", "date", "createdat", "created", "timestamp",
    ),
    "byline": ("authors", "author", "byline", "creator"),
    "image": ("image", "imageurl", "thumbnail", "thumbnailurl", "picture", "leadimage", "images"),
    "keywords": ("keywords", "tags", "categories", "section", "sectionname"),
}  # fmt: skip
_WORDS = ("rendered", "html", "value", "text", "#text", "name", "title", "label", "displayname")
_PLACES = ("url", "href", "src", "link", "permalink")
_LETTERS = re.compile(r"[^a-z0-9#]")


def items_of(document: Any, rules: Rules) -> list[Any]:
    """Return the items that the rule for them leads to."""
    return items_at(document, rules.items or "$")


def facts_of(document: Any, url: str, rules: Rules) -> FeedFacts:
    """Return what the document says of its feed."""
    older = said_at(document, rules.next) if rules.next else []
    return FeedFacts(older_url=absolute(_first(older), url))


def read_item(entry: Any, base: str, rules: Rules) -> Read:
    """Return what one item says."""
    members = _levelled(entry)
    found = {name: _met(entry, members, name, getattr(rules, name)) for name in WITHIN}
    link = next((url for one in found["link"] if (url := absolute(_place(one), base))), None)
    item = Item(
        source_id=_first(found["identifier"]),
        link=link,
        base=base,
        headline=_first(found["headline"]),
        summary=_first(found["summary"]),
        content=_first(found["text"]),
        published=dated(_first(found["date"]), rules.zone),
        people=tuple(Person(name) for one in found["byline"] if (name := _text(one))),
        categories=tuple(text for one in found["keywords"] if (text := _text(one))),
        attached=tuple(Attached(url, "image") for one in found["image"] if (url := absolute(_place(one), base)))[:1],
        names=origins(rules, found, lambda name: _usual_name(members, name)),
    )
    written = json.dumps(entry, sort_keys=True)
    met = frozenset(name for name, some in found.items() if some)
    return Read(item, entry_digest(written.encode()), met, lambda: written)


def _met(entry: Any, members: Mapping[str, Any], name: str, rule: str | None) -> list[Any]:
    """Return what an item holds, lists member by member; what holds nothing counts for nothing."""
    if rule is None:
        found = [members[usual] for usual in _USUAL.get(name, ()) if members.get(usual)][:1]
    else:
        found = said_at(entry, rule)
    flat = (one for value in found for one in (value if isinstance(value, list) else [value]))
    return [one for one in flat if one not in (None, "", {}, [])][:MANY]


def _levelled(entry: Any) -> Mapping[str, Any]:
    """Return the members of an object by the letters of their names; what is no object has none."""
    return {_letters(name): value for name, value in entry.items()} if isinstance(entry, dict) else {}


@lru_cache(maxsize=4096)
def _letters(name: str) -> str:
    return _LETTERS.sub("", name.lower())


def _usual_name(members: Mapping[str, Any], name: str) -> str:
    return next((usual for usual in _USUAL.get(name, ()) if members.get(usual)), name)


def _first(found: list[Any]) -> str | None:
    return next((text for one in found if (text := _text(one))), None)


def _text(value: Any) -> str | None:
    """Return a value's text, or the text that an object holds by a usual name; numbers stand for themselves."""
    if isinstance(value, dict):
        members = _levelled(value)
        return next((text for name in _WORDS if (text := _plain(members.get(name)))), None)
    return _plain(value)


def _plain(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, float) and value.is_integer():  # a moment in seconds, as some write it
        value = int(value)
    return str(value).encode("utf-8", "replace").decode().strip() or None


def _place(value: Any) -> str | None:
    """Return the address that a value is, or that an object holds by a usual name."""
    if isinstance(value, dict):
        members = _levelled(value)
        return next((text for name in _PLACES if (text := _plain(members.get(name)))), None)
    return _plain(value)
