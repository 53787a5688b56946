"""One item of a page that lists articles: what the rules meet in it, else what items usually have. Pure."""

from functools import partial
from html import escape

from lxml import etree

from services.parser.fields.text import collapse, count_words, line
from services.parser.fields.urls import absolute
from services.parser.formats import icons
from services.parser.formats.pages.pictures import address_of
from services.parser.formats.ruleditem import MANY, WITHIN, Read, dated, digest_of, origins
from services.parser.formats.selecting import Met, Scope
from services.parser.item import Attached, Item
from shared.messages import FeedFacts
from shared.rules import Rules

LEAST_SUMMARY_WORDS = 6  # of a paragraph that no rule names; shorter ones are dates, names and labels
_LEVELS = ("h1", "h2", "h3", "h4", "h5", "h6")
_USUAL: dict[str, tuple[str, ...]] = {  # each tried where the one before meets nothing
    "link": (", ".join(f"{one} a[href]" for one in _LEVELS), f"a[href]:has({', '.join(_LEVELS)})", "a[href]"),
    "headline": (", ".join(_LEVELS),),
    "summary": ("p",),
    "date": ("time[datetime]", "[itemprop~=datePublished]", "time"),
    "byline": ("[rel~=author]", "[itemprop~=author]", ".byline"),
    "image": ("img",),
}
_MOMENTS = ("datetime", "content", "data-datetime", "title")  # attributes in which a date stands
_NAMES = ("title", "aria-label", "alt")


def base_of(root: etree._Element, url: str) -> str:
    """Return what addresses on the page are relative to."""
    return absolute(next((element.get("href") for element in root.iter("base")), None), url) or url


def facts_of(root: etree._Element, base: str, rules: Rules) -> tuple[FeedFacts, str | None]:
    """Return what the page says of its feed, and its language."""
    named = next((one.get("content") for one in root.iter("meta") if one.get("property") == "og:site_name"), None)
    title = named or next((one.text for one in root.iter("title") if one.text), None)
    older = Scope(root).first(rules.next) if rules.next else None
    language = root.get("lang")
    facts = FeedFacts(
        title=line(escape(title), 300) if title else None,
        language=language.strip()[:35] or None if language else None,
        icon=icons.of_page(root, base),
        older_url=_address(older, base) if older is not None else None,
    )
    return facts, facts.language


def read_item(element: etree._Element, base: str, rules: Rules) -> Read:
    """Return what stands in one item."""
    scope = Scope(element)
    found = {name: _met(scope, name, getattr(rules, name)) for name in WITHIN}
    links = [(one, url) for one in found["link"] if (url := _address(one, base))]
    titles = [*found["headline"], *(one for one, _ in links)]
    headline = next((text for one in titles if (text := _title(one))), None)
    summaries = found["summary"]
    if not rules.summary:
        summaries = [one for one in summaries if _is_summary(one, headline)][:1]
    pictures = [picture for one in found["image"] if (picture := _picture(one, base))]
    item = Item(
        source_id=next((text for one in found["identifier"] if (text := _text(one))), None),
        link=links[0][1] if links else None,
        base=base,
        headline=escape(headline, quote=False) if headline else None,
        summary=_markup(summaries),
        content=_markup(found["text"]),
        published=dated(next((text for one in found["date"] if (text := _moment(one))), None), rules.zone),
        byline=escape(", ".join(dict.fromkeys(filter(None, map(_text, found["byline"])))), quote=False) or None,
        categories=tuple(escape(text, quote=False) for one in found["keywords"] if (text := _text(one))),
        attached=tuple(pictures if rules.image else pictures[:1]),
        names=origins(rules, found, lambda name: f"item {name}"),
    )
    met = frozenset(name for name, some in found.items() if some)
    return Read(item, digest_of(item), met, partial(_written, element))


def _met(scope: Scope, name: str, rule: str | None) -> list[Met]:
    if rule:
        return scope.all(rule, MANY)
    return next((found for usual in _USUAL.get(name, ()) if (found := scope.all(usual, MANY))), [])


def _text(met: Met) -> str:
    text = met if isinstance(met, str) else " ".join(map(str, met.itertext()))
    return collapse(text)


def _title(met: Met) -> str | None:
    """Return the words of a headline or a link: its text, or what is said of it or of its picture."""
    if isinstance(met, str) or _text(met):
        return _text(met) or None
    said = (one.get(name) for one in met.iter() for name in _NAMES)
    return next((collapse(text) for text in said if text and text.strip()), None)


def _address(met: Met, base: str) -> str | None:
    """Return where an element leads: its own link, that of the first in it, or the address that is its text."""
    if isinstance(met, str):
        return absolute(met, base)
    for one in met.iter():
        if (href := one.get("href")) is not None and not href.strip().startswith("#"):
            return absolute(href, base)
    text = _text(met)
    return absolute(text, base) if text and " " not in text and "/" in text else None


def _moment(met: Met) -> str | None:
    if isinstance(met, str):
        return collapse(met) or None
    said = (one.get(name) for name in _MOMENTS for one in (met, *met.iter("time")))
    return next((text.strip() for text in said if text and any(map(str.isdigit, text))), None) or _text(met) or None


def _is_summary(met: Met, headline: str | None) -> bool:
    text = _text(met)
    return count_words(text) >= LEAST_SUMMARY_WORDS and text != headline


def _markup(found: list[Met]) -> str | None:
    """Return what was met as HTML, each in a block of its own."""
    parts = [escape(one, quote=False) if isinstance(one, str) else _written(one) for one in found]
    return "".join(f"<div>{part}</div>" for part in parts) or None


def _picture(met: Met, base: str) -> Attached | None:
    if isinstance(met, str):
        url = absolute(met, base)
        return Attached(url, "image") if url else None
    element = next(met.iter("img"), met)
    url = address_of(element, base)
    if url is None:
        return None
    return Attached(url, "image", alt=element.get("alt"), width=element.get("width"), height=element.get("height"))


def _written(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode", method="html", with_tail=False)
