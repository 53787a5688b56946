"""Feeds of realistic rhythms for the simulation: when each publishes in thirty days, and how many articles it lists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

DAY_S = 86_400
HOUR_S = 3600
START_S = 1_767_571_200.0  # Monday, 5 January 2026, 00:00 UTC
BEFORE_DAYS = 14  # of publishing before the first poll, which is what a first window shows

# how much of a day's articles a newsroom publishes in each of its own hours, before it is turned to its time zone
NEWSROOM = (2, 1, 1, 1, 2, 4, 7, 9, 10, 10, 10, 10, 9, 9, 9, 10, 10, 9, 8, 7, 6, 5, 4, 3)
ROUND_THE_CLOCK = (6, 6, 6, 6, 7, 8, 9, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 9, 9, 8, 7, 7, 6)
EVENINGS = (1, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 6, 8, 10, 10, 9, 6, 3)
ZONES = (-8, -5, -5, -3, 0, 0, 1, 1, 1, 1, 2, 2, 3, 5.5, 8, 9)  # hours


@dataclass(frozen=True)
class Kind:
    """A kind of feed: how common it is, articles a day, hours, weekends, how its articles bunch, its window."""

    name: str
    share: float
    a_day: tuple[float, float]  # drawn evenly on a logarithmic scale
    hours: Sequence[float]
    weekend: float  # of a weekday's articles
    bunch: float  # articles that come at once, on average
    windows: Sequence[int]


KINDS = (
    Kind("agency or aggregator", 0.02, (120, 600), ROUND_THE_CLOCK, 0.7, 1.5, (20, 50, 100, 100, 200)),
    Kind("large paper", 0.13, (25, 150), NEWSROOM, 0.55, 1.3, (15, 20, 25, 30, 50, 50, 100)),
    Kind("section or local paper", 0.40, (2, 25), NEWSROOM, 0.45, 1.3, (10, 10, 15, 20, 25, 30, 50)),
    Kind("paper that uploads its edition", 0.05, (8, 40), EVENINGS, 0.3, 10.0, (20, 30, 50, 100)),
    Kind("weekly or blog", 0.30, (0.1, 1.5), EVENINGS, 0.8, 1.2, (10, 10, 15, 25)),
    Kind("all but silent", 0.10, (0.003, 0.05), NEWSROOM, 1.0, 1.0, (10, 20)),
)


@dataclass(frozen=True)
class SimulatedFeed:
    """What happens at one feed, whoever looks."""

    kind: str
    times: list[float]  # of publication, in order
    window: int
    start_s: float  # of the first poll
    dated: bool  # its entries carry their dates


def make_feeds(numbers: range, days: int, seed: int) -> Iterator[SimulatedFeed]:
    """Yield the feeds of these numbers; the same for the same seed."""
    for number in numbers:
        rng = np.random.default_rng((seed, number))
        yield _make_feed(KINDS[rng.choice(len(KINDS), p=[one.share for one in KINDS])], days, rng)


def _make_feed(kind: Kind, days: int, rng: np.random.Generator) -> SimulatedFeed:
    low, high = kind.a_day
    a_day = low * (high / low) ** rng.random()
    zone = rng.choice(ZONES)
    hours = np.arange(-BEFORE_DAYS * 24, days * 24)
    local = hours + zone
    news = np.repeat(rng.lognormal(-0.06, 0.35, BEFORE_DAYS + days), 24)  # some days are busier than others
    shape = np.array(kind.hours)[(local % 24).astype(int)] / sum(kind.hours)
    shape *= np.where(local // 24 % 7 >= 5, kind.weekend, 1.0)
    begins = START_S + HOUR_S * np.repeat(hours, rng.poisson(a_day * shape * news / kind.bunch))
    on_the_hour = rng.random() < 0.15  # published by a timer, at a fixed minute
    came = begins + (rng.integers(60) * 60 if on_the_hour else rng.random(len(begins)) * HOUR_S)
    many = 1 + rng.poisson(kind.bunch - 1, len(came))
    times = np.repeat(came, many) + rng.random(many.sum()) * 60 * np.repeat(many > 1, many)
    window, start_s = int(rng.choice(kind.windows)), START_S + rng.random() * HOUR_S
    return SimulatedFeed(kind.name, np.sort(times).tolist(), window, start_s, bool(rng.random() < 0.9))
