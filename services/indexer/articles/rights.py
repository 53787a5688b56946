"""What may be read, and from when to when: embargo, expiry, kill and release. Pure, apart from the database's clock.

The readers' views hold to the same rules by themselves; what is here decides who counts in a story, and what is logged.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from shared.schema import Content, Status
from shared.tables import Article, Moment

OPERATOR = "operator"  # the source of a layer that holds the operator's word
AGENCY = "agency"  # the body's source where the agency's own item brought it


def opens(status: str, embargoed_until: datetime | None, expires_at: datetime | None, now: datetime) -> bool:
    """Return whether an article may be read at `now`."""
    lifted = embargoed_until is None or embargoed_until <= now
    return status == Status.USABLE and lifted and (expires_at is None or expires_at > now)


def next_turn(embargoed_until: datetime | None, expires_at: datetime | None, now: datetime) -> datetime | None:
    """Return the first moment after `now` at which an embargo lifts or an article expires, None: nothing will."""
    return min((moment for moment in (embargoed_until, expires_at) if moment and moment > now), default=None)


def turned(
    status: str, embargoed_until: datetime | None, expires_at: datetime | None, since: datetime, now: datetime
) -> list[str]:
    """Return the changes that time alone made from `since` to `now`, both included: released, expired.

    What may not be read for another reason was not released, and what was never readable cannot expire.
    """
    if status != Status.USABLE:
        return []
    lifted = embargoed_until is not None and since <= embargoed_until <= now
    over = expires_at is not None and expires_at <= now
    if over:
        seen = embargoed_until is None or (expires_at is not None and embargoed_until < expires_at)
        return ["expired"] if seen and expires_at is not None and since <= expires_at else []
    return ["released"] if lifted else []


def change_of(was: Content, head: Content, now: datetime) -> str:
    """Return what a new state is to readers: withdrawn; released, if it may be read now and might not be; revised."""
    if head.status is Status.CANCELLED and was.status is not Status.CANCELLED:
        return "withdrawn"
    return "released" if not _opens(was, now) and _opens(head, now) else "revised"


def _opens(content: Content, now: datetime) -> bool:
    return opens(content.status, content.embargoed_until, content.expires_at, now)


def strictest(layers: Iterable[Content]) -> tuple[datetime | None, datetime | None]:
    """Return the latest embargo and the earliest expiry that any source names."""
    embargoes, expiries = zip(*((one.embargoed_until, one.expires_at) for one in layers), strict=True)
    return max(filter(None, embargoes), default=None), min(filter(None, expiries), default=None)


class _Clock(FunctionElement[datetime]):
    """The database's clock, as the views read it."""

    type = Moment()
    inherit_cache = True


@compiles(_Clock, "sqlite")
def _in_sqlite(element: _Clock, compiler: SQLCompiler, **more: Any) -> str:
    return "strftime('%Y-%m-%d %H:%M:%f', 'now')"


@compiles(_Clock, "postgresql")
def _in_postgresql(element: _Clock, compiler: SQLCompiler, **more: Any) -> str:
    return "clock_timestamp()"


def readable() -> ColumnElement[bool]:
    """Return the condition that an article may be read now, for queries of `articles`."""
    return and_(
        Article.status == Status.USABLE.value,
        or_(Article.embargoed_until.is_(None), Article.embargoed_until <= _Clock()),
        or_(Article.expires_at.is_(None), Article.expires_at > _Clock()),
    )
