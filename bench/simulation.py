"""`python -m bench.simulation`: thirty days of ten thousand feeds, polled in different ways by simulation."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Annotated

import typer

from bench.simulation_feeds import DAY_S, START_S, SimulatedFeed, make_feeds
from bench.simulation_policies import EntryFrequency, Fixed, RssFetcher
from shared.replay import Ours, Policy, replay
from shared.settings import Settings

BIN_S = 5
PART = 200  # feeds that one process takes at a time


@dataclass
class Tally:
    """What one way of polling made of all feeds."""

    requests: int = 0
    lost: int = 0
    delays: Counter[int] = field(default_factory=Counter)  # articles by delay in `BIN_S`
    seconds: float = 0.0  # that deciding and replaying took

    @property
    def found(self) -> int:
        """Articles that were found."""
        return sum(self.delays.values())

    def quantile(self, share: float) -> float:
        """Return the delay in seconds that `share` of the articles keep."""
        left = share * self.found
        for place in sorted(self.delays):
            left -= self.delays[place]
            if left <= 0:
                return place * BIN_S
        return 0.0

    def add(self, other: "Tally") -> None:
        """Take in what became of other feeds."""
        self.requests, self.lost = self.requests + other.requests, self.lost + other.lost
        self.delays.update(other.delays)
        self.seconds += other.seconds


def policy(name: str, settings: Settings, feed: SimulatedFeed, number: int) -> Policy:
    """Return the way of polling called `name`, made for one feed."""
    if name in OTHERS:
        return OTHERS[name]()
    eager = settings.model_copy(update={"poll_worth_s": EAGER_S}) if name == EAGERLY else settings
    return Ours(eager, Random(number), dated=feed.dated)


OURS = "wireroom"
EAGER_S = 40  # as soon as every 15 minutes in every measure
EAGERLY = f"wireroom, worth {EAGER_S} s"
OTHERS: dict[str, Callable[[], Policy]] = {
    "every 15 minutes": lambda: Fixed(15),
    "every 60 minutes": lambda: Fixed(60),
    "miniflux, entry frequency": EntryFrequency,
    "rss-fetcher": RssFetcher,
}


def simulate(numbers: range, days: int, seed: int, names: Sequence[str], settings: Settings) -> dict[str, Tally]:
    """Return the tally of each policy over the same feeds."""
    tallies = {name: Tally() for name in names}
    end_s = START_S + days * DAY_S
    for number, feed in zip(numbers, make_feeds(numbers, days, seed), strict=True):
        for name, tally in tallies.items():
            began = time.process_time()
            told = replay(feed.times, feed.window, policy(name, settings, feed, number), feed.start_s, end_s)
            tally.requests += told.requests
            tally.lost += told.lost
            tally.delays.update([int(delay / BIN_S) for delay in told.delays])
            tally.seconds += time.process_time() - began
    return tallies


def simulate_all(feeds: int, days: int, seed: int, names: Sequence[str], settings: Settings) -> dict[str, Tally]:
    """Return the tally of each policy over many feeds, on every core that there is."""
    tallies = {name: Tally() for name in names}
    parts = [range(at, min(at + PART, feeds)) for at in range(0, feeds, PART)]
    with ProcessPoolExecutor() as pool:
        work = partial(simulate, days=days, seed=seed, names=names, settings=settings)
        for done, some in enumerate(pool.map(work, parts), 1):
            for name, tally in some.items():
                tallies[name].add(tally)
            if sys.stderr.isatty():
                print(f"\r\x1b[K{done * PART} of {feeds} feeds", end="", file=sys.stderr, flush=True)
    return tallies


def main(
    feeds: Annotated[int, typer.Option(help="How many feeds.", min=1)] = 10_000,
    days: Annotated[int, typer.Option(help="Simulated days.", min=1)] = 30,
    seed: Annotated[int, typer.Option(help="Another seed makes other feeds.")] = 1,
    worth: Annotated[int | None, typer.Option(help="WIREROOM_POLL_WORTH_S to try.", min=1)] = None,
    floor: Annotated[int | None, typer.Option(help="WIREROOM_POLL_FLOOR_S to try.", min=1)] = None,
    ceiling: Annotated[int | None, typer.Option(help="WIREROOM_POLL_CEILING_S to try.", min=1)] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Only ours.")] = False,
    eager: Annotated[bool, typer.Option("--eager", help=f"Ours at WIREROOM_POLL_WORTH_S={EAGER_S} too.")] = False,
) -> None:
    """Print what each way of polling misses, how late it finds the rest, and what it asks of publishers."""
    tried = {"poll_worth_s": worth, "poll_floor_s": floor, "poll_ceiling_s": ceiling}
    settings = Settings().model_copy(update={name: value for name, value in tried.items() if value is not None})
    names = (OURS, *((EAGERLY,) if eager else ()), *(() if alone else OTHERS))
    tallies = simulate_all(feeds, days, seed, names, settings)
    show(tallies, feeds * days * DAY_S / 900)


def show(tallies: dict[str, Tally], quarter_hours: float) -> None:
    """Print a line for each policy; `quarter_hours` are the requests of polling every 15 minutes."""
    print(f"{'policy':<28}{'requests':>12}{'of 15 min':>11}{'missed':>10}{'median':>10}{'p95':>9}{'CPU':>8}")
    for name, tally in tallies.items():
        median, late = tally.quantile(0.5) / 60, tally.quantile(0.95) / 60
        print(
            f"{name:<28}{tally.requests:>12,}{tally.requests / quarter_hours:>10.0%} {tally.lost:>10,}"
            f"{median:>6.1f} min{late:>5.0f} min{tally.seconds:>6.0f} s"
        )
    print(f"\n{next(iter(tallies.values())).found + next(iter(tallies.values())).lost:,} articles were published.")


if __name__ == "__main__":
    typer.run(main)
