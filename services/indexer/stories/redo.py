"""Folding again, at the operator's word or after an upgrade: commits ordered by the log's row like any other."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, select, update

from services.indexer.changes import append, take_head
from services.indexer.stories.folding import fold, restory
from shared.among import among
from shared.database import now, writing
from shared.messages import FOLD
from shared.refolding import count_left, left
from shared.settings import Settings
from shared.tables import Article, Refolding

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
    told = ((one.article_id, one.detail["from_story"], now_in[one.article_id], one.kind) for one in news)
    return [(article, was, story, kind) for article, was, story, kind in told if was != story]


def begin(engine: Engine, settings: Settings) -> int:
    """Note that the whole window is to be folded again; return how many articles that is."""
    with writing(engine) as connection:
        take_head(connection)
        connection.execute(update(Refolding).values(rules=0))
        return count_left(connection, settings)


def go_on(engine: Engine, settings: Settings, batches: int) -> int:
    """Fold articles again that another version folded, at most so many batches; return how many that was.

    :raises TransientError: the database is away.
    """
    total = 0
    for _ in range(batches):
        done, _ = refold_next(engine, settings)
        total += done
        if done < AT_ONCE:
            break
    return total


def refold_next(engine: Engine, settings: Settings) -> tuple[int, list[Moved]]:
    """Fold the next articles by this version's rules, in one commit with how far that is; return how many, who moved.

    :raises TransientError: the database is away.
    """
    with writing(engine) as connection:
        take_head(connection)  # of two at once, the second goes on where the first ends
        ids = _take(connection, settings)
        return len(ids), decide(connection, lambda _: None, [], [], ids, settings)


def _take(connection: Connection, settings: Settings) -> list[int]:
    """Return the articles that come next, and note that they are done."""
    rows = connection.execute(left(connection, settings).limit(AT_ONCE + 1)).all()
    last, last_at = rows[AT_ONCE - 1] if len(rows) > AT_ONCE else (None, None)
    connection.execute(update(Refolding).values(rules=FOLD, at=last_at, article_id=last))
    return [row.id for row in rows[:AT_ONCE]]
