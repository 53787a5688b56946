"""What a feed's patterns refused: how much, whether anything was wanted since, and the last of it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.messages import Result
from shared.schema import rfc3339

LAST = 50  # refused entries that are remembered


def columns(known: Mapping[str, Any] | None, result: Result, now: datetime) -> dict[str, Any]:
    """Return the column of a feed that a document changes, if it does.

    `count` entries were refused since the patterns were given, `in_row` since the last one that was wanted.
    """
    wanted = any(not one.cancelled for one in result.entries)
    if not result.unwanted and not (wanted and known and known["in_row"]):
        return {}
    before: Mapping[str, Any] = known or {"since": rfc3339(now), "count": 0, "in_row": 0, "last": []}
    fresh = [
        {"at": rfc3339(now), "url": one.url, "headline": one.headline, "by": one.by} for one in result.unwanted[:LAST]
    ]
    again = {one["url"] for one in fresh}
    more = len(result.unwanted)
    return {
        "unwanted": {
            "since": before["since"],
            "count": before["count"] + more,
            "in_row": 0 if wanted else before["in_row"] + more,
            "last": [*fresh, *(one for one in before["last"] if one["url"] not in again)][:LAST],
        }
    }


def refused_before(known: Mapping[str, Any] | None, result: Result) -> bool:
    """Return whether a document lists an entry that is remembered as refused, though with other words perhaps."""
    urls = {one["url"] for one in known["last"] if one["url"]} if known else set()
    return any(one.url in urls for one in result.unwanted)
