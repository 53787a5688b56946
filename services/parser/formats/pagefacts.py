"""A page's facts: JSON-LD, OpenGraph and meta elements, then what the page shows; each with its source. Pure."""

import re
from datetime import datetime

from lxml import html

from services.parser.fields.credit import find_credit
from services.parser.fields.dates import parse_date
from services.parser.fields.html import Body
from services.parser.fields.images import read_images, read_media
from services.parser.fields.language import declared_language, detected_language, direction
from services.parser.fields.text import SUMMARY_CHARS, key_of, line
from services.parser.fields.urls import absolute, canonical
from services.parser.formats.pagemeta import Meta, pictures_of, text_of
from services.parser.formats.pagepeople import page_people
from services.parser.formats.pagesection import page_section
from services.parser.item import Attached
from shared.schema import Access, Content, Image

_PUBLISHED_LD, _UPDATED_LD = ("datePublished", "dateCreated", "uploadDate"), ("dateModified",)
_PUBLISHED_TAGS = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished", "date",
    "dc.date.issued", "dc.date", "dcterms.created", "dcterms.date", "pubdate", "publish-date", "publishdate",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "last_published_date", "publication_date",
)  # fmt: skip
_UPDATED_TAGS = (
    "article:modified_time", "og:updated_time", "og:article:modified_time", "datemodified", "dcterms.modified",
    "last-modified", "lastmod", "cxenseparse:recs:lastmodified",
)  # fmt: skip
_TITLE_END = re.compile(r"\s+[|\u2013\u2014»·•-]\s+[^|\u2013\u2014»·•]{2,40}$")
LEAST_PART_CHARS = 15  # of a headline that stands beside its kicker
_SITE_PART = re.compile(r"\s*[|\u2013\u2014»·•:-]\s*\S")

Sourced = tuple[str | None, str | None]


def read_facts(
    meta: Meta, body: Body, root: html.HtmlElement, base: str, url: str, figures: list[Image], left_out: tuple[str, ...]
) -> Content:
    """Return the article on the page: `body` and all that is said of it."""
    headline_from, headline = read_headline(meta, root)
    people_from, byline, authors = page_people(meta, root, url, left_out)
    published_from, published = _date(meta, root, _PUBLISHED_LD, _PUBLISHED_TAGS)
    updated_from, updated = _date(meta, root, _UPDATED_LD, _UPDATED_TAGS)
    summary_from, summary = _first(meta, ("description",), ("og:description", "description", "twitter:description"))
    rights = line(meta.said("copyrightNotice")[1] or meta.tag("copyright", "dcterms.rights", "dc.rights")[1], 500)
    source = meta.said("sourceOrganization", "creditText")[1] or meta.tag("source", "dc.source", "article:source")[1]
    named = tuple(name for node in meta.nodes for name in _names(node.get("author")))
    credit = find_credit(
        body.paragraphs + left_out[-3:], byline=byline, source=line(source, 100), rights=rights, creators=named
    )
    language_from, language = _language(meta, body)
    section_from, section = page_section(meta, root, url, headline)
    said = absolute(meta.canonical, base)
    values: dict[str, object] = {
        "canonical_url": canonical(said or url),
        "headline": headline,
        "subheadline": line(meta.said("alternativeHeadline")[1]),
        "summary": line(summary, SUMMARY_CHARS),
        "body_html": body.html,
        "body_text": body.text,
        "language": language,
        "direction": direction(language, body.text),
        "byline": byline,
        "authors": authors,
        "dateline": credit.dateline or line(meta.said("dateline")[1], 100),
        "credit": credit.agency,
        "credit_evidence": credit.evidence,
        "published_at": published,
        "updated_at": updated,
        "section": section,
        "keywords": _keywords(meta),
        "images": _images(meta, body, figures, base),
        "media": read_media(_videos(meta), base),
        "copyright_notice": rights,
        "access": _access(meta),
    }
    values = {name: value for name, value in values.items() if value not in (None, ())}
    sources = {
        "headline": headline_from,
        "authors": people_from,
        "published_at": published_from,
        "updated_at": updated_from,
        "summary": summary_from,
        "section": section_from,
        "language": language_from,
        "canonical_url": "rel=canonical" if said else None,
        "body_text": "text",
    }
    provenance = {name: f"page {origin}" for name, origin in sources.items() if origin and name in values}
    raw = {
        "published_raw": _first(meta, _PUBLISHED_LD, _PUBLISHED_TAGS)[1],
        "updated_raw": _first(meta, _UPDATED_LD, _UPDATED_TAGS)[1],
    }
    provenance |= {name: kept for name, text in raw.items() if (kept := line(text, 200))}
    return Content.model_validate({**values, "provenance": provenance})


def _first(meta: Meta, said: tuple[str, ...], tags: tuple[str, ...]) -> Sourced:
    name, text = meta.said(*said)
    if text:
        return f"json-ld {name}", text
    name, text = meta.tag(*tags)
    return (f"meta {name}", text) if text else (None, None)


def _language(meta: Meta, body: Body) -> Sourced:
    """Return the language as the article, the document or the letters tell it."""
    places = {
        "json-ld inLanguage": meta.said("inLanguage")[1],
        "html lang": meta.language,
        "meta og:locale": meta.tag("og:locale")[1],
    }
    for name, text in places.items():
        if language := declared_language(text):
            return name, language
    return "text", detected_language(body.text)


