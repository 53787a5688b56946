"""What a way of polling does to a feed: found how late, lost how many."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from bench.simulation import OURS, simulate
from bench.simulation_policies import EntryFrequency, Fixed, RssFetcher, replay_fixed
from shared.polling.replay import Ours, Seen, replay
from shared.settings import Settings

HOUR_S = 3600.0
ROOT = Path(__file__).parents[2]


def test_each_article_waits_for_the_next_poll() -> None:
    told = replay([100.0, 950.0, 1000.0], 10, Fixed(15), 0.0, 3000.0)
    assert told.delays == [800.0, 850.0, 800.0]
    assert (told.requests, told.lost) == (4, 0)


def test_what_left_the_window_between_two_polls_is_lost() -> None:
    told = replay([float(at) for at in range(1, 8)], 5, Fixed(15), 0.0, 1000.0)
    assert (told.lost, len(told.delays)) == (2, 5)


def test_what_was_published_before_the_first_poll_teaches_and_is_not_counted() -> None:
    shown: list[Seen] = []

    def policy(seen: Seen) -> float:
        shown.append(seen)
        return 900.0

    told = replay([1.0, 2.0, 3.0, 1500.0], 2, policy, 1000.0, 3000.0)
    assert list(shown[0].arrivals) == [2.0, 3.0]
    assert told.delays == [400.0]


def test_entry_frequency_is_a_week_over_its_entries() -> None:
    policy = EntryFrequency()
    assert policy(Seen(0.0, (), 0)) == 24 * HOUR_S
    assert policy(Seen(10.0, tuple(range(7)), 7)) == 24 * HOUR_S
    assert policy(Seen(20.0, tuple(range(10, 20)) * 16, 50)) == 60 * round(7 * 24 * 60 / 167)


def test_rss_fetcher_goes_by_what_was_known() -> None:
    policy = RssFetcher()
    assert policy(Seen(0.0, (), 10)) == 720 * 60
    assert policy(Seen(1.0, (), 10)) == 730 * 60
    assert policy(Seen(2.0, (1.5,) * 9, 10)) == 720 * 60
    assert policy(Seen(3.0, (2.5,) * 9, 10)) == 660 * 60


def test_ours_is_the_same_for_the_same_seed() -> None:
    times = [at * 1800.0 for at in range(500)]
    first, second = (replay(times, 20, Ours(Settings(), Random(5)), 400_000.0, 900_000.0) for _ in range(2))
    assert first == second


def test_fixed_polling_needs_no_step_from_poll_to_poll() -> None:
    rng = Random(3)
    times = sorted(rng.random() * 50_000 for _ in range(2000))
    fixed = Fixed(15)
    stepped = replay(times, 20, fixed, 5000.0, 45_000.0)
    assert stepped.lost > 0
    assert replay_fixed(times, 20, fixed.seconds, 5000.0, 45_000.0) == stepped


def test_ours_finds_more_and_sooner_in_every_measure_than_every_15_minutes_with_half_its_requests() -> None:
    names = [OURS, "every 15 minutes", "every 60 minutes", "miniflux, entry frequency", "rss-fetcher"]
    ours, *others = simulate(range(200), 30, 4, names, Settings()).values()
    assert ours.requests < 0.5 * others[0].requests
    for other in others:
        assert ours.lost <= other.lost
        assert ours.mean < other.mean
        assert ours.quantile(0.5) < other.quantile(0.5)
        assert ours.quantile(0.95) <= other.quantile(0.95)


def test_compiled_decisions_give_the_same_figures_to_the_last_digit() -> None:
    words = ["--feeds", "6", "--days", "9"]
    interpreted = _printed(*words, "--interpreted")
    compiled = _printed(*words)
    if "Not compiled" in compiled.stderr:
        pytest.skip(compiled.stderr)
    assert _without_cpu(compiled.stdout) == _without_cpu(interpreted.stdout)


def _printed(*words: str) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-m", "bench.simulation", *words]
    return subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True)


def _without_cpu(table: str) -> list[list[str]]:
    return [line.split()[:-2] if line.endswith(" s") else line.split() for line in table.splitlines()]
