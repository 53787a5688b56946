"""What is kept for readers: articles with what each source said of them, stories, the log of changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    MetaData,
    Select,
    Text,
    func,
    select,
    text,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from shared.tables.columns import BigId, Table, core


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
    turns_at: Mapped[datetime | None]  # when its embargo lifts or it expires, while that is still to be logged
    purged_at: Mapped[datetime | None]  # when its text was removed for good; what is left is a tombstone
    flag: Mapped[str | None]  # why the operator should look at it: the agency killed what it copies
    flagged_at: Mapped[datetime | None]  # None where the operator has looked

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
        Index(
            "articles_turns",
            "turns_at",
            postgresql_where=text("turns_at IS NOT NULL"),
            sqlite_where=text("turns_at IS NOT NULL"),
        ),
        Index(
            "articles_flagged",
            "flagged_at",
            postgresql_where=text("flagged_at IS NOT NULL"),
            sqlite_where=text("flagged_at IS NOT NULL"),
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


class Tombstone(Table):
    """A key under which retention deleted an article: what still lists it does not bring it back."""

    __tablename__ = "tombstones"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[int] = mapped_column(BigId, primary_key=True)  # the digest of the key
    headline: Mapped[int] = mapped_column(BigId)  # the digest of the article's headline
    at: Mapped[datetime]


class Layer(Table):
    """What one source says of an article: a feed (`feed:<id>`), its page (`page`) or the operator (`operator`)."""

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
    """What one source said of an article at one time, where it differs from all that was said before."""

    __tablename__ = "revisions"

    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    content_sha256: Mapped[str]
    kinds: Mapped[list[Any]]  # what changed: headline, text, correction, picture, byline, status; or late, or told
    content: Mapped[dict[str, Any] | None]  # shared.schema.Content; None: what the layer of its source says now
    source: Mapped[str | None]  # who said it, as in `layers`; None: all together

    @classmethod
    def said(cls) -> ColumnElement[dict[str, Any]]:
        """Return its content in a query, wherever that stands."""
        layer = (Layer.article_id == cls.article_id, Layer.source == cls.source)
        return func.coalesce(cls.content, select(Layer.content).where(*layer).scalar_subquery())

    @classmethod
    def told(cls) -> Select[Any]:
        """Return the query for all its columns, with its content wherever that stands."""
        others = (column for column in core(cls).columns if column.name != "content")
        return select(*others, cls.said().label("content"))


class LogHead(Table):
    """The one row whose lock orders the change log."""

    __tablename__ = "log_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigId)

    __table_args__ = (CheckConstraint("id = 1", name="one_log_head"),)


class Change(Table):
    """One line of the append-only log.

    created, revised, reparsed, withdrawn, released, expired, flagged, deleted, folded or unfolded.
    """

    __tablename__ = "changes"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str]
    article_id: Mapped[int] = mapped_column(BigId)
    story_id: Mapped[int] = mapped_column(BigId)
    revision: Mapped[int]
    detail: Mapped[dict[str, Any]]


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

# The full-text index of the articles' heads, kept by triggers: a table of its own in PostgreSQL, FTS5's in SQLite.
# Made by the migrations.
search_texts = CoreTable(
    "search_texts",
    MetaData(),
    Column("article_id", BigId, primary_key=True),  # SQLite: rowid
    Column("config", Text),  # PostgreSQL: the text search configuration of the article's language
    Column("words", TSVECTOR),
)
