"""What the reader gives away: frozen values, which are also the JSON of the API."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from shared.schema import Article, Content, CopyRole, Image, Moment, PublicationRef, Value


class Health(StrEnum):
    """How a feed is doing, worst first."""

    PARKED = "parked"  # its documents killed their workers
    FAILING = "failing"  # the last fetch failed
    LATE = "late"  # due for longer than a lease and not polled
    GONE = "gone"  # the publisher said that it is no more
    NEW = "new"  # not polled yet
    PAUSED = "paused"  # by the operator
    HEALTHY = "healthy"


class ArticleList(Value):
    """Articles, newest first."""

    articles: tuple[Article, ...]
    next: str | None = Field(description="Give it as `cursor` to get the next page; null at the end.")


class Found(Value):
    """An article that a search found, with what was looked for marked in it."""

    article: Article
    headline_html: str | None = Field(description="Escaped; its only elements are `mark`.")
    snippet: str | None = Field(description="The part of its summary or text that fits best, where it may be read.")
    snippet_html: str | None = Field(description="The same, escaped; its only elements are `mark`.")


class FoundList(Value):
    """Articles that a search found, the best first."""

    found: tuple[Found, ...]
    next: int | None = Field(description="Give it as `cursor` to get the next page; null at the end.")


class Revision(Value):
    """One state of an article."""

    number: int
    at: Moment
    kinds: tuple[str, ...] = Field(
        description="What changed: headline, text, correction, picture, byline, status. late: an older state that came "
        "late; told: what one source said while the article stayed as it was."
    )
    source: str | None = Field(None, description="Who said it: feed:<id>, page or operator.")
    content_sha256: str
    content: Content | None = Field(description="null: the text of this state may not be read.")


class RevisionList(Value):
    """The states of one article, newest first."""

    article_id: int
    revisions: tuple[Revision, ...]
    next: int | None = Field(description="Give it as `cursor` to get the next page; null at the end.")


class Flagged(Value):
    """An article that waits for the operator's look."""

    id: int
    publication: PublicationRef
    headline: str | None
    url: str | None
    story_id: int
    reason: str
    flagged_at: Moment


class FlaggedList(Value):
    """Articles that wait for the operator's look, the longest first."""

    articles: tuple[Flagged, ...]


class Version(Value):
    """A story's text as one publication carries it."""

    id: int = Field(description="The article's.")
    publication: PublicationRef
    headline: str | None
    opening: str | None = Field(description="The summary, or the first words of the text.")
    section: str | None
    language: str | None
    direction: str | None
    byline: str | None
    credit: str | None
    image: Image | None
    url: str | None
    published_at: Moment | None
    updated_at: Moment | None
    first_seen_at: Moment
    copy_role: CopyRole
    copy_of: int | None
    similarity: float | None = Field(description="Share of the shorter text that both have, 0 to 1.")
    cut: float | None = Field(
        None, description="Share of the original's words that it left out, by sentences; null: it is the original."
    )
    added: float | None = Field(None, description="Share of its words that the original has not, by sentences.")
    reheadlined: bool | None = Field(None, description="Whether its headline is another than the original's.")


class Story(Value):
    """All readable articles that carry one text: its original, where that may be read, and its copies."""

    id: int
    ordered_at: Moment = Field(description="When its original was published, else when it was first seen.")
    publications: int = Field(description="Titles that carry it.")
    original: Version | None
    copies: tuple[Version, ...] = Field(description="Earliest first.")

    @property
    def versions(self) -> tuple[Version, ...]:
        """The original, then the copies."""
        return (self.original, *self.copies) if self.original else self.copies


class Related(Value):
    """Another story about the same event, as far as rare names and terms tell."""

    id: int = Field(description="The story's.")
    score: float = Field(description="Share of rare names and terms that both have, 0 to 1.")
    lead: Version = Field(description="Its original, or the earliest that may be read.")


class RelatedList(Value):
    """Stories about the same event, the most related first; they carry other texts."""

    story_id: int
    related: tuple[Related, ...]


