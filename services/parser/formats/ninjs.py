"""ninjs 1 to 3: news in JSON, one item or a list of them; members are known whatever their case. Pure."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from services.parser.formats.agency import MANY, MEDIA_TOPICS, SUBJECT_CODES, make_slot, status_of
from services.parser.formats.brokenjson import load
from services.parser.item import Attached, Item, Person, Window
from shared.errors import Malformed, NotAFeed
from shared.messages import FeedFacts
from shared.schema import Subject

_TELLING = frozenset({
    "headline", "headlines", "body_html", "body_text", "body_xhtml", "bodies", "versioncreated", "pubstatus",
    "copyrightholder", "description_text", "descriptions", "renditions",
})  # fmt: skip
_HTML = ("text/html", "text/html5", "application/xhtml+xml")
_TOPIC_DIGITS = 8  # of an IPTC code that stands without its scheme

Members = Mapping[str, Any]


def read_window(text: str, url: str) -> Window:
    """Return the items of the ninjs document in `text`.

    :raises NotAFeed: it is other JSON.
    :raises Malformed: it is no JSON.
    """
    document, whole = load(text)
    listed = document if isinstance(document, list) else _listed(document)
    if not whole and listed == [document]:
        raise Malformed("The item breaks off, and with it what it may say of its embargo.")
    items = [one for one in listed if isinstance(one, dict) and _is_item(_levelled(one))]
    if not items:
        raise NotAFeed("The document is JSON, but no JSON Feed and no ninjs.")
    slots = (make_slot(json.dumps(one, sort_keys=True).encode(), _item(_levelled(one), url)) for one in items)
    return Window(feed=FeedFacts(), slots=tuple(slots), closed=whole)


def _listed(document: Any) -> list[Any]:
    """Return the items of a listing, such as an API's page of them, or the one item that the document is."""
    members = document if isinstance(document, dict) else {}
    places = (members.get(name) for name in ("_items", "items", "results", "data"))
    return next((one for one in places if isinstance(one, list)), [document])


def _levelled(value: Mapping[str, Any]) -> Members:
    return {name.lower(): member for name, member in value.items()}


def _is_item(members: Members) -> bool:
    return bool(_text(members.get("uri")) or _text(members.get("guid"))) and any(name in members for name in _TELLING)


def _item(members: Members, url: str) -> Item:
    identifier = _one(members, "uri", "guid")
    body = _body(members)
    rights = members.get("rightsinfo")
    rights = _levelled(rights) if isinstance(rights, dict) else {}
    embargo = members.get("embargoed")
    return Item(
        source_id=identifier,
        link=identifier if body and (identifier or "").startswith(("http://", "https://")) else None,
        base=url,
        headline=_escaped(_text(members.get("headline")) or _by_role(members.get("headlines"), "main")),
        subheadline=_by_role(members.get("headlines"), "sub", exactly=True),
        summary=_escaped(_text(members.get("description_text")) or _by_role(members.get("descriptions"), "summary")),
        content=body,
        published=_one(members, "firstcreated", "contentcreated", "versioncreated"),
        updated=_text(members.get("versioncreated")),
        expires=_text(members.get("expires")),
        byline=_one(members, "byline", "by"),
        people=tuple(Person(name) for one in _objects(members.get("authors")) if (name := _text(one.get("name")))),
        dateline=_one(members, "dateline", "located"),
        credit=_one(members, "creditline", "source", "copyrightholder"),
        rights=_text(members.get("copyrightnotice")) or _text(rights.get("copyrightnotice")),
        usage_terms=_text(members.get("usageterms")) or _text(rights.get("usageterms")),
        language=_text(members.get("language")),
        categories=tuple(_keywords(members))[:MANY],
        subjects=tuple(_subjects(members))[:MANY],
        genre=_name(members.get("genre") or members.get("genres")),
        attached=tuple(_pictures(members))[:MANY],
        status=status_of(_text(members.get("pubstatus"))),
        status_reason=_text(members.get("ednote")),
        embargo=None if embargo is None else (_text(embargo) or ""),
        version=_text(members.get("version")),
        agency=True,
        names={
            "headline": "headline", "summary": "description", "published_at": "firstcreated",
            "updated_at": "versioncreated", "body": "body",
        },
    )  # fmt: skip


