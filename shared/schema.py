"""The one article: names follow schema.org NewsArticle and IPTC ninjs 3, times are UTC, null means that nobody said."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


def rfc3339(moment: datetime) -> str:
    """Return `moment` as RFC 3339 in UTC, whole seconds where it has no fraction."""
    return moment.isoformat().replace("+00:00", "Z")


Moment = AwareDatetime  # written in JSON as `rfc3339` does


class Value(BaseModel):
    """A frozen value; equal fields make equal values."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Status(StrEnum):
    """Whether an article may be read (ninjs `pubstatus`)."""

    USABLE = "usable"
    WITHHELD = "withheld"
    CANCELLED = "cancelled"


class Access(StrEnum):
    """What a person needs to read the article at its publisher."""

    FREE = "free"
    METERED = "metered"
    SUBSCRIBER = "subscriber"
    UNKNOWN = "unknown"


class BodySource(StrEnum):
    """Where the body came from."""

    FEED = "feed"
    PAGE = "page"
    AGENCY = "agency"
    NONE = "none"


class PageState(StrEnum):
    """What became of the article's page."""

    NOT_NEEDED = "not_needed"
    DUE = "due"
    DONE = "done"
    FAILED = "failed"


class CopyRole(StrEnum):
    """What an article is within its story."""

    ORIGINAL = "original"
    COPY = "copy"
    TRIM = "trim"
    LOCALISED = "localised"


class Author(Value):
    """A person who wrote the article; agencies and desks are no authors."""

    name: str
    url: str | None = None


class Subject(Value):
    """A subject with the scheme that defines it, such as IPTC Media Topics."""

    scheme: str | None = None
    code: str | None = None
    name: str | None = None


class Image(Value):
    """A picture of the article; `width` and `height` in pixels."""

    url: str
    caption: str | None = None
    credit: str | None = None
    alt: str | None = None
    width: int | None = None
    height: int | None = None


class Media(Value):
    """Sound or film that belongs to the article."""

    url: str
    type: str | None = None
    duration_s: float | None = None
    title: str | None = None


class Content(Value):
    """What one source (a feed's entry, a page, an agency item) says of an article: a layer's content."""

    canonical_url: str | None = None
    headline: str | None = None
    subheadline: str | None = None
    summary: str | None = None
    body_html: str | None = None  # allow-listed elements only
    body_text: str | None = None  # paragraphs, parted by blank lines
    language: str | None = None  # BCP 47
    direction: str | None = None  # ltr or rtl
    byline: str | None = None
    authors: tuple[Author, ...] = ()
    dateline: str | None = None
    credit: str | None = None
    credit_evidence: str | None = None
    published_at: Moment | None = None
    updated_at: Moment | None = None
    embargoed_until: Moment | None = None
    expires_at: Moment | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()
    genre: str | None = None
    images: tuple[Image, ...] = ()
    media: tuple[Media, ...] = ()
    status: Status = Status.USABLE
    status_reason: str | None = None
    copyright_notice: str | None = None
    usage_terms: str | None = None
    access: Access = Access.UNKNOWN
    provenance: dict[str, str] = Field(default_factory=dict)  # field: where it came from


class PublicationRef(Value):
    """The title that an article belongs to."""

    id: int
    name: str


class Article(Content):
    """One publication's article as readers get it: its head revision."""

    id: int
    source_id: str | None = None
    url: str | None = None
    publication: PublicationRef
    feed_id: int
    word_count: int = 0
    first_seen_at: Moment
    last_seen_at: Moment | None = None
    body_source: BodySource = BodySource.NONE
    page_state: PageState = PageState.NOT_NEEDED
    story_id: int
    copy_role: CopyRole = CopyRole.ORIGINAL
    copy_of: int | None = None
    similarity: float | None = None  # share of the shorter text that both have, 0 to 1
    revision: int = 1
    content_sha256: str
    document_sha256: str | None = None
    parser: str
