"""The store's tables, one definition for PostgreSQL and SQLite; what correctness rests on is unique in the database."""

from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

BigId = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB(), "postgresql")


class Moment(TypeDecorator[datetime]):
    """An aware UTC time: timestamptz in PostgreSQL, ISO text in UTC in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return `value` in UTC, without its zone where the database keeps none."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """The tables' shared metadata."""

    type_annotation_map = {str: Text, datetime: Moment, dict[str, Any]: Json, list[Any]: Json}  # noqa: RUF012 - SQLAlchemy's own form


class Leased:
    """What makes a row due, and who has it: the columns that the tick and the settling share."""

    host: Mapped[str]  # fetches of one host are in one job at a time
    state: Mapped[str] = mapped_column(default="active")
    state_reason: Mapped[str | None]
    due_at: Mapped[datetime]  # when it should be fetched next
    ready_at: Mapped[datetime]  # when it may be leased: `due_at`, or its lease's end while it is leased
    wanted_at: Mapped[datetime | None]  # somebody asked for it now; survives settling
    lease_token: Mapped[str | None]
    lease_no: Mapped[int] = mapped_column(BigId, default=0)  # counts this row's leases; orders its layers
    leased_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)  # leases whose worker died at it; not 0: it travels alone
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    body_digest: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    error: Mapped[str | None]  # of the last fetch, one sentence
    error_kind: Mapped[str | None]


class Publication(Table):
    """A title: a newspaper, site or agency service."""

    __tablename__ = "publications"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)  # what makes it this one: "name:…", "site:…" or "feed:…"
    name: Mapped[str]
    site_url: Mapped[str | None]
    terms: Mapped[str] = mapped_column(default="full")  # what may be served: full, excerpt or headline
    retention_days: Mapped[int | None]  # None: kept for ever
    attribution: Mapped[str | None]  # words that must stand beside each article
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("terms IN ('full', 'excerpt', 'headline')", name="publication_terms"),)


class Feed(Leased, Table):
    """One address that lists a publication's articles. `state`: active, paused, gone or parked."""

    __tablename__ = "feeds"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    url: Mapped[str] = mapped_column(unique=True)
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publications.id"))  # None: not polled yet
    title: Mapped[str | None]
    site_url: Mapped[str | None]
    folder: Mapped[str | None]
    language: Mapped[str | None]
    interval_s: Mapped[int | None]  # the operator's word; None: adaptive
    polling_s: Mapped[int | None]  # the adaptive interval now
    pages: Mapped[str] = mapped_column(default="auto")  # auto: article pages where the feed gives a summary; never
    entry_digests: Mapped[str] = mapped_column(default="")  # of the last window, joined
    parser: Mapped[str | None]  # the version that made the digests
    trusts_ids: Mapped[bool] = mapped_column(default=True)
    moved_to: Mapped[str | None]  # where permanent redirects point
    last_polled_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    last_new_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        Index("feeds_ready", "state", "ready_at"),
        Index(
            "feeds_leased",
            "host",
            postgresql_where=text("lease_token IS NOT NULL"),
            sqlite_where=text("lease_token IS NOT NULL"),
        ),
        Index("feeds_publication", "publication_id"),
        CheckConstraint("state IN ('active', 'paused', 'gone', 'parked')", name="feed_state"),
        {"sqlite_autoincrement": True},  # a removed feed's layers are never taken for another's
    )


class Page(Leased, Table):
    """An article's page, due like a feed is due. `state`: active, done, failed or parked."""

    __tablename__ = "pages"

    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    url: Mapped[str]

    __table_args__ = (
        Index("pages_ready", "state", "ready_at"),
        Index(
            "pages_leased",
            "host",
            postgresql_where=text("lease_token IS NOT NULL"),
            sqlite_where=text("lease_token IS NOT NULL"),
        ),
        CheckConstraint("state IN ('active', 'done', 'failed', 'parked')", name="page_state"),
    )


