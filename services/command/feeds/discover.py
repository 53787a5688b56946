"""Where a site's feeds are: what its pages link to, what its robots.txt names, and where feeds commonly stand."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from services.fetcher import onward
from shared.errors import FetchError
from shared.push import web

if TYPE_CHECKING:
    from shared.http.client import Client, Response

COMMON = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json", "/feeds", "/rss/all.xml",
          "/?feed=rss2")  # fmt: skip
NEWS_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/googlenews.xml")
MOST_LINKED = 30  # addresses of a page that are looked at
_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
          "application/json", "application/xml", "text/xml")  # fmt: skip
_TAG = re.compile(r"<(link|a)\s([^>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_LOOKS_SO = re.compile(r"(?:^|[/._=?-])(?:rss|atom|feeds?)(?:[/._=&?-]|\d|$)|\.(?:rss|rdf|atom)$", re.IGNORECASE)

Listed = Callable[[bytes, str, str | None], int]
Whole = Callable[["Response"], "Response"]


@dataclass(frozen=True)
class Found:
    """An address that may be a feed's, and how it was come by."""

    url: str
    how: str
    title: str | None = None


@dataclass(frozen=True)
class Feed:
    """A feed that was found, and how many articles it lists now."""

    url: str
    how: str
    title: str | None
    articles: int


def is_site(url: str) -> bool:
    """Return whether an address looks like a site's rather than a feed's: it has no path."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and parts.path in {"", "/"} and not parts.query


def linked(html: str, base: str) -> list[Found]:
    """Return what a page links to as its feeds: `link` elements first, then anchors that look like one. Pure."""
    links: dict[str, Found] = {}
    anchors: dict[str, Found] = {}
    for tag, attributes in _TAG.findall(html):
        said = {name.lower(): unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(attributes)}
        url = web(said.get("href", ""), base)
        if not url or not said.get("href"):
            continue
        if tag.lower() == "a":
            if _LOOKS_SO.search(urlsplit(url).path) or "feed=" in urlsplit(url).query:
                anchors.setdefault(url, Found(url, "linked on the page"))
        elif _is_alternate(said):
            links.setdefault(url, Found(url, "named by the page", said.get("title") or None))
    return [*links.values(), *(one for url, one in anchors.items() if url not in links)][:MOST_LINKED]


def _is_alternate(said: dict[str, str]) -> bool:
    rels = said.get("rel", "").lower().split()
    kind = said.get("type", "").lower().partition(";")[0].strip()
    return "feed" in rels or ("alternate" in rels and kind in _TYPES and "hreflang" not in said)


def find(client: "Client", site: str, listed: Listed, whole: Whole) -> list[Feed]:
    """Return the feeds of a site; `listed` counts a document's articles, `whole` fetches what it leads on to.

    The common places are tried only where the site itself names no feed, and so are those of news sitemaps.

    :raises FetchError: the site's page cannot be had.
    """
    page = client.get(site)
    direct = _count(listed, page.body, page.url, page.headers.get("content-type"))
    if direct:
        return [Feed(page.url, "the address itself", None, direct)]
    named = linked(page.body.decode("utf-8", "replace"), page.url)
    feeds = _those_that_list(client, named, listed, whole)
    if not feeds:
        common = [Found(urljoin(page.url, path), "a common place") for path in COMMON]
        feeds = _those_that_list(client, common, listed, whole)
    said = onward.news_sitemaps(_text(client, urljoin(page.url, onward.ROBOTS)), page.url)
    maps = [Found(url, "named by robots.txt") for url in said] or [
        Found(urljoin(page.url, path), "a common place") for path in NEWS_SITEMAPS
    ]
    return feeds + _those_that_list(client, maps, listed, whole)


def _those_that_list(client: "Client", candidates: Iterable[Found], listed: Listed, whole: Whole) -> list[Feed]:
    feeds: dict[str, Feed] = {}
    for one in candidates:
        try:
            answer = whole(client.get(one.url))
        except FetchError:
            continue
        count = _count(listed, answer.body, answer.url, answer.headers.get("content-type"))
        if count:
            feeds.setdefault(answer.url, Feed(answer.url, one.how, one.title, count))
    return list(feeds.values())


def _count(listed: Listed, body: bytes, url: str, media_type: str | None) -> int:
    return listed(body, url, media_type) if body else 0


def _text(client: "Client", url: str) -> str:
    try:
        return client.get(url).body.decode("utf-8", "replace")
    except FetchError:
        return ""


def shown(feeds: Iterable[Feed]) -> Iterator[str]:
    """Yield a line for each feed as a person reads it."""
    for feed in feeds:
        title = f" “{feed.title}”" if feed.title else ""
        yield f"{feed.url}{title}: {feed.articles} articles, {feed.how}"
