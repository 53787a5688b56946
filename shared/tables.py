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
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
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


_NARROW = {"sqlite_with_rowid": False}  # the primary key is the row: half the trees to write where that is all of it


class Table(DeclarativeBase):
    """The tables' shared metadata."""

    type_annotation_map = {str: Text, datetime: Moment, dict[str, Any]: Json, list[Any]: Json}  # noqa: RUF012 - SQLAlchemy's own form


class Leased:
    """What makes a row due, and who has it: the columns that the tick and the settling share."""

    host: Mapped[str]  # its lane: the registrable domain, or host:port; fetches of one lane are in one job at a time
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


class PublicationKey(Table):
    """Another key that a publication is known by: that of one merged into it, or of a site that its feeds name."""

    __tablename__ = "publication_keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id", ondelete="CASCADE"))

    __table_args__ = (Index("publication_keys_publication", "publication_id"),)


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
    moved_seen: Mapped[int] = mapped_column(default=0)  # polls in a row that were redirected there
    moved_since: Mapped[datetime | None]  # the first of them
    sealed: Mapped[str | None]  # header fields and credentials, which the fetcher alone opens
    sealed_shown: Mapped[str | None]  # what there is in it, without saying what it is
    distrust: Mapped[int] = mapped_column(default=0)  # honest audits that its validators still owe; 0: they are trusted
    audited_at: Mapped[datetime | None]  # when a whole document was last seen, or asked for behind a 304
    document_bytes: Mapped[int | None]  # of the last whole document, as sent: what a 304 saves
    last_polled_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    last_new_at: Mapped[datetime | None]
    pushed_until: Mapped[datetime | None]  # its hub is proven to push, and will until then; see `Subscription`
    created_at: Mapped[datetime]
    floor_s: Mapped[int | None]  # fewest seconds between two polls; None: as set for all feeds
    ceiling_s: Mapped[int | None]
    habits: Mapped[dict[str, Any] | None]  # what it usually brings and what its publisher wishes: see shared.habits
    due_reason: Mapped[str | None]  # why it is due when it is, in words
    alarm_at: Mapped[datetime | None]  # when its silence is no longer usual; None: nothing is expected of it
    notice: Mapped[str | None]  # what is unusual about what it brought lately, in words
    detour_url: Mapped[str | None]  # fetched in its stead at its next lease, to close a gap

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


class Subscription(Table):
    """A feed's subscription at the hub that it names (WebSub); there is one for each feed that names a hub."""

    __tablename__ = "subscriptions"

    feed_id: Mapped[int] = mapped_column(BigId, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True)
    hub: Mapped[str]
    topic: Mapped[str]  # what the hub knows the feed by
    key: Mapped[str] = mapped_column(unique=True)  # the end of the callback's address
    secret: Mapped[str]  # what the hub signs with
    ask_at: Mapped[datetime]  # when the hub should be asked next; it is, with the poll after
    asked_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]  # when the hub last made sure that it was us who asked
    ends_at: Mapped[datetime | None]  # the subscription's lease; None: never verified
    pushed_at: Mapped[datetime | None]  # the last push whose signature was right
    pushes: Mapped[int] = mapped_column(default=0)
    forged: Mapped[int] = mapped_column(default=0)  # pushes whose signature was wrong or missing
    missed_at: Mapped[datetime | None]  # when a poll last found what should have been pushed
    missed: Mapped[int] = mapped_column(default=0)  # articles found so
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    error: Mapped[str | None]  # of the last request, one sentence


class Gap(Table):
    """A time in which articles of a feed may have been published and left its window unseen."""

    __tablename__ = "gaps"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    feed_id: Mapped[int] = mapped_column(BigId, ForeignKey("feeds.id", ondelete="CASCADE"))
    at: Mapped[datetime]  # when it was noticed
    from_at: Mapped[datetime]  # the last good poll before it
    to_at: Mapped[datetime]  # the oldest article of the window that shares nothing with the last one
    expected: Mapped[int]  # articles that the feed usually publishes in that time
    state: Mapped[str]  # closing: being looked for; closed: what came between was found; lost: it could not be
    found: Mapped[int] = mapped_column(default=0)  # articles of that time that were found elsewhere
    tried: Mapped[list[Any]]  # addresses that were asked for them

    __table_args__ = (
        Index("gaps_feed", "feed_id", "at"),
        Index("gaps_state", "state"),
        CheckConstraint("state IN ('closing', 'closed', 'lost')", name="gap_state"),
    )


