"""Articles, their keys, layers and revisions in the store."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from services.indexer.judge import Fresh, Known, Revised, Source, Unchanged
from services.indexer.merge import Head, LayerState, content_sha256
from shared.hosts import host_of
from shared.schema import Content
from shared.tables import Article, ArticleKey, Layer, Moment, Page, Revision, Story, core

_COLUMNS = tuple(name for name in Content.model_fields if name != "provenance")
_KNOWN = (
    Article.id,
    Article.headline,
    Article.source_id,
    Article.published_at,
    Article.feed_id,
    Article.story_id,
    Article.revision,
    Article.content_sha256,
    Article.parser,
    Article.page_state,
    Article.status,
)


def known_by_key(connection: Connection, publication_id: int, keys: Iterable[str], *, lock: bool) -> dict[str, Known]:
    """Return the publication's articles that are known by any of `keys`, by key; locked in the order of their ids."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    found = connection.execute(
        select(ArticleKey.key, ArticleKey.article_id).where(
            ArticleKey.publication_id == publication_id, ArticleKey.key.in_(wanted)
        )
    ).all()
    articles = known_by_id(connection, {row.article_id for row in found}, lock=lock)
    return {row.key: articles[row.article_id] for row in found if row.article_id in articles}


def known_by_id(connection: Connection, ids: Iterable[int], *, lock: bool) -> dict[int, Known]:
    """Return articles with their layers, by id; locked in the order of their ids."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    query = select(*_KNOWN).where(Article.id.in_(wanted)).order_by(Article.id)
    rows = connection.execute(query.with_for_update() if lock else query).all()
    layers: dict[int, list[LayerState]] = {}
    for row in connection.execute(select(Layer).where(Layer.article_id.in_(wanted))):
        layers.setdefault(row.article_id, []).append(
            LayerState(row.source, row.lease_no, Content.model_validate(row.content), row.url, row.document_sha256)
        )
    keys: dict[int, set[str]] = {}
    for article_id, key in connection.execute(
        select(ArticleKey.article_id, ArticleKey.key).where(ArticleKey.article_id.in_(wanted))
    ):
        keys.setdefault(article_id, set()).add(key)
    return {
        row.id: Known(**row._mapping, keys=frozenset(keys.get(row.id, ())), layers=tuple(layers.get(row.id, ())))
        for row in rows
    }


def insert_fresh(
    connection: Connection, publication_id: int, feed_id: int, fresh: Sequence[Fresh], source: Source, now: datetime
) -> list[tuple[int, int]]:
    """Add new articles, each in a story of its own; return their ids and their stories', in order."""
    if not fresh:
        return []
    born = {"articles": 1, "publications": 1, "ordered_at": now, "created_at": now, "updated_at": now}
    times = [verdict.head.content.published_at or now for verdict in fresh]
    # asked for in order, rows come back in statements of their own; stories are alike, and articles name theirs
    stories = sorted(connection.scalars(insert(core(Story)).returning(Story.id), [born] * len(fresh)))
    rows = [
        {
            **_article_values(verdict.head, source, now),
            "publication_id": publication_id,
            "feed_id": feed_id,
            "source_id": verdict.entry.source_id,
            "first_seen_at": now,
            "ordered_at": at,
            "page_state": "not_needed",
            "story_id": story,
            "copy_role": "original",
            "revision": 1,
        }
        for verdict, at, story in zip(fresh, times, stories, strict=True)
    ]
    made = connection.execute(insert(core(Article)).returning(Article.id, Article.story_id), rows)
    given = {story: id_ for id_, story in made}
    ids = [given[story] for story in stories]
    pairs = list(zip(ids, stories, strict=True))
    connection.execute(
        update(core(Story))
        .where(Story.id == bindparam("story"))
        .values(original_id=bindparam("article"), ordered_at=bindparam("at", type_=Moment)),
        [{"story": story, "article": id_, "at": at} for (id_, story), at in zip(pairs, times, strict=True)],
    )
    _add_revisions(connection, [(id_, 1, [], verdict.head) for id_, verdict in zip(ids, fresh, strict=True)], now)
    keys = [(id_, verdict.entry.keys) for id_, verdict in zip(ids, fresh, strict=True)]
    put_keys(connection, publication_id, keys, fresh=True)
    put_layers(
        connection,
        feed_id,
        [(id_, verdict.layer, verdict.entry.digest) for id_, verdict in zip(ids, fresh, strict=True)],
    )
    return pairs


def update_revised(connection: Connection, revised: Sequence[Revised], source: Source, now: datetime) -> None:
    """Write new heads and, where a reader would notice, new revisions."""
    numbers = {verdict.known.id: verdict.known.revision + bool(verdict.kinds) for verdict in revised}
    for verdict in revised:
        _update_head(connection, verdict.known.id, verdict.head, source, now, revision=numbers[verdict.known.id])
    _add_revisions(
        connection,
        [
            (verdict.known.id, numbers[verdict.known.id], list(verdict.kinds), verdict.head)
            for verdict in revised
            if verdict.kinds
        ],
        now,
    )


def _update_head(
    connection: Connection, article_id: int, head: Head, source: Source, now: datetime, **more: int
) -> None:
    values = {**_article_values(head, source, now), **more}
    values["ordered_at"] = head.content.published_at or Article.first_seen_at
    connection.execute(update(Article).where(Article.id == article_id).values(**values))


