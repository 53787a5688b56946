"""The feeds that a page names: what it links to, and how a sentence tells of them where a feed was expected. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from shared.push import web

MOST_LINKED = 30  # addresses of a page that are looked at
MOST_TOLD = 3  # in a sentence that is stored and shown
TOLD_CHARS = 75  # of an address in it
_PAGE_CHARS = 500_000  # in which they stand
_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
          "application/json", "application/xml", "text/xml")  # fmt: skip
_TAG = re.compile(r"<(link|a|base)\s([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(?<![a-zA-Z-])([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_LOOKS_SO = re.compile(r"(?:^|[/._=?-])(?:rss|atom|feeds?)(?:[/._=&?-]|\d|$)|\.(?:rss|rdf|atom)$", re.IGNORECASE)
_NAMES = "; it names "


@dataclass(frozen=True)
class Found:
    """An address that may be a feed's, and how it was come by."""

    url: str
    how: str
    title: str | None = None


def linked(html: str, address: str) -> list[Found]:
    """Return what a page links to as its feeds: `link` elements first, then anchors that look like one.

    Addresses are relative to the page's own base (HTML, 4.2.3).
    """
    base, based = address, False
    links: dict[str, Found] = {}
    anchors: dict[str, Found] = {}
    for tag, attributes in _TAG.findall(html[:_PAGE_CHARS]):
        said = {name.lower(): unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(attributes)}
        href = said.get("href", "")
        url = web(href, base) if href else None
        if not url:
            continue
        if tag.lower() == "base":
            base, based = (base, True) if based else (_joined(address, href), True)
        elif tag.lower() == "a":
            if _LOOKS_SO.search(urlsplit(url).path) or "feed=" in urlsplit(url).query:
                anchors.setdefault(url, Found(url, "linked on the page"))
        elif _is_alternate(said):
            links.setdefault(url, Found(url, "named by the page", said.get("title") or None))
    return [*links.values(), *(one for url, one in anchors.items() if url not in links)][:MOST_LINKED]


def tell(found: Iterable[Found]) -> str:
    """Return the end of a sentence that names the first of the feeds; nothing where there is none.

    >>> tell([Found("https://news.example/rss", "named by the page")])
    '; it names https://news.example/rss'
    """
    short = [one.url for one in found if len(one.url) <= TOLD_CHARS and "@" not in one.url and "," not in one.url]
    return _NAMES + ", ".join(short[:MOST_TOLD]) if short else ""


def told(sentence: str | None) -> list[str]:
    """Return the addresses that such a sentence names.

    >>> told("The document is an HTML page, not a feed; it names https://a.example/rss, https://a.example/atom.")
    ['https://a.example/rss', 'https://a.example/atom']
    """
    names = (sentence or "").partition(_NAMES)[2].removesuffix(".")
    return names.split(", ") if names else []


def _joined(address: str, href: str) -> str:
    return urljoin(address, href.strip())


def _is_alternate(said: dict[str, str]) -> bool:
    rels = said.get("rel", "").lower().split()
    kind = said.get("type", "").lower().partition(";")[0].strip()
    return "feed" in rels or ("alternate" in rels and kind in _TYPES and "hreflang" not in said)
