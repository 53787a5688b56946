"""What a page says its article is about, who may read it and on what terms; each with its source. Pure."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from lxml import etree, html

from services.parser.fields.credit import agency_named
from services.parser.fields.dates import parse_date
from services.parser.fields.text import line
from services.parser.fields.urls import absolute
from services.parser.formats.pages.meta import Meta, text_of
from shared.schema import Access, Subject

MAX_KEYWORDS = 50
MAX_LINKED = 20  # words under one article; more are the site's own list
_TIERS = ("article:content_tier", "og:article:content_tier", "content_tier", "article:access", "sailthru.access")
_LOCKED = frozenset({"locked", "paid", "premium", "subscriber", "subscribers", "paywall", "member"})
_OTHERS = re.compile(r"related|sidebar|widget|teaser|recommend|popular|trending|latest|tag-?cloud", re.IGNORECASE)
_SOURCE = re.compile(
    r"\s*(?:来源|來源|稿源|出典|출처|quellen?|source|fuente|fonte|źródło|kaynak|nguồn|источник|المصدر)\s*[:：]\s*(?P<name>\S.*?)\s*$",
    re.IGNORECASE,
)
_SOURCE_CHARS = 50  # of a line that labels a source
_METERED = frozenset({"metered", "meter", "freemium", "registration"})

Sourced = tuple[str | None, str | None]


def names_in(value: object) -> list[str]:
    """Return the text of each entry of a JSON-LD member."""
    return [name for one in (value if isinstance(value, list) else [value]) if (name := text_of(one))]


def page_keywords(meta: Meta, root: html.HtmlElement) -> tuple[str | None, tuple[str, ...]]:
    """Return the keywords of the first place that states any."""
    places: Iterable[tuple[str, list[str]]] = (
        ("json-ld keywords", [name for node in meta.nodes for name in names_in(node.get("keywords"))]),
        ("meta article:tag", list(meta.tags.get("article:tag", ()))),
        ("meta news_keywords", list(meta.tags.get("news_keywords", ()))),
        ("meta keywords", list(meta.tags.get("keywords", ()))),
        ("rel=tag", linked_terms(root, "tag", without="category")),
    )
    for place, values in places:
        parts = [part for value in values for part in (value.split(",") if len(values) < 3 else [value])]
        found = {name.casefold(): name for part in parts if (name := line(part, 100)) and ":" not in name[:12]}
        if found:
            return place, tuple(found.values())[:MAX_KEYWORDS]
    return None, ()


def linked_terms(root: html.HtmlElement, rel: str, without: str | None = None) -> list[str]:
    """Return the words of the links that say to be one of the article's `rel` (microformats, rel-tag), each once."""
    found = []
    for link in root.iter("a"):
        rels = (link.get("rel") or "").lower().split()
        if rel in rels and without not in rels and not _is_elsewhere(link):
            found.append(link.text_content().strip().lstrip("#"))
    return list(dict.fromkeys(found)) if len(found) <= MAX_LINKED else []


def _is_elsewhere(link: etree._Element) -> bool:
    """Return whether a link stands in a list of other articles."""
    return any(
        one.tag in {"aside", "nav"} or _OTHERS.search(one.get("class") or "")
        for one in link.iterancestors()
        if one.tag not in {"body", "html", "main", "article"}
    )


def page_subjects(meta: Meta) -> tuple[Subject, ...]:
    """Return what JSON-LD says the article is about, with the scheme and code where an address gives them."""
    found = {subject: None for node in meta.nodes for subject in _subjects(node.get("about"))}
    return tuple(found)[:MAX_KEYWORDS]


def _subjects(about: object) -> Iterator[Subject]:
    for one in about if isinstance(about, list) else [about]:
        if isinstance(one, dict) and (name := line(text_of(one.get("name")), 200)):
            address = absolute(text_of(one.get("sameAs")) or text_of(one.get("@id")), None)
            scheme, code = _scheme(address) if address else (None, line(text_of(one.get("identifier")), 200))
            yield Subject(scheme=scheme, code=code, name=name)


def _scheme(address: str) -> Sourced:
    """Return the scheme and the code in an address that names a subject.

    >>> _scheme("http://cv.iptc.org/newscodes/mediatopic/20000065")
    ('http://cv.iptc.org/newscodes/mediatopic/', '20000065')
    """
    scheme, slash, code = address.rstrip("/").rpartition("/")
    return (f"{scheme}{slash}", code) if slash and code else (None, address)


def page_access(meta: Meta) -> tuple[str | None, Access | None]:
    """Return what a reader needs, as JSON-LD or the content tier says; a tier says more than "not free"."""
    tier_name, tier = meta.tag(*_TIERS)
    level = (tier or "").strip().lower()
    said = next((node["isAccessibleForFree"] for node in meta.nodes if "isAccessibleForFree" in node), None)
    free = str(text_of(said) or said).rsplit("/", 1)[-1].lower()
    if level in _METERED:
        return f"meta {tier_name}", Access.METERED
    if free == "false":
        return "json-ld isAccessibleForFree", Access.SUBSCRIBER
    if level in _LOCKED:
        return f"meta {tier_name}", Access.SUBSCRIBER
    if free == "true":
        return "json-ld isAccessibleForFree", Access.FREE
    return (f"meta {tier_name}", Access.FREE) if level == "free" else (None, None)


def page_rights(meta: Meta) -> Sourced:
    """Return the copyright notice as written, or who holds the right where no notice is written."""
    name, text = meta.said("copyrightNotice")
    if text:
        return f"json-ld {name}", line(text, 500)
    name, text = meta.tag("copyright", "dcterms.rights", "dc.rights", "rights")
    if text:
        return f"meta {name}", line(text, 500)
    name, text = meta.said("copyrightHolder")
    return (f"json-ld {name}", line(text, 500)) if text else (None, None)


def shown_source(root: html.HtmlElement) -> str | None:
    """Return the agency that an element of the page labels as the text's source."""
    for element in root.iter("span", "p", "div", "a", "li", "small", "td", "em", "i"):
        text = element.text if len(element) == 0 else None
        if text and len(text) <= _SOURCE_CHARS and (found := _SOURCE.match(text)) and agency_named(found["name"]):
            return found["name"]
    return None


def page_terms(meta: Meta) -> Sourced:
    """Return the terms under which the article may be used, or the address of them."""
    name, text = meta.said("usageInfo", "license", "acquireLicensePage", "conditionsOfAccess")
    if text:
        return f"json-ld {name}", line(text, 2000)
    name, text = meta.tag("dcterms.license", "license")
    return (f"meta {name}", line(text, 2000)) if text else (None, None)


def page_expiry(meta: Meta) -> tuple[str | None, datetime | None]:
    """Return when the article is to be taken down, if a moment is named."""
    for name, text in (meta.said("expires"), meta.tag("article:expiration_time", "unpublishdate")):
        if name and text and (moment := parse_date(text)):
            return name, moment
    return None, None