def _article_values(head: Head, source: Source, now: datetime) -> dict[str, Any]:
    content = head.content.model_dump(include=set(_COLUMNS), mode="python")
    words = len((head.content.body_text or "").split())
    return {
        **content,
        "url": head.url,
        "status": head.content.status.value,
        "access": head.content.access.value,
        "word_count": words,
        "body_source": head.body_source.value,
        "content_sha256": content_sha256(head.content),
        "document_sha256": head.document_sha256,
        "parser": source.parser,
        "provenance": head.content.provenance,
    }


def _add_revisions(connection: Connection, states: Sequence[tuple[int, int, list[str], Head]], now: datetime) -> None:
    rows = [
        {
            "article_id": id_,
            "number": number,
            "at": now,
            "content_sha256": content_sha256(head.content),
            "kinds": kinds,
            "content": _json(head.content),
        }
        for id_, number, kinds, head in states
    ]
    if rows:
        connection.execute(insert(core(Revision)), rows)


def put_keys(
    connection: Connection, publication_id: int, keys: Sequence[tuple[int, tuple[str, ...]]], *, fresh: bool
) -> None:
    """Make articles known by keys.

    A key that was reused now names the fresh article; a known one takes no other's, or two would take it from each
    other at every poll.
    """
    rows = {key: {"publication_id": publication_id, "key": key, "article_id": id_} for id_, of in keys for key in of}
    if not rows:
        return
    statement = _upsert(connection)(core(ArticleKey))
    index = [ArticleKey.publication_id, ArticleKey.key]
    if fresh:
        statement = statement.on_conflict_do_update(
            index_elements=index, set_={"article_id": statement.excluded.article_id}
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=index)
    connection.execute(statement, list(rows.values()))


def put_layers(
    connection: Connection, feed_id: int | None, layers: Sequence[tuple[int, LayerState, str | None]]
) -> None:
    """Write what one source now says of articles; `digest` is the entry's in the feed's window."""
    rows = [
        {
            "article_id": id_,
            "source": layer.source,
            "feed_id": feed_id,
            "lease_no": layer.lease_no,
            "digest": digest,
            "document_sha256": layer.document_sha256,
            "url": layer.url,
            "content": _json(layer.content),
            "left_at": None,
        }
        for id_, layer, digest in layers
    ]
    if not rows:
        return
    statement = _upsert(connection)(core(Layer))
    fields = ("lease_no", "digest", "document_sha256", "url", "content", "left_at")
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[Layer.article_id, Layer.source],
            set_={name: getattr(statement.excluded, name) for name in fields},
        ),
        rows,
    )


def touch(
    connection: Connection, feed_id: int | None, unchanged: Sequence[Unchanged], source: Source, now: datetime
) -> None:
    """Write the layers of articles whose words are as they were, and what changed beside them."""
    put_layers(connection, feed_id, [(one.known.id, one.layer, one.entry.digest) for one in unchanged if one.layer])
    for one in unchanged:
        if one.head:
            _update_head(connection, one.known.id, one.head, source, now)
    late = [{"article": one.known.id, "entry": one.entry.digest} for one in unchanged if one.layer is None]
    if late and feed_id is not None:
        of_feed = and_(Layer.article_id == bindparam("article"), Layer.feed_id == feed_id)
        connection.execute(update(core(Layer)).where(of_feed).values(digest=bindparam("entry"), left_at=None), late)


def relist(connection: Connection, ids: Sequence[int]) -> None:
    """Note that articles which may have left every feed are listed again."""
    if ids:
        again = and_(Article.id.in_(ids), Article.last_seen_at.is_not(None))
        connection.execute(update(Article).where(again).values(last_seen_at=None))


def leave(connection: Connection, feed_id: int, digests: Iterable[str], now: datetime) -> int:
    """Note that entries left a feed's window; an article is gone when it left every feed that listed it."""
    left = sorted(set(digests))
    if not left:
        return 0
    gone = connection.scalars(
        update(Layer)
        .where(Layer.feed_id == feed_id, Layer.digest.in_(left))
        .values(digest=None, left_at=now)
        .returning(Layer.article_id)
    ).all()
    other = aliased(Layer)
    still_listed = exists().where(and_(other.article_id == Article.id, other.digest.is_not(None)))
    if gone:
        connection.execute(update(Article).where(Article.id.in_(gone), ~still_listed).values(last_seen_at=now))
    return len(gone)


def hold_pages(connection: Connection, ids: Sequence[int]) -> None:
    """Lock the pages of articles, in the order of their ids."""
    if ids:
        connection.execute(
            select(Page.article_id).where(Page.article_id.in_(ids)).order_by(Page.article_id).with_for_update()
        )


def want_pages(connection: Connection, pages: Mapping[int, str], now: datetime) -> None:
    """Make article pages due now, also those that were fetched before; `pages` gives the address by article id."""
    rows = [
        {"article_id": id_, "url": url, "host": host_of(url), "state": "active", "due_at": now, "ready_at": now}
        for id_, url in sorted(pages.items())
    ]
    if not rows:
        return
    statement = _upsert(connection)(Page)
    changed = {name: getattr(statement.excluded, name) for name in ("url", "host", "state", "due_at", "ready_at")}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[Page.article_id],
            set_={
                **changed,
                "lease_token": None,
                "failures": 0,
                "etag": None,
                "last_modified": None,
                "body_digest": None,
            },
        ),
        rows,
    )
    connection.execute(update(Article).where(Article.id.in_(list(pages))).values(page_state="due"))


def _json(content: Content) -> dict[str, Any]:
    return content.model_dump(mode="json", exclude_defaults=True)


def _upsert(connection: Connection) -> Any:
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
