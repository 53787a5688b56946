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
from shared.tables import Article, ArticleKey, Layer, Page, Revision, Story, core

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
    born = {"articles": 1, "publications": 1, "created_at": now, "updated_at": now}
    times = [verdict.head.content.published_at or now for verdict in fresh]
    stories = connection.scalars(
        insert(Story).returning(Story.id, sort_by_parameter_order=True), [{**born, "ordered_at": at} for at in times]
    ).all()
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
    ids = connection.scalars(insert(Article).returning(Article.id, sort_by_parameter_order=True), rows).all()
    pairs = list(zip(ids, stories, strict=True))
    connection.execute(
        update(core(Story)).where(Story.id == bindparam("story")).values(original_id=bindparam("article")),
        [{"story": story, "article": id_} for id_, story in pairs],
    )
    _add_revisions(connection, [(id_, 1, [], verdict.head) for id_, verdict in zip(ids, fresh, strict=True)], now)
    put_keys(connection, publication_id, [(id_, verdict.entry.keys) for id_, verdict in zip(ids, fresh, strict=True)])
    put_layers(
        connection,
        feed_id,
        [(id_, verdict.layer, verdict.entry.digest) for id_, verdict in zip(ids, fresh, strict=True)],
    )
    return pairs


def update_revised(connection: Connection, revised: Sequence[Revised], source: Source, now: datetime) -> dict[int, int]:
    """Write new heads and, where a reader would notice, new revisions; return the revision number by article id."""
    numbers = {verdict.known.id: verdict.known.revision + bool(verdict.kinds) for verdict in revised}
    for verdict in revised:
        values = _article_values(verdict.head, source, now)
        if verdict.head.content.published_at:
            values["ordered_at"] = verdict.head.content.published_at
        connection.execute(
            update(Article)
            .where(Article.id == verdict.known.id)
            .values(**values, revision=numbers[verdict.known.id], last_seen_at=None)
        )
    _add_revisions(
        connection,
        [
            (verdict.known.id, numbers[verdict.known.id], list(verdict.kinds), verdict.head)
            for verdict in revised
            if verdict.kinds
        ],
        now,
    )
    return numbers


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
        connection.execute(insert(Revision), rows)


def put_keys(connection: Connection, publication_id: int, keys: Sequence[tuple[int, tuple[str, ...]]]) -> None:
    """Make articles known by keys; a key that was reused for another article now names that one."""
    rows = {key: {"publication_id": publication_id, "key": key, "article_id": id_} for id_, of in keys for key in of}
    if not rows:
        return
    statement = _upsert(connection)(ArticleKey)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[ArticleKey.publication_id, ArticleKey.key],
            set_={"article_id": statement.excluded.article_id},
        ),
        list(rows.values()),
    )


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
    statement = _upsert(connection)(Layer)
    fields = ("lease_no", "digest", "document_sha256", "url", "content", "left_at")
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[Layer.article_id, Layer.source],
            set_={name: getattr(statement.excluded, name) for name in fields},
        ),
        rows,
    )


def touch(connection: Connection, feed_id: int | None, unchanged: Sequence[Unchanged]) -> None:
    """Write the layers of articles that a reader would find as they were."""
    put_layers(connection, feed_id, [(one.known.id, one.layer, one.entry.digest) for one in unchanged if one.layer])
    put_back = [one.known.id for one in unchanged]
    if put_back:
        connection.execute(
            update(Article).where(Article.id.in_(put_back), Article.last_seen_at.is_not(None)).values(last_seen_at=None)
        )


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