class Story(Table):
    """All articles that carry the same text. The counts are of readable articles."""

    __tablename__ = "stories"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    original_id: Mapped[int | None] = mapped_column(BigId)
    articles: Mapped[int] = mapped_column(default=0)
    publications: Mapped[int] = mapped_column(default=0)
    ordered_at: Mapped[datetime]  # when its original was published, else first seen
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (Index("stories_ordered", "ordered_at", "id"), {"sqlite_autoincrement": True})


class Article(Table):
    """The head revision of one publication's article."""

    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"))
    feed_id: Mapped[int] = mapped_column(BigId)  # the feed that brought it first
    source_id: Mapped[str | None]
    url: Mapped[str | None]
    canonical_url: Mapped[str | None]
    headline: Mapped[str | None]
    subheadline: Mapped[str | None]
    summary: Mapped[str | None]
    body_html: Mapped[str | None]
    body_text: Mapped[str | None]
    word_count: Mapped[int]
    language: Mapped[str | None]
    direction: Mapped[str | None]
    byline: Mapped[str | None]
    authors: Mapped[list[Any]]
    dateline: Mapped[str | None]
    credit: Mapped[str | None]
    credit_evidence: Mapped[str | None]
    published_at: Mapped[datetime | None]
    updated_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    ordered_at: Mapped[datetime]  # published_at where it is believed, else first_seen_at
    embargoed_until: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    section: Mapped[str | None]
    keywords: Mapped[list[Any]]
    subjects: Mapped[list[Any]]
    genre: Mapped[str | None]
    images: Mapped[list[Any]]
    media: Mapped[list[Any]]
    status: Mapped[str]
    status_reason: Mapped[str | None]
    copyright_notice: Mapped[str | None]
    usage_terms: Mapped[str | None]
    access: Mapped[str]
    body_source: Mapped[str]
    page_state: Mapped[str]
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"))
    copy_role: Mapped[str]
    copy_of: Mapped[int | None] = mapped_column(BigId)
    similarity: Mapped[float | None]
    revision: Mapped[int]
    content_sha256: Mapped[str]
    document_sha256: Mapped[str | None]
    parser: Mapped[str]
    provenance: Mapped[dict[str, Any]]
    postings: Mapped[int] = mapped_column(default=0)  # of its text in the fold's index; 0: it never folds by text

    __table_args__ = (
        Index("articles_story", "story_id"),
        Index("articles_ordered", "ordered_at", "id"),
        Index("articles_publication", "publication_id", "ordered_at"),
        Index("articles_section", "section", "ordered_at"),
        Index("articles_feed", "feed_id", "ordered_at"),
        Index(
            "articles_credit",
            "credit",
            "ordered_at",
            postgresql_where=text("credit IS NOT NULL"),
            sqlite_where=text("credit IS NOT NULL"),
        ),
        Index(
            "articles_unusable",  # counts them without reading the others
            "status",
            postgresql_where=text("status <> 'usable'"),
            sqlite_where=text("status <> 'usable'"),
        ),
        CheckConstraint("status IN ('usable', 'withheld', 'cancelled')", name="article_status"),
        {"sqlite_autoincrement": True},  # an id is never given twice
    )


class ArticleKey(Table):
    """What an article is known by within its publication: "id:…", "url:…" or "title:…"."""

    __tablename__ = "article_keys"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"))

    __table_args__ = (Index("article_keys_article", "article_id"),)


class Layer(Table):
    """What one source says of an article: a feed that lists it (`feed:<id>`) or its page (`page`)."""

    __tablename__ = "layers"

    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    feed_id: Mapped[int | None] = mapped_column(BigId)
    lease_no: Mapped[int] = mapped_column(BigId)
    digest: Mapped[str | None]  # the entry's, while it is in the feed's window
    document_sha256: Mapped[str | None]
    url: Mapped[str | None]
    content: Mapped[dict[str, Any]]
    left_at: Mapped[datetime | None]  # when the entry left the feed's window

    __table_args__ = (Index("layers_window", "feed_id", "digest"),)


