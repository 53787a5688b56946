"""What each poll of a feed brought, as far as it is on record."""

from sqlalchemy import Connection, literal, select, tuple_

from services.reader.cursors import Position
from services.reader.values import Poll
from shared.tables import Feed, Moment
from shared.tables import Poll as PollRow

_COLUMNS = [PollRow.created.label("new"), *(getattr(PollRow, name) for name in Poll.model_fields if name != "new")]


def is_feed(connection: Connection, feed_id: int) -> bool:
    """Return whether there is such a feed."""
    return connection.scalar(select(Feed.id).where(Feed.id == feed_id)) is not None


def list_polls(
    connection: Connection, feed_id: int, start: Position | None, limit: int
) -> tuple[tuple[Poll, ...], Position | None]:
    """Return up to `limit` polls of a feed, the last first, and where the next page starts."""
    query = select(PollRow.id, *_COLUMNS).where(PollRow.kind == "feed", PollRow.target_id == feed_id)
    if start is not None:
        place = tuple_(literal(start.at, Moment), literal(start.id))
        query = query.where(tuple_(PollRow.at, PollRow.id) < place)
    newest = query.order_by(PollRow.at.desc(), PollRow.id.desc()).limit(limit + 1)
    rows = connection.execute(newest).mappings().all()
    end = Position(rows[limit - 1]["at"], rows[limit - 1]["id"]) if len(rows) > limit else None
    return tuple(Poll.model_validate({name: row[name] for name in Poll.model_fields}) for row in rows[:limit]), end
