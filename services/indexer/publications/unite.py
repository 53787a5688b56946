"""Two publications made one: feeds and keys at once, articles in batches, each folded anew as their new title's.

It may be interrupted anywhere; merged again, it goes on. An article that both have stays under the id that it has in
the title which stays.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from services.indexer.articles import withdrawal
from services.indexer.articles.judge import Revised, Source
from services.indexer.articles.merge import kinds_of_change, merge
from services.indexer.articles.pages import hold_pages
from services.indexer.articles.store import known_by_id, update_revised
from services.indexer.changes import News, append, take_head
from services.indexer.publications.registry import add_key
from services.indexer.stories import candidates, pins
from services.indexer.stories.folding import fold, restory
from services.indexer.stories.window import forget_terms
from shared.among import among
from shared.database import now, writing
from shared.errors import UsageError
from shared.messages import Entry
from shared.schema import Content
from shared.settings import Settings
from shared.tables import (
    Article,
    ArticleKey,
    Feed,
    Furniture,
    Layer,
    Page,
    Publication,
    PublicationKey,
    Revision,
    Segment,
    Tombstone,
)

BATCH = 100  # articles moved in one commit, which folds them and holds the log for about half a second
MERGED = "merged:"  # begins the key of a publication that is on its way into another


def unite(engine: Engine, into: int, other: int, settings: Settings) -> int:
    """Make `other` a part of `into`; return how many articles came over.

    :raises UsageError: they are the same, or one of them does not exist.
    """
    with writing(engine) as connection:
        _bring_feeds(connection, into, other, settings)
    moved = 0
    while True:
        with writing(engine) as connection:
            done = _bring_articles(connection, into, other, settings)
        moved += done
        if not done:
            return moved


def _bring_feeds(connection: Connection, into: int, other: int, settings: Settings) -> None:
    """Let all that comes from now on come to `into`."""
    _hold_feeds(connection, other)
    last = take_head(connection)
    rows = {
        row.id: row
        for row in connection.execute(
            select(Publication.id, Publication.key).where(among(Publication.id, [into, other])).with_for_update()
        )
    }
    if into == other or len(rows) < 2:
        missing = min({into, other} - rows.keys(), default=None)
        raise UsageError(
            f"There is no publication {missing}." if missing else "A publication is one with itself already."
        )
    connection.execute(update(Feed).where(Feed.publication_id == other).values(publication_id=into))
    connection.execute(update(PublicationKey).where(PublicationKey.publication_id == other).values(publication_id=into))
    if not rows[other].key.startswith(MERGED):
        connection.execute(update(Publication).where(Publication.id == other).values(key=f"{MERGED}{other}"))
        add_key(connection, into, rows[other].key)
    append(connection, last, _bring_furniture(connection, into, other, settings), now(connection))


def _hold_feeds(connection: Connection, *publications: int) -> None:
    """Lock publications' feeds before the log's row, as whoever settles their fetches does."""
    mine = Feed.publication_id.in_(publications)
    connection.execute(select(Feed.id).where(mine).order_by(Feed.id).with_for_update())


def _bring_furniture(connection: Connection, into: int, other: int, settings: Settings) -> list[News]:
    """Take what `other` repeats for furniture of both; fold those again that carry it."""
    theirs = select(Furniture.digest).where(Furniture.publication_id == other)
    mine = select(Furniture.digest).where(Furniture.publication_id == into)
    fresh = list(connection.scalars(theirs.except_(mine)))
    connection.execute(delete(Furniture).where(Furniture.publication_id == other))
    if not fresh:
        return []
    connection.execute(insert(Furniture), [{"publication_id": into, "digest": digest} for digest in fresh])
    carried = and_(Segment.publication_id == into, among(Segment.digest, fresh))
    carriers = sorted(set(connection.scalars(delete(Segment).where(carried).returning(Segment.article_id))))
    return fold(connection, carriers, frozenset(), now(connection), settings) if carriers else []


def _bring_articles(connection: Connection, into: int, other: int, settings: Settings) -> int:
    """Bring over one batch of articles; return how many, 0 where `other` has gone with the last of them."""
    _hold_feeds(connection, into, other)
    ids, twins = _batch(connection, into, other)
    hold_pages(connection, sorted({*ids, *twins.values()}))
    last = take_head(connection)
    moment = now(connection)
    ids, twins = _batch(connection, into, other)  # another may have written meanwhile
    if not ids:
        _bury(connection, into, other)
        return 0
    news = [
        News("deleted", id_, {"reason": f"one with article {twin}", "article": twin}) for id_, twin in twins.items()
    ]
    append(connection, last, news, moment)
    last += len(news)
    both = among(Article.id, {*twins, *twins.values()})
    stories = set(connection.scalars(select(Article.story_id).where(both)))
    gone = _purged(connection, both)
    for id_, twin in twins.items():
        _absorb(connection, twin, id_, words=gone.keys().isdisjoint({id_, twin}))
    movers = [id_ for id_ in ids if id_ not in twins]
    connection.execute(update(ArticleKey).where(among(ArticleKey.article_id, movers)).values(publication_id=into))
    connection.execute(update(Article).where(among(Article.id, movers)).values(publication_id=into))
    connection.execute(update(Page).where(among(Page.article_id, movers)).values(publication_id=into))
    connection.execute(delete(Segment).where(among(Segment.article_id, movers)))
    news = [News("revised", id_, {"kinds": ["publication"]}) for id_ in movers]
    news += _reconcile(connection, sorted(set(twins.values())), moment)
    news += restory(connection, stories, moment) if stories else []
    news += fold(connection, sorted({*movers, *twins.values()}), frozenset(), moment, settings)
    append(connection, last, news, moment)
    for id_, twin in twins.items():
        if id_ in gone and twin not in gone:  # nothing brings back what was purged in either title
            gone[twin] = gone[id_]
            withdrawal.purge(connection, twin, gone[id_], settings)
    return len(ids)


def _purged(connection: Connection, these: ColumnElement[bool]) -> dict[int, str]:
    """Return why articles were purged, by id."""
    rows = connection.execute(select(Article.id, Article.status_reason).where(these, Article.purged_at.is_not(None)))
    return {row.id: row.status_reason or "purged" for row in rows}


def _batch(connection: Connection, into: int, other: int) -> tuple[list[int], dict[int, int]]:
    """Return articles of `other` to bring over next, and which of them `into` has, as `_twins` does."""
    theirs = select(Article.id).where(Article.publication_id == other).order_by(Article.id).limit(BATCH)
    ids = list(connection.scalars(theirs))
    return ids, _twins(connection, into, ids)


def _twins(connection: Connection, into: int, ids: Sequence[int]) -> dict[int, int]:
    """Return the articles of `into` that have a key of one of `ids`, by that: they are one article."""
    theirs = aliased(ArticleKey)
    pairs = connection.execute(
        select(theirs.article_id, func.min(ArticleKey.article_id))
        .join(ArticleKey, and_(ArticleKey.key == theirs.key, ArticleKey.publication_id == into))
        .where(among(theirs.article_id, ids))
        .group_by(theirs.article_id)
        .order_by(theirs.article_id)
    )
    return {id_: twin for id_, twin in pairs if id_ != twin}


def _absorb(connection: Connection, twin: int, id_: int, *, words: bool) -> None:
    """Give an article's keys, pins and, with its words, layers and history to its twin, and delete it."""
    candidates.remove(connection, [id_])
    forget_terms(connection, [id_])
    into = select(Article.publication_id).where(Article.id == twin).scalar_subquery()
    same = aliased(ArticleKey)
    free = ~exists().where(same.publication_id == into, same.key == ArticleKey.key)
    keys = update(ArticleKey).where(ArticleKey.article_id == id_, free)
    connection.execute(
        keys.values(article_id=twin, publication_id=into), execution_options={"synchronize_session": False}
    )
    if words:
        own = aliased(Layer)
        unheard = ~exists().where(own.article_id == twin, own.source == Layer.source)
        _join_history(connection, twin, id_)
        connection.execute(update(Layer).where(Layer.article_id == id_, unheard).values(article_id=twin))
    pins.hand_on(connection, id_, twin)
    connection.execute(delete(Segment).where(Segment.article_id == id_))
    connection.execute(delete(Article).where(Article.id == id_))


