"""Pure: what a title has in print at a moment: its entries, its tombstones, and when that last changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from services.command.samples.content import Kill, Piece, Title, corrected


@dataclass(frozen=True)
class Entry:
    """A piece as it stands at a moment; both times in the title's own zone."""

    piece: Piece
    published: datetime
    updated: datetime


@dataclass(frozen=True)
class Tombstone:
    """A withdrawn piece (RFC 6721)."""

    piece: Piece
    kill: Kill
    withdrawn: datetime


@dataclass(frozen=True)
class Edition:
    """All that a title has in print, the newest first."""

    title: Title
    entries: tuple[Entry, ...]
    tombstones: tuple[Tombstone, ...]

    @property
    def changed(self) -> datetime:
        """When anything in it last changed."""
        return max([entry.updated for entry in self.entries] + [stone.withdrawn for stone in self.tombstones])


def edition(title: Title, started: datetime, elapsed_s: float) -> Edition:
    """Return what `title` has in print `elapsed_s` seconds after the outlet `started`."""
    zone = timezone(timedelta(hours=title.offset_h))
    entries, stones = [], []
    for piece in title.pieces:
        stands = _stand(piece, started.astimezone(zone), elapsed_s)
        if isinstance(stands, Entry):
            entries.append(stands)
        elif stands:
            stones.append(stands)
    return Edition(title, tuple(sorted(entries, key=lambda entry: entry.published, reverse=True)), tuple(stones))


def _stand(piece: Piece, started: datetime, elapsed_s: float) -> Entry | Tombstone | None:
    """Return what has become of `piece`; None: it is not out yet."""
    if piece.appears_s is not None and elapsed_s < piece.appears_s:
        return None
    if piece.kill and elapsed_s >= piece.kill.after_s:
        return Tombstone(piece, piece.kill, started + timedelta(seconds=piece.kill.after_s))
    published = started + (timedelta(seconds=piece.appears_s) if piece.appears_s else -timedelta(minutes=piece.age_min))
    if piece.correction and elapsed_s >= piece.correction.after_s:
        updated = started + timedelta(seconds=piece.correction.after_s)
        return Entry(corrected(piece, piece.correction), published, updated)
    return Entry(piece, published, published)
