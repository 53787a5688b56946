"""When a feed or page is fetched next, and why."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messages import Facts, Kind, Outcome
from shared.schedule import JITTER, PAGE_FAILURES, Plan, Standing, jittered, plan
from shared.settings import Settings

EVEN = 0.5  # the chance that moves nothing
ACTIVE = Standing("active", 0, polling_s=1000)
BAD = [Outcome.TRANSIENT, Outcome.REFUSED, Outcome.BLOCKED]


def facts(outcome: Outcome = Outcome.OK, kind: Kind = Kind.FEED, **more: Any) -> Facts:
    return Facts(kind=kind, id=1, token="t", outcome=outcome, **more)


@pytest.fixture
def rules(settings: Callable[..., Settings]) -> Settings:
    """The usual rules: 300 s to an hour, a day at most for what fails."""
    return settings(poll_interval_s=900, poll_floor_s=300, poll_ceiling_s=3600, backoff_ceiling_s=86_400)


@pytest.fixture
def planned(rules: Settings) -> Callable[..., Plan]:
    """What plans under the usual rules, without jitter."""

    def make(
        standing: Standing = ACTIVE, said: Facts | None = None, created: int = 0, ttl_s: int | None = None
    ) -> Plan:
        return plan(standing, said or facts(), created, ttl_s, rules, EVEN)

    return make


def test_a_feed_that_brought_something_is_polled_twice_as_often(planned: Callable[..., Plan]) -> None:
    assert planned(created=3).wait_s == 500


def test_a_feed_that_brought_nothing_is_polled_a_quarter_later(planned: Callable[..., Plan]) -> None:
    assert planned().wait_s == 1250
    assert planned(said=facts(Outcome.NOT_MODIFIED)).wait_s == 1250


def test_the_interval_keeps_to_floor_and_ceiling(planned: Callable[..., Plan]) -> None:
    assert planned(Standing("active", 0, polling_s=300), created=1).wait_s == 300
    assert planned(Standing("active", 0, polling_s=3600)).wait_s == 3600


def test_a_new_feed_begins_at_the_set_interval(planned: Callable[..., Plan]) -> None:
    assert planned(Standing("active", 0), created=1).wait_s == 450


def test_the_operators_interval_is_kept(planned: Callable[..., Plan]) -> None:
    assert planned(Standing("active", 0, interval_s=60, polling_s=1000), created=5).wait_s == 60


def test_a_publishers_pace_is_kept_within_the_ceiling(planned: Callable[..., Plan]) -> None:
    assert planned(ttl_s=1800).wait_s == 1800
    assert planned(said=facts(max_age_s=2400)).wait_s == 2400
    assert planned(ttl_s=86_400).wait_s == 3600


def test_success_forgets_failures(planned: Callable[..., Plan]) -> None:
    assert planned(Standing("active", 7, polling_s=1000)).failures == 0


@pytest.mark.parametrize("outcome", BAD)
def test_failures_back_off_doubling(planned: Callable[..., Plan], outcome: Outcome) -> None:
    waits = [planned(Standing("active", failures), facts(outcome)).wait_s for failures in range(4)]
    assert waits == [300, 600, 1200, 2400]


def test_no_number_of_failures_waits_longer_than_the_ceiling(planned: Callable[..., Plan]) -> None:
    assert planned(Standing("active", 9999), facts(Outcome.TRANSIENT)).wait_s == 86_400


def test_a_failure_counts_and_keeps_the_feed_active_and_its_pace(planned: Callable[..., Plan]) -> None:
    after = planned(Standing("active", 50, polling_s=777), facts(Outcome.TRANSIENT))
    assert (after.state, after.failures, after.polling_s) == ("active", 51, 777)


def test_retry_after_is_waited_for(planned: Callable[..., Plan]) -> None:
    assert planned(said=facts(Outcome.TRANSIENT, retry_after_s=7200)).wait_s == 7200


def test_retry_after_shorter_than_the_back_off_changes_nothing(planned: Callable[..., Plan]) -> None:
    assert planned(said=facts(Outcome.TRANSIENT, retry_after_s=5)).wait_s == 300


def test_retry_after_is_believed_up_to_the_ceiling(planned: Callable[..., Plan]) -> None:
    assert planned(said=facts(Outcome.TRANSIENT, retry_after_s=10**7)).wait_s == 86_400


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
    assert planned(Standing("active", 3, polling_s=1000, wanted=True), facts(outcome)).wait_s == 0


@given(st.floats(1, 10**6), st.floats(0, 1))
def test_jitter_stays_within_a_tenth(seconds: float, chance: float) -> None:
    assert seconds * (1 - JITTER) * 0.999 <= jittered(seconds, chance) <= seconds * (1 + JITTER) * 1.001


def test_jitter_reaches_both_ends() -> None:
    assert jittered(100, 0) == pytest.approx(90)
    assert jittered(100, 1) == pytest.approx(110)


@given(st.floats(0, 1), st.integers(0, 10**4), st.integers(0, 10**8), st.sampled_from(list(Outcome)))
def test_no_plan_waits_longer_than_the_ceilings(chance: float, failures: int, retry_s: int, outcome: Outcome) -> None:
    rules = Settings()
    said = facts(outcome, retry_after_s=retry_s, max_age_s=retry_s)
    after = plan(Standing("active", failures, polling_s=3600), said, 0, retry_s, rules, chance)
    assert 0 <= after.wait_s <= max(rules.backoff_ceiling_s, rules.poll_ceiling_s * (1 + JITTER))


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