class StoryList(Value):
    """Stories, newest first."""

    stories: tuple[Story, ...]
    next: str | None = Field(description="Give it as `cursor` to get the next page; null at the end.")


_ICON = "Address of its picture, as its publisher names it; nobody has asked for it yet. null: none is named."


class Feed(Value):
    """A feed and how it is doing."""

    id: int
    url: str = Field(description="Without user name and password.")
    title: str | None
    site_url: str | None
    folder: str | None
    publication: PublicationRef | None = Field(description="null: not known before the first poll.")
    health: Health
    state: str = Field(description="active, paused, gone or parked.")
    state_reason: str | None
    last_polled_at: Moment | None
    last_ok_at: Moment | None
    last_new_at: Moment | None
    due_at: Moment
    interval_s: int | None = Field(description="Seconds between two polls as it stands now; null: not settled yet.")
    failures: int = Field(description="In a row.")
    error: str | None = Field(description="Of the last fetch, one sentence.")
    error_kind: str | None
    articles: int = Field(description="Articles in the store that this feed was the first to bring.")
    due_reason: str | None = Field(None, description="Why it is due when it is, in words.")
    alarm: str | None = Field(None, description="What is unusual about what it brings, in words; null: nothing.")
    probably_lost: int = Field(0, description="Articles that left its window unseen and were found nowhere else.")
    icon: str | None = Field(None, description=_ICON)


class FeedList(Value):
    """Feeds, by id."""

    feeds: tuple[Feed, ...]
    next: int | None = Field(description="Give it as `cursor` to get the next page; null at the end.")


class Poll(Value):
    """One poll of a feed and what it brought."""

    at: Moment
    outcome: str = Field(description="ok, not_modified, unchanged, transient, refused, blocked or gone.")
    status: int | None = Field(description="HTTP's; null: there was no answer, or it was none of HTTP.")
    error: str | None
    new: int = Field(description="Articles that were new to the store.")
    revised: int
    known: int = Field(description="Entries that said nothing new.")
    entries: int = Field(description="Of the whole document; 0: none was read.")
    unwanted: int = Field(description="Entries, new to the feed or changed, that its patterns refuse.")
    set_aside: int
    requests: int = Field(description="Sent to the publisher, redirects not counted.")
    wire_bytes: int
    elapsed_ms: int


class PollList(Value):
    """Polls of a feed, the last first, as long as they are kept."""

    feed_id: int
    polls: tuple[Poll, ...]
    next: str | None = Field(description="Give it as `cursor` to get the next page; null at the end.")


class Publication(Value):
    """A title and what may be served of it."""

    id: int
    name: str
    site_url: str | None
    terms: str = Field(description="What is served: full, excerpt (no text) or headline (no summary either).")
    attribution: str | None = Field(description="Words that must stand beside each of its articles.")
    feeds: int
    latest_at: Moment | None = Field(description="Time of its newest article that may be read.")
    icon: str | None = Field(None, description=f"{_ICON} It is that of its first feed that has one.")


class PublicationList(Value):
    """Titles, by id."""

    publications: tuple[Publication, ...]
    next: int | None = Field(description="Give it as `cursor` to get the next page; null at the end.")


class Change(Value):
    """One line of the log."""

    seq: int
    at: Moment
    kind: str = Field(
        description="created, revised, reparsed, withdrawn, released, expired, flagged, deleted, folded or unfolded."
    )
    article_id: int
    story_id: int
    revision: int
    readable: bool = Field(description="Whether the article may be read now.")
    detail: dict[str, Any] | None = Field(description="null: the article may not be read now.")
    article: Article | None = Field(None, description="As it stands now, where `articles=1` was asked for.")


class ChangeList(Value):
    """Lines of the log in its order, without holes."""

    changes: tuple[Change, ...]
    next: str = Field(description="The last line's `seq` and `at`; give it as `after` to go on, now or later.")
    head: int = Field(description="The newest line's `seq`.")
