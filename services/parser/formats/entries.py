"""One entry of RSS 0.9 to 2.0, RSS 1.0 (RDF), Atom 0.3 or Atom 1.0, read from its element tree. Pure."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from lxml import etree

from services.parser.fields.urls import absolute, host_of
from services.parser.formats.attached import all_attached
from services.parser.formats.elements import (
    RDF_ABOUT,
    XML_BASE,
    XML_LANG,
    Fields,
    fields_of,
    first,
    html_of,
    is_packed,
    text_of,
    texts,
)
from services.parser.item import Attached, Item, Person

_TITLE = ("title", "media:title", "dc:title", "itunes:title")
_PUBLISHED = (
    "pubDate", "published", "issued", "dc:date", "dcterms:issued", "dcterms:created", "created",
    "prism:publicationDate", "date",
)  # fmt: skip
_UPDATED = ("updated", "modified", "dcterms:modified", "prism:modificationDate")
_CONTENT = (
    "content:encoded",
    "content",
    "xhtml:body",
    "xhtml:div",
    "fullText",
    "?:fulltext",
    "?:full-text",
    "?:encoded",
    "body",
    "fullitem",
)
_SUMMARY = ("description", "summary", "dc:description", "media:description", "itunes:summary", "dcterms:abstract")
_AUTHORS = ("author", "dc:creator", "dc:author", "dc:contributor", "itunes:author", "media:author")
_RIGHTS = ("copyright", "rights", "dc:rights", "media:copyright", "dcterms:rights", "prism:copyright")
_WORDS = ("content:encoded", "content", "description", "summary", "title")
_MANY = 100  # of anything repeated within one entry
_WHOLE = ("tag:", "urn:", "mailto:")  # addresses that lead to no page


class Listed(NamedTuple):
    """An entry of which its window knows the most already."""

    element: etree._Element
    fields: Fields  # its children
    base: str | None  # what its addresses are relative to
    source_id: str | None
    link: str | None  # where it leads; absolute
    origin: str | None  # what a redirecting link leads to; absolute
    written: str | None  # the link as the document writes it
    authors: tuple[Person, ...]  # who wrote it if it names nobody


def read_entry(listed: Listed) -> Item:
    """Return what the entry says."""
    fields = listed.fields
    title_from, title = _title(fields)
    content_from, content = _markup(fields, _CONTENT)
    summary_from, summary = _markup(fields, _SUMMARY)
    if not summary and not content:
        summary_from, summary = _of_group(fields)
    base, attached = _attached(listed, fields.get(content_from or summary_from or "", ()))
    published_from, published = first(fields, *_PUBLISHED)
    updated_from, updated = first(fields, *_UPDATED)
    people_from, people = _writers(listed)
    names = {
        "headline": title_from, "body": content_from, "summary": summary_from, "published_at": published_from,
        "updated_at": updated_from, "authors": people_from,
    }  # fmt: skip
    return Item(
        source_id=listed.source_id,
        link=listed.link,
        origin=listed.origin,
        base=base,
        headline=title,
        subheadline=first(fields, "itunes:subtitle", "subtitle", "?:subtitle", "prism:subtitle")[1],
        summary=summary,
        content=content,
        published=published,
        updated=updated,
        expires=first(fields, "dcterms:valid", "prism:expirationDate", "expirationDate")[1],
        people=people,
        source=_source(fields),
        publisher=first(fields, "dc:publisher")[1],
        rights=first(fields, *_RIGHTS)[1],
        language=first(fields, "dc:language", "language")[1] or _language(listed),
        categories=tuple(_categories(fields))[:_MANY],
        section=first(fields, "prism:section", "?:section", "section")[1],
        attached=attached,
        names={field: name for field, name in names.items() if name} | _as_written(listed),
    )


def _attached(listed: Listed, words: Sequence[etree._Element]) -> tuple[str | None, tuple[Attached, ...]]:
    """Return what addresses in the entry's text are relative to, and what is attached, by addresses that hold there."""
    base = own_base(words[0], listed.base) if len(words) == 1 else listed.base
    attached = tuple(all_attached(listed.fields))[:_MANY]
    if base != listed.base:
        attached = tuple(one._replace(url=absolute(one.url, listed.base) or "") for one in attached)
    return base, attached


def _writers(listed: Listed) -> tuple[str | None, tuple[Person, ...]]:
    """Return who wrote the entry: its own authors, those of where it was copied from (RFC 4287, 4.2.1), the feed's."""
    name, people = _people(listed.fields)
    if not people and "source" in listed.fields:
        name, people = _people(fields_of(listed.fields["source"][0]))
    return (name, people) if people or not listed.authors else ("author of the feed", listed.authors)


def _as_written(listed: Listed) -> dict[str, str]:
    """Return the entry's link as the document writes it, where it had to be resolved or escaped."""
    link, written = listed.link, listed.written
    return {"url_raw": written} if link and written and written != link and not written.startswith(_WHOLE) else {}


def own_base(element: etree._Element, base: str | None) -> str | None:
    """Return what the element's addresses are relative to (XML Base); the machine that a feed was made on is not it."""
    said = element.get(XML_BASE)
    found = absolute(said, base) if said else None
    return found if found and ("." in host_of(found) or host_of(found) == host_of(base)) else base


