"""Pure: the cursors of the lists and of the log: the place where a page ended, as one URL-safe word."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.errors import UsageError
from shared.schema import rfc3339

LARGEST_ID = 2**63 - 1  # what both databases hold


@dataclass(frozen=True)
class Position:
    """A row's place in a list that is ordered by time, newest first, then by id."""

    at: datetime
    id: int


@dataclass(frozen=True)
class Line:
    """A line of the log: its number, and its time, which tells it from the line that another history has there."""

    seq: int = 0  # 0: before the first
    at: datetime | None = None  # None: whichever line has the number


def write_line(line: Line) -> str:
    """Return the word that stands for `line`."""
    return f"{line.seq}@{rfc3339(line.at)}" if line.at else str(line.seq)


def read_line(word: str) -> Line:
    """Return the line that `word` stands for; a number alone is any line's that has it.

    :raises UsageError: it is no word that `write_line` gave.

    >>> read_line(write_line(Line(7, datetime(2026, 3, 1, tzinfo=UTC))))
    Line(seq=7, at=datetime.datetime(2026, 3, 1, 0, 0, tzinfo=datetime.timezone.utc))
    >>> read_line("7")
    Line(seq=7, at=None)
    """
    number, parted, moment = word.partition("@")
    try:
        line = Line(int(number), datetime.fromisoformat(moment) if parted else None)
    except ValueError:
        raise _no_line(word) from None
    if not (number.isascii() and number.isdigit() and line.seq <= LARGEST_ID) or (line.at and line.at.tzinfo is None):
        raise _no_line(word)
    return line


def _no_line(word: str) -> UsageError:
    return UsageError(f"`after` is no place in the log, but {word[:60]!r}: take `next` of the answer before, or 0.")


def write_cursor(position: Position | None) -> str | None:
    """Return the word that stands for `position`, or None for the end of the list."""
    if position is None:
        return None
    plain = f"{position.at.astimezone(UTC).isoformat()}|{position.id}"
    return base64.urlsafe_b64encode(plain.encode()).rstrip(b"=").decode()


def read_cursor(word: str | None) -> Position | None:
    """Return the position that `word` stands for, or None where there is no word.

    :raises UsageError: it is no word that `write_cursor` gave.

    >>> read_cursor(write_cursor(Position(datetime(2026, 3, 1, tzinfo=UTC), 7))).id
    7
    """
    if not word:
        return None
    try:
        at, _, number = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True).partition(b"|")
        position = Position(datetime.fromisoformat(at.decode("ascii")).astimezone(UTC), int(number))
    except (ValueError, OverflowError, binascii.Error) as error:
        raise _damaged() from error
    if not 0 <= position.id <= LARGEST_ID:
        raise _damaged()
    return position


def _damaged() -> UsageError:
    return UsageError("The cursor is none that this service gave: take `next` of the page before, or leave it out.")
