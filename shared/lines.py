"""Pure: a line of the change log as a place to go on from, in one word: its number and its time."""

from dataclasses import dataclass
from datetime import datetime

from shared.errors import UsageError
from shared.schema import rfc3339

LARGEST_SEQ = 2**63 - 1  # what both databases hold


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

    >>> from datetime import UTC
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
    if not (number.isascii() and number.isdigit() and line.seq <= LARGEST_SEQ) or (line.at and line.at.tzinfo is None):
        raise _no_line(word)
    return line


def _no_line(word: str) -> UsageError:
    return UsageError(f"`after` is no place in the log, but {word[:60]!r}: take `next` of the answer before, or 0.")
