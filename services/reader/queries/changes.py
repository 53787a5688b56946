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
    query = select(*row.__table__.columns).where(row.seq > after).order_by(row.seq).limit(limit)
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
    return ChangeList(changes=changes, next=changes[-1].seq if changes else after, head=head)
