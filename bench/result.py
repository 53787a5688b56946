"""What was measured, and its medians. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

PHASES = ("cold", "warm", "steady")


@dataclass(frozen=True)
class Measure:
    """One poll of all feeds; memory in bytes."""

    feeds: int
    articles: int  # new ones
    wall_s: float
    cpu_s: dict[str, float] = field(default_factory=dict)  # by part
    memory: int = 0  # peak of all processes together
    largest: int = 0  # peak of the largest process

    @property
    def cpu_ms_a_feed(self) -> float:
        """CPU milliseconds a feed, which are CPU seconds a thousand feeds."""
        return 1000 * sum(self.cpu_s.values()) / self.feeds


def middle(measures: Sequence[Measure]) -> Measure:
    """Return the median of each number over the rounds."""
    parts = sorted({part for one in measures for part in one.cpu_s})
    return Measure(
        measures[0].feeds,
        round(median(one.articles for one in measures)),
        median(one.wall_s for one in measures),
        {part: median(one.cpu_s.get(part, 0.0) for one in measures) for part in parts},
        round(median(one.memory for one in measures)),
        round(median(one.largest for one in measures)),
    )


def ratio(ours: Sequence[Measure], theirs: Sequence[Measure]) -> float:
    """Return our CPU a feed as a share of theirs: the median of the rounds' own ratios."""
    return median(one.cpu_ms_a_feed / other.cpu_ms_a_feed for one, other in zip(ours, theirs, strict=True))
