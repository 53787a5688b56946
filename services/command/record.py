"""What the store knows of one address: articles and who listed them, feeds, pages, what was set aside."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, or_, select

from services.indexer.feeds.sifting import Refusals
from services.indexer.fold.words import digest
from services.parser.fields.urls import canonical
from shared.hosts import without_password
from shared.rewriting import asked_at
from shared.rules import Rules
from shared.tables import (
    Article,
    ArticleKey,
    Change,
    Copy,
    Feed,
    Layer,
    Page,
    Poll,
    Publication,
    Revision,
    SetAside,
    Tombstone,
)

LINES = 50  # of the log and of revisions, the newest
POLLS = 5  # of an article's page or a feed, the newest

Facts = dict[str, Any]


def articles_at(connection: Connection, url: str) -> list[int]:
    """Return the articles that stand or stood at an address, or name it as theirs."""
    settled = canonical(url)
    here = or_(Article.url.in_([url, settled]), Article.canonical_url.in_([url, settled]))
    known = select(ArticleKey.article_id).where(ArticleKey.key.in_([f"url:{url}", f"url:{settled}"]))
    paged = select(Page.article_id).where(Page.url.in_([url, settled]))
    found = {
        *connection.scalars(select(Article.id).where(here)),
        *connection.scalars(known),
        *connection.scalars(paged),
    }
    return sorted(found)


def articles_of(connection: Connection, ids: Sequence[int]) -> set[int]:
    """Return those of `ids` that are articles."""
    return set(connection.scalars(select(Article.id).where(Article.id.in_(ids)))) if ids else set()


def article(connection: Connection, article_id: int) -> Facts | None:
    """Return what is known of an article apart from its text and its story, or None if there is none."""
    at = Article
    columns = (at.url, at.canonical_url, at.source_id, at.headline, at.published_at, at.first_seen_at, at.last_seen_at)
    more = (at.status, at.status_reason, at.embargoed_until, at.expires_at, at.purged_at, at.page_state)
    row = connection.execute(
        select(at.id, Publication.name.label("publication"), *columns, *more)
        .add_columns(at.body_source, at.parser, at.revision, at.provenance)
        .join(Publication, Publication.id == at.publication_id)
        .where(at.id == article_id)
    ).first()
    if row is None:
        return None
    facts = dict(row._mapping)
    return {
        **facts,
        "provenance": dict(sorted(facts["provenance"].items())),
        "known_by": _known_by(connection, article_id),
        "seen": _seen(connection, article_id),
        "page": _page(connection, article_id),
        "revisions": _revisions(connection, article_id),
        "log": _log(connection, article_id),
    }


def deleted_at(connection: Connection, url: str) -> list[Facts]:
    """Return when articles at an address were deleted past their keeping, and whose: what lists them is refused."""
    keys = sorted({digest(f"url:{one}") for one in (url, canonical(url))})
    rows = connection.execute(
        select(Publication.name.label("publication"), Tombstone.at)
        .join(Publication, Publication.id == Tombstone.publication_id)
        .where(Tombstone.key.in_(keys))
        .order_by(Tombstone.at)
    )
    return [{"article": None, **row._mapping, "reason": "past its keeping"} for row in rows]


def deleted(connection: Connection, article_id: int) -> list[Facts]:
    """Return when an article that is no more was deleted, and why, by the log."""
    mine = select(Change.at, Change.detail).where(Change.article_id == article_id, Change.kind == "deleted")
    return [
        {"article": article_id, "publication": None, "at": row.at, "reason": row.detail.get("reason")}
        for row in connection.execute(mine.order_by(Change.seq))
    ]


def place(connection: Connection, article_id: int) -> Facts:
    """Return the article's place in its story, and what it did to the original."""
    row = connection.execute(
        select(Article.story_id, Article.copy_role, Article.copy_of, Article.similarity)
        .add_columns(Copy.cut, Copy.added, Copy.reheadlined)
        .outerjoin(Copy, Copy.article_id == Article.id)
        .where(Article.id == article_id)
    ).one()
    return dict(row._mapping)


