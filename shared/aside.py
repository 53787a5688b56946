"""Which bytes may be set aside: none that hold an article whose text was removed for good."""

from collections.abc import Iterable

from sqlalchemy import Connection, literal_column, or_, select

from shared.messages import Kind
from shared.tables import Article, Feed, Layer
from shared.traces import marks, may_hold

LEAST_ID = 8  # characters of an identifier that tells an article; shorter ones stand in any document


def storable(connection: Connection, kind: Kind, target_id: int, bodies: Iterable[bytes]) -> list[bytes | None]:
    """Return the bytes of a feed or page that are to be set aside, None for those that may hold what was purged."""
    purged = select(Article.source_id, Article.url).where(
        Article.status != literal_column("'usable'"),  # as the index has it
        Article.purged_at.is_not(None),
    )
    listed = select(Layer.article_id).where(Layer.feed_id == target_id)
    title = select(Feed.publication_id).where(Feed.id == target_id).scalar_subquery()  # a feed may list it from now on
    theirs = or_(Article.id.in_(listed), Article.publication_id == title)
    mine = Article.id == target_id if kind is Kind.PAGE else theirs
    gone = connection.execute(purged.where(mine)).all()
    told_by = {mark for id_, url in gone for mark in marks(id_ if len(id_ or "") >= LEAST_ID else None, url, None)}
    whole = kind is Kind.PAGE and bool(gone)
    return [None if whole or (told_by and may_hold(body, told_by)) else body for body in bodies]
