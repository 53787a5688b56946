"""A lane: the targets of one registrable domain, asked for one after another and spaced. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.hosts import lane_of
from shared.messages import Facts, Kind, Target

PATIENCE_S = 60  # of a 429 that does not say how long
HOLD_MOST_S = 86_400
TOO_MANY, UNAVAILABLE = 429, 503


@dataclass
class Lane:
    """What one domain's targets keep to while a job works through them."""

    name: str
    targets: list[Target] = field(default_factory=list)
    next_at: float = 0.0  # by the monotonic clock: no request before


def lanes_of(targets: Iterable[Target]) -> list[Lane]:
    """Return the lanes of a job's targets, lanes and targets in the order in which they came; each hook has its own."""
    lanes: dict[str, Lane] = {}
    for target in targets:
        name = target.host if target.kind is Kind.HOOK else lane_of(target.url)
        lanes.setdefault(name, Lane(name)).targets.append(target)
    return list(lanes.values())


def patience_s(facts: Facts) -> int | None:
    """Return for how long a host wants to be left alone, None where it does not want that.

    A 429 is about who asks, so it holds for all that is asked of the host; a 503 only where it says how long.
    """
    if facts.status == TOO_MANY or (facts.status == UNAVAILABLE and facts.retry_after_s):
        return min(facts.retry_after_s or PATIENCE_S, HOLD_MOST_S)
    return None
