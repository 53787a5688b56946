"""What is usual of a feed, and what is not."""

import json
from dataclasses import replace

import pytest

from shared.polling.habits import Arrival, Habits, alarm_s, notice, silence, taught
from shared.polling.rhythm import DAY_S, HOUR_S, expected
from shared.polling.schedule import Wish

START = 56 * DAY_S  # a Thursday, midnight


def lived(days: int = 28, a_day: int = 24, words: int = 500, language: str = "en-GB") -> Habits:
    """A feed that was polled hourly for so long and publishes evenly by day and night."""
    habits = taught(Habits(), [], None, START - days * DAY_S)
    for hour in range(days * 24):
        now = START - days * DAY_S + (hour + 1) * HOUR_S
        new = (hour + 1) * a_day // 24 - hour * a_day // 24
        came = [Arrival(now - 1800, words=words, language=language)] * new
        habits = taught(habits, came, now - HOUR_S, now)
    return habits


@pytest.fixture(scope="module")
def usual() -> Habits:
    """Four weeks of an article an hour."""
    return lived()


def test_habits_come_back_from_json_as_they_were(usual: Habits) -> None:
    told = replace(usual, wish=Wish(1800, frozenset({2, 3}), frozenset({6})))
    again = Habits.read(json.loads(json.dumps(told.write())))
    assert again.wish == told.wish
    assert again.write() == told.write()


def test_a_feed_that_was_never_polled_has_no_habits() -> None:
    assert Habits.read(None) == Habits()


def test_a_steady_feed_is_expected_to_go_on(usual: Habits) -> None:
    assert usual.rhythm is not None
    assert expected(usual.rhythm, START, START + DAY_S) == pytest.approx(24, rel=0.1)


def test_a_silence_alarms_before_a_day_is_over_and_not_within_hours(usual: Habits) -> None:
    at_s = alarm_s(usual)
    assert at_s is not None
    assert 6 * HOUR_S < at_s - START < 20 * HOUR_S


def test_a_silence_is_told_in_the_feeds_own_measure(usual: Habits) -> None:
    assert silence(usual, START + 14 * HOUR_S) == "usually 14 articles by now, 0 today"


def test_a_silence_that_is_usual_alarms_no_more() -> None:
    habits = lived(14)
    broken = taught(habits, [Arrival(START + 30 * HOUR_S)], START + 29 * HOUR_S, START + 30 * HOUR_S)
    before, after = alarm_s(habits), alarm_s(broken)
    assert before is not None
    assert after is not None
    assert after - (START + 30 * HOUR_S) > 2 * (before - START)


def test_a_feed_of_which_little_is_known_alarms_nobody() -> None:
    assert alarm_s(lived(1)) is None


def test_a_weekly_feed_alarms_nobody_within_a_fortnight() -> None:
    habits = Habits()
    for week in range(40):
        now = START + week * 7 * DAY_S
        habits = taught(habits, [Arrival(now - 60)], now - HOUR_S, now)
    assert alarm_s(habits) is None


def test_a_flood_is_noticed(usual: Habits) -> None:
    now = START + HOUR_S
    after = taught(usual, [Arrival(now - at) for at in range(60)], START, now)
    assert (notice(after, usual) or "").startswith("a flood: ")
    assert notice(taught(usual, [Arrival(now - 60)], START, now), usual) is None


def test_an_edition_that_is_uploaded_every_evening_is_no_flood() -> None:
    habits = Habits()
    for day in range(30):
        before, now = habits, START + day * DAY_S + 20 * HOUR_S
        habits = taught(habits, [Arrival(now - at) for at in range(30)], now - HOUR_S, now)
    assert notice(habits, before) is None


def test_shrunken_texts_are_noticed(usual: Habits) -> None:
    now = START + HOUR_S
    after = taught(usual, [Arrival(now, words=60)] * 8, START, now)
    assert "texts shrank: usually" in (notice(after, usual) or "")


def test_a_feed_that_gives_no_more_texts_is_noticed(usual: Habits) -> None:
    now = START + HOUR_S
    after = taught(usual, [Arrival(now, words=0)] * 8, START, now)
    assert "texts shrank: usually" in (notice(after, usual) or "")


def test_a_feed_that_never_gave_texts_shrinks_in_nothing() -> None:
    habits = taught(Habits(), [Arrival(START - at * HOUR_S) for at in range(50)], None, START)
    assert habits.words == (0.0, 0.0)


def test_one_short_article_is_nothing(usual: Habits) -> None:
    now = START + HOUR_S
    assert notice(taught(usual, [Arrival(now, words=20)], START, now), usual) is None


def test_another_language_is_noticed_and_another_region_is_not(usual: Habits) -> None:
    now = START + HOUR_S
    german = taught(usual, [Arrival(now, language="de")] * 8, START, now)
    assert "another language: usually en" in (notice(german, usual) or "")
    american = taught(usual, [Arrival(now, language="en-US")] * 8, START, now)
    assert "language" not in (notice(american, usual) or "")


def test_many_articles_in_another_language_at_once_are_noticed_and_stay_so_for_some_polls(usual: Habits) -> None:
    habits = usual
    for poll in range(1, 4):
        now, before = START + poll * HOUR_S, habits
        habits = taught(habits, [Arrival(now, language="de")] * 10, now - HOUR_S, now)
        assert "another language: usually en" in (notice(habits, before) or "")


def test_undated_articles_count_as_spread_over_the_time_since_the_last_poll(usual: Habits) -> None:
    after = taught(usual, [Arrival(None)] * 4, START, START + 4 * HOUR_S)
    assert usual.rhythm is not None
    assert after.rhythm is not None
    more = [now - was for now, was in zip(after.rhythm.hours, usual.rhythm.hours, strict=True)]
    assert all(one > 0.5 for one in more[:4])


def test_the_dates_of_the_first_window_teach() -> None:
    window = [Arrival(START - at * HOUR_S) for at in range(50)]
    habits = taught(Habits(), window, None, START)
    assert habits.rhythm is not None
    assert expected(habits.rhythm, START, START + HOUR_S) == pytest.approx(1, rel=0.4)


def test_a_first_window_without_dates_teaches_nothing() -> None:
    habits = taught(Habits(), [Arrival(None)] * 50, None, START)
    assert habits.rhythm is not None
    assert habits.rhythm.count == 0
