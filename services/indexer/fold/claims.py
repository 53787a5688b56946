"""What an article says it is: the addresses and the agency's item by which copies of one text find each other. Pure."""

import re

from services.indexer.fold.words import digest

_FRONT_PAGE = re.compile(r"[^:/?#]+://[^/?#]*/*(#.*)?")
# RFC 3085: urn:newsml:<provider>:<date>:<item>:<revision and what it updates>
_NEWSML = re.compile(r"(urn:newsml:[^:\s]+:\d{8}(?:T\d{6}Z?)?:[^:\s]+)(?::\S*)?", re.IGNORECASE)


def addresses(*urls: str | None) -> frozenset[str]:
    """Return those of `urls` that are an article's own; a site's front page is no article's."""
    return frozenset(url for url in urls if url and not _FRONT_PAGE.fullmatch(url))


def agency_item(source_id: str | None) -> str | None:
    """Return the agency's item that a publisher's identifier names, whatever its revision; None if it names none.

    Only a NewsML URN (RFC 3085) is the same in every title that carries the item.

    >>> agency_item("urn:newsml:wire.example:20240301:tunnel:2")
    'urn:newsml:wire.example:20240301:tunnel'
    >>> agency_item("1234") is None
    True
    """
    named = _NEWSML.fullmatch(source_id.strip()) if source_id else None
    return named[1].casefold() if named else None


def claims(url: str | None, canonical_url: str | None, item: str | None) -> frozenset[int]:
    """Return the digests under which an article is found by what it says it is."""
    said = {f"url {one}" for one in addresses(url, canonical_url)} | ({f"item {item}"} if item else set())
    return frozenset(map(digest, said))
