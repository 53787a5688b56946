"""Articles, their keys and revisions in the store."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from services.indexer.articles.judge import Fresh, Known, Revised, Source, Unchanged
from services.indexer.articles.layers import list_again, put_layers, say_again
from services.indexer.articles.merge import Head, LayerState, content_sha256
from services.indexer.articles.rights import next_turn, opens
from shared.among import among_given, pairs_given
from shared.rows import as_json, insert_rows, new_ids, update_rows
from shared.schema import Content
from shared.tables import Article, ArticleKey, Layer, Revision, Story, core

_LISTS = ("authors", "keywords", "subjects", "images", "media")
_SPECIAL = {*_LISTS, "status", "access", "provenance"}
_PLAIN = tuple(name for name in Content.model_fields if name not in _SPECIAL)
# what an article is by its layers, and what it is from its birth on
_HEAD = (
    *_PLAIN,
    *_LISTS,
    "status",
    "access",
    "url",
    "word_count",
    "body_source",
    "content_sha256",
    "document_sha256",
    "parser",
    "provenance",
)
_BORN = (
    "id",
    "publication_id",
    "feed_id",
    "source_id",
    "first_seen_at",
    "ordered_at",
    "page_state",
    "story_id",
    "copy_role",
    "revision",
    "turns_at",
)
_STORY = ("id", "original_id", "articles", "publications", "ordered_at", "created_at", "updated_at")
_REVISION = ("article_id", "number", "at", "content_sha256", "kinds", "content", "source")
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
    Article.first_seen_at,
    Article.turns_at,
    Article.purged_at,
)
_NAMED = select(ArticleKey.publication_id, ArticleKey.key, ArticleKey.article_id).where(
    pairs_given(ArticleKey.publication_id, ArticleKey.key, "keys")
)
_BY_ID = select(*_KNOWN).where(among_given(Article.id, "ids")).order_by(Article.id)
_BY_ID_LOCKED = _BY_ID.with_for_update()
_LAYERS = select(core(Layer)).where(among_given(Layer.article_id, "ids"))
_KEYS = select(ArticleKey.article_id, ArticleKey.key).where(among_given(ArticleKey.article_id, "ids"))


def named(connection: Connection, keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Return the ids of the articles that publications have under keys, by publication and key."""
    wanted = sorted(set(keys))
    rows = connection.execute(_NAMED, {"keys": wanted}) if wanted else ()
    return {(publication_id, key): id_ for publication_id, key, id_ in rows}


