"""What is fetched, when, and what came of it: publications, feeds, pages, gaps, polls."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.tables.columns import BigId, JsonOrNull, Table


class Leased:
    """What makes a row due, and who has it: the columns that the tick and the settling share."""

    state: Mapped[str] = mapped_column(default="active")
    state_reason: Mapped[str | None]
    due_at: Mapped[datetime]  # when it should be fetched next
    ready_at: Mapped[datetime]  # when it may be leased: `due_at`, or its lease's end while it is leased
    wanted_at: Mapped[datetime | None]  # somebody asked for it now; survives settling
    lease_token: Mapped[str | None]
    lease_no: Mapped[int] = mapped_column(BigId, default=0)  # counts this row's leases; orders its layers
    leased_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)  # leases whose worker died at it; not 0: it travels alone
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    error: Mapped[str | None]  # of the last fetch, one sentence
    error_kind: Mapped[str | None]


class Fetched(Leased):
    """What is asked for on conditions, one after another of its lane."""

    host: Mapped[str]  # its lane: the registrable domain, or host:port; fetches of one lane are in one job at a time
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    body_digest: Mapped[str | None]


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
    page_pace_s: Mapped[int | None]  # between two of its article pages; None: as its site allows
    page_at: Mapped[datetime | None]  # no page of it is leased before, where it has a pace

    __table_args__ = (
        CheckConstraint("terms IN ('full', 'excerpt', 'headline')", name="publication_terms"),
        Index("publications_paced", "page_at", postgresql_where=text("page_at IS NOT NULL"),
              sqlite_where=text("page_at IS NOT NULL")),
    )  # fmt: skip


class PublicationKey(Table):
    """Another key that a publication is known by: that of one merged into it, or of a site that its feeds name."""

    __tablename__ = "publication_keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id", ondelete="CASCADE"))

    __table_args__ = (Index("publication_keys_publication", "publication_id"),)


class Feed(Fetched, Table):
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
    pages: Mapped[str] = mapped_column(
        default="auto"
    )  # auto: article pages where the feed gives a summary; never, always
    entry_digests: Mapped[str] = mapped_column(default="")  # of the last window, joined
    parser: Mapped[str | None]  # what the digests are known under: see shared.messages.knows_under
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
    habits: Mapped[dict[str, Any] | None]  # what it usually brings and its publisher wishes: see shared.polling.habits
    due_reason: Mapped[str | None]  # why it is due when it is, in words
    alarm_at: Mapped[datetime | None]  # when its silence is no longer usual; None: nothing is expected of it
    notice: Mapped[str | None]  # what is unusual about what it brought lately, in words
    detour_url: Mapped[str | None]  # fetched in its stead at its next lease, to close a gap or for its past
    rules: Mapped[dict[str, Any] | None] = mapped_column(JsonOrNull)  # how it is read: see shared.rules
    unwanted: Mapped[dict[str, Any] | None] = mapped_column(
        JsonOrNull
    )  # what its patterns refused: see services.indexer.feeds.sifting
    unmet: Mapped[str | None]  # what of its rules met nothing at its last poll, in words
    follows: Mapped[bool] = mapped_column(default=False, server_default=text("false"))  # it is a list of feeds
    list_id: Mapped[int | None] = mapped_column(BigId)  # the followed list that brought it
    backfill: Mapped[dict[str, Any] | None]  # how far the asking for its past has come; None: nobody asked for it
    timeout_s: Mapped[int | None]  # from DNS to the last byte; None: as for all feeds
    http2: Mapped[bool] = mapped_column(
        default=False, server_default=text("false")
    )  # it is asked by HTTP/2, if it can be
    icon: Mapped[str | None]  # address of its picture, as its document or else a page of its site names it

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


class Page(Fetched, Table):
    """An article's page, due like a feed is due. `state`: active, done, failed or parked."""

    __tablename__ = "pages"

    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    url: Mapped[str]
    ordered_at: Mapped[datetime | None]  # the article's time: the newest page is fetched first
    publication_id: Mapped[int] = mapped_column(BigId, default=0, server_default="0")  # whose turn at its site it is in

    __table_args__ = (
        Index("pages_ready", "state", "ready_at"),
        Index("pages_newest", "state", "ordered_at"),
        Index(
            "pages_titles",
            "host",
            "publication_id",
            "ordered_at",
            postgresql_where=text("state = 'active'"),
            sqlite_where=text("state = 'active'"),
        ),
        Index(
            "pages_leased",
            "host",
            postgresql_where=text("lease_token IS NOT NULL"),
            sqlite_where=text("lease_token IS NOT NULL"),
        ),
        CheckConstraint("state IN ('active', 'done', 'failed', 'parked')", name="page_state"),
    )


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
    unwanted: Mapped[int] = mapped_column(default=0, server_default="0")  # refused by the feed's patterns
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
