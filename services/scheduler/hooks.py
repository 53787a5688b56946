"""Which hooks are due: those whose place in the change log is not its end; and what their receivers are to be told.

The log is looked at and never locked: who writes it waits for no hook.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, Integer, and_, bindparam, func, or_, select, update

from services.scheduler.pack import Due
from shared.among import among
from shared.hooks import COUNTED, Growth, event
from shared.hosts import without_password
from shared.lines import Line
from shared.messages import Kind, Target
from shared.settings import Settings
from shared.tables import Article, Change, Hook, Moment, core

_END = select(func.coalesce(func.max(Change.seq), 0)).scalar_subquery()
log = structlog.get_logger()


@dataclass(frozen=True)
class Called:
    """Hooks that were looked at: what is to be sent, and how many were parked."""

    rows: Sequence[Due]
    parked: int = 0


def is_due(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition under which a hook may be leased."""
    wanted = or_(Hook.told_seq != _END, Hook.wanted_at.is_not(None))
    return and_(Hook.state == "active", Hook.ready_at <= now, wanted)


def lease_due(
    connection: Connection, now: datetime, limit: int, begun: Callable[[Sequence[str]], set[str]], settings: Settings
) -> Called:
    """Give up to `limit` hooks a lease, those longest due first; the places of those that nothing concerns move on."""
    if limit < 1:
        return Called(())
    due = select(Hook.__table__).where(is_due(bindparam("now", type_=Moment)))
    order = (
        due.order_by(Hook.ready_at).limit(bindparam("most", type_=Integer)).with_for_update(skip_locked=True, of=Hook)
    )
    rows = connection.execute(order, {"now": now, "most": limit}).all()
    dead = begun([row.lease_token for row in rows if row.lease_token])
    end = line_at(connection, None) if rows else Line()
    leased: list[Due] = []
    parked = 0
    for row in rows:
        attempts = row.attempts + (row.lease_token in dead)
        growth = grown(connection, row, end)
        if attempts >= settings.max_attempts:
            _park(connection, row, attempts)
            parked += 1
        elif growth.kinds == {} and not (growth.reset or row.wanted_at):
            _change(connection, row.id, told_seq=growth.until.seq, told_at=growth.until.at, lease_token=None)
        else:
            leased.append(_lease(connection, row, growth, attempts, now, settings))
    return Called(leased, parked)


def grown(connection: Connection, row: Any, end: Line) -> Growth:
    """Return how the log has grown since the hook `row` was told; where it has not its place, all of it is new.

    Where the first lines hold nothing for the hook, growth ends with them: the others are looked at the next time.
    """
    place = Line(row.told_seq, row.told_at)
    reset = place != (line_at(connection, place.seq) if place.seq else Line())
    after = Line() if reset else place
    near = end if end.seq - after.seq <= COUNTED else line_at(connection, after.seq + COUNTED)
    kinds = _counted(connection, row, after, near)
    if near != end and (kinds or reset):
        return Growth(after, end, None, reset)
    return Growth(after, near, kinds, reset)


def line_at(connection: Connection, seq: int | None) -> Line:
    """Return the line of that number, None: the last; `Line()` where there is none."""
    query = select(Change.seq, Change.at).order_by(Change.seq.desc()).limit(1)
    row = connection.execute(query if seq is None else query.where(Change.seq == seq)).one_or_none()
    return Line(row.seq, row.at) if row else Line()


def _counted(connection: Connection, row: Any, after: Line, until: Line) -> dict[str, int]:
    """Return how many changes of which kinds between two places the hook is for.

    Whose title is no longer known, as its article is deleted, concerns the receivers of every title.
    """
    query = select(Change.kind, func.count()).where(Change.seq > after.seq, Change.seq <= until.seq)
    if row.kinds:
        query = query.where(Change.kind.in_(row.kinds))
    if row.publications:
        theirs = or_(Article.id.is_(None), among(Article.publication_id, row.publications))
        query = query.outerjoin(Article, Article.id == Change.article_id).where(theirs)
    return dict(connection.execute(query.group_by(Change.kind)).all())


def _lease(connection: Connection, row: Any, growth: Growth, attempts: int, now: datetime, settings: Settings) -> Due:
    token = secrets.token_hex(16)
    _change(
        connection,
        row.id,
        lease_token=token,
        lease_no=row.lease_no + 1,
        leased_at=now,
        ready_at=now + timedelta(seconds=settings.lease_s),
        attempts=attempts,
        telling_seq=growth.until.seq,
        telling_at=growth.until.at,
    )
    tell = event(row.id, growth, row.wanted_at)
    lane = f"hook:{row.id}"  # none waits for another's receiver
    target = Target(kind=Kind.HOOK, id=row.id, token=token, url=row.url, host=lane, sealed=row.sealed, tell=tell)
    return Due(target, attempts)


def _park(connection: Connection, row: Any, attempts: int) -> None:
    reason = f"The worker that called it died {attempts} times, the last times while it travelled alone."
    _change(connection, row.id, state="parked", state_reason=reason, attempts=attempts, lease_token=None)
    log.error("parked", hook=row.id, url=without_password(row.url), attempts=attempts)


def _change(connection: Connection, hook: int, **values: Any) -> None:
    connection.execute(update(core(Hook)).where(core(Hook).c.id == hook).values(**values))