def known_by_id(connection: Connection, ids: Iterable[int], *, lock: bool) -> dict[int, Known]:
    """Return articles with their layers, by id; locked in the order of their ids."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = connection.execute(_BY_ID_LOCKED if lock else _BY_ID, {"ids": wanted}).all()
    if not rows:
        return {}
    layers: dict[int, list[LayerState]] = {}
    for row in connection.execute(_LAYERS, {"ids": wanted}):
        layers.setdefault(row.article_id, []).append(
            LayerState(
                row.source, row.lease_no, Content.model_validate(row.content), row.url, row.document_sha256, row.digest
            )
        )
    keys: dict[int, set[str]] = {}
    for article_id, key in connection.execute(_KEYS, {"ids": wanted}):
        keys.setdefault(article_id, set()).add(key)
    return {
        row.id: Known(**row._mapping, keys=frozenset(keys.get(row.id, ())), layers=tuple(layers.get(row.id, ())))
        for row in rows
    }


class _Born(NamedTuple):
    """A new article, and the story of its own that it begins in."""

    id: int
    story: int
    source: Source
    verdict: Fresh
    sha256: str  # of its content, and so of its only layer

    def story_row(self, now: datetime) -> tuple[Any, ...]:
        """Return the values of the columns `_STORY`."""
        seen = int(_opens(self.verdict.head, now))
        return self.story, self.id, seen, seen, self._ordered_at(now), now, now

    def row(self, now: datetime) -> tuple[Any, ...]:
        """Return the values of the columns `_HEAD` and `_BORN`."""
        content, source = self.verdict.head.content, self.source
        head = _head_values(self.verdict.head, source, self.sha256)
        whose = (self.id, source.publication_id, source.feed_id, self.verdict.entry.source_id)
        turns_at = next_turn(content.embargoed_until, content.expires_at, now)
        return *head, *whose, now, self._ordered_at(now), "not_needed", self.story, "original", 1, turns_at

    def _ordered_at(self, now: datetime) -> datetime:
        return self.verdict.head.content.published_at or now


def insert_fresh(connection: Connection, fresh: Sequence[tuple[Source, Fresh]], now: datetime) -> list[int]:
    """Add new articles, each in a story of its own; return their ids, in order."""
    if not fresh:
        return []
    ids, stories = new_ids(connection, Article, len(fresh)), new_ids(connection, Story, len(fresh))
    born = [
        _Born(id_, story, source, verdict, content_sha256(verdict.head.content))
        for id_, story, (source, verdict) in zip(ids, stories, fresh, strict=True)
    ]
    insert_rows(connection, Story, _STORY, [one.story_row(now) for one in born])
    insert_rows(connection, Article, (*_HEAD, *_BORN), [one.row(now) for one in born])
    first = [(one.id, 1, now, one.sha256, "[]", None, one.verdict.layer.source) for one in born]
    insert_rows(connection, Revision, _REVISION, first)
    keys = [(one.source.publication_id, one.id, one.verdict.entry.keys) for one in born]
    put_keys(connection, keys, fresh=True)
    told = [(one.id, one.source, one.verdict.layer, one.verdict.entry.digest) for one in born]
    put_layers(connection, told, fresh=True)
    return ids


def _opens(head: Head, now: datetime) -> bool:
    content = head.content
    return opens(content.status, content.embargoed_until, content.expires_at, now)


def update_revised(connection: Connection, revised: Sequence[tuple[Source, Revised]], now: datetime) -> None:
    """Write new heads and, where a reader would notice, new revisions."""
    numbers = {one.known.id: one.known.revision + bool(one.kinds) for _, one in revised}
    heads = [(one.known, source, one.head, numbers[one.known.id]) for source, one in revised]
    _update_heads(connection, heads, now)
    rows = [
        (
            one.known.id,
            numbers[one.known.id],
            now,
            content_sha256(one.layer.content),
            as_json(one.kinds),
            one.layer.said,
            one.layer.source,
        )
        for _, one in revised
        if one.kinds
    ]
    insert_rows(connection, Revision, _REVISION, rows)


def _update_heads(connection: Connection, heads: Sequence[tuple[Known, Source, Head, int]], now: datetime) -> None:
    """Write heads, each with the number of its revision."""
    rows = [
        (
            *_head_values(head, source, content_sha256(head.content)),
            head.content.published_at or known.first_seen_at,
            _turn(known, head, now),
            number,
            known.id,
        )
        for known, source, head, number in heads
    ]
    update_rows(connection, Article, (*_HEAD, "ordered_at", "turns_at", "revision", "id"), rows)


def _turn(known: Known, head: Head, now: datetime) -> datetime | None:
    """Return when time next changes whether an article may be read; what it has changed already is yet to be logged."""
    if known.turns_at is not None and known.turns_at <= now:
        return known.turns_at
    return next_turn(head.content.embargoed_until, head.content.expires_at, now)


def _head_values(head: Head, source: Source, sha256: str) -> tuple[Any, ...]:
    """Return the values of the columns `_HEAD`."""
    content = head.content
    return (
        *(getattr(content, name) for name in _PLAIN),
        *(as_json(getattr(content, name)) for name in _LISTS),
        content.status.value,
        content.access.value,
        head.url,
        len((content.body_text or "").split()),
        head.body_source.value,
        sha256,
        head.document_sha256,
        source.parser,
        as_json(content.provenance),
    )


def put_keys(connection: Connection, keys: Sequence[tuple[int, int, tuple[str, ...]]], *, fresh: bool) -> None:
    """Make articles known by keys, each given with its publication's id and its own.

    A key that was reused now names the fresh article; a known one takes no other's, or two would take it from each
    other at every poll.
    """
    rows = {(publication_id, key): id_ for publication_id, id_, of in keys for key in of}
    taken = "DO UPDATE SET article_id = excluded.article_id" if fresh else "DO NOTHING"
    insert_rows(
        connection,
        ArticleKey,
        ("publication_id", "key", "article_id"),
        [(*key, id_) for key, id_ in rows.items()],
        f"ON CONFLICT (publication_id, key) {taken}",
    )


def touch(connection: Connection, unchanged: Sequence[tuple[Source, Unchanged]], now: datetime) -> None:
    """Write the layers of articles whose words are as they were, and what changed beside them."""
    other: list[tuple[int, Source, LayerState, str | None]] = []
    same: list[tuple[int, Source, LayerState, str | None]] = []
    for source, one in unchanged:
        if one.layer:
            said = same if one.known.says(one.layer) else other
            said.append((one.known.id, source, one.layer, one.entry.digest))
    put_layers(connection, other)
    say_again(connection, same)
    heads = [(one.known, source, one.head, one.known.revision) for source, one in unchanged if one.head]
    _update_heads(connection, heads, now)
    list_again(
        connection,
        [
            (one.known.id, source, one.entry.digest)
            for source, one in unchanged
            if one.layer is None and source.feed_id is not None
        ],
    )
