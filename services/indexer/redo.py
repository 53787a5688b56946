"""Folding again at the operator's word: one commit, ordered by the log's row like any other."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select

from services.indexer.changes import append, take_head
from services.indexer.stories import fold, restory
from shared.among import among
from shared.database import now
from shared.settings import Settings
from shared.tables import Article

Moved = tuple[int, int, int, str]  # article, the story it was in, the story it is in, folded or unfolded


def decide(
    connection: Connection,
    work: Callable[[Connection], None],
    articles: Sequence[int],
    stories: Sequence[int],
    refold: Sequence[int],
    settings: Settings,
) -> list[Moved]:
    """Run `work` and make the stories of `articles` and `stories` anew; return who moved where.

    The texts of `refold` are compared with others' again.
    """
    last = take_head(connection)
    moment = now(connection)
    touched = {*stories, *connection.scalars(select(Article.story_id).where(among(Article.id, articles)))}
    work(connection)
    news = fold(connection, refold, frozenset(), moment, settings) if refold else []
    news += restory(connection, touched, moment)
    append(connection, last, news, moment)
    moved = among(Article.id, [one.article_id for one in news])
    now_in = dict(connection.execute(select(Article.id, Article.story_id).where(moved)).all())
    return [(one.article_id, one.detail["from_story"], now_in[one.article_id], one.kind) for one in news]
