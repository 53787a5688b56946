"""Where a site's feeds are: what its pages link to, what its robots.txt names, and where feeds commonly stand."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from services.command.feeds.platforms import feed_of
from services.fetcher import onward
from services.parser.formats.encoding import decode
from services.parser.formats.pages.feeds import Found, linked
from shared.errors import FetchError

if TYPE_CHECKING:
    from shared.http.client import Client, Response

COMMON = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json", "/feeds", "/rss/all.xml",
          "/?feed=rss2")  # fmt: skip
NEWS_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/googlenews.xml")

Listed = Callable[[bytes, str, str | None], int]
Whole = Callable[["Response"], "Response"]


@dataclass(frozen=True)
class Feed:
    """A feed that was found, and how many articles it lists now."""

    url: str
    how: str
    title: str | None
    articles: int


def is_site(url: str) -> bool:
    """Return whether an address looks like a site's rather than a feed's: it has no path, or is a platform's page."""
    parts = urlsplit(url)
    if feed_of(url):
        return True
    return parts.scheme in {"http", "https"} and parts.path in {"", "/"} and not parts.query


def find(client: "Client", site: str, listed: Listed, whole: Whole) -> list[Feed]:
    """Return the feeds of a site; `listed` counts a document's articles, `whole` fetches what it leads on to.

    The common places are tried only where the site itself names no feed, and so are those of news sitemaps.

    A platform's page is not asked where its feed is known.

    :raises FetchError: the site's page cannot be had.
    """
    known = feed_of(site)
    if known and (feeds := _those_that_list(client, [Found(known, "the platform's place for it")], listed, whole)):
        return feeds
    page = client.get(site)
    direct = _count(listed, page.body, page.url, page.headers.get("content-type"))
    if direct:
        return [Feed(page.url, "the address itself", None, direct)]
    named = linked(decode(page.body, page.headers.get("content-type")), page.url)
    feeds = _those_that_list(client, named, listed, whole)
    if not feeds:
        common = [Found(url, "a common place") for url in _common(page.url)]
        feeds = _those_that_list(client, common, listed, whole)
    said = onward.news_sitemaps(_text(client, urljoin(page.url, onward.ROBOTS)), page.url)
    maps = [Found(url, "named by robots.txt") for url in said] or [
        Found(urljoin(page.url, path), "a common place") for path in NEWS_SITEMAPS
    ]
    return feeds + _those_that_list(client, maps, listed, whole)


def _common(url: str) -> list[str]:
    """Return where a site's feeds commonly are: beside the page that was given first, then at the site's root."""
    parts = urlsplit(url)
    above = (
        parts.path
        if parts.path.endswith("/") or "." not in parts.path.rpartition("/")[2]
        else parts.path.rpartition("/")[0]
    )
    beside = parts._replace(path=above.rstrip("/"), query="", fragment="").geturl()
    return list(dict.fromkeys([beside + path for path in COMMON] + [urljoin(url, path) for path in COMMON]))


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
