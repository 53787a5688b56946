"""The change log, by its own numbers."""

from sqlalchemy import Connection, select

from services.reader.queries.articles import get_articles
from services.reader.values import Change, ChangeList
from shared.tables import Change as ChangeRow
from shared.tables import LogHead
from shared.tables import readable_articles as readable


def list_changes(connection: Connection, after: int, limit: int, *, articles: bool) -> ChangeList:
    """Return up to `limit` lines of the log after number `after`.

    Of an article that may not be read now, a line says its kind and its ids and nothing else.
    """
    row = ChangeRow
    query = (
        select(*row.__table__.columns, readable.c.id.label("readable_id"))
        .outerjoin(readable, readable.c.id == row.article_id)
        .where(row.seq > after)
        .order_by(row.seq)
        .limit(limit)
    )
    rows = connection.execute(query).mappings().all()
    current = get_articles(connection, {one["readable_id"] for one in rows} - {None}) if articles else {}
    changes = tuple(
        Change(
            **{name: one[name] for name in ("seq", "at", "kind", "article_id", "story_id", "revision")},
            readable=one["readable_id"] is not None,
            detail=one["detail"] if one["readable_id"] is not None else None,
            article=current.get(one["article_id"]),
        )
        for one in rows
    )
    head = connection.scalar(select(LogHead.seq)) or 0
    return ChangeList(changes=changes, next=changes[-1].seq if changes else after, head=head)
