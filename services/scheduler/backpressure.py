"""How much may be on the belt. Pure."""

from dataclasses import dataclass

from shared.belt import Load
from shared.settings import Settings

FLOOR_BYTES = 64 * 2**20  # may always be on the belt, as `Settings.belt_floor` feeds may


@dataclass(frozen=True)
class Settled:
    """What the line settled in the last half lease, documents as they came over the wire."""

    feeds: int
    bytes: int


def room(load: Load, settled: Settled, settings: Settings) -> int:
    """Return how many more feeds may be leased.

    The belt holds what the slowest stage lately settled in half a lease, so that whatever waits on it is settled before
    its lease ends; what reaches the store went through every stage, so its pace is the slowest's. With Redis fuller
    than `belt_memory_share` nothing is leased: a full Redis can neither be filled nor drained.
    """
    if load.memory_share > settings.belt_memory_share or load.bytes >= max(FLOOR_BYTES, settled.bytes):
        return 0
    return max(0, max(settings.belt_floor, settled.feeds) - load.feeds)
