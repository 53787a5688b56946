"""The three messages of the line, frozen and typed: FetchJob, Documents, Batch."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime

from shared.rules import Rules
from shared.schema import Content, Value

PARSER = (
    "wireroom@6"  # goes up when the same bytes give another article; entry digests count under their own version only
)
FOLD = 2  # goes up when the same articles give other stories; the window is folded again where a lower one did it
DIGEST_CHARS = 12  # an entry digest: 9 bytes of BLAKE2b in base64url; 2**36 entries until one is likely to be missed


class Kind(StrEnum):
    """What a target is: a feed's document, an article's page, or the receiver of a hook."""

    FEED = "feed"
    PAGE = "page"
    HOOK = "hook"


class Outcome(StrEnum):
    """How a fetch ended; the words are those an operator sees."""

    OK = "ok"  # a document came and was read
    NOT_MODIFIED = "not_modified"  # 304
    UNCHANGED = "unchanged"  # 200 with the bytes of the last good poll
    UNFETCHED = "unfetched"  # handed back: no time left in the job; counts against nobody
    TRANSIENT = "transient"  # an error that may pass
    REFUSED = "refused"  # the answer broke a limit or is no feed
    BLOCKED = "blocked"  # the address may not be reached
    GONE = "gone"  # 410

    @property
    def good(self) -> bool:
        """Whether the publisher was reached and had nothing wrong."""
        return self in {Outcome.OK, Outcome.NOT_MODIFIED, Outcome.UNCHANGED}


class Message(Value):
    """Anything that travels on the belt."""

    version: Literal[1] = 1

    @property
    def weight(self) -> int:
        """Feeds and pages in this message."""
        return 1

    @property
    def carried_bytes(self) -> int:
        """Bytes that wait on the belt beside this message, as they came over the wire."""
        return 0


class Validators(Value):
    """What lets the next request be conditional (RFC 9110, 13.1), and the digest of the decoded body."""

    etag: str | None = None
    last_modified: str | None = None
    body_digest: str | None = None


class Subscribe(Value):
    """What a feed's hub is to be asked for (WebSub, 5.1), beside the poll of the feed."""

    hub: str
    topic: str
    callback: str
    secret: str
    lease_s: int


class Subscribed(Value):
    """What the hub answered: that it will make sure, or why not."""

    error: str | None = None  # one sentence; None: it accepted


class Tell(Value):
    """What a hook's receiver is to be told."""

    id: str  # the same for what is told again
    body: str


class Target(Value):
    """One feed or page to fetch, or one hook's receiver to call, under its lease."""

    kind: Kind
    id: int  # the feed's or the hook's, or the article's for a page
    token: str  # the lease's; it alone decides whether the result counts
    url: str
    host: str
    validators: Validators = Validators()
    known: str = ""  # entry digests of the last window, joined; empty when another parser version made them
    trusts_ids: bool = True  # False: this feed's identifiers have been seen shared or reused
    sealed: str | None = None  # header fields and credentials, which the fetcher alone opens: `shared.http.passport`
    sealed_for: str | None = (
        None  # the feed that it is sealed for, where this is the page of an article that came by it
    )
    audit: bool = False  # where the answer is 304, ask again without conditions and see what it hid
    distrusted: bool = False  # its validators have lied: ask without conditions
    subscribe: Subscribe | None = None  # its hub is to be asked too
    timeout_s: int | None = None  # how long the whole answer may take, None: as long as any
    http2: bool = False  # it is asked by HTTP/2, where its server takes it
    rules: Rules | None = None  # how the feed's own documents, or the pages of its articles, are read
    link: str | None = None  # of an article whose page is asked for elsewhere: what it is known by stays this
    astray: str | None = None  # why it is not asked for at all: where a rule leads from the link
    follows: bool = False  # its document is a list of feeds
    tell: Tell | None = None  # of a hook: what is posted


class FetchJob(Message):
    """Feeds or pages to fetch, and hooks to call: hosts side by side, one host's targets one after another."""

    lease_ends: AwareDatetime
    targets: tuple[Target, ...]

    @property
    def weight(self) -> int:
        """Feeds and pages in this message."""
        return len(self.targets)


class Facts(Value):
    """What the store must remember of one fetch, committed with its articles or not at all."""

    kind: Kind
    id: int
    token: str
    outcome: Outcome
    status: int | None = None  # HTTP
    error: str | None = None  # one sentence
    error_kind: str | None = None  # see FetchError
    validators: Validators | None = None  # None: keep those of the last good poll
    wire_bytes: int = 0
    elapsed_ms: int = 0
    retry_after_s: int | None = None
    max_age_s: int | None = None  # Cache-Control
    moved_to: str | None = None  # after permanent redirects only
    requests: int = 1  # sent to the publisher, redirects not counted
    audited: bool = False  # the validators were put to the test
    behind_304: bool = False  # this document came although a 304 had just said that there was none
    hub: str | None = None  # where pushes can be had, by the Link header (WebSub, 4)
    topic: str | None = None  # what the hub knows the feed by, by the Link header
    subscribed: Subscribed | None = None  # None: its hub was not asked


