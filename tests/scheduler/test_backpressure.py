"""How much may be on the belt."""

from collections.abc import Callable

import pytest

from services.scheduler.backpressure import FLOOR_BYTES, Settled, room
from shared.belt import Load
from shared.settings import Settings

EMPTY = Load(feeds=0, bytes=0, memory_share=0.0)
IDLE = Settled(feeds=0, bytes=0)


@pytest.fixture
def hundred(settings: Callable[..., Settings]) -> Settings:
    """Settings under which a hundred feeds may always be on the belt."""
    return settings(belt_floor=100, belt_memory_share=0.6)


def test_an_idle_line_may_take_its_floor(hundred: Settings) -> None:
    assert room(EMPTY, IDLE, hundred) == 100


def test_what_is_on_the_belt_takes_room(hundred: Settings) -> None:
    assert room(Load(70, 0, 0.0), IDLE, hundred) == 30


def test_a_full_belt_has_no_room_and_never_less(hundred: Settings) -> None:
    assert room(Load(100, 0, 0.0), IDLE, hundred) == 0
    assert room(Load(500, 0, 0.0), IDLE, hundred) == 0


def test_a_line_that_settles_much_may_hold_as_much(hundred: Settings) -> None:
    assert room(Load(1000, 0, 0.0), Settled(4000, 0), hundred) == 3000


def test_a_slow_line_keeps_its_floor(hundred: Settings) -> None:
    assert room(EMPTY, Settled(3, 0), hundred) == 100


def test_bytes_bound_the_belt_too(hundred: Settings) -> None:
    assert room(Load(1, FLOOR_BYTES, 0.0), IDLE, hundred) == 0
    assert room(Load(1, FLOOR_BYTES, 0.0), Settled(0, 2 * FLOOR_BYTES), hundred) == 99


def test_nothing_is_leased_while_redis_is_fuller_than_its_share(hundred: Settings) -> None:
    assert room(Load(0, 0, 0.6), IDLE, hundred) == 100
    assert room(Load(0, 0, 0.61), Settled(10_000, 0), hundred) == 0
