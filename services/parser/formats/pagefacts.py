"""A page's facts: JSON-LD, OpenGraph and meta elements, then what the page shows; each with its source. Pure."""

from lxml import html

from services.parser.fields.credit import find_credit
from services.parser.fields.html import Body
from services.parser.fields.images import read_images, read_media, with_signs
from services.parser.fields.language import declared_language, detected_language, direction
from services.parser.fields.text import SUMMARY_CHARS, line
from services.parser.fields.urls import absolute, canonical
from services.parser.formats.pagedates import page_dates
from services.parser.formats.pageheadline import read_headline
from services.parser.formats.pagemeta import Meta, pictures_of, text_of
from services.parser.formats.pagepeople import page_people
from services.parser.formats.pagerights import (
    names_in,
    page_access,
    page_expiry,
    page_keywords,
    page_rights,
    page_subjects,
    page_terms,
)
from services.parser.formats.pagesection import page_section
from services.parser.item import Attached
from shared.schema import Content, Image

Sourced = tuple[str | None, str | None]


def read_facts(
    meta: Meta, body: Body, root: html.HtmlElement, base: str, url: str, figures: list[Image], left_out: tuple[str, ...]
) -> Content:
    """Return the article on the page: `body` and all that is said of it."""
    headline_from, headline = read_headline(meta, root)
    people_from, byline, authors = page_people(meta, root, url, left_out, body.paragraphs)
    published, updated = page_dates(meta, root)
    summary_from, summary = _first(meta, ("description",), ("og:description", "description", "twitter:description"))
    rights_from, rights = page_rights(meta)
    terms_from, terms = page_terms(meta)
    expiry_from, expiry = page_expiry(meta)
    access_from, access = page_access(meta)
    keywords_from, keywords = page_keywords(meta, root)
    subheadline_from, subheadline = _first(meta, ("alternativeHeadline",), ("alternativeheadline",))
    genre = line(meta.said("genre")[1], 200)
    source = meta.said("sourceOrganization", "creditText")[1] or meta.tag("source", "dc.source", "article:source")[1]
    named = tuple(name for node in meta.nodes for name in names_in(node.get("author")))
    credit = find_credit(
        body.paragraphs + left_out[-3:], byline=byline, source=line(source, 100), rights=rights, creators=named
    )
    language_from, language = _language(meta, body)
    section_from, section = page_section(meta, root, url, headline)
    said = absolute(meta.canonical, base)
    address = said or absolute(url, None)
    values: dict[str, object] = {
        "canonical_url": canonical(address) if address else None,
        "headline": headline,
        "subheadline": line(subheadline),
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
        "published_at": published.moment,
        "updated_at": updated.moment,
        "expires_at": expiry,
        "section": section,
        "keywords": keywords,
        "subjects": page_subjects(meta),
        "genre": genre,
        "images": with_signs(_images(meta, body, figures, base), (byline, source, credit.agency)),
        "media": read_media(_videos(meta), base),
        "copyright_notice": rights,
        "usage_terms": terms,
        "access": access,
    }
    values = {name: value for name, value in values.items() if value not in (None, ())}
    sources = {
        "headline": headline_from,
        "authors": people_from,
        "published_at": published.source,
        "updated_at": updated.source,
        "summary": summary_from,
        "section": section_from,
        "language": language_from,
        "canonical_url": "rel=canonical" if said else "address",
        "byline": people_from,
        "subheadline": subheadline_from,
        "dateline": "text" if credit.dateline else "json-ld dateline",
        "credit": (credit.evidence or "").partition(":")[0] or None,
        "keywords": keywords_from,
        "subjects": "json-ld about",
        "genre": "json-ld genre",
        "expires_at": expiry_from,
        "copyright_notice": rights_from,
        "usage_terms": terms_from,
        "access": access_from,
        "images": "figures, json-ld image, meta og:image",
        "media": "json-ld video",
        "body_text": "text",
    }
    provenance = {name: f"page {origin}" for name, origin in sources.items() if origin and name in values}
    raw = {"published_raw": published.raw, "updated_raw": updated.raw}
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
