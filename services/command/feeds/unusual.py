"""What `wireroom feeds show` says of a feed's ways: what it usually brings, what is unusual now, what it has lost,
and where it may have gone."""

from shlex import quote
from typing import Any

from sqlalchemy import Connection

from services.parser.formats.pages.feeds import told as told_feeds
from services.reader.queries.alarms import alarm, gaps_of, told
from shared.database import now
from shared.polling.habits import Habits
from shared.polling.rhythm import DAY_S, HOUR_S, Rhythm, expected

GAPS_SHOWN = 5
ENOUGH_TO_SAY = 10  # articles, fewer of which say nothing of hours and days
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def of_feed(connection: Connection, row: Any) -> dict[str, Any]:
    """Return what is said of the feed in `row`."""
    moment = now(connection)
    quiet = row.state == "active" and not row.failures and row.alarm_at is not None and row.alarm_at <= moment
    rhythm = Habits.read(row.habits).rhythm
    return {
        "named_instead": [
            f"wireroom feeds move {row.id} {quote(url)}" for url in told_feeds(row.error if row.failures else None)
        ]
        or None,
        "usually": _usually(rhythm) if rhythm and rhythm.count >= ENOUGH_TO_SAY else None,
        "unusual": alarm(row.habits if quiet else None, row.notice, moment),
        "gaps": "; ".join(told(gap) for gap in gaps_of(connection, row.id, GAPS_SHOWN)) or None,
    }


def _usually(rhythm: Rhythm) -> str:
    """Return a feed's rhythm in words: how much a week, in which hours most, on which days least."""
    monday = (rhythm.at_s // (7 * DAY_S) + 1) * 7 * DAY_S + 4 * DAY_S  # 1 January 1970 was a Thursday
    days = [expected(rhythm, monday + day * DAY_S, monday + (day + 1) * DAY_S) for day in range(7)]
    hours = [expected(rhythm, monday + hour * HOUR_S, monday + (hour + 1) * HOUR_S) for hour in range(24)]
    busiest = max(range(24), key=hours.__getitem__)
    quietest = min(range(7), key=days.__getitem__)
    return (
        f"about {sum(days):.0f} articles a week; most from {busiest:02}:00 to {(busiest + 1) % 24:02}:00 UTC, "
        f"fewest on {_DAYS[quietest]}"
    )
