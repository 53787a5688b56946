"""When a page says that its article was published and changed: JSON-LD, meta elements, then what is shown. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import html

from services.parser.fields.dates import offset_of, parse_date
from services.parser.fields.furniture import is_date_line
from services.parser.fields.text import collapse, count_words, line
from services.parser.formats.pages.meta import Meta, article_of, text_of

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
_TIMES = (  # a post that is quoted has a time of its own; hAtom 0.1
    "//time[@datetime][not(ancestor::blockquote)] | "
    "//abbr[@title and contains(concat(' ', @class, ' '), ' published ')]"
)
_SLASHED = re.compile(r"(?<!\d)(\d\d?)[/-](\d\d?)[/-](\d{4})(?!\d)")
_DAY_FIRST = frozenset({
    "ar", "az", "be", "bg", "bn", "ca", "cs", "da", "de", "el", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "id",
    "it", "ka", "lv", "mk", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "th",
    "tr", "uk", "ur", "uz", "vi",
})  # fmt: skip
_DAY_FIRST_REGIONS = frozenset({"gb", "au", "nz", "ie", "in", "pk", "bd", "lk", "za", "ng", "ke", "gh", "sg", "my"})
_CHANGED = re.compile(
    r"^\W*(?:last |zuletzt |dernière |última |ultimo )?(?:update[ds]?|modified|edited|aktualisier\w*|mise? à jour|"
    r"actualizad[oa]|actualización|aggiornat[oa]|aggiornamento|atualizad[oa]|bijgewerkt|oppdatert|uppdaterad\w*|opdateret|päivitetty|"
    r"обновлен\w*|оновлен\w*|zaktualizowano|aktualizacja|aktualizováno|(?:son )?güncelle\w*|cập nhật|diperbarui|"
    r"更新|最終更新|수정|تحديث|آخر تحديث|ενημέρωση|עודכן)",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"publi|(?<![a-z])(?:date|datum|fecha|data|tarih|time|timestamp|meta|byline|lineinfo|erstellt|posted|submitted)(?![a-z])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d\.\d\d?\.\d\d(?!\d)")
_LABEL = re.compile(r"^[^\d:]{1,40}:\s*")
_SHOWN_CHARS = 80
_BESIDE = frozenset({"aside", "nav", "footer", "form", "figure"})
_MOST_DATES = 3  # that an article shows of itself
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
    published, updated = (
        list(_said(meta, _PUBLISHED_LD, _PUBLISHED_TAGS)),
        list(_said(meta, _UPDATED_LD, _UPDATED_TAGS)),
    )
    if not all(any(parse_date(text) for _, text in dates) for dates in (published, updated)):
        shown = [(source, _dotted(text, meta.language)) for source, text in _shown(root)]
        changed = [(source, text) for source, text in shown if _CHANGED.match(text)]
        published += [*_marked(root, _PUBLISHED_LD[0]), *(one for one in shown if one not in changed)]
        updated += [*_marked(root, _UPDATED_LD[0]), *changed]
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


def _said(meta: Meta, said: tuple[str, ...], tags: tuple[str, ...]) -> Iterator[Sourced]:
    for node in meta.nodes:
        yield from ((f"json-ld {name}", text) for name in said if (text := text_of(node.get(name))))
    yield from ((f"meta {name}", text) for name in tags for text in meta.tags.get(name, ()))


def _marked(root: html.HtmlElement, name: str) -> Iterator[Sourced]:
    for element in root.xpath(f"//*[@itemprop='{name}' or @property='{name}']")[:5]:
        if text := element.get("datetime") or element.get("content"):
            yield f"itemprop {name}", text


def _shown(root: html.HtmlElement) -> Iterator[Sourced]:
    """Yield the dates that the page shows: its first `time`, then lines that are called a date or are one."""
    article = article_of(root)
    for element in (article.xpath(f".{_TIMES.replace(' | ', ' | .')}") or root.xpath(_TIMES))[:1]:
        yield "time element", element.get("datetime") or element.get("title") or ""
    for place in (article, root)[: 1 if article is root else 2]:
        called = (
            element for element in place.iter("span", "div", "p", "time") if _SHOWN.search(element.get("class") or "")
        )
        seen = 0
        for _, element in zip(range(_MOST_SHOWN), called, strict=False):
            text = _in_ascii_digits(line(element.text_content(), 4 * _SHOWN_CHARS) or "")
            if text and len(text) <= _SHOWN_CHARS and _YEAR.search(text):
                yield "shown", text if _CHANGED.match(text) else _LABEL.sub("", text)
                seen += 1
                if seen == _MOST_DATES:
                    break
        if seen:
            return
    yield from _below_headline(root)


def _below_headline(root: html.HtmlElement) -> Iterator[Sourced]:
    """Yield the first line below the headline that is a date and nothing else, if there is one above the text."""
    heading = next(iter(root.iter("h1")), None)
    if heading is None:
        return
    for _, element in zip(range(_MOST_SHOWN), heading.xpath("following::*[not(*)]"), strict=False):
        text = _in_ascii_digits(collapse(element.text or ""))
        if element.tag == "p" and len(text) > 2 * _SHOWN_CHARS:
            return
        if (
            _YEAR.search(text)
            and is_date_line(text, count_words(text))
            and not any(one.tag in _BESIDE for one in element.iterancestors())
        ):
            yield "shown", text if _CHANGED.match(text) else _LABEL.sub("", text)
            return


def _dotted(text: str, language: str | None) -> str:
    """Return a date in figures with its slashes as dots, day before month, where the page's language writes it so."""
    tongue, _, region = (language or "").lower().replace("_", "-").partition("-")
    if tongue in _DAY_FIRST and region not in {"us", "pr", "ca"}:
        return _SLASHED.sub(r"\1.\2.\3", text)
    return _SLASHED.sub(r"\1.\2.\3", text) if tongue == "en" and region in _DAY_FIRST_REGIONS else text


def _in_ascii_digits(text: str) -> str:
    return text if text.isascii() else "".join(str(unicodedata.digit(char, "")) or char for char in text)
