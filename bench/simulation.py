"""`python -m bench.simulation`: thirty days of ten thousand feeds, polled in different ways by simulation."""

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Annotated

import numpy as np
import typer

from bench import compiled
from bench.simulation_feeds import DAY_S, START_S, SimulatedFeed, make_feeds
from bench.simulation_policies import EntryFrequency, Fixed, RssFetcher, replay_fixed
from shared.polling.replay import Ours, Policy, Told, replay
from shared.settings import Settings

BIN_S = 5
BINS = 2 * DAY_S // BIN_S  # the last one holds all later ones too
PART = 200  # feeds that one process takes at a time


@dataclass
class Tally:
    """What one way of polling made of all feeds."""

    requests: int = 0
    lost: int = 0
    waited_s: float = 0.0  # by all articles that were found
    delays: "np.ndarray[tuple[int], np.dtype[np.int64]]" = field(default_factory=lambda: np.zeros(BINS, np.int64))
    seconds: float = 0.0  # that deciding and replaying took

    @property
    def found(self) -> int:
        """Articles that were found."""
        return int(self.delays.sum())

    @property
    def mean(self) -> float:
        """The mean delay in seconds."""
        return self.waited_s / max(self.found, 1)

    def quantile(self, share: float) -> float:
        """Return the delay in seconds that `share` of the articles keep."""
        return int(np.searchsorted(self.delays.cumsum(), share * self.found)) * float(BIN_S)

    def count(self, told: Told) -> None:
        """Take in what became of one feed."""
        self.requests, self.lost = self.requests + told.requests, self.lost + told.lost
        delays = np.array(told.delays)
        self.waited_s += float(delays.sum())
        self.delays += np.bincount(np.minimum(delays // BIN_S, BINS - 1).astype(int), minlength=BINS)

    def add(self, other: "Tally") -> None:
        """Take in what became of other feeds."""
        self.requests, self.lost = self.requests + other.requests, self.lost + other.lost
        self.waited_s, self.delays = self.waited_s + other.waited_s, self.delays + other.delays
        self.seconds += other.seconds


def policy(name: str, settings: Settings, feed: SimulatedFeed, number: int) -> Policy:
    """Return the way of polling called `name`, made for one feed."""
    if name in OTHERS:
        return OTHERS[name]()
    tried = settings.model_copy(update=SPARING) if name == SPARINGLY else settings
    return Ours(tried, Random(number), dated=feed.dated)


OURS = "wireroom"
SPARING = {"poll_worth_s": 240, "poll_fresh_s": 0}  # a third of the requests of every 15 minutes
SPARINGLY = "wireroom, sparing"
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
            tally.count(_polled(feed, policy(name, settings, feed, number), end_s))
            tally.seconds += time.process_time() - began
    return tallies


def _polled(feed: SimulatedFeed, way: Policy, end_s: float) -> Told:
    if isinstance(way, Fixed):
        return replay_fixed(feed.times, feed.window, way.seconds, feed.start_s, end_s)
    return replay(feed.times, feed.window, way, feed.start_s, end_s)


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
    fresh: Annotated[int | None, typer.Option(help="WIREROOM_POLL_FRESH_S to try.", min=0)] = None,
    floor: Annotated[int | None, typer.Option(help="WIREROOM_POLL_FLOOR_S to try.", min=1)] = None,
    ceiling: Annotated[int | None, typer.Option(help="WIREROOM_POLL_CEILING_S to try.", min=1)] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Only ours.")] = False,
    sparing: Annotated[bool, typer.Option("--sparing", help="Ours with a third of the requests too.")] = False,
    interpreted: Annotated[bool, typer.Option("--interpreted", help="Without compiling the decisions first.")] = False,
) -> None:
    """Print what each way of polling misses, how late it finds the rest, and what it asks of publishers."""
    if not (interpreted or compiled.is_compiled()):
        status = compiled.run_compiled("bench.simulation", sys.argv[1:])
        if status is not None:
            raise typer.Exit(status)
    tried = {"poll_worth_s": worth, "poll_fresh_s": fresh, "poll_floor_s": floor, "poll_ceiling_s": ceiling}
    settings = Settings().model_copy(update={name: value for name, value in tried.items() if value is not None})
    names = (OURS, *((SPARINGLY,) if sparing else ()), *(() if alone else OTHERS))
    tallies = simulate_all(feeds, days, seed, names, settings)
    show(tallies, feeds * days * DAY_S / 900)


def show(tallies: dict[str, Tally], quarter_hours: float) -> None:
    """Print a line for each policy; `quarter_hours` are the requests of polling every 15 minutes."""
    print(
        f"{'policy':<28}{'requests':>12}{'of 15 min':>11}{'missed':>10}{'mean':>10}{'median':>10}{'p95':>10}{'CPU':>8}"
    )
    for name, tally in tallies.items():
        mean, median, late = tally.mean / 60, tally.quantile(0.5) / 60, tally.quantile(0.95) / 60
        print(
            f"{name:<28}{tally.requests:>12,}{tally.requests / quarter_hours:>10.0%} {tally.lost:>10,}"
            f"{mean:>6.1f} min{median:>6.1f} min{late:>6.1f} min{tally.seconds:>6.0f} s"
        )
    print(f"\n{next(iter(tallies.values())).found + next(iter(tallies.values())).lost:,} articles were published.")


if __name__ == "__main__":
    typer.run(main)
