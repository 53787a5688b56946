"""The medians and the ratios."""

import os

from bench.processes import memory, tree
from bench.result import Measure, middle, ratio


def rounds(*seconds: float) -> list[Measure]:
    return [Measure(100, 5, 2.0, {"index": one, "parse": 1.0}) for one in seconds]


def test_the_middle_is_taken_of_each_part() -> None:
    assert middle(rounds(3.0, 1.0, 2.0)).cpu_s == {"index": 2.0, "parse": 1.0}


def test_cpu_seconds_of_all_parts_make_milliseconds_a_feed() -> None:
    assert rounds(1.0)[0].cpu_ms_a_feed == 20.0


def test_the_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    assert ratio(rounds(1.0, 3.0, 7.0), rounds(1.0, 1.0, 1.0)) == 2.0


def test_a_process_sees_its_own_cpu_and_memory() -> None:
    own = tree(os.getpid())
    assert own[0].pid == os.getpid()
    assert own[0].cpu_s > 0
    assert memory(own).largest > 10 * 2**20
