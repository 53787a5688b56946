"""Folding again at the operator's word: commits ordered by the log's row like any other."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import Connection, Engine, select

from services.indexer.changes import append, take_head
from services.indexer.stories import fold, restory
from shared.among import among
from shared.database import now, reading, writing
from shared.settings import Settings
from shared.tables import Article

AT_ONCE = 100  # articles folded again in one commit, which holds the log for about half a second

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


def window(engine: Engine, settings: Settings) -> list[list[int]]:
    """Return the articles that can pair with new ones, the oldest first, as many together as one commit folds again."""
    with reading(engine) as connection:
        before = now(connection) - timedelta(days=settings.fold_window_days)
        found = select(Article.id).where(Article.ordered_at >= before).order_by(Article.ordered_at, Article.id)
        ids = list(connection.scalars(found))
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


def refold(engine: Engine, ids: Sequence[int], settings: Settings) -> list[Moved]:
    """Fold articles by the rules of this version, in one commit; return who moved where."""
    with writing(engine) as connection:
        return decide(connection, lambda _: None, [], [], ids, settings)