def source_id(element: etree._Element, fields: Fields) -> str | None:
    """Return the publisher's identifier as it is written."""
    return first(fields, "guid", "id")[1] or element.get(RDF_ABOUT) or first(fields, "dc:identifier")[1]


def ranked_links(fields: Fields) -> list[tuple[int, str, str | None]]:
    """Return the links that may lead to the article, the likeliest first: rank, address, and its own base."""
    ranked = list(_links(fields))
    if len(ranked) > 1:
        ranked.sort(key=itemgetter(0))
    return ranked


def link(ranked: list[tuple[int, str, str | None]], fields: Fields, base: str | None) -> str | None:
    """Return the absolute address of the article: its link, else an identifier that is declared to be its address."""
    for _, href, near in ranked:
        if url := absolute(href, absolute(near, base) or base if near else base):
            return url
    for element in fields.get("guid", ()):
        said, text = element.get("isPermaLink", "").strip().lower(), text_of(element).strip()
        if (said != "false" and text.startswith(("http://", "https://"))) or (said == "true" and "/" in text):
            return absolute(text, base)
    return None


def _links(fields: Fields) -> Iterator[tuple[int, str, str | None]]:
    """Yield each link that may lead to the article: rank (0 is best), address, and its own base."""
    for element in fields.get("link", ()):
        near = element.get(XML_BASE)
        href = element.get("href")
        if href is None:
            text = text_of(element).strip()
            if text:
                yield 0, text, near
            continue
        if element.get("rel", "alternate").lower() in {
            "alternate",
            "http://www.iana.org/assignments/relation/alternate",
        }:
            yield (
                0 if element.get("type", "text/html") in {"text/html", "application/xhtml+xml", ""} else 1,
                href.strip(),
                near,
            )


def _language(listed: Listed) -> str | None:
    """Return the language of the entry's text, which its own element says better than what is around it (XML, 2.12)."""
    words = (found for name in _WORDS for found in listed.fields.get(name, ()))
    return next((said for one in words if (said := one.get(XML_LANG))), None) or listed.element.get(XML_LANG)


def _title(fields: Fields) -> tuple[str | None, str | None]:
    for name in _TITLE:
        for element in fields.get(name, ()):
            text = html_of(element).strip()
            if text:
                return name, text
    return None, None


def _markup(fields: Fields, names: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Return the longest of the first kind that says anything; `content` that only points elsewhere says nothing."""
    for name in filter(fields.__contains__, names):
        found = [html_of(element) for element in fields[name] if not _is_medium(element)]
        found = [text for text in found if text and not text.isspace()]
        if found:
            return name, max(found, key=len)
    return None, None


def _of_group(fields: Fields) -> tuple[str | None, str | None]:
    """Return what a group of media is said to show, where nothing else says what the entry is about."""
    found = (_markup(fields_of(group), ("media:description",)) for group in fields.get("media:group", ()))
    return next((one for one in found if one[1]), (None, None))


def _is_medium(element: etree._Element) -> bool:
    kind = element.get("type", "")
    return "/" in kind and not kind.startswith(("text/", "application/xhtml")) and not is_packed(element)


def _people(fields: Fields) -> tuple[str | None, tuple[Person, ...]]:
    for name in filter(fields.__contains__, _AUTHORS):
        people = tuple(person for element in fields[name][:_MANY] if (person := person_of(element)))
        if people:
            return name, people
    return None, ()


def person_of(element: etree._Element) -> Person | None:
    """Return whom an element names: an Atom person (RFC 4287, 3.2), or its text."""
    if len(element) == 0:
        text = (element.text or "").strip()
        return Person(text) if text else None
    parts = fields_of(element)
    name = first(parts, "name", "title", "?:name")[1] or (
        None if "email" in parts or "uri" in parts else text_of(element).strip()
    )
    return Person(name, first(parts, "uri", "url")[1]) if name else None


def _source(fields: Fields) -> str | None:
    for element in (*fields.get("source", ()), *fields.get("dc:source", ())):
        name = first(fields_of(element), "title")[1] if len(element) else (element.text or "").strip()
        if name:
            return name
    return None


def _categories(fields: Fields) -> Iterator[str]:
    inner = [child for group in fields.get("categories", ()) for child in fields_of(group).get("category", ())]
    for element in (*fields.get("category", ()), *inner):
        text = element.get("label") or element.get("term") or text_of(element)
        if text and text.strip():
            yield text.strip()
    yield from (text for _, text in texts(fields, "dc:subject"))
    yield from _media_categories(fields)
    for _, joined in texts(fields, "media:keywords", "itunes:keywords", "prism:keyword", "keywords", "tags"):
        yield from (part.strip() for part in joined.split(",") if part.strip())


def _media_categories(fields: Fields) -> Iterator[str]:
    """Yield what Media RSS and iTunes file the entry under; by a scheme of its own it is a path or a list of words."""
    for group in (fields, *map(fields_of, fields.get("media:group", ()))):
        for element in group.get("media:category", ()):
            yield element.get("label") or ("" if element.get("scheme") else text_of(element).strip())
    for element in fields.get("itunes:category", ()):
        yield from (one.get("text") or "" for one in element.iter(element.tag))
