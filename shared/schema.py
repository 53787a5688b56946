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

    canonical_url: str | None = Field(None, description="Where its publisher says that it stands.")
    headline: str | None = Field(None, description="Text, no markup.")
    subheadline: str | None = Field(None, description="Text, no markup.")
    summary: str | None = Field(None, description="Text, no markup.")
    body_html: str | None = Field(None, description="The text, with allow-listed elements alone.")
    body_text: str | None = Field(None, description="The same as paragraphs, parted by blank lines.")
    language: str | None = Field(None, description="Of the text, as BCP 47 has it.")
    direction: str | None = Field(None, description="ltr or rtl.")
    byline: str | None = Field(None, description="Who wrote it, as written.")
    authors: tuple[Author, ...] = Field((), description="Persons; agencies and desks are none.")
    dateline: str | None = Field(None, description="Place and date before the text.")
    credit: str | None = Field(None, description="The agency behind the text.")
    credit_evidence: str | None = Field(None, description="What shows the credit.")
    published_at: Moment | None = Field(None, description="When it appeared, says its publisher.")
    updated_at: Moment | None = Field(None, description="When it was last changed, says its publisher.")
    embargoed_until: Moment | None = Field(None, description="Nobody reads it before.")
    expires_at: Moment | None = Field(None, description="Nobody reads it from then on.")
    section: str | None = Field(None, description="The publisher's word.")
    keywords: tuple[str, ...] = Field((), description="The publisher's words.")
    subjects: tuple[Subject, ...] = Field((), description="Each with the scheme that defines it.")
    genre: str | None = Field(None, description="The publisher's word.")
    images: tuple[Image, ...] = Field((), description="Pictures, each with its own caption and credit.")
    media: tuple[Media, ...] = Field((), description="Sound and film.")
    status: Status = Field(Status.USABLE, description="Readers only ever see usable.")
    status_reason: str | None = Field(None, description="Why it is not usable.")
    copyright_notice: str | None = Field(None, description="The publisher's words.")
    usage_terms: str | None = Field(None, description="The publisher's words.")
    access: Access = Field(Access.UNKNOWN, description="What reading it at its publisher takes.")
    provenance: dict[str, str] = Field(default_factory=dict, description="For a field, where it came from.")


class PublicationRef(Value):
    """The title that an article belongs to."""

    id: int
    name: str


class Identity(Value):
    """Which article it is."""

    id: int = Field(description="Ours, for the article's life; never given twice.")
    source_id: str | None = Field(None, description="The publisher's own identifier.")
    url: str | None = Field(None, description="Where it stands.")
    publication: PublicationRef = Field(description="The title that it belongs to.")
    feed_id: int = Field(description="The feed that brought it first.")


class Article(Content, Identity):  # in JSON the last base comes first
    """One publication's article as readers get it: its head revision."""

    word_count: int = Field(0, description="Words of the text.")
    first_seen_at: Moment = Field(description="When it came here.")
    last_seen_at: Moment | None = Field(None, description="When it left its feeds; null: it is listed.")
    body_source: BodySource = Field(BodySource.NONE, description="Where the text came from.")
    page_state: PageState = Field(PageState.NOT_NEEDED, description="What became of the article's page.")
    story_id: int = Field(description="The story that it belongs to; it always has one.")
    copy_role: CopyRole = Field(CopyRole.ORIGINAL, description="What it is in its story.")
    copy_of: int | None = Field(None, description="The article that it was compared with.")
    similarity: float | None = Field(None, description="Share of the shorter text that both have, 0 to 1.")
    revision: int = Field(1, description="Number of its newest state.")
    content_sha256: str = Field(description="Digest of its content: equal content, equal digest.")
    document_sha256: str | None = Field(None, description="Digest of the document that it was read from.")
    parser: str = Field(description="Which version read it.")
