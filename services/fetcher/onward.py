"""Where a document leads on: a sitemap index or robots.txt to its sitemaps, a listing in JSON to its next page. Pure.

Nothing is parsed here but the little that says where to go on; what it finds is fetched like any address.
"""

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from shared.digests import entry_digest
from shared.jsonpath import items_at, said_at
from shared.packed import MOST_UNPACKED, unpacked_if_whole
from shared.push import links_of, web
from shared.rules import NO_RULES, Rules

MOST_SITEMAPS = 5  # of an index, those last changed: news stands in the newest
MOST_NAMED = 50_000  # by an index (sitemaps.org)
_INDEX = re.compile(rb"<(?:[\w.-]+:)?sitemapindex[\s>]")
# Whatever the document, no character is looked at more than a few times.
_TAG = re.compile(r"<(/?)(?:[\w.-]++:)?(sitemap|loc|lastmod)(?:\s[^<>]*+)?>\s*+(?:<!\[CDATA\[)?+([^<]*+)")
_LISTS = ("items", "_items", "results", "data", "articles", "entries")
_HEAD_BYTES = 4096
_NAMED = re.compile(r"^[ \t]*+sitemap[ \t]*+:[ \t]*+(\S++)", re.IGNORECASE | re.MULTILINE)
ROBOTS = "/robots.txt"


def sitemaps(body: bytes, url: str) -> list[str] | None:
    """Return the sitemaps that an index names, those last changed first and a few at most; None: it is no index.

    A robots.txt names those of news.
    """
    plain = unpacked_if_whole(body)
    if plain is not None and is_robots(url):
        return news_sitemaps(plain.decode("utf-8", "replace"), url)[:MOST_SITEMAPS]
    if plain is None or not _INDEX.search(plain[:_HEAD_BYTES]):
        return None
    found: list[tuple[str, str]] = []
    for loc, changed in islice(_named(plain[:MOST_UNPACKED].decode("utf-8", "replace")), MOST_NAMED):
        address = web(unescape(loc), url)
        if address and address != url:
            found.append((changed if changed[:1].isdigit() else "", address))
    newest = sorted(found, key=lambda one: one[0], reverse=True)  # dates as W3C writes them sort by their letters
    return [address for _, address in newest[:MOST_SITEMAPS]]


def _named(index: str) -> Iterator[tuple[str, str]]:
    """Yield the address of each sitemap of an index, and when it changed, as it is written there."""
    said: dict[str, str] = {}
    for end, name, text in (found.groups() for found in _TAG.finditer(index)):
        if name == "sitemap":
            if end and "loc" in said:
                yield said["loc"], said.get("lastmod", "")
            said = {}
        elif not end:
            said.setdefault(name, text.partition("]]>")[0].strip())


def is_robots(url: str) -> bool:
    """Return whether a robots.txt stands at `url` (RFC 9309, 2.3)."""
    return urlsplit(url).path == ROBOTS


def news_sitemaps(robots: str, base: str) -> list[str]:
    """Return the sitemaps that a robots.txt names (sitemaps.org) whose path says that they are of news.

    >>> news_sitemaps("Sitemap: https://news.example/all.xml\\nsitemap: /map-News.xml", "https://news.example/robots.txt")
    ['https://news.example/map-News.xml']
    """
    urls = dict.fromkeys(web(one, base) for one in _NAMED.findall(robots))
    return [url for url in urls if url and "news" in url.partition("://")[2].partition("/")[2].lower()]


def next_page(
    body: bytes, headers: Mapping[str, str], url: str, known: frozenset[str], rules: Rules | None = None
) -> str | None:
    """Return the address of the listing's next page, None where there is none, or this one is known in part.

    `known` are the entry digests of the last window: a page that shares one with it reaches back far enough. Where the
    feed's rules say what the items and the next page are, those are.
    """
    if body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in {b"{", b"["}:
        return None
    ruled = rules if rules and rules.in_json else NO_RULES
    try:
        document = json.loads(body, strict=False)
        items = items_at(document, ruled.items) if ruled.items else _listed(document)
        digests = [entry_digest(json.dumps(one, sort_keys=True).encode()) for one in items]
    except (ValueError, RecursionError):
        return None
    if not known.isdisjoint(digests):
        return None
    linked = [target for target, rels in links_of(headers.get("link")) if "next" in rels]
    if ruled.next:
        linked, said = [], next((one for one in said_at(document, ruled.next) if one and isinstance(one, str)), None)
    else:
        said = _next(document) if isinstance(document, dict) else None
    return web((linked or [said or ""])[0], url) if linked or said else None


def _listed(document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    lists = (document.get(name) for name in _LISTS) if isinstance(document, dict) else ()
    return next((one for one in lists if isinstance(one, list)), [])


def _next(document: Mapping[str, Any]) -> str | None:
    """Return what a listing calls its next page: JSON Feed, HAL, JSON:API, or plainly `next`."""
    links = document.get("_links"), document.get("links")
    places = [
        document.get("next_url"),
        document.get("next"),
        *(one.get("next") for one in links if isinstance(one, dict)),
    ]
    for listed in links:
        if isinstance(listed, list):
            places += [one for one in listed if isinstance(one, dict) and one.get("rel") == "next"]
    for place in places:
        address = place.get("href") if isinstance(place, dict) else place
        if isinstance(address, str) and address:
            return address
    return None
