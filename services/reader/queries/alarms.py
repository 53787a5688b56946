"""What is unusual about feeds, and what they have probably lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, null, or_, select

from shared.hosts import without_password
from shared.polling.habits import Habits, silence
from shared.tables import Feed, Gap

ARE_NAMED = 5  # feeds in `Alarms.worst`


@dataclass(frozen=True)
class Alarms:
    """What is unusual about all feeds together."""

    silent: int
    notices: int  # feeds with a flood, shrunken texts or another language
    worst: tuple[str, ...]  # some of both, in words
    gaps: dict[str, int]  # by state
    lost: int  # articles that were probably lost: expected in the gaps that stayed open, and not found


@dataclass(frozen=True)
class GapLine:
    """One gap of a feed."""

    at: datetime
    from_at: datetime
    to_at: datetime
    state: str
    expected: int
    found: int


def is_silent(moment: datetime) -> ColumnElement[bool]:
    """Return the condition under which a feed's silence alarms: it answers, and brings less than it ever left out."""
    return and_(Feed.state == "active", Feed.failures == 0, Feed.alarm_at <= moment)


def habits_if_silent(moment: datetime) -> ColumnElement[Any]:
    """Return the column of habits where they are needed to say why a feed alarms."""
    return case((is_silent(moment), Feed.habits), else_=null()).label("silent_habits")


def lost_of_feed() -> ColumnElement[int]:
    """Return how many articles of a feed's row were probably lost."""
    missing = func.coalesce(func.sum(case((Gap.expected > Gap.found, Gap.expected - Gap.found), else_=0)), 0)
    return select(missing).where(Gap.feed_id == Feed.id, Gap.state == "lost").correlate(Feed).scalar_subquery()


def alarm(habits: Any, notice: str | None, now: datetime) -> str | None:
    """Return in words what is unusual about a feed; `habits` are None where it is not silent."""
    quiet = silence(Habits.read(habits), now.timestamp()) if habits else None
    return "; ".join(one for one in (quiet, notice) if one) or None


def take_alarms(connection: Connection, now: datetime) -> Alarms:
    """Return what is unusual about all feeds."""
    silent = connection.scalar(select(func.count()).select_from(Feed).where(is_silent(now))) or 0
    noticed = and_(Feed.state == "active", Feed.notice.is_not(None))
    notices = connection.scalar(select(func.count()).select_from(Feed).where(noticed)) or 0
    query = select(Feed.id, Feed.title, Feed.url, Feed.notice, habits_if_silent(now))
    rows = connection.execute(query.where(or_(is_silent(now), noticed)).order_by(Feed.alarm_at).limit(ARE_NAMED)).all()
    worst = tuple(
        f"{row.id} {row.title or without_password(row.url)}: {alarm(row.silent_habits, row.notice, now)}"
        for row in rows
    )
    gaps = dict(connection.execute(select(Gap.state, func.count()).group_by(Gap.state)).all())
    missing = func.sum(case((Gap.expected > Gap.found, Gap.expected - Gap.found), else_=0))
    lost = connection.scalar(select(missing).where(Gap.state == "lost")) or 0
    return Alarms(silent, notices, worst, gaps, int(lost))


def gaps_of(connection: Connection, feed_id: int, limit: int) -> Sequence[GapLine]:
    """Return the newest gaps of one feed."""
    columns = (Gap.at, Gap.from_at, Gap.to_at, Gap.state, Gap.expected, Gap.found)
    query = select(*columns).where(Gap.feed_id == feed_id).order_by(Gap.at.desc(), Gap.id.desc()).limit(limit)
    return [GapLine(**row._mapping) for row in connection.execute(query)]


def told(gap: GapLine) -> str:
    """Return one gap in words."""
    when = f"{gap.from_at:%-d %b %H:%M} to {gap.to_at:%-d %b %H:%M} UTC"
    missing = max(gap.expected - gap.found, 0)
    articles = "article" if missing == 1 else "articles"
    if gap.state == "closed":
        return f"{when}: closed, {gap.found} found elsewhere"
    if gap.state == "closing":
        return f"{when}: being looked for elsewhere, about {gap.expected} articles are expected"
    return f"{when}: about {missing} {articles} probably lost, {gap.found} found elsewhere"
