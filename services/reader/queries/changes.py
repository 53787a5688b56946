"""The change log, by its own numbers."""

from sqlalchemy import Connection, select

from services.reader.queries.articles import get_articles
from services.reader.values import Change, ChangeList
from shared.errors import UsageError
from shared.lines import Line, write_line
from shared.tables import Change as ChangeRow
from shared.tables import LogHead
from shared.tables import readable_articles as readable


class LostPlaceError(UsageError):
    """A reader stands behind a line that the log does not have: the store was put back to a state before it."""


def list_changes(connection: Connection, after: Line, limit: int, *, articles: bool) -> ChangeList:
    """Return up to `limit` lines of the log behind the line `after`.

    Of an article that may not be read now, a line says its kind and its ids and nothing else.

    :raises LostPlaceError: the log does not have that line.
    """
    _find(connection, after)
    row = ChangeRow
    query = select(*row.__table__.columns).where(row.seq > after.seq).order_by(row.seq).limit(limit)
    rows = connection.execute(query).mappings().all()
    ids = {one["article_id"] for one in rows}
    # a statement of its own: SQLite would make the whole view to join it from outside
    readable_ids = set(connection.scalars(select(readable.c.id).where(readable.c.id.in_(ids))))
    current = get_articles(connection, readable_ids) if articles else {}
    changes = tuple(
        Change(
            **{name: one[name] for name in ("seq", "at", "kind", "article_id", "story_id", "revision")},
            readable=one["article_id"] in readable_ids,
            detail=one["detail"] if one["article_id"] in readable_ids else None,
            article=current.get(one["article_id"]),
        )
        for one in rows
    )
    head = connection.scalar(select(LogHead.seq)) or 0
    last = Line(changes[-1].seq, changes[-1].at) if changes else after
    return ChangeList(changes=changes, next=write_line(last), head=head)


def _find(connection: Connection, line: Line) -> None:
    """Return if the log has `line`, and so, as it only grows, all before it.

    :raises LostPlaceError: it has none of that number, or another, which was written when the store had been put back.
    """
    at = connection.scalar(select(ChangeRow.at).where(ChangeRow.seq == line.seq)) if line.seq else None
    if line.seq and (at is None or line.at not in (None, at)):
        raise LostPlaceError(
            f"This log has not the line {write_line(line)}: the store was put back to an older state. "
            "Empty what you keep of it and follow the log from its start, with 0 as `after`."
        )