def _date(
    meta: Meta, root: html.HtmlElement, said: tuple[str, ...], tags: tuple[str, ...]
) -> tuple[str | None, datetime | None]:
    """Return the first moment that can be read, and where it stood."""
    for node in meta.nodes:
        for name in said:
            if (text := text_of(node.get(name))) and (moment := parse_date(text)):
                return f"json-ld {name}", moment
    for name in tags:
        for text in meta.tags.get(name, ()):
            if moment := parse_date(text):
                return f"meta {name}", moment
    prop = said[0]
    for element in root.xpath(f"//*[@itemprop='{prop}' or @property='{prop}']")[:5]:
        if moment := parse_date(element.get("datetime") or element.get("content") or ""):
            return f"itemprop {prop}", moment
    if said is _PUBLISHED_LD:
        for element in root.xpath("//article//time[@datetime] | //main//time[@datetime] | //time[@datetime]")[:1]:
            if moment := parse_date(element.get("datetime")):
                return "time element", moment
    return None, None


def read_headline(meta: Meta, root: html.HtmlElement) -> Sourced:
    """Return the headline that two places agree on, the shown one first.

    Where one place has the headline alone and another with a kicker before it or a section after it, alone is right.
    """
    shown = [text for element in root.iter("h1") if (text := line(element.text_content()))]
    name, said = meta.said("headline")
    said = _without_site(line(said), meta, shown)
    tag_name, tag = meta.tag("og:title", "twitter:title", "parsely-title", "dc.title", "title")
    tag = _without_site(line(tag), meta, shown)
    levelled = {key_of(text) for text in shown}
    if said and (not tag or (key_of(said) in levelled and key_of(tag) not in key_of(said))):
        return f"json-ld {name}", said
    if tag and key_of(tag) not in levelled and (part := _shown_part(tag, root)):
        return "h1", part
    if tag and said and key_of(tag) not in levelled | {key_of(said)} and len(shown) and not _alike(said, tag):
        return "h1", shown[0]
    if tag:
        return f"meta {tag_name}", tag
    if len(shown) == 1:
        return "h1", shown[0]
    return "title element", _without_site(line(meta.title), meta, shown)


def _alike(one: str, other: str) -> bool:
    """Return whether one of two headlines holds the other."""
    return key_of(one) in key_of(other) or key_of(other) in key_of(one)


def _shown_part(tag: str, root: html.HtmlElement) -> str | None:
    """Return the part of the shown headline that ends `tag`: what stands before it is a kicker."""
    key = key_of(tag)
    for element in root.iter("h1"):
        parts = [text for part in element.itertext() if (text := line(str(part)))]
        for part in parts if len(parts) > 1 else ():
            if len(part) >= LEAST_PART_CHARS and key.endswith(key_of(part)):
                return part
    return None


def _without_site(title: str | None, meta: Meta, shown: list[str]) -> str | None:
    """Return a title without the site's name at its end."""
    if not title:
        return None
    for text in shown:
        if len(text) > 10 and title.startswith(text) and _SITE_PART.match(title, len(text)):
            return text
    for site in filter(None, (meta.tag("og:site_name", "application-name")[1], meta.publisher)):
        found = re.search(rf"\s*[|\u2013\u2014»·•:-]\s*{re.escape(site.strip())}\s*$", title, re.IGNORECASE)
        if found and found.start():
            return title[: found.start()]
    return _TITLE_END.sub("", title) if "|" in title else title


def _names(author: object) -> list[str]:
    return [name for one in (author if isinstance(author, list) else [author]) if (name := text_of(one))]


def _keywords(meta: Meta) -> tuple[str, ...]:
    values = [name for node in meta.nodes for name in _names(node.get("keywords"))]
    values = values or [*meta.tags.get("article:tag", ()), *meta.tags.get("news_keywords", ())]
    values = values or list(meta.tags.get("keywords", ()))
    parts = [part for value in values for part in (value.split(",") if len(values) < 3 else [value])]
    found = {name.casefold(): name for part in parts if (name := line(part, 100)) and ":" not in name[:12]}
    return tuple(found.values())[:50]


def _images(meta: Meta, body: Body, figures: list[Image], base: str) -> tuple[Image, ...]:
    attached = [one for node in meta.nodes for one in pictures_of(node.get("image")) if one.url]
    attached += [Attached(url, "image") for url in meta.tags.get("og:image", ())[:1]]
    return read_images(attached, (*figures, *body.images), base)


def _videos(meta: Meta) -> list[Attached]:
    nodes = [one for node in meta.nodes for one in _list(node.get("video")) if isinstance(one, dict)]
    return [
        Attached(url, "video", caption=text_of(one.get("name")))
        for one in nodes[:10]
        if (url := text_of(one.get("contentUrl")))
    ]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _access(meta: Meta) -> Access | None:
    """Return what a reader needs, as JSON-LD or the content tier says."""
    said = next((node["isAccessibleForFree"] for node in meta.nodes if "isAccessibleForFree" in node), None)
    free = str(text_of(said) or said).lower()
    tier = (meta.tag("article:content_tier")[1] or "").lower()
    if free == "false" or tier == "locked":
        return Access.SUBSCRIBER
    if tier in {"metered", "free"}:
        return Access(tier)
    return Access.FREE if free == "true" else None
