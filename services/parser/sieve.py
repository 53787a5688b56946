"""Which of a feed's entries are wanted, by the patterns that its operator gave. Pure.

A pattern is the name of a field and, after a colon, what is looked for in it: a regular expression of RE2, which takes
time in proportion to the text whatever either holds; or of a date, a span or a day.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache, partial
from typing import Any

from services.parser.article import keywords_of, read_content, signed_by, takes_back
from services.parser.fields.dates import parse_date
from services.parser.fields.text import line
from services.parser.item import Item, Window
from shared.errors import UsageError
from shared.messages import Unwanted
from shared.rules import Rules, quoted
from shared.schema import Content

TEXT_CHARS = 100_000  # of one text that are looked at
HEADLINE_CHARS = 200
_SPAN = re.compile(r"(\d{1,5})\s?([dh])")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Said:
    """What an entry says of itself; its text is read where a pattern asks for it."""

    def __init__(self, item: Item, window: Window, now: datetime | None) -> None:
        self.item, self.now = item, now
        self._window = window
        self._values: dict[str, list[bytes]] = {}

    def values(self, field: str) -> list[bytes]:
        """Return what is to be looked through of a field, each value in UTF-8.

        :raises Malformed: it cannot be read.
        """
        if field not in self._values:
            said = (one[:TEXT_CHARS].encode("utf-8", "replace") for one in FIELDS[field](self) if one)
            self._values[field] = list(said)
        return self._values[field]

    @cached_property
    def content(self) -> Content:
        """What it says in all.

        :raises Malformed: it cannot be read.
        """
        return read_content(self.item, self._window)

    @cached_property
    def headline(self) -> str | None:
        """Its headline without markup."""
        return line(self.item.headline)

    @cached_property
    def published_at(self) -> datetime | None:
        """When it appeared, else when it was last changed; None: it does not say."""
        written = self.item.published or self.item.updated
        return parse_date(written) if written else None


Values = Iterable[str | None]


def _headline(said: Said) -> Values:
    return said.headline, line(said.item.subheadline)


def _link(said: Said) -> Values:
    return said.item.link, said.item.origin


def _byline(said: Said) -> Values:
    byline, authors = signed_by(said.item.people, said.item.byline)
    return byline, *(one.name for one in authors)


def _keyword(said: Said) -> Values:
    return *keywords_of(said.item), line(said.item.section), *(one.name or one.code for one in said.item.subjects)


def _text(said: Said) -> Values:
    return said.content.summary, said.content.body_text


FIELDS: dict[str, Callable[[Said], Values]] = {
    "headline": _headline,
    "link": _link,
    "byline": _byline,
    "keyword": _keyword,
    "text": _text,
    "language": lambda said: (said.content.language,),
}
ANY = ("headline", "byline", "keyword", "text")  # the text last: it takes longest to read
DATES = ("older", "before", "after")
_READS_TEXT = ("text", "language", "any")


@dataclass(frozen=True)
class Pattern:
    """A pattern as it was written, and whether an entry meets it."""

    written: str
    meets: Callable[[Said], bool]


@dataclass(frozen=True)
class Sieve:
    """A feed's patterns, those that are told without reading texts first."""

    keep: tuple[Pattern, ...]
    leave_out: tuple[Pattern, ...]

    def sift(self, item: Item, window: Window, now: datetime | None) -> Content | Unwanted:
        """Return the content of an entry that is wanted, or why it is not; what takes an article back always is.

        :raises Malformed: its text cannot be read.
        """
        said = Said(item, window, now)
        if takes_back(item):
            return said.content
        by = next((one.written for one in self.leave_out if one.meets(said)), None)
        if by is None and (not self.keep or any(one.meets(said) for one in self.keep)):
            return said.content
        headline = line(item.headline, HEADLINE_CHARS)
        return Unwanted(url=item.link, headline=headline, published_at=said.published_at, by=by)


def sieve_of(rules: Rules | None) -> Sieve | None:
    """Return the patterns of `rules`, None where there is none.

    :raises UsageError: one of them is none.
    """
    return _sieve(rules.keep, rules.leave_out) if rules and rules.sifted else None


@lru_cache(maxsize=256)
def _sieve(keep: tuple[str, ...], leave_out: tuple[str, ...]) -> Sieve:
    return Sieve(*(tuple(sorted(map(read_pattern, one), key=_reads_text)) for one in (keep, leave_out)))


def _reads_text(pattern: Pattern) -> bool:
    return pattern.written.partition(":")[0] in _READS_TEXT


def read_pattern(written: str) -> Pattern:
    """Return the pattern that is written as `FIELD:PATTERN`.

    :raises UsageError: it is none.
    """
    field, colon, wanted = (one.strip() for one in written.partition(":"))
    if not colon or not wanted or field not in (*FIELDS, "any", *DATES):
        known = ", ".join((*FIELDS, "any", *DATES))
        raise UsageError(f"{quoted(written)} is no pattern: write FIELD:PATTERN with one of {known} as its field.")
    if field in DATES:
        return Pattern(written, _of_date(field, wanted))
    from shared.patterns import compiled  # where feeds have patterns, and not in every parser's memory

    return Pattern(
        written,
        partial(_found, ANY if field == "any" else (field,), compiled(wanted, any_case=True, groups=False).search),
    )


def _found(fields: tuple[str, ...], search: Callable[[bytes], Any], said: Said) -> bool:
    return any(search(value) for field in fields for value in said.values(field))


def _of_date(field: str, wanted: str) -> Callable[[Said], bool]:
    """Return what tells entries by their dates; one that bears none meets nothing.

    :raises UsageError: what is wanted is no span, or no day.
    """
    if field == "older":
        span = _SPAN.fullmatch(wanted)
        if span is None:
            raise UsageError(f"{quoted(wanted)} is no span of time: write older:30d or older:36h.")
        age = timedelta(**{"days" if span[2] == "d" else "hours": int(span[1])})
        return lambda said: bool(said.now and said.published_at and said.published_at < said.now - age)
    day = parse_date(f"{wanted}T00:00:00Z") if _DAY.fullmatch(wanted) else None
    if day is None:
        raise UsageError(f"{quoted(wanted)} is no day: write {field}:2026-01-31.")
    if field == "before":
        return lambda said: bool(said.published_at and said.published_at < day)
    return lambda said: bool(said.published_at and said.published_at.date() > day.date())
