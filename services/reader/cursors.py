"""Pure: the cursors of the lists: the place where a page ended, as one URL-safe word."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.errors import UsageError

LARGEST_ID = 2**63 - 1  # what both databases hold


@dataclass(frozen=True)
class Position:
    """A row's place in a list that is ordered by time, newest first, then by id."""

    at: datetime
    id: int


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
