"""A page's facts: JSON-LD, OpenGraph and meta elements, then what the page shows; each with its source. Pure."""

from lxml import html

from services.parser.fields.credit import find_credit
from services.parser.fields.html import Body
from services.parser.fields.images import read_images, read_media, with_signs
from services.parser.fields.language import declared_language, direction, shown_language
from services.parser.fields.text import SUMMARY_CHARS, line
from services.parser.fields.urls import absolute, canonical
from services.parser.formats.pages.dates import page_dates
from services.parser.formats.pages.headline import read_headline
from services.parser.formats.pages.meta import Meta, pictures_of, text_of
from services.parser.formats.pages.people import page_people
from services.parser.formats.pages.rights import (
    names_in,
    page_access,
    page_expiry,
    page_keywords,
    page_rights,
    page_subjects,
    page_terms,
    shown_source,
)
from services.parser.formats.pages.section import page_section
from services.parser.item import Attached
from shared.schema import Content, Image

Sourced = tuple[str | None, str | None]
Facts = dict[str, tuple[str | None, object]]  # by field: where on the page it was read, and what
_RAW_CHARS = 200


def read_facts(
    meta: Meta, body: Body, root: html.HtmlElement, base: str, url: str, figures: list[Image], left_out: tuple[str, ...]
) -> Content:
    """Return the article on the page: `body` and all that is said of it."""
    published, updated = page_dates(meta, root)
    facts = _words(meta, body, root) | _signed(meta, body, root, url, left_out) | _rights(meta)
    facts["published_at"] = published.source, published.moment
    facts["updated_at"] = updated.source, updated.moment
    facts |= _place(meta, root, base, url, facts["headline"][1]) | _pictures(meta, body, figures, base, facts)
    facts = {name: fact for name, fact in facts.items() if fact[1] not in (None, ())}
    raw = {"published_raw": published.raw, "updated_raw": updated.raw}
    provenance = {name: f"page {origin}" for name, (origin, _) in facts.items() if origin}
    provenance |= {name: kept for name, text in raw.items() if (kept := line(text, _RAW_CHARS))}
    return Content.model_validate({name: value for name, (_, value) in facts.items()} | {"provenance": provenance})


def _words(meta: Meta, body: Body, root: html.HtmlElement) -> Facts:
    """Return the text, what stands above it, and its language."""
    subheadline_from, subheadline = _first(meta, ("alternativeHeadline",), ("alternativeheadline",))
    summary_from, summary = _first(meta, ("description",), ("og:description", "description", "twitter:description"))
    language_from, language = _language(meta, body)
    return {
        "headline": read_headline(meta, root),
        "subheadline": (subheadline_from, line(subheadline)),
        "summary": (summary_from, line(summary, SUMMARY_CHARS)),
        "body_html": (None, body.html),
        "body_text": ("text", body.text),
        "language": (language_from, language),
        "direction": (None, direction(language, body.text)),
    }


def _signed(meta: Meta, body: Body, root: html.HtmlElement, url: str, left_out: tuple[str, ...]) -> Facts:
    """Return who wrote the text, and the agency behind it."""
    people_from, byline, authors = page_people(meta, root, url, left_out, body.paragraphs)
    named = tuple(name for node in meta.nodes for name in names_in(node.get("author")))
    credit = find_credit(
        body.paragraphs + left_out[-3:],
        byline=byline,
        source=line(_source(meta), 100) or shown_source(root),
        rights=page_rights(meta)[1],
        creators=named,
    )
    return {
        "byline": (people_from, byline),
        "authors": (people_from, authors),
        "dateline": ("text", credit.dateline)
        if credit.dateline
        else ("json-ld dateline", line(meta.said("dateline")[1], 100)),
        "credit": ((credit.evidence or "").partition(":")[0] or None, credit.agency),
        "credit_evidence": (None, credit.evidence),
    }


def _source(meta: Meta) -> str | None:
    return meta.said("sourceOrganization", "creditText")[1] or meta.tag("source", "dc.source", "article:source")[1]


def _rights(meta: Meta) -> Facts:
    """Return who may read the article, until when and on what terms."""
    return {
        "expires_at": page_expiry(meta),
        "copyright_notice": page_rights(meta),
        "usage_terms": page_terms(meta),
        "access": page_access(meta),
    }


def _place(meta: Meta, root: html.HtmlElement, base: str, url: str, headline: object) -> Facts:
    """Return where the article stands: its address, its section, and what it is filed under."""
    said = absolute(meta.canonical, base)
    address = said or absolute(url, None)
    return {
        "canonical_url": ("rel=canonical" if said else "address", canonical(address) if address else None),
        "section": page_section(meta, root, url, str(headline) if headline else None),
        "keywords": page_keywords(meta, root),
        "subjects": ("json-ld about", page_subjects(meta)),
        "genre": ("json-ld genre", line(meta.said("genre")[1], 200)),
    }


def _pictures(meta: Meta, body: Body, figures: list[Image], base: str, facts: Facts) -> Facts:
    """Return pictures and films; a picture may bear the name that signs the text."""
    signs = (facts["byline"][1], _source(meta), facts["credit"][1])
    images = with_signs(_images(meta, body, figures, base), (str(sign) if sign else None for sign in signs))
    return {
        "images": ("figures, json-ld image, meta og:image", images),
        "media": ("json-ld video", read_media(_videos(meta), base)),
    }


def _first(meta: Meta, said: tuple[str, ...], tags: tuple[str, ...]) -> Sourced:
    name, text = meta.said(*said)
    if text:
        return f"json-ld {name}", text
    name, text = meta.tag(*tags)
    return (f"meta {name}", text) if text else (None, None)


def _language(meta: Meta, body: Body) -> Sourced:
    """Return the language as the article, the document, the letters or the server tell it."""
    places = {
        "json-ld inLanguage": meta.said("inLanguage")[1],
        "html lang": meta.language,
        "meta og:locale": meta.tag("og:locale")[1],
        "meta content-language": meta.tag("content-language", "language", "dc.language", "dcterms.language")[1],
    }
    for name, text in places.items():
        if language := declared_language(text):
            return name, language
    language, name = shown_language(body.text, meta.served_language)
    return name, language


def _images(meta: Meta, body: Body, figures: list[Image], base: str) -> tuple[Image, ...]:
    attached = [one for node in meta.nodes for one in pictures_of(node.get("image")) if one.url]
    attached += [Attached(url, "image") for url in meta.tags.get("og:image", ())[:1]]
    return read_images(attached, (*figures, *body.images), base)


def _videos(meta: Meta) -> list[Attached]:
    nodes = [one for node in meta.nodes for one in (node, *_list(node.get("video"))) if isinstance(one, dict)]
    return [
        Attached(url, "video", caption=text_of(one.get("name")), duration=text_of(one.get("duration")))
        for one in nodes[:10]
        if (url := text_of(one.get("contentUrl")))
    ]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
