"""What rules take of one item of a listing, be it a page's or of JSON. Pure."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from services.parser.fields.dates import parse_date
from services.parser.item import Item
from shared.digests import entry_digest
from shared.rules import Rules

MAX_ITEMS = 5000  # of one document; a rule that meets more was not meant so
MANY = 50  # of what one rule meets within an item
EXCERPT_CHARS = 60_000
WITHIN = ("link", "headline", "summary", "text", "date", "byline", "image", "keywords", "identifier")
_FIELDS = {
    "link": "canonical_url", "headline": "headline", "summary": "summary", "text": "body", "date": "published_at",
    "byline": "authors", "image": "images", "keywords": "keywords",
}  # fmt: skip


class Read(NamedTuple):
    """An item as it was read, and which rules met something in it."""

    item: Item
    digest: str
    met: frozenset[str]
    excerpt: Callable[[], str]


def origins(rules: Rules, found: Mapping[str, Any], default: Callable[[str], str]) -> dict[str, str]:
    """Return where each field was read from: by which rule, or from what where there is none for it."""
    return {
        field: f"rule {getattr(rules, name)}" if getattr(rules, name) else default(name)
        for name, field in _FIELDS.items()
        if found.get(name)
    }


def dated(text: str | None, zone: str | None) -> str | None:
    """Return a date with the zone that the rules name, where it names none itself.

    >>> dated("12 November 2026, 14:07", "Europe/Paris"), dated("2026-11-12T14:07:00Z", "Europe/Paris")
    ('12 November 2026, 14:07 Europe/Paris', '2026-11-12T14:07:00Z')
    """
    if not text or not zone or parse_date(text) or not parse_date(f"{text} {zone}"):
        return text
    return f"{text} {zone}"


def digest_of(item: Item) -> str:
    """Return the digest of what the rules take of an item."""
    said = (
        item.source_id, item.link, item.headline, item.summary, item.content, item.published, item.byline,
        [person.name for person in item.people], [one.url for one in item.attached], item.categories,
    )  # fmt: skip
    return entry_digest(json.dumps(said).encode())
