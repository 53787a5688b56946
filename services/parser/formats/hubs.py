"""The hub that a feed's document names, and what it calls itself there (WebSub, 4). Pure."""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from services.parser.fields.urls import absolute
from services.parser.formats.elements import Fields


def linked(*places: Fields, base: str | None) -> dict[str, str]:
    """Return the `hub` and `topic` that link elements of `places` name."""
    return _named(
        [_rel(one) for fields in places for name in ("link", "atom:link") for one in fields.get(name, ())], base
    )


def listed(head: Mapping[str, Any], base: str | None) -> dict[str, str]:
    """Return the `hub` and `topic` that a JSON Feed names (JSON Feed 1.1: `hubs`, `feed_url`)."""
    hubs = head.get("hubs")
    named = [
        ("hub", str(one.get("url") or ""))
        for one in (hubs if isinstance(hubs, list) else [])
        if isinstance(one, dict) and str(one.get("type")).lower() == "websub"
    ]
    return _named([*named, ("self", str(head.get("feed_url") or ""))], base)


def _rel(element: "etree._Element") -> tuple[str, str]:
    return str(element.get("rel") or "").lower(), str(element.get("href") or "")


def _named(links: list[tuple[str, str]], base: str | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for rel, address in links:
        name = {"hub": "hub", "self": "topic"}.get(rel)
        if name and (whole := absolute(address, base)):
            found.setdefault(name, whole)
    return found
