"""What time makes due in the store itself: embargoes that lift, articles that expire, articles past their keeping."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, assert_never

import structlog
from sqlalchemy import Connection, Engine, bindparam, select, update

from services.indexer.articles import retention
from services.indexer.articles.rights import next_turn, turned
from services.indexer.changes import News, append, take_head
from services.indexer.stories import redo, window
from services.indexer.stories.folding import restory
from shared.database import now, writing
from shared.messages import Duty
from shared.settings import Settings
from shared.tables import Article, Moment, core

BATCH = 200  # articles turned in one commit
BATCHES = 40  # of either kind for one message, well within a task's time; the next message goes on
REFOLDED = 20  # batches of 100 articles for one message, about ten seconds

log = structlog.get_logger()


def do(engine: Engine, duties: Sequence[Duty], settings: Settings) -> None:
    """Do what is due by now; doing it again changes nothing.

    :raises TransientError: the database is away.
    """
    for duty in duties:
        match duty:
            case Duty.TURN:
                done = turn(engine)
            case Duty.CLEAR_OUT:
                done = retention.clear_out(engine, settings, BATCHES)
            case Duty.FORGET:
                done = window.forget(engine, settings, BATCHES)
            case Duty.REFOLD:
                done = redo.go_on(engine, settings, REFOLDED)
            case _:
                assert_never(duty)
        if done:
            log.info("duty done", duty=duty.value, articles=done)


def turn(engine: Engine) -> int:
    """Log what time released and what it let expire, and make the stories of both anew; return how many articles."""
    total = 0
    for _ in range(BATCHES):
        with writing(engine) as connection:
            done = _turn_batch(connection)
        total += done
        if done < BATCH:
            break
    return total


def _turn_batch(connection: Connection) -> int:
    last = take_head(connection)
    moment = now(connection)
    due = (
        select(Article.id, Article.story_id, Article.status)
        .add_columns(Article.embargoed_until, Article.expires_at, Article.turns_at)
        .where(Article.turns_at <= moment)
        .order_by(Article.turns_at, Article.id)
        .limit(BATCH)
        .with_for_update()
    )
    rows = connection.execute(due).all()
    if not rows:
        return 0
    news = [News(kind, row.id) for row in rows for kind in _turned(row, moment)]
    connection.execute(
        update(core(Article)).where(Article.id == bindparam("row_id")).values(turns_at=bindparam("next", type_=Moment)),
        [{"row_id": row.id, "next": next_turn(row.embargoed_until, row.expires_at, moment)} for row in rows],
    )
    news += restory(connection, {row.story_id for row in rows}, moment)
    append(connection, last, news, moment)
    return len(rows)


def _turned(row: Any, moment: datetime) -> list[str]:
    return turned(row.status, row.embargoed_until, row.expires_at, row.turns_at, moment)