def feeds_at(connection: Connection, url: str) -> list[Facts]:
    """Return the feeds at an address, as they are doing."""
    columns = (Feed.id, Feed.url, Feed.title, Feed.state, Feed.state_reason, Feed.last_polled_at, Feed.last_ok_at)
    rows = connection.execute(select(*columns, Feed.due_at, Feed.failures, Feed.error).where(Feed.url == url))
    return [
        {**row._mapping, "url": without_password(row.url), "polls": _polls(connection, "feed", row.id)} for row in rows
    ]


def aside_at(connection: Connection, url: str) -> list[Facts]:
    """Return what was set aside of a document at an address, or names it."""
    at = SetAside
    named = or_(at.url == url, at.reason.contains(url, autoescape=True))
    return [
        {**row._mapping, "url": without_password(row.url)}
        for row in connection.execute(select(at.id, at.at, at.stage, at.url, at.reason).where(named))
    ]


def refused_at(connection: Connection, url: str) -> list[Facts]:
    """Return which feeds' patterns lately refused an entry at an address, and by which."""
    asked = {url, canonical(url)}
    rows = connection.execute(select(Feed.id, Feed.url, Feed.unwanted).where(Feed.unwanted.is_not(None)))
    return [
        {"feed": row.id, "feed_url": without_password(row.url), **one.model_dump()}
        for row in rows
        for one in Refusals.model_validate(row.unwanted).last
        if one.url and (one.url in asked or canonical(one.url) in asked)
    ]


def _known_by(connection: Connection, article_id: int) -> list[str]:
    keys = select(ArticleKey.key).where(ArticleKey.article_id == article_id).order_by(ArticleKey.key)
    return list(connection.scalars(keys))


def _seen(connection: Connection, article_id: int) -> list[Facts]:
    """Return each source that speaks of the article: whether it lists it still, and what it gave."""
    rows = connection.execute(
        select(
            Layer.source, Layer.lease_no, Layer.url, Layer.digest, Layer.left_at, Layer.content, Feed.url.label("feed")
        )
        .outerjoin(Feed, Feed.id == Layer.feed_id)
        .where(Layer.article_id == article_id)
        .order_by(Layer.source)
    )
    return [
        {
            "source": row.source,
            "feed": row.feed and without_password(row.feed),
            "url": row.url,
            "listed": row.digest is not None if row.source.startswith("feed:") else None,
            "left_at": row.left_at,
            "lease": row.lease_no,
            "gave": sorted(name for name in row.content if name != "provenance"),
        }
        for row in rows
    ]


def _page(connection: Connection, article_id: int) -> Facts | None:
    columns = (Page.url, Page.state, Page.state_reason, Page.due_at, Page.failures, Page.error)
    row = connection.execute(select(*columns).where(Page.article_id == article_id)).first()
    if row is None:
        return None
    brought = select(Feed.rules).join(Article, Article.feed_id == Feed.id).where(Article.id == article_id)
    rules = connection.scalar(brought)
    asked = asked_at(Rules.model_validate(rules), row.url) if rules else row.url
    by_rule = {"asked_at": asked} if asked != row.url else {}
    return {**row._mapping, **by_rule, "polls": _polls(connection, "page", article_id)}


def _polls(connection: Connection, kind: str, target: int) -> list[Facts]:
    columns = (Poll.at, Poll.outcome, Poll.status, Poll.error)
    mine = select(*columns).where(Poll.kind == kind, Poll.target_id == target)
    return _rows(connection.execute(mine.order_by(Poll.at.desc()).limit(POLLS)).all())


def _revisions(connection: Connection, article_id: int) -> list[Facts]:
    mine = select(Revision.number, Revision.at, Revision.kinds).where(Revision.article_id == article_id)
    return _rows(connection.execute(mine.order_by(Revision.number.desc()).limit(LINES)).all())


def _log(connection: Connection, article_id: int) -> list[Facts]:
    mine = select(Change.seq, Change.at, Change.kind, Change.story_id, Change.detail)
    rows = connection.execute(
        mine.where(Change.article_id == article_id).order_by(Change.seq.desc()).limit(LINES)
    ).all()
    return _rows(rows)


def _rows(rows: Sequence[Any]) -> list[Facts]:
    return [dict(row._mapping) for row in rows]