class Page(Leased, Table):
    """An article's page, due like a feed is due. `state`: active, done, failed or parked."""

    __tablename__ = "pages"

    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    url: Mapped[str]
    ordered_at: Mapped[datetime | None]  # the article's time: the newest page is fetched first

    __table_args__ = (
        Index("pages_ready", "state", "ready_at"),
        Index("pages_newest", "state", "ordered_at"),
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
    text_key: Mapped[int | None] = mapped_column(BigId)  # of its text in the fold's index
    turns_at: Mapped[datetime | None]  # when its embargo lifts or it expires, while that is still to be logged
    purged_at: Mapped[datetime | None]  # when its text was removed for good; what is left is a tombstone
    flag: Mapped[str | None]  # why the operator should look at it: the agency killed what it copies
    flagged_at: Mapped[datetime | None]  # None where the operator has looked

    __table_args__ = (
        Index("articles_story", "story_id"),
        Index(
            "articles_text",
            "text_key",
            postgresql_where=text("text_key IS NOT NULL"),
            sqlite_where=text("text_key IS NOT NULL"),
        ),
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
    content: Mapped[dict[str, Any]]  # shared.schema.Content
    source: Mapped[str | None]  # who said it, as in `layers`; None: all together


class Pair(Table):
    """Two articles that carry the same text: an edge of their story. `a` is the smaller id."""

    __tablename__ = "pairs"

    a: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    b: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    containment: Mapped[float]
    evidence: Mapped[str] = mapped_column(default="text", server_default="text")  # text, canonical, agency or reprint

    __table_args__ = (Index("pairs_b", "b"), CheckConstraint("a < b", name="pair_order"))


class FoldText(Table):
    """A text in the fold's index: articles whose text is the same without its furniture share it."""

    __tablename__ = "fold_texts"

    key: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)  # its digest
    postings: Mapped[int]
    at: Mapped[datetime]  # the latest recorded time of an article that has it; past the window, it is purged

    __table_args__ = (Index("fold_texts_at", "at"),)


class Posting(Table):
    """One sampled shingle of a text: the index in which copies find each other."""

    __tablename__ = "postings"

    hash: Mapped[int] = mapped_column(BigId, primary_key=True)
    text_key: Mapped[int] = mapped_column(BigId, primary_key=True)

    __table_args__ = (Index("postings_text", "text_key"), _NARROW)


class Claim(Table):
    """What an article says it is: the digest of its address, of its canonical address, of its agency's item."""

    __tablename__ = "claims"

    claim: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index("claims_article", "article_id"), _NARROW)


class Pin(Table):
    """The operator's word on an article's story: it is with its anchor, and takes no computed pairs."""

    __tablename__ = "pins"

    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    anchor: Mapped[int] = mapped_column(BigId)  # an article's id; all that name one anchor are one story with it
    at: Mapped[datetime]
    reason: Mapped[str | None]

    __table_args__ = (Index("pins_anchor", "anchor"),)


class StoryMove(Table):
    """Where the articles of a story that is no more went."""

    __tablename__ = "story_moves"

    story_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    moved_to: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime]

    __table_args__ = (Index("story_moves_to", "moved_to"),)


class Copy(Table):
    """What a copy did to its story's original."""

    __tablename__ = "copies"

    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    cut: Mapped[float]  # share of the original's words, by sentences that the copy has not, 0 to 1
    added: Mapped[float]  # share of its own words, by sentences that the original has not, 0 to 1
    reheadlined: Mapped[bool]  # its headline is another


class Term(Table):
    """A telling name or word of an article: what related stories are found by."""

    __tablename__ = "terms"

    term: Mapped[int] = mapped_column(BigId, primary_key=True)  # its digest
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index("terms_article", "article_id"), _NARROW)


class Segment(Table):
    """A sentence of an article, while too few of its publication's articles carry it to be furniture.

    It outlives its article, so that what a publication repeats is counted however short its articles are kept.
    """

    __tablename__ = "segments"

    publication_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    headline: Mapped[int] = mapped_column(BigId)  # the digest of the article's headline: reprints count once

    __table_args__ = (Index("segments_article", "article_id"), _NARROW)


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
    requests: Mapped[int] = mapped_column(default=1)  # sent to the publisher

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

# The full-text index of the articles' heads, kept by triggers: a table of its own in PostgreSQL, FTS5's in SQLite.
# Made by the migrations.
search_texts = CoreTable(
    "search_texts",
    MetaData(),
    Column("article_id", BigId, primary_key=True),  # SQLite: rowid
    Column("config", Text),  # PostgreSQL: the text search configuration of the article's language
    Column("words", TSVECTOR),
)


def core(table: type[Table]) -> CoreTable:
    """Return a table for statements that run once a row of parameters, without the mapper's own ideas of them."""
    return cast(CoreTable, table.__table__)