class Document(Value):
    """One fetched resource, as the server sent it, with what the store must remember of the fetch."""

    lease_ends: AwareDatetime
    facts: Facts
    target: Target
    final_url: str
    media_type: str | None = None  # Content-Type as declared; None: the server did not say
    language: str | None = None  # Content-Language, likewise
    body_key: str  # where the decoded, compressed bytes wait in Redis
    complete: bool = True  # the transfer was whole
    partial: bool = False  # only the entries that are new since the validators sent (RFC 3229, `A-IM: feed`)


class Documents(Message):
    """Documents that came at about the same time, on their way to the parser."""

    documents: tuple[Document, ...]

    @property
    def weight(self) -> int:
        """Feeds and pages in this message."""
        return len(self.documents)

    @property
    def carried_bytes(self) -> int:
        """Bytes that wait on the belt beside this message, as they came over the wire."""
        return sum(document.facts.wire_bytes for document in self.documents)


class Entry(Value):
    """One article as one source gives it."""

    keys: tuple[str, ...]  # what it is known by, most trusted first: "id:…", "url:…", "title:…"
    digest: str  # of the entry's bytes in the document
    source_id: str | None = None
    url: str | None = None
    content: Content
    page_wanted: bool = False  # the source gives only a summary
    icon: str | None = None  # of the site that a page is on, as it names it
    cancelled: bool = False  # a tombstone (RFC 6721) or a kill: only `keys` and `content.status_reason` count


class Rejected(Value):
    """An entry that could not be read, with its bytes."""

    reason: str
    excerpt: str  # the entry as it stood in the document, at most 64 KiB


class Unwanted(Value):
    """An entry that the feed's patterns refuse."""

    url: str | None = None
    headline: str | None = None
    published_at: AwareDatetime | None = None
    by: str | None = None  # the pattern that leaves it out; None: it meets none of those that keep


class FeedFacts(Value):
    """What a document says of its feed."""

    title: str | None = None
    site_url: str | None = None
    language: str | None = None
    icon: str | None = None  # address of its picture
    ttl_s: int | None = None  # the publisher's wish between polls
    skip_hours: tuple[int, ...] = ()  # UTC hours in which the publisher asks not to be polled (RSS 2.0)
    skip_days: tuple[int, ...] = ()  # weekdays, Monday is 0
    older_url: str | None = None  # where the document says that older entries are (RFC 5005)
    pages_by_number: bool = False  # the software that made it answers `?paged=2` with older entries
    hub: str | None = None  # where pushes can be had, by the document (WebSub, 4)
    topic: str | None = None  # what the hub knows the feed by


class Listed(Value):
    """A feed that a followed list names."""

    url: str
    title: str | None = None
    site_url: str | None = None
    folder: str | None = None  # its path


class Result(Value):
    """What one fetch brought: its facts and, where a document came, its articles."""

    facts: Facts
    final_url: str | None = None
    feed: FeedFacts | None = None
    window: str | None = None  # entry digests of the whole document, joined; None: no document was read
    entries: tuple[Entry, ...] = ()  # those whose digest was not known
    rejected: tuple[Rejected, ...] = ()
    unwanted: tuple[Unwanted, ...] = ()  # those whose digest was not known, and which are not among `entries`
    listed: tuple[Listed, ...] | None = None  # None: the document is no list of feeds
    repeats: int = 0  # entries that repeat another entry of the same document
    left_out: int = 0  # entries over the limit; the next poll goes on there
    trusts_ids: bool = True
    document_sha256: str | None = None
    parser: str | None = None  # name@version, +rules where a feed's own were used: see `reader_of`
    unmet: str | None = None  # what of the feed's rules met nothing, in words
    passed_over: int = 0  # messages of others than those of whom the feed takes any
    known_under: str | None = None  # what the window's digests are known under: see `knows_under`

    @property
    def has_news(self) -> bool:
        """Whether the store's articles may change through this result, or what it leaves out is to be weighed."""
        return bool(self.entries or self.unwanted)


class Duty(StrEnum):
    """What time makes due in the store itself; done again, it changes nothing."""

    TURN = "turn"  # embargoes that lift, articles that expire
    CLEAR_OUT = "clear_out"  # articles past their keeping
    FORGET = "forget"  # what the fold's indexes hold of texts before its window
    REFOLD = "refold"  # articles of the window that another version folded


class Batch(Message):
    """Results on their way into the store, or duties that are due in it."""

    results: tuple[Result, ...] = ()
    duties: tuple[Duty, ...] = ()

    @property
    def weight(self) -> int:
        """Feeds and pages in this message."""
        return len(self.results)


def reader_of(rules: Rules | None) -> str:
    """Return who reads what a feed answers, and its articles' pages: the same bytes under other rules are others."""
    digest = rules.digest if rules else ""
    return f"{PARSER}+{digest}" if digest else PARSER


def knows_under(rules: Rules | None) -> str:
    """Return what a window's digests are known under: by whom it was read, and by which patterns it was sifted.

    What other patterns refused is not known, so the poll after a change reads all that is listed.
    """
    return f"{reader_of(rules)}-{rules.patterns_digest}" if rules and rules.sifted else reader_of(rules)


def split_digests(joined: str) -> list[str]:
    """Return the entry digests in `joined`, in document order."""
    return [joined[at : at + DIGEST_CHARS] for at in range(0, len(joined), DIGEST_CHARS)]


def expired(lease_ends: datetime, now: datetime) -> bool:
    """Return whether a stage should drop the work before starting it: an optimisation, the token alone judges."""
    return now >= lease_ends