def _join_history(connection: Connection, twin: int, id_: int) -> None:
    own = aliased(Revision)
    known = exists().where(own.article_id == twin, own.content_sha256 == Revision.content_sha256)
    rows = connection.execute(
        Revision.told().where(Revision.article_id == id_, ~known).order_by(Revision.number)
    ).mappings()
    newest = connection.scalar(select(Article.revision).where(Article.id == twin)) or 0
    brought = [
        {**row, "article_id": twin, "number": number, "kinds": ["told"]} for number, row in enumerate(rows, newest + 1)
    ]
    if brought:
        connection.execute(insert(Revision), brought)
        connection.execute(update(Article).where(Article.id == twin).values(revision=newest + len(brought)))


def _reconcile(connection: Connection, ids: Iterable[int], moment: datetime) -> list[News]:
    """Write the heads of articles that have new layers; return what of it readers would notice."""
    news = []
    for known in known_by_id(connection, ids, lock=True).values():
        was = connection.execute(select(Article.__table__).where(Article.id == known.id)).one()
        head = merge(known.layers)
        kinds = tuple(kinds_of_change(_content(was), head.content))
        entry = Entry(keys=(), digest="", content=head.content)
        layer = next(layer for layer in known.layers)
        revised = Revised(entry, known, layer, head, (), withdrawn=False, refold=True)
        source = Source("merge", 0, known.parser, None, article_id=known.id)
        update_revised(connection, [(source, revised)], moment)
        news += [News("revised", known.id, {"kinds": list(kinds)})] if kinds else []
    return news


def _content(row: Any) -> Content:
    return Content.model_validate({name: getattr(row, name) for name in Content.model_fields})


def _bury(connection: Connection, into: int, other: int) -> None:
    """Delete the publication that has come over; what it deleted stays deleted, and what it counted is counted."""
    connection.execute(update(Feed).where(Feed.publication_id == other).values(publication_id=into))
    same = aliased(Tombstone)
    fresh = ~exists().where(same.publication_id == into, same.key == Tombstone.key)
    connection.execute(update(Tombstone).where(Tombstone.publication_id == other, fresh).values(publication_id=into))
    repeated = select(Furniture.digest).where(Furniture.publication_id == into)
    connection.execute(delete(Segment).where(Segment.publication_id == other, Segment.digest.in_(repeated)))
    connection.execute(update(Segment).where(Segment.publication_id == other).values(publication_id=into))
    connection.execute(delete(ArticleKey).where(ArticleKey.publication_id == other))
    connection.execute(delete(Publication).where(Publication.id == other))
