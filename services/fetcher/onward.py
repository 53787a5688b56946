"""Where a document leads on: a sitemap index to its sitemaps, a listing in JSON to its next page. Pure.

Nothing is parsed here but the little that says where to go on; what it finds is fetched like any address.
"""

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from shared.bundle import MOST_UNPACKED, unpacked
from shared.digests import entry_digest
from shared.push import links_of, web

MOST_SITEMAPS = 5  # of an index, those last changed: news stands in the newest
_INDEX = re.compile(rb"<(?:[\w.-]+:)?sitemapindex[\s>]")
_SITEMAP = re.compile(r"<(?:[\w.-]+:)?sitemap[\s>](.*?)</(?:[\w.-]+:)?sitemap>", re.DOTALL)
_LOC = re.compile(r"<(?:[\w.-]+:)?loc[^>]*>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</", re.DOTALL)
_CHANGED = re.compile(r"<(?:[\w.-]+:)?lastmod[^>]*>\s*([\d-]+[^<\s]*)")
_LISTS = ("items", "_items", "results", "data", "articles", "entries")
_HEAD_BYTES = 4096


def sitemaps(body: bytes, url: str) -> list[str] | None:
    """Return the sitemaps that an index names, those last changed first and a few at most; None: it is no index."""
    plain = unpacked(body)
    if plain is None or not _INDEX.search(plain[:_HEAD_BYTES]):
        return None
    found: list[tuple[str, str]] = []
    for entry in _SITEMAP.findall(plain[:MOST_UNPACKED].decode("utf-8", "replace")):
        loc, changed = _LOC.search(entry), _CHANGED.search(entry)
        address = web(unescape(loc[1]), url) if loc else None
        if address and address != url:
            found.append((changed[1] if changed else "", address))
    newest = sorted(found, key=lambda one: one[0], reverse=True)  # dates as W3C writes them sort by their letters
    return [address for _, address in newest[:MOST_SITEMAPS]]


def next_page(body: bytes, headers: Mapping[str, str], url: str, known: frozenset[str]) -> str | None:
    """Return the address of the listing's next page, None where there is none, or this one is known in part.

    `known` are the entry digests of the last window: a page that shares one with it reaches back far enough.
    """
    if body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in {b"{", b"["}:
        return None
    try:
        document = json.loads(body, strict=False)
        digests = [entry_digest(json.dumps(one, sort_keys=True).encode()) for one in _listed(document)]
    except (ValueError, RecursionError):
        return None
    if not known.isdisjoint(digests):
        return None
    linked = [target for target, rels in links_of(headers.get("link")) if "next" in rels]
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
