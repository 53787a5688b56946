"""When a page says that its article was published and changed: JSON-LD, meta elements, then what is shown. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import html

from services.parser.fields.dates import offset_of, parse_date
from services.parser.fields.text import line
from services.parser.formats.pagemeta import Meta, text_of

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
_TIMES = "//article//time[@datetime] | //main//time[@datetime] | //time[@datetime]"
_SHOWN = re.compile(r"publi|(?<![a-z])(?:date|datum|fecha|data|tarih|time|lineinfo|erstellt)(?![a-z])", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d\.\d\d?\.\d\d(?!\d)")
_LABEL = re.compile(r"^[^\d:]{1,40}:\s*")
_SHOWN_CHARS = 80
_MOST_SHOWN = 200  # elements that are looked at
SAME_CLOCK = timedelta(days=31)  # two dates of one page so near each other were written by one clock

Sourced = tuple[str, str]  # where it stood, and the text


@dataclass(frozen=True, slots=True)
class Dated:
    """One date of the article: the moment, where it stood, and how it was written first."""

    moment: datetime | None = None
    source: str | None = None
    raw: str | None = None


def page_dates(meta: Meta, root: html.HtmlElement) -> tuple[Dated, Dated]:
    """Return when the article was published and when it was changed.

    A date without an offset is read by the clock of another date of the page that has one; else only its text is kept.
    """
    published = [*_said(meta, root, _PUBLISHED_LD, _PUBLISHED_TAGS), *_shown(root)]
    updated = list(_said(meta, root, _UPDATED_LD, _UPDATED_TAGS))
    return _dated(published, updated), _dated(updated, published)


def _dated(own: list[Sourced], others: list[Sourced]) -> Dated:
    raw = own[0][1] if own else None
    for source, text in own:
        if moment := parse_date(text):
            return Dated(moment, source, raw)
    for _, other in (*own, *others):
        zone, there = offset_of(other), parse_date(other)
        if not zone or there is None:  # an offset of nought says that a system wrote it, not where its clock stands
            continue
        for source, text in own:
            moment = parse_date(text, zone)
            if moment and abs(moment - there) <= SAME_CLOCK:
                return Dated(moment, f"{source}, by the page's clock", raw)
    return Dated(None, None, raw)


def _said(meta: Meta, root: html.HtmlElement, said: tuple[str, ...], tags: tuple[str, ...]) -> Iterator[Sourced]:
    for node in meta.nodes:
        yield from ((f"json-ld {name}", text) for name in said if (text := text_of(node.get(name))))
    yield from ((f"meta {name}", text) for name in tags for text in meta.tags.get(name, ()))
    for element in root.xpath(f"//*[@itemprop='{said[0]}' or @property='{said[0]}']")[:5]:
        if text := element.get("datetime") or element.get("content"):
            yield f"itemprop {said[0]}", text


def _shown(root: html.HtmlElement) -> Iterator[Sourced]:
    """Yield the date that the page shows: its first `time`, then the first line that is called a date."""
    for element in root.xpath(_TIMES)[:1]:
        yield "time element", element.get("datetime", "")
    article = next((element for path in ("//article", "//main") for element in root.xpath(path)), root)
    called = (
        element for element in article.iter("span", "div", "p", "time") if _SHOWN.search(element.get("class") or "")
    )
    for _, element in zip(range(_MOST_SHOWN), called, strict=False):
        text = line(element.text_content(), 4 * _SHOWN_CHARS)
        if text and len(text) <= _SHOWN_CHARS and _YEAR.search(text):
            yield "shown", _LABEL.sub("", text)
            return
