"""What subscriptions at hubs are worth, all together."""

from datetime import datetime

from sqlalchemy import Connection, and_, case, func, or_, select

from shared.push import Push
from shared.tables import Subscription


def count_pushes(connection: Connection, moment: datetime) -> dict[Push, int]:
    """Return how many subscriptions are worth what `shared.push.standing` says; what none is worth is left out."""
    at = Subscription
    missed = and_(at.missed_at.is_not(None), or_(at.pushed_at.is_(None), at.pushed_at < at.missed_at))
    worth = case(
        (and_(at.ends_at.is_(None), at.error.is_not(None)), Push.REFUSED.value),
        (at.ends_at.is_(None), Push.WAITING.value),
        (at.ends_at <= moment, Push.ENDED.value),
        (missed, Push.BROKEN.value),
        (at.pushed_at.is_not(None), Push.WORKING.value),
        else_=Push.GRANTED.value,
    ).label("worth")
    counts = {row.worth: row.n for row in connection.execute(select(worth, func.count().label("n")).group_by(worth))}
    return {one: counts[one.value] for one in Push if one.value in counts}