class Revision(Table):
    """One state of an article; the newest is its head."""

    __tablename__ = "revisions"

    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    content_sha256: Mapped[str]
    kinds: Mapped[list[Any]]  # what changed: headline, text, picture, status …
    content: Mapped[dict[str, Any]]  # shared.schema.Content


class Pair(Table):
    """Two articles that carry the same text: an edge of their story. `a` is the smaller id."""

    __tablename__ = "pairs"

    a: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    b: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    containment: Mapped[float]

    __table_args__ = (Index("pairs_b", "b"), CheckConstraint("a < b", name="pair_order"))


class Posting(Table):
    """One sampled shingle of an article's text: the index in which copies find each other."""

    __tablename__ = "postings"

    hash: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index("postings_article", "article_id"),)


class Segment(Table):
    """A sentence of an article, while too few of its publication's articles carry it to be furniture."""

    __tablename__ = "segments"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    digest: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    headline: Mapped[int] = mapped_column(BigId)  # the digest of the article's headline: reprints count once

    __table_args__ = (Index("segments_article", "article_id"),)


class Furniture(Table):
    """A sentence that a publication repeats from article to article: no part of any article's text in the fold."""

    __tablename__ = "furniture"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    digest: Mapped[int] = mapped_column(BigId, primary_key=True)


class LogHead(Table):
    """The one row whose lock orders the change log."""

    __tablename__ = "log_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigId)

    __table_args__ = (CheckConstraint("id = 1", name="one_log_head"),)


class Change(Table):
    """One line of the append-only log: created, revised, reparsed, withdrawn, released, folded or unfolded."""

    __tablename__ = "changes"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str]
    article_id: Mapped[int] = mapped_column(BigId)
    story_id: Mapped[int] = mapped_column(BigId)
    revision: Mapped[int]
    detail: Mapped[dict[str, Any]]


class Poll(Table):
    """One fetch of a feed or page and what it brought; kept for a while."""

    __tablename__ = "polls"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    target_id: Mapped[int] = mapped_column(BigId)  # the feed's id, or the article's for a page
    outcome: Mapped[str]
    status: Mapped[int | None]
    error: Mapped[str | None]
    elapsed_ms: Mapped[int] = mapped_column(default=0)
    wire_bytes: Mapped[int] = mapped_column(default=0)
    entries: Mapped[int] = mapped_column(default=0)  # of the document's window
    created: Mapped[int] = mapped_column(default=0)
    revised: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)  # unchanged since the last poll, or nothing but markup changed
    siblings: Mapped[int] = mapped_column(default=0)  # of `known`: first brought by another feed
    repeats: Mapped[int] = mapped_column(default=0)  # of another entry of the same document
    left_out: Mapped[int] = mapped_column(default=0)
    set_aside: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index("polls_at", "at"), Index("polls_target", "kind", "target_id", "at"))


class SetAside(Table):
    """A document or entry that could not be processed, with its reason and its bytes."""

    __tablename__ = "set_aside"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    stage: Mapped[str]  # parse or index for an entry, lease for a parked feed or page
    kind: Mapped[str]  # feed or page
    target_id: Mapped[int] = mapped_column(BigId)
    url: Mapped[str]
    reason: Mapped[str]
    data: Mapped[bytes | None] = mapped_column(LargeBinary)  # None: the belt no longer had them

    __table_args__ = (
        Index("set_aside_target", "kind", "target_id"),
        {"sqlite_autoincrement": True},  # a number that an operator has read names nothing else later
    )


class Counter(Table):
    """A number that only grows, such as results that came under a token no longer current."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigId)


# The view that every read path goes through: usable articles whose embargo has passed and that have not expired, with
# no more of their text than the publication's terms allow. Made by the migrations.
readable_articles = CoreTable(
    "readable_articles",
    MetaData(),
    *(Column(column.name, column.type, primary_key=column.primary_key) for column in Article.__table__.columns),
    Column("publication_name", Text),
    Column("attribution", Text),
)


def core(table: type[Table]) -> CoreTable:
    """Return a table for statements that run once a row of parameters, without the mapper's own ideas of them."""
    return cast(CoreTable, table.__table__)
