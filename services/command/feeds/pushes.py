"""What `feeds show` says of a feed's subscription at its hub."""

from typing import Any

from sqlalchemy import Connection, select

from shared.database import now
from shared.push import Push, standing
from shared.tables import Subscription

MINUTE = "%Y-%m-%d %H:%M"


def of_feed(connection: Connection, feed_id: int) -> dict[str, Any]:
    """Return the feed's push and its hub, in words; nothing where the feed names no hub."""
    row = connection.execute(select(Subscription.__table__).where(Subscription.feed_id == feed_id)).one_or_none()
    if row is None:
        return {}
    times = {"ends_at": row.ends_at, "pushed_at": row.pushed_at, "missed_at": row.missed_at}
    worth = standing(**times, error=row.error, now=now(connection))
    return {"push": _said(worth, row), "hub": row.hub}


def _said(worth: Push, row: Any) -> str:
    forged = f"; {row.forged} with a wrong signature were ignored" if row.forged else ""
    until = f"until {row.ends_at:{MINUTE}}" if row.ends_at else ""
    match worth:
        case Push.WAITING:
            asked = "the hub has not made sure yet that it was us who asked"
            return f"{worth}: {asked if row.asked_at else 'the hub is asked with the next poll'}"
        case Push.REFUSED:
            return f"{worth}: {row.error}"
        case Push.GRANTED:
            return f"{worth} {until}, nothing was pushed yet{forged}"
        case Push.WORKING:
            came = "1 push" if row.pushes == 1 else f"{row.pushes} pushes"
            return f"{worth} {until}, {came}, the last {row.pushed_at:{MINUTE}}{forged}"
        case Push.BROKEN:
            found = f"polls found {row.missed} articles that its hub had not pushed"
            return f"{worth}: {found}, the last {row.missed_at:{MINUTE}}{forged}"
        case Push.ENDED:
            return f"{worth}: its lease ran out, and the hub is asked again with the next poll"
