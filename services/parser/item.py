"""What a format hands on: the window of a document, and each listed article as it was written. Pure.

What there is one of for each entry is a named tuple: it is made in a third of the time that a frozen dataclass takes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from shared.messages import FeedFacts
from shared.schema import Status, Subject


class Person(NamedTuple):
    """Whoever is named as an author, as written."""

    name: str
    url: str | None = None


class Attached(NamedTuple):
    """A picture, sound or film that stands beside the text; addresses as written."""

    url: str
    kind: str  # image, thumbnail, audio, video or other
    type: str | None = None
    caption: str | None = None
    credit: str | None = None
    alt: str | None = None
    width: str | None = None
    height: str | None = None
    duration: str | None = None


class Item(NamedTuple):
    """One listed article as the document writes it: markup is not cleaned, dates are not read."""

    source_id: str | None = None
    link: str | None = None  # absolute
    origin: str | None = None  # where a redirecting link leads, as the feed itself says
    base: str | None = None  # what addresses within the entry are relative to
    headline: str | None = None  # may hold markup
    subheadline: str | None = None
    summary: str | None = None  # HTML
    content: str | None = None  # HTML, from an element that is meant for the whole text
    published: str | None = None
    updated: str | None = None
    expires: str | None = None
    people: tuple[Person, ...] = ()
    source: str | None = None  # who it was taken from
    publisher: str | None = None
    rights: str | None = None
    language: str | None = None
    categories: tuple[str, ...] = ()
    section: str | None = None
    attached: tuple[Attached, ...] = ()
    byline: str | None = None  # where it is written as a line, beside or in place of `people`
    dateline: str | None = None
    credit: str | None = None  # the agency that delivers it
    subjects: tuple[Subject, ...] = ()
    genre: str | None = None
    usage_terms: str | None = None
    status: Status = Status.USABLE
    status_reason: str | None = None
    embargo: str | None = None  # until when; what cannot be read withholds
    version: str | None = None
    agency: bool = False  # an agency's item: its text is whole however short, and it has no page
    whole: bool = False  # so is this one's, although no agency delivers it
    cancelled: str | None = None  # why it was taken back; "" when no reason is given
    names: Mapping[str, str] = MappingProxyType({})  # field: the element or member that it was read from


class Slot(NamedTuple):
    """One entry of the window: what is read of every entry, and how to read the rest."""

    digest: str
    source_id: str | None
    link: str | None  # absolute; what a redirecting link leads to, where the feed says so
    title: str | None
    dated: str | None
    read: Callable[[], Item]  # :raises Malformed: this entry cannot be read
    excerpt: Callable[[], str]
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Every entry that a document lists, in its order, and what it says of its feed."""

    feed: FeedFacts
    slots: tuple[Slot, ...]
    closed: bool = True  # the document came to its end
    language: str | None = None
    served_language: str | None = None  # Content-Language of the answer
    rights: str | None = None
    author: str | None = None
    kept: str = ""  # digests of entries that are still listed, and were not fetched again
    left_out: int = 0  # entries or files that the fetcher leaves for the next poll
    unmet: str | None = None  # what of the feed's rules met nothing in any entry, in words
    passed_over: int = 0  # messages of others than those of whom the feed takes any
