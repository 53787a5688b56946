"""The operator's word on one article: withdrawn, taken back, or purged so that nothing of its text is left.

The word is a layer of its own, so no poll undoes it: one source that cancels is enough.
"""

from typing import Any

from sqlalchemy import Connection, delete, or_, select, text, update

from services.indexer.articles.judge import Known, Revised, Source
from services.indexer.articles.layers import put_layers
from services.indexer.articles.merge import Head, LayerState, cancelled, kinds_of_change, merge
from services.indexer.articles.pages import hold_pages
from services.indexer.articles.rights import OPERATOR, change_of
from services.indexer.articles.store import known_by_id, update_revised
from services.indexer.changes import News, append, take_head
from services.indexer.stories import flags
from services.indexer.stories.folding import fold
from services.indexer.stories.window import forget_terms
from shared.database import now
from shared.errors import UsageError
from shared.messages import Entry
from shared.schema import Content
from shared.settings import Settings
from shared.tables import Article, Feed, Layer, Page, Revision, Segment, SetAside
from shared.traces import marks, may_hold

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("headline", "subheadline", "summary", "body_html", "body_text", "byline", "dateline")),
    **dict.fromkeys(("credit", "credit_evidence", "section", "genre", "copyright_notice", "usage_terms")),
    **{name: [] for name in ("authors", "keywords", "subjects", "images", "media")},
    "provenance": {},
    "word_count": 0,
    "body_source": "none",
    "page_state": "not_needed",
}


def withdraw(connection: Connection, article_id: int, reason: str, settings: Settings) -> None:
    """Withdraw an article everywhere until the operator takes it back; its text is kept and not served.

    :raises UsageError: there is no such article, or it was purged.
    """
    last, known = _held(connection, article_id)
    layer = LayerState(OPERATOR, 0, cancelled(Content(), reason))
    put_layers(connection, [(article_id, _said(known), layer, None)])
    others = [one for one in known.layers if one.source != OPERATOR]
    _revise(connection, last, known, layer, merge([*others, layer]), settings)


def restore(connection: Connection, article_id: int, settings: Settings) -> None:
    """Take the operator's withdrawal back: the article is what its sources say it is.

    :raises UsageError: there is no such article, or the operator did not withdraw it, or its text is gone.
    """
    last, known = _held(connection, article_id)
    others = [one for one in known.layers if one.source != OPERATOR]
    if len(others) == len(known.layers):
        raise UsageError(f"Article {article_id} was not withdrawn by the operator, so there is nothing to take back.")
    connection.execute(delete(Layer).where(Layer.article_id == article_id, Layer.source == OPERATOR))
    head = merge(others)
    _revise(connection, last, known, LayerState(OPERATOR, 0, Content()), head, settings)


def purge(connection: Connection, article_id: int, reason: str, settings: Settings) -> None:
    """Withdraw an article and remove its text from all that the store holds; what is left is a tombstone.

    Its keys stay, so that polls know it and bring nothing back.

    :raises UsageError: there is no such article, or it was purged before.
    """
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA secure_delete = ON"))  # what is deleted is overwritten, not only unlinked
    _hold_sources(connection, article_id)
    withdraw(connection, article_id, reason, settings)
    _clear_set_aside(connection, article_id)
    moment = now(connection)
    connection.execute(delete(Page).where(Page.article_id == article_id))
    said = (Layer.article_id == article_id, Layer.source != OPERATOR)
    connection.execute(update(Layer).where(*said).values(content={}))
    connection.execute(delete(Revision).where(Revision.article_id == article_id))
    connection.execute(delete(Segment).where(Segment.article_id == article_id))
    forget_terms(connection, [article_id])
    connection.execute(update(Article).where(Article.id == article_id).values(**_WORDS, purged_at=moment))
    # without its words it folds with nothing, and leaves the fold's index
    last = take_head(connection)
    append(connection, last, fold(connection, [article_id], frozenset(), moment, settings), moment)
    if connection.dialect.name == "sqlite":
        connection.execute(
            text("INSERT INTO search_texts (search_texts) VALUES ('optimize')")
        )  # drops what was taken out


def _hold_sources(connection: Connection, article_id: int) -> None:
    """Lock what brings an article: who sets its bytes aside holds that too, and has done so before or knows then."""
    feeds = select(Layer.feed_id).where(Layer.article_id == article_id)
    connection.execute(select(Feed.id).where(Feed.id.in_(feeds)).order_by(Feed.id).with_for_update())
    hold_pages(connection, [article_id])


def _held(connection: Connection, article_id: int) -> tuple[int, Known]:
    last = take_head(connection)
    known = known_by_id(connection, [article_id], lock=True).get(article_id)
    if known is None:
        raise UsageError(f"There is no article {article_id}.")
    if known.purged_at is not None:
        raise UsageError(f"Article {article_id} was purged at {known.purged_at:%Y-%m-%d %H:%M}: its text is gone.")
    return last, known


def _said(known: Known) -> Source:
    return Source(OPERATOR, 0, known.parser, None)


def _revise(connection: Connection, last: int, known: Known, layer: LayerState, head: Head, settings: Settings) -> None:
    """Write an article's new head as a revision, with all that follows from it; nothing where it is as it was."""
    moment = now(connection)
    was = merge(known.layers)
    kinds = tuple(kinds_of_change(was.content, head.content))
    kind = change_of(was.content, head.content, moment)
    entry = Entry(keys=(), digest="", content=layer.content)
    revised = Revised(entry, known, layer, head, kinds, withdrawn=kind == "withdrawn", refold=True)
    update_revised(connection, [(_said(known), revised)], moment)
    detail = {"by": OPERATOR, "reason": head.content.status_reason} if kind == "withdrawn" else {"by": OPERATOR}
    killed = flags.killed(connection, [known.id] if revised.withdrawn else [])
    news = [News(kind, known.id, detail)] if kinds else []
    news += fold(connection, [known.id], frozenset(), moment, settings)
    news += flags.flag_copies(connection, killed, [known.id], moment)
    append(connection, last, news, moment)


def _clear_set_aside(connection: Connection, article_id: int) -> None:
    """Empty what was set aside of an article: its page's bytes, and its feeds' that hold its identifier or address."""
    row = connection.execute(
        select(Article.source_id, Article.url, Article.headline).where(Article.id == article_id)
    ).one()
    told_by = marks(*row)
    feeds = select(Layer.feed_id).where(Layer.article_id == article_id, Layer.feed_id.is_not(None))
    own = (SetAside.kind == "page") & (SetAside.target_id == article_id)
    theirs = (SetAside.kind == "feed") & SetAside.target_id.in_(feeds)
    for aside in connection.execute(select(SetAside.id, SetAside.kind, SetAside.data).where(or_(own, theirs))).all():
        if aside.data and (aside.kind == "page" or may_hold(aside.data, told_by)):
            connection.execute(update(SetAside).where(SetAside.id == aside.id).values(data=None))
