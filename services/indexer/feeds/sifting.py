"""What a feed's patterns refused: how much, whether anything was wanted since, and the last of it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import AwareDatetime

from shared.messages import Result, Unwanted
from shared.schema import Value

LAST = 50  # refused entries that are remembered


class Refusal(Value):
    """An entry that was refused."""

    at: AwareDatetime
    url: str | None = None
    headline: str | None = None
    by: str | None = None  # the pattern that leaves it out; None: it meets none of those that keep


class Refusals(Value):
    """What a feed's patterns refused since they were given."""

    since: AwareDatetime  # the first of them
    count: int = 0
    in_row: int = 0  # since the last entry that was wanted
    last: tuple[Refusal, ...] = ()  # from the last one on

    @classmethod
    def read(cls, data: Mapping[str, Any] | None) -> Self | None:
        """Return what a feed's column holds; None: nothing was refused."""
        return cls.model_validate(data) if data else None


def columns(data: Mapping[str, Any] | None, result: Result, now: datetime) -> dict[str, Refusals]:
    """Return the column of a feed that a document changes, if it does; `data` is what it holds."""
    wanted = any(not one.cancelled for one in result.entries)
    if not (result.unwanted or (wanted and data)):
        return {}
    before = Refusals.read(data) or Refusals(since=now)
    if not result.unwanted and not before.in_row:
        return {}
    fresh = [Refusal(at=now, url=one.url, headline=one.headline, by=one.by) for one in result.unwanted[:LAST]]
    again = {one.url for one in fresh}
    more = len(result.unwanted)
    after = Refusals(
        since=before.since,
        count=before.count + more,
        in_row=0 if wanted else before.in_row + more,
        last=(*fresh, *(one for one in before.last if one.url not in again))[:LAST],
    )
    return {"unwanted": after}


def refused_before(data: Mapping[str, Any] | None, result: Result) -> bool:
    """Return whether a document lists an entry that is remembered as refused, though with other words perhaps."""
    known = Refusals.read(data) if result.unwanted else None
    urls = {one.url for one in known.last if one.url} if known else set()
    return any(one.url in urls for one in result.unwanted)


def fresh(data: Mapping[str, Any] | None, result: Result) -> tuple[Unwanted, ...]:
    """Return the refused entries that are not remembered as such, by address or headline: articles new to the feed.

    Where more are refused at once than are remembered, that cannot be told, and they are none.
    """
    if not 0 < len(result.unwanted) <= LAST:
        return ()
    known = Refusals.read(data)
    before = {told for one in known.last for told in (one.url, one.headline) if told} if known else set()
    return tuple(one for one in result.unwanted if {one.url, one.headline}.isdisjoint(before))
