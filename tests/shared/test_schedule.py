"""When a feed or page is fetched next, and why."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messages import Facts, Kind, Outcome
from shared.polling.rhythm import DAY_S, HOUR_S, Rhythm, learn
from shared.polling.schedule import (
    JITTER,
    PAGE_FAILURES,
    PUSH_SLOWER,
    Interval,
    Plan,
    Standing,
    Wish,
    interval,
    jittered,
    plan,
    wavered,
)
from shared.settings import Settings

EVEN = 0.5  # the chance that moves nothing
NOON = 56 * DAY_S + 12 * HOUR_S  # a Thursday
BAD = [Outcome.TRANSIENT, Outcome.REFUSED, Outcome.BLOCKED]


def rhythm(a_day: float, until_s: float = NOON, days: int = 28) -> Rhythm:
    """A feed that publishes round the clock at an even pace."""
    step = DAY_S / a_day
    times = [until_s - at * step for at in range(int(days * a_day))]
    return learn(None, times, len(times), until_s)


def feed(a_day: float = 24, window: int = 100, **more: Any) -> Standing:
    return Standing("active", 0, polling_s=1000, window=window, rhythm=rhythm(a_day), **more)


ACTIVE = feed()
SILENT = replace(ACTIVE, rhythm=Rhythm(0.0, NOON))


def facts(outcome: Outcome = Outcome.OK, kind: Kind = Kind.FEED, **more: Any) -> Facts:
    return Facts(kind=kind, id=1, token="t", outcome=outcome, **more)


@pytest.fixture
def rules(settings: Callable[..., Settings]) -> Settings:
    """The usual rules, by what waiting is worth alone: 300 s to three hours, a day at most for what fails."""
    return settings(
        poll_interval_s=900,
        poll_floor_s=300,
        poll_ceiling_s=10_800,
        poll_worth_s=240,
        poll_fresh_s=0,
        backoff_ceiling_s=86_400,
    )


@pytest.fixture
def prompt(rules: Settings) -> Settings:
    """The usual rules, with the aim to find articles within 800 s."""
    return rules.model_copy(update={"poll_fresh_s": 800})


def on_timer(rhythm: Rhythm | None, minute: int, hours: int, until_s: float = NOON) -> Rhythm:
    """A feed that was seen to publish one article at this minute of each hour."""
    for ago in range(hours, 0, -1):
        at_s = until_s - ago * HOUR_S + minute * 60
        rhythm = learn(rhythm, [at_s] if at_s < until_s else [], 1, at_s + 300)
    assert rhythm is not None
    return rhythm


@pytest.fixture
def planned(rules: Settings) -> Callable[..., Plan]:
    """What plans under the usual rules, without jitter."""

    def make(standing: Standing = ACTIVE, said: Facts | None = None) -> Plan:
        return plan(standing, said or facts(), rules, NOON, EVEN)

    return make


def test_articles_wait_as_long_as_a_request_is_worth(planned: Callable[..., Plan]) -> None:
    a_second = 24 / DAY_S
    assert planned().wait_s == pytest.approx((2 * 240 / a_second) ** 0.5, rel=0.25)


def test_four_times_as_many_articles_are_polled_twice_as_often(planned: Callable[..., Plan]) -> None:
    assert planned(feed(24)).wait_s / planned(feed(96)).wait_s == pytest.approx(2, rel=0.15)


def test_a_busy_hour_is_polled_more_often_than_a_quiet_one(rules: Settings) -> None:
    mornings = [day * DAY_S + hour * HOUR_S + at * 600 for day in range(56) for hour in (8, 9, 10) for at in range(6)]
    standing = replace(feed(), rhythm=learn(None, mornings, len(mornings), 56 * DAY_S))
    busy, quiet = (interval(standing, rules, 56 * DAY_S + hour * HOUR_S).seconds for hour in (8, 20))
    assert quiet > 3 * busy


def test_a_weekday_is_polled_more_often_than_a_sunday(rules: Settings) -> None:
    weekdays = [day * DAY_S + at * 3600.0 for day in range(56) if (day + 3) % 7 < 5 for at in range(24)]
    standing = replace(feed(), rhythm=learn(None, weekdays, len(weekdays), 56 * DAY_S))
    monday, sunday = (interval(standing, rules, day * DAY_S + 12 * HOUR_S).seconds for day in (60, 59))
    assert sunday > 1.5 * monday


def test_the_night_is_slept_through_no_longer_than_the_morning_allows(rules: Settings) -> None:
    mornings = [day * DAY_S + 8 * HOUR_S + at * 60 for day in range(56) for at in range(60)]
    standing = replace(feed(window=20), rhythm=learn(None, mornings, len(mornings), 56 * DAY_S))
    before = 56 * DAY_S + 7 * HOUR_S
    assert before + interval(standing, rules, before).seconds < before + 1.5 * HOUR_S


@pytest.mark.parametrize("a_day", [8, 12, 24])
def test_feeds_of_a_few_articles_a_day_are_polled_so_that_they_are_found_in_time(
    prompt: Settings, a_day: float
) -> None:
    found = interval(feed(a_day), prompt, NOON)
    assert (found.seconds, found.cause) == (pytest.approx(800), "fresh")


def test_feeds_for_which_that_would_take_too_many_requests_are_left_alone(prompt: Settings) -> None:
    assert interval(feed(0.2), prompt, NOON).seconds > 5000


def test_busy_feeds_are_polled_no_less_often_for_it(rules: Settings, prompt: Settings) -> None:
    assert interval(feed(300), prompt, NOON) == interval(feed(300), rules, NOON)


def test_a_busy_morning_is_found_in_time_and_the_night_before_it_left_alone(prompt: Settings) -> None:
    mornings = [day * DAY_S + hour * HOUR_S + at * 1200 for day in range(56) for hour in (8, 9, 10) for at in range(3)]
    standing = replace(feed(), rhythm=learn(None, mornings, len(mornings), 56 * DAY_S))
    night, morning = (interval(standing, prompt, 56 * DAY_S + hour * HOUR_S).seconds for hour in (1, 9))
    assert night > HOUR_S
    assert morning <= 800


@pytest.mark.parametrize("minute", [0, 17, 59])
def test_a_feed_that_keeps_to_a_minute_is_polled_just_after_it(prompt: Settings, minute: int) -> None:
    standing = replace(feed(), rhythm=on_timer(rhythm(24), minute, 72))
    found = interval(standing, prompt, NOON + 30 * 60)
    assert found.cause == "clock"
    after_s = (NOON + 30 * 60 + found.seconds - minute * 60) % HOUR_S
    assert 60 <= after_s <= 180
    assert found.seconds <= HOUR_S


def test_a_feed_that_stops_keeping_to_it_is_not_waited_for(prompt: Settings) -> None:
    timed = on_timer(rhythm(24), 17, 72)
    untimed = learn(timed, [NOON + at * 1000 for at in range(4)], 4, NOON + HOUR_S)
    late = learn(timed, [], 4, NOON + HOUR_S, [NOON + at * 1000 for at in range(4)])
    for known in (untimed, late):
        assert interval(replace(feed(), rhythm=known), prompt, NOON + HOUR_S).cause != "clock"


def test_dates_of_a_first_window_keep_to_no_minute(prompt: Settings) -> None:
    midnights = learn(None, [day * DAY_S for day in range(28, 56)], 28, NOON)
    assert interval(replace(feed(), rhythm=midnights), prompt, NOON).cause != "clock"


def test_a_timers_minute_is_jittered_only_later_and_little() -> None:
    chosen = Interval(1000, "clock")
    assert wavered(chosen, 0) == 1000
    assert 1000 < wavered(chosen, 1) <= 1000 + 300


def test_a_small_window_is_polled_before_it_can_roll_over(rules: Settings) -> None:
    small, large = (interval(feed(96, window), rules, NOON) for window in (5, 100))
    assert (small.cause, large.cause) == ("room", "worth")
    assert small.seconds < large.seconds


def test_articles_that_come_in_bunches_need_more_room() -> None:
    single = rhythm(24)
    bunches = [NOON - at * DAY_S / 3 - one for at in range(84) for one in range(8)]
    assert learn(None, bunches, len(bunches), NOON).room(30) < single.room(30) / 2


def test_what_other_feeds_bring_first_is_worth_less(rules: Settings) -> None:
    copying = replace(ACTIVE, rhythm=replace(rhythm(24), own=0.0))
    assert interval(copying, rules, NOON).seconds > 2 * interval(ACTIVE, rules, NOON).seconds


def test_the_interval_keeps_to_floor_and_ceiling(planned: Callable[..., Plan]) -> None:
    assert planned(feed(5000)).wait_s == 300
    assert planned(SILENT).wait_s == 10_800


def test_a_feeds_own_floor_and_ceiling_come_first(planned: Callable[..., Plan]) -> None:
    assert planned(feed(5000, floor_s=120)).wait_s == 120
    assert planned(replace(SILENT, ceiling_s=1200)).wait_s == 1200


def test_a_feed_of_which_nothing_is_known_begins_at_the_set_interval(planned: Callable[..., Plan]) -> None:
    assert planned(Standing("active", 0)).wait_s == 900


def test_of_which_nothing_is_known_keeps_to_its_floor_and_ceiling_too(planned: Callable[..., Plan]) -> None:
    assert planned(Standing("active", 0, floor_s=60, ceiling_s=60)).wait_s == 60
    assert planned(Standing("active", 0, floor_s=3600)).wait_s == 3600


def test_the_operators_interval_is_kept(planned: Callable[..., Plan]) -> None:
    assert planned(feed(interval_s=60)).wait_s == 60


def test_a_publishers_pace_is_kept(planned: Callable[..., Plan]) -> None:
    assert planned(feed(wish=Wish(3000))).wait_s == 3000
    assert planned(feed(wish=Wish(10))).wait_s == planned().wait_s


def test_a_publishers_pace_is_kept_for_an_hour_at_most(planned: Callable[..., Plan]) -> None:
    assert planned(feed(wish=Wish(86_400))).wait_s == 3600


def test_a_publishers_pace_does_not_let_the_window_roll_over(planned: Callable[..., Plan]) -> None:
    assert planned(feed(96, 5, wish=Wish(3600))).wait_s < 1800


def test_skipped_hours_are_left_out(planned: Callable[..., Plan]) -> None:
    skipping = feed(wish=Wish(0, frozenset({12, 13, 14})))
    assert planned(skipping).wait_s == 3 * HOUR_S


def test_skipped_days_are_left_out_for_a_day_at_most(planned: Callable[..., Plan]) -> None:
    thursday, friday = 3, 4
    standing = feed(wish=Wish(0, frozenset(), frozenset({thursday, friday})))
    assert planned(standing).wait_s == DAY_S


def test_push_that_works_is_polled_slowly(planned: Callable[..., Plan]) -> None:
    assert planned(feed(96, pushed=True)).wait_s == pytest.approx(planned(feed(96)).wait_s * PUSH_SLOWER, rel=0.01)


def test_push_does_not_let_the_window_roll_over(planned: Callable[..., Plan]) -> None:
    assert planned(feed(96, 5, pushed=True)).wait_s == planned(feed(96, 5)).wait_s


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (feed(interval_s=600), "every 10 min, as the operator set it"),
        (Standing("active", 0), "nothing is known of it yet"),
        (feed(), "about 1.1 articles an hour are expected now: after"),
        (feed(96, 5), "out of its window of 5"),
        (feed(5000), "5 min is the floor"),
        (SILENT, "3 h is the ceiling"),
        (feed(wish=Wish(3000)), "the publisher asks for 50 min between polls"),
        (feed(wish=Wish(0, frozenset({12}))), "asks not to be polled at this hour"),
        (feed(pushed=True), "the publisher's push works"),
    ],
)
def test_a_plan_says_why(planned: Callable[..., Plan], standing: Standing, words: str) -> None:
    assert words in (planned(standing).why or "")


def test_a_plan_says_that_articles_are_to_be_found_in_time_or_come_by_a_timer(prompt: Settings) -> None:
    timed = replace(feed(), rhythm=on_timer(rhythm(24), 17, 72))
    assert "so that they are found in time" in (plan(ACTIVE, facts(), prompt, NOON, EVEN).why or "")
    assert "polled just after it" in (plan(timed, facts(), prompt, NOON, EVEN).why or "")


def test_success_forgets_failures(planned: Callable[..., Plan]) -> None:
    assert planned(replace(ACTIVE, failures=7)).failures == 0


@pytest.mark.parametrize("outcome", BAD)
def test_failures_back_off_doubling(planned: Callable[..., Plan], outcome: Outcome) -> None:
    waits = [planned(Standing("active", failures), facts(outcome)).wait_s for failures in range(2)]
    assert waits[1] == 2 * waits[0]


def test_no_number_of_failures_waits_longer_than_the_ceiling(rules: Settings) -> None:
    said = facts(Outcome.TRANSIENT, error_kind="dns")
    assert plan(Standing("active", 9999), said, rules, NOON, EVEN).wait_s == 86_400


def test_a_failure_counts_and_keeps_the_feed_active_and_its_pace(planned: Callable[..., Plan]) -> None:
    after = planned(Standing("active", 50, polling_s=777), facts(Outcome.TRANSIENT))
    assert (after.state, after.failures, after.polling_s) == ("active", 51, 777)


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_retry_after_is_waited_for(rules: Settings, chance: float) -> None:
    said = facts(Outcome.TRANSIENT, status=503, error_kind="http", retry_after_s=7200)
    assert plan(ACTIVE, said, rules, NOON, chance).wait_s >= 7200


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_retry_after_is_believed_up_to_a_day_and_no_less(rules: Settings, chance: float) -> None:
    said = facts(Outcome.TRANSIENT, status=503, error_kind="http", retry_after_s=10**7)
    assert 86_400 <= plan(ACTIVE, said, rules, NOON, chance).wait_s <= 1.1 * 86_400


def test_what_has_been_dead_for_a_month_is_asked_once_a_month(planned: Callable[..., Plan]) -> None:
    after = planned(replace(ACTIVE, failures=40, failing_s=43 * DAY_S), facts(Outcome.TRANSIENT, error_kind="dns"))
    assert after.wait_s == 30 * DAY_S
    assert after.state == "active"
    assert "for 43 days now: asked once a month" in (after.why or "")


def test_gone_stops_a_feed_and_says_so(planned: Callable[..., Plan]) -> None:
    after = planned(said=facts(Outcome.GONE))
    assert after.state == "gone"
    assert "410" in (after.reason or "")


def test_a_fetch_that_was_not_begun_costs_nothing(planned: Callable[..., Plan]) -> None:
    standing = Standing("active", 4, polling_s=777)
    assert planned(standing, facts(Outcome.UNFETCHED)) == Plan("active", None, 4, 777, 0)


@pytest.mark.parametrize("state", ["paused", "parked", "gone"])
@pytest.mark.parametrize("outcome", list(Outcome))
def test_settling_undoes_nothing(planned: Callable[..., Plan], state: str, outcome: Outcome) -> None:
    after = planned(Standing(state, 2, polling_s=777), facts(outcome))
    assert (after.state, after.failures, after.polling_s) == (state, 2, 777)


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.NOT_MODIFIED, *BAD])
def test_what_was_asked_for_meanwhile_is_due_at_once(planned: Callable[..., Plan], outcome: Outcome) -> None:
    assert planned(replace(ACTIVE, failures=3, wanted=True), facts(outcome)).wait_s == 0


@given(st.floats(1, 10**6), st.floats(0, 1))
def test_jitter_stays_within_a_tenth(seconds: float, chance: float) -> None:
    assert seconds * (1 - JITTER) * 0.999 <= jittered(seconds, chance) <= seconds * (1 + JITTER) * 1.001


def test_jitter_reaches_both_ends() -> None:
    assert jittered(100, 0) == pytest.approx(90)
    assert jittered(100, 1) == pytest.approx(110)


@given(
    st.floats(0, 1),
    st.integers(0, 10**4),
    st.integers(0, 10**8),
    st.sampled_from(list(Outcome)),
    st.floats(0.01, 3000),
    st.integers(0, 200),
    st.floats(0, 10**8),
)
def test_no_plan_waits_longer_than_the_ceilings(
    chance: float, failures: int, retry_s: int, outcome: Outcome, a_day: float, window: int, now_s: float
) -> None:
    rules = Settings()
    known = Rhythm(0.0, now_s, (a_day,) * 24, (a_day * 24 / 7,) * 7)
    standing = Standing("active", failures, window=window, rhythm=known, wish=Wish(retry_s))
    after = plan(standing, facts(outcome, retry_after_s=retry_s), rules, now_s, chance)
    assert 0 <= after.wait_s <= max(rules.backoff_ceiling_s, rules.poll_ceiling_s) * (1 + JITTER) + 1


def test_a_page_that_was_read_is_done(planned: Callable[..., Plan]) -> None:
    assert planned(said=facts(kind=Kind.PAGE)).state == "done"


def test_a_page_is_given_up_after_a_few_failures_with_the_reason(planned: Callable[..., Plan]) -> None:
    said = facts(Outcome.TRANSIENT, Kind.PAGE, error="The server answered 500.")
    assert planned(Standing("active", PAGE_FAILURES - 2), said).state == "active"
    after = planned(Standing("active", PAGE_FAILURES - 1), said)
    assert (after.state, after.reason) == ("failed", "The server answered 500.")


@pytest.mark.parametrize("outcome", [Outcome.GONE, Outcome.BLOCKED])
def test_a_page_that_can_never_be_had_is_given_up_at_once(planned: Callable[..., Plan], outcome: Outcome) -> None:
    assert planned(said=facts(outcome, Kind.PAGE)).state == "failed"


def test_a_page_that_was_not_begun_waits_for_nothing(planned: Callable[..., Plan]) -> None:
    assert planned(Standing("active", 2), facts(Outcome.UNFETCHED, Kind.PAGE)) == Plan("active", None, 2, None, 0)
