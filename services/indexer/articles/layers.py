"""What each source says of articles, in the store, and which feeds list them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, exists, null, update
from sqlalchemy.orm import aliased

from services.indexer.articles.judge import Source
from services.indexer.articles.merge import LayerState
from shared.among import among, pairs_given
from shared.rows import insert_rows, update_rows
from shared.tables import Article, Layer, Revision, core

_KEEP_SAID = (
    update(core(Revision))
    .where(
        pairs_given(Revision.article_id, Revision.source, "said"),
        Revision.content.is_(null()),
    )
    .values(content=Revision.said())
)
_SAID = ("lease_no", "digest", "document_sha256", "url", "content", "left_at")
_LAYER = ("article_id", "source", "feed_id", *(_SAID))
_NEWER_LAYER = "ON CONFLICT (article_id, source) DO UPDATE SET " + ", ".join(f"{one} = excluded.{one}" for one in _SAID)


def put_layers(
    connection: Connection, layers: Sequence[tuple[int, Source, LayerState, str | None]], *, fresh: bool = False
) -> None:
    """Write what sources now say of articles; the last of each is the digest of the entry in the feed's window.

    Nobody has said anything of `fresh` ones before.
    """
    if layers and not fresh:
        keep_said(connection, [(id_, layer.source) for id_, _, layer, _ in layers])
    rows = [
        (
            id_,
            layer.source,
            source.feed_id,
            layer.lease_no,
            digest,
            layer.document_sha256,
            layer.url,
            layer.said,
            None,
        )
        for id_, source, layer, digest in layers
    ]
    insert_rows(connection, Layer, _LAYER, rows, _NEWER_LAYER)


def say_again(connection: Connection, layers: Sequence[tuple[int, Source, LayerState, str | None]]) -> None:
    """Note that sources say of articles what their layers hold, under a newer lease or in other bytes."""
    rows = [
        (layer.lease_no, digest, layer.document_sha256, layer.url, None, id_, layer.source)
        for id_, _, layer, digest in layers
    ]
    names = ("lease_no", "digest", "document_sha256", "url", "left_at", "article_id", "source")
    update_rows(connection, Layer, names, rows, keys=2)


def list_again(connection: Connection, entries: Sequence[tuple[int, Source, str]]) -> None:
    """Note which entries of feeds' windows stand for articles whose layers are newer than what these say."""
    rows = [(digest, None, id_, source.name) for id_, source, digest in entries]
    update_rows(connection, Layer, ("digest", "left_at", "article_id", "source"), rows, keys=2)


def keep_said(connection: Connection, of: Sequence[tuple[int, str]]) -> None:
    """Give revisions their own content that left it to a layer, by article and source: that layer is to change."""
    connection.execute(_KEEP_SAID, {"said": list(of)})


def relist(connection: Connection, ids: Sequence[int]) -> None:
    """Note that articles which may have left every feed are listed again."""
    if ids:
        again = and_(among(Article.id, ids), Article.last_seen_at.is_not(None))
        connection.execute(update(Article).where(again).values(last_seen_at=None))


def leave(connection: Connection, feed_id: int, digests: Iterable[str], now: datetime) -> int:
    """Note that entries left a feed's window; an article is gone when it left every feed that listed it."""
    left = sorted(set(digests))
    if not left:
        return 0
    gone = connection.scalars(
        update(Layer)
        .where(Layer.feed_id == feed_id, among(Layer.digest, left))
        .values(digest=None, left_at=now)
        .returning(Layer.article_id)
    ).all()
    other = aliased(Layer)
    listing = and_(other.feed_id.is_not(None), other.digest.is_not(None))  # a page lists nothing
    still_listed = exists().where(other.article_id == Article.id, listing)
    if gone:
        connection.execute(update(Article).where(among(Article.id, gone), ~still_listed).values(last_seen_at=now))
    return len(gone)
