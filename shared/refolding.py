"""Which articles of the fold's window another version folded: asked by the scheduler, the indexer and operators."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, exists, false, func, literal, or_, select, tuple_

from shared.database import now
from shared.messages import FOLD
from shared.settings import Settings
from shared.tables import Article, Moment, Refolding

_ANY_LEFT = select(exists().where(or_(Refolding.rules != FOLD, Refolding.at.is_not(None))))


def any_left(connection: Connection) -> bool:
    """Return whether articles are still to be folded again, or may be: a look that reads one row."""
    return bool(connection.scalar(_ANY_LEFT))


def left(connection: Connection, settings: Settings) -> Select[int, datetime]:
    """Return what selects them with their recorded times, the newest first; what comes meanwhile is not among them."""
    window = now(connection) - timedelta(days=settings.fold_window_days)
    columns = select(Article.id, Article.ordered_at).order_by(Article.ordered_at.desc(), Article.id.desc())
    begun: Any = connection.execute(select(Refolding.rules, Refolding.at, Refolding.article_id)).one()
    if begun.rules != FOLD:
        return columns.where(Article.ordered_at >= window)
    if begun.at is None:
        return columns.where(false())
    place = tuple_(literal(begun.at, Moment), literal(begun.article_id))
    return columns.where(Article.ordered_at >= window, tuple_(Article.ordered_at, Article.id) < place)


def count_left(connection: Connection, settings: Settings) -> int:
    """Return how many they are."""
    if not any_left(connection):
        return 0
    return connection.scalar(select(func.count()).select_from(left(connection, settings).subquery())) or 0
