"""What a folder or a mailbox has in common with every other, however it is spoken to."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from services.fetcher.listing import File


class Place(Protocol):
    """A folder that can be listed and read; a mailbox knows more of itself than what stands here."""

    @property
    def mark(self) -> str | None:
        """What is another whenever a file came or went; None: that cannot be told without listing them."""
        return None

    def files(self) -> Iterable[File]:
        """Yield its files."""

    def measured(self, chosen: Sequence[File]) -> tuple[File, ...]:
        """Return files with their sizes, where listing did not tell those."""
        return tuple(chosen)

    def read(self, name: str, most: int) -> bytes:
        """Return the bytes of one, at most so many."""

    def room_of(self, file: File, most: int) -> int:
        """Return how many bytes of a file are taken, where one may have `most`."""
        return file.size if file.size <= most else 0

    def take(self, file: File, most: int) -> tuple[str | None, bytes]:
        """Return a file's media type where it is known, and its bytes: none of one that is too large."""
        return None, self.read(file.name, most) if file.size <= most else b""
