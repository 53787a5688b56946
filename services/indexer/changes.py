"""The change log: one row orders it, dense and without holes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from shared.among import among_given
from shared.rows import as_json, insert_rows
from shared.tables import Article, Change, LogHead, core

_LINE = ("seq", "at", "kind", "article_id", "story_id", "revision", "detail")
_LAST = select(LogHead.seq).where(LogHead.id == 1).with_for_update()
_ADVANCE = update(core(LogHead)).where(core(LogHead).c.id == 1).values(seq=bindparam("last"))
_STANDING = select(Article.id, Article.story_id, Article.revision).where(among_given(Article.id, "ids"))


@dataclass(frozen=True)
class News:
    """A change before it has its number; `shared.tables.Change` names the kinds."""

    kind: str
    article_id: int
    detail: dict[str, Any] = field(default_factory=dict)


def take_head(connection: Connection) -> int:
    """Take the row that orders the log until the end of the transaction; return the last number given.

    Whoever commits a change holds it, so one such commit is under way at a time, and numbers become visible in order.
    """
    return int(connection.scalars(_LAST).one())


def append(connection: Connection, last: int, news: Sequence[News], now: datetime) -> None:
    """Number `news` after `last` and write them with the story and revision that their articles have by now."""
    if not news:
        return
    ids = sorted({change.article_id for change in news})
    articles = {row.id: row for row in connection.execute(_STANDING, {"ids": ids})}
    rows = [
        (
            last + number,
            now,
            change.kind,
            change.article_id,
            articles[change.article_id].story_id,
            articles[change.article_id].revision,
            as_json(change.detail),
        )
        for number, change in enumerate(news, 1)
    ]
    insert_rows(connection, Change, _LINE, rows)
    connection.execute(_ADVANCE, {"last": last + len(news)})
