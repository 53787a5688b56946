"""`wireroom feeds backfill`: all of a feed's past, asked for by the operator."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any

import typer
from sqlalchemy import Connection, select, update

from services.command import console
from services.command.feeds import feed_store
from services.command.stores import open_store
from services.indexer.feeds.backfill import Backfill
from shared.database import now, writing
from shared.errors import UsageError
from shared.hosts import is_folder
from shared.tables import Feed

_UNREAD = {"etag": None, "last_modified": None, "body_digest": None}  # so that its next poll brings a document


def backfill(
    names: Annotated[list[str], typer.Argument(help="Numbers or addresses of feeds.", show_default=False)],
    since: Annotated[str | None, typer.Option(help="No further back than this day: 2019-03-04.")] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Ask for no more of it; what came stays.")] = False,
) -> None:
    """Ask for all of feeds' past, as far as their archives reach (RFC 5005, WordPress), between their polls."""
    if stop and since:
        raise UsageError("Say --since or --stop, not both.")
    day = _day(since) if since else None
    with writing(open_store()) as connection:
        rows = feed_store.find(connection, names)
        for row in rows:
            _stop(connection, row.id) if stop else _begin(connection, row, day)
    for row in rows:
        console.say(
            f"{row.id}: " + ("no more of its past is asked for." if stop else "its past is asked for from now on.")
        )


def told(row: Any) -> dict[str, str]:
    """Return in words how far the asking for a feed's past has come, where somebody asked."""
    known = Backfill.read(row.backfill)
    return {"past": known.words()} if known else {}


def _begin(connection: Connection, row: Any, since: datetime | None) -> None:
    """Go on where it stopped, or begin anew; the poll that comes first says where the archive is."""
    if is_folder(row.url):
        raise UsageError(f"Feed {row.id} is a folder: all that lies in it is read anyway.")
    connection.execute(select(Feed.id).where(Feed.id == row.id).with_for_update())
    before = Backfill.read(connection.scalar(select(Feed.backfill).where(Feed.id == row.id)))
    goes_on = before is not None and before.next_url is not None
    known = before.again(since) if before and goes_on else Backfill(since=since)
    moment = now(connection)
    due = {"wanted_at": moment, "due_at": moment, "ready_at": moment}
    changed = update(Feed).where(Feed.id == row.id).values(backfill=known.write(), **due)
    connection.execute(changed.values(**_UNREAD, **feed_store.TAKEN_BACK))


def _stop(connection: Connection, feed_id: int) -> None:
    """Take the lease back too: it may be for a page of the archive."""
    connection.execute(select(Feed.id).where(Feed.id == feed_id).with_for_update())
    row = connection.execute(select(Feed.backfill, Feed.detour_url).where(Feed.id == feed_id)).one()
    known = Backfill.read(row.backfill)
    if known is None or not known.going:
        return
    moment = now(connection)
    changed = update(Feed).where(Feed.id == feed_id).values(backfill=known.stopped("by the operator").write())
    if row.detour_url and row.detour_url == known.next_url:
        due = {"due_at": known.own_at or moment, "ready_at": known.own_at or moment}
        changed = changed.values(detour_url=None, **due, **feed_store.TAKEN_BACK)
    connection.execute(changed)


def _day(text: str) -> datetime:
    try:
        day = datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise UsageError(f"--since {text!r} is no day: write it as 2019-03-04.") from None
    if day > datetime.now(UTC):
        raise UsageError(f"--since {text!r} is no day of the past.")
    return day
