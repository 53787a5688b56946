"""How long articles are kept: deleted in batches, each logged, and never brought back by what still lists them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite

from services.indexer.articles.judge import Fresh, Repeat, Source, Verdict
from services.indexer.articles.pages import hold_pages
from services.indexer.changes import News, append, take_head
from services.indexer.fold.furniture import headline_key
from services.indexer.fold.words import digest
from services.indexer.stories import candidates, pins
from services.indexer.stories.folding import restory
from services.indexer.stories.window import forget_terms
from shared.among import among, among_given, pairs_given
from shared.database import now, reading, writing
from shared.settings import Settings
from shared.tables import Article, ArticleKey, Publication, Tombstone, core

BATCH = 200  # articles deleted in one commit, which holds the log for about a quarter of a second
_KEEPING = select(Publication.id, Publication.retention_days).where(among_given(Publication.id, "ids"))
_GRAVES = select(Tombstone.publication_id, Tombstone.key, Tombstone.headline).where(
    pairs_given(Tombstone.publication_id, Tombstone.key, "keys")
)


def keep_out(
    connection: Connection, verdicts: Mapping[Source, Sequence[Verdict]], now: datetime, settings: Settings
) -> dict[Source, list[Verdict]]:
    """Return `verdicts` without new articles that are past their keeping, or were deleted for that before."""
    fresh = [(source.publication_id, one) for source, of in verdicts.items() for one in of if isinstance(one, Fresh)]
    if not fresh:
        return {source: list(of) for source, of in verdicts.items()}
    days = dict(connection.execute(_KEEPING, {"ids": list({of for of, _ in fresh})}).all())
    graves = _graves(connection, fresh)

    def is_out(publication_id: int, one: Fresh) -> bool:
        oldest = _oldest(now, days.get(publication_id) or settings.retention_days)
        return _over(one, oldest) or _buried(one, graves.get(publication_id, {}))

    return {
        source: [
            Repeat(one.entry) if isinstance(one, Fresh) and is_out(source.publication_id, one) else one for one in of
        ]
        for source, of in verdicts.items()
    }


def _oldest(now: datetime, days: int | None) -> datetime | None:
    return now - timedelta(days=days) if days else None


def _over(fresh: Fresh, oldest: datetime | None) -> bool:
    published = fresh.head.content.published_at
    return oldest is not None and published is not None and published < oldest


def _graves(connection: Connection, fresh: Iterable[tuple[int, Fresh]]) -> dict[int, dict[int, int]]:
    """Return the headlines under which articles with these keys were deleted, by publication and key, as digests."""
    keys = sorted({(of, digest(key)) for of, one in fresh for key in one.entry.keys})
    graves: dict[int, dict[int, int]] = {}
    for of, key, headline in connection.execute(_GRAVES, {"keys": keys}):
        graves.setdefault(of, {})[key] = headline
    return graves


def _buried(fresh: Fresh, graves: dict[int, int]) -> bool:
    """Return whether an entry is a deleted article: an identifier over another link and headline was reused."""
    if not graves:
        return False
    found = {key: graves[number] for key in fresh.entry.keys if (number := digest(key)) in graves}
    if any(not key.startswith("id:") for key in found):
        return True
    elsewhere = any(key.startswith("url:") for key in fresh.entry.keys)
    same = {_headline(fresh.head.content.headline), _headline(None)}  # one that was purged had no headline left
    return any(not elsewhere or headline in same for headline in found.values())


def _headline(headline: str | None) -> int:
    return headline_key(headline or "")


def clear_out(engine: Engine, settings: Settings, batches: int) -> int:
    """Delete what is past its keeping, at most so many batches; return how many articles that was.

    :raises TransientError: the database is away.
    """
    deleted = 0
    for _ in range(batches):
        with reading(engine) as connection:
            ids = _past(connection, now(connection), settings)
        if not ids:
            break
        with writing(engine) as connection:
            deleted += remove(connection, ids)
    return deleted


def _past(connection: Connection, moment: datetime, settings: Settings) -> list[int]:
    """Return the oldest articles past their keeping, of one title, as many as one batch takes."""
    for days in _terms(connection, settings):
        over = Article.ordered_at < moment - timedelta(days=days)
        kept = func.coalesce(Publication.retention_days, settings.retention_days) == days
        title = connection.scalar(
            select(Publication.id).where(kept, exists().where(Article.publication_id == Publication.id, over)).limit(1)
        )
        if title is not None:
            oldest = select(Article.id).where(Article.publication_id == title, over).order_by(Article.ordered_at)
            return list(connection.scalars(oldest.limit(BATCH)))
    return []


def _terms(connection: Connection, settings: Settings) -> Iterator[int]:
    """Yield every number of days that any title keeps its articles."""
    own = connection.scalars(select(Publication.retention_days).where(Publication.retention_days > 0).distinct())
    yield from sorted({*(int(days) for days in own if days), *filter(None, [settings.retention_days])})


def remove(connection: Connection, ids: Sequence[int]) -> int:
    """Delete articles for good, log it, and leave tombstones; return how many there were.

    Their stories are made anew of what is left of them. What their publication repeats stays furniture, and the counts
    of their sentences stay.
    """
    hold_pages(connection, ids)
    last = take_head(connection)
    moment = now(connection)
    rows = connection.execute(
        select(Article.id, Article.story_id).where(among(Article.id, ids)).order_by(Article.id).with_for_update()
    ).all()
    found = [row.id for row in rows]
    if not found:
        return 0
    append(connection, last, [News("deleted", id_, {"reason": "past its keeping"}) for id_ in found], moment)
    _bury(connection, found, moment)
    candidates.remove(connection, found)
    forget_terms(connection, found)
    pins.outlive(connection, found)
    connection.execute(delete(Article).where(among(Article.id, found)))
    moved = restory(connection, {row.story_id for row in rows}, moment)
    append(connection, last + len(found), moved, moment)
    return len(found)


def _bury(connection: Connection, ids: Sequence[int], moment: datetime) -> None:
    keys = connection.execute(
        select(ArticleKey.publication_id, ArticleKey.key, Article.headline)
        .join(Article, Article.id == ArticleKey.article_id)
        .where(among(Article.id, ids))
    )
    rows = [
        {
            "publication_id": row.publication_id,
            "key": digest(row.key),
            "headline": _headline(row.headline),
            "at": moment,
        }
        for row in keys
    ]
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    if rows:
        connection.execute(make(core(Tombstone)).on_conflict_do_nothing(), rows)