def _body(members: Members) -> str | None:
    """Return the text as HTML: marked up, else plain."""
    for name in ("body_html", "body_xhtml"):
        if text := _text(members.get(name)):
            return text
    bodies = _objects(members.get("bodies"))
    marked = [
        text for one in bodies if str(one.get("contenttype")).lower() in _HTML and (text := _text(one.get("value")))
    ]
    if marked:
        return max(marked, key=len)
    plain = _text(members.get("body_text")) or next((text for one in bodies if (text := _text(one.get("value")))), None)
    return escape(plain, quote=False) if plain else None


def _by_role(value: object, role: str, *, exactly: bool = False) -> str | None:
    found = _objects(value)
    chosen = [one for one in found if one.get("role") == role]
    return next((text for one in chosen or ([] if exactly else found) if (text := _text(one.get("value")))), None)


def _subjects(members: Members) -> Iterator[Subject]:
    for one in _objects(members.get("subject") or members.get("subjects")):
        code = _text(one.get("code")) or _text(one.get("literal"))
        scheme, name, address = _text(one.get("scheme")), _text(one.get("name")), _text(one.get("uri"))
        if address and not code:
            start, _, code = address.rpartition("/")
            scheme = scheme or f"{start}/"
        if code and not scheme and code.isdecimal() and len(code) == _TOPIC_DIGITS:
            scheme = MEDIA_TOPICS if code.startswith("2") else SUBJECT_CODES
        if code or name:
            yield Subject(scheme=scheme, code=code, name=name)


def _keywords(members: Members) -> Iterator[str]:
    listed = members.get("keywords")
    for one in listed if isinstance(listed, list) else []:
        if text := _text(one.get("name") if isinstance(one, dict) else one):
            yield text


def _pictures(members: Members) -> Iterator[Attached]:
    """Yield the item's own picture, and those that are associated with it."""
    if picture := _picture(members):
        yield picture
    linked = members.get("associations")
    for one in linked.values() if isinstance(linked, dict) else linked if isinstance(linked, list) else ():
        if isinstance(one, dict) and (picture := _picture(_levelled(one))):
            yield picture


def _picture(members: Members) -> Attached | None:
    if _text(members.get("type")) not in {"picture", "graphic"}:
        return None
    found = members.get("renditions")
    renditions = [
        _levelled(one) for one in (found.values() if isinstance(found, dict) else found or ()) if isinstance(one, dict)
    ]
    renditions = [one for one in renditions if (_text(one.get("href")) or "").startswith("http")]
    if not renditions:
        return None
    largest = max(renditions, key=lambda one: width if isinstance(width := one.get("width"), int) else 0)
    return Attached(
        _text(largest.get("href")) or "", "image", _text(largest.get("mimetype")),
        _one(members, "description_text", "body_text") or _by_role(members.get("descriptions"), "caption"),
        _one(members, "creditline", "byline", "by"),
        width=_text(largest.get("width")), height=_text(largest.get("height")),
    )  # fmt: skip


def _one(members: Members, *names: str) -> str | None:
    return next((text for name in names if (text := _text(members.get(name)))), None)


def _name(value: object) -> str | None:
    return next((name for one in _objects(value) if (name := _text(one.get("name")))), None)


def _objects(value: object) -> list[Members]:
    """Return the objects in a list, by levelled names."""
    return [_levelled(one) for one in value if isinstance(one, dict)][:MANY] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).encode("utf-8", "replace").decode().strip() or None


def _escaped(text: str | None) -> str | None:
    return escape(text, quote=False) if text else None
