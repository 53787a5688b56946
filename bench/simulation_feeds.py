"""Feeds of realistic rhythms for the simulation: when each publishes in thirty days, and how many articles it lists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

DAY_S = 86_400
HOUR_S = 3600
START_S = 1_767_571_200.0  # Monday, 5 January 2026, 00:00 UTC
BEFORE_DAYS = 14  # of publishing before the first poll, which is what a first window shows

# how much of a day's articles a newsroom publishes in each of its own hours, before it is turned to its time zone
NEWSROOM = (2, 1, 1, 1, 2, 4, 7, 9, 10, 10, 10, 10, 9, 9, 9, 10, 10, 9, 8, 7, 6, 5, 4, 3)
ROUND_THE_CLOCK = (6, 6, 6, 6, 7, 8, 9, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 9, 9, 8, 7, 7, 6)
EVENINGS = (1, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 6, 8, 10, 10, 9, 6, 3)


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
        rng = Random(f"{seed}:{number}")
        kind = rng.choices(KINDS, [one.share for one in KINDS])[0]
        yield _make_feed(kind, days, rng)


def _make_feed(kind: Kind, days: int, rng: Random) -> SimulatedFeed:
    low, high = kind.a_day
    a_day = low * (high / low) ** rng.random()
    zone = rng.choice((-8, -5, -5, -3, 0, 0, 1, 1, 1, 1, 2, 2, 3, 5.5, 8, 9))
    on_the_hour = rng.random() < 0.15  # published by a timer, at a fixed minute
    total = sum(kind.hours)
    times: list[float] = []
    minute = rng.randrange(60)
    for hour in range(-BEFORE_DAYS * 24, days * 24):
        if hour % 24 == 0:
            news = rng.lognormvariate(-0.06, 0.35)  # some days are busier than others
        local = hour + zone
        weekend = kind.weekend if int((local // 24) % 7) >= 5 else 1.0
        mean = a_day * kind.hours[int(local % 24)] / total * weekend * news
        begin = START_S + hour * HOUR_S
        for _ in range(_poisson(mean / kind.bunch, rng)):
            at = begin + (minute * 60 if on_the_hour else rng.random() * HOUR_S)
            many = 1 + _poisson(kind.bunch - 1, rng)
            times += [at + rng.random() * 60 * (many > 1) for _ in range(many)]
    times.sort()
    return SimulatedFeed(
        kind.name, times, rng.choice(kind.windows), START_S + rng.random() * HOUR_S, rng.random() < 0.9
    )


def _poisson(mean: float, rng: Random) -> int:
    """Return how many events a Poisson process of this mean has."""
    count, left = 0, mean
    while (left := left - rng.expovariate(1.0)) > 0:
        count += 1
    return count
