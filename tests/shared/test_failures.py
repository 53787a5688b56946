"""Classes of failures and how long each is waited out."""

import pytest

from shared.messages import Facts, Kind, Outcome
from shared.polling.failures import BACK_OFFS, DAY_S, PROBE_S, Failure, back_off, failure_of


def failed(kind: str | None = None, status: int | None = None, **more: object) -> Facts:
    outcome = more.pop("outcome", Outcome.TRANSIENT)
    return Facts(kind=Kind.FEED, id=1, token="t", outcome=outcome, error_kind=kind, status=status, **more)


@pytest.mark.parametrize(
    ("kind", "status", "failure"),
    [
        ("dns", None, Failure.DNS),
        ("lookup", None, Failure.LOOKUP),
        ("unreachable", None, Failure.CONNECT),
        ("connect", None, Failure.CONNECT),
        ("tls", None, Failure.TLS),
        ("timeout", None, Failure.TIMEOUT),
        ("truncated", 200, Failure.TRUNCATED),
        ("challenge", 403, Failure.CHALLENGE),
        ("drop", None, Failure.FOLDER),
        ("not_a_feed", 200, Failure.NOT_A_FEED),
        ("malformed", 200, Failure.NOT_A_FEED),
        ("too_large", 200, Failure.LIMIT),
        ("redirect", 302, Failure.REDIRECT),
        ("blocked", None, Failure.BLOCKED),
        ("http", None, Failure.PROTOCOL),
        ("http", 400, Failure.CLIENT),
        ("http", 401, Failure.DENIED),
        ("http", 403, Failure.DENIED),
        ("http", 404, Failure.MISSING),
        ("http", 429, Failure.BUSY),
        ("http", 500, Failure.SERVER),
        ("http", 503, Failure.SERVER),
    ],
)
def test_each_failure_has_its_class(kind: str, status: int | None, failure: Failure) -> None:
    assert failure_of(kind, status, Outcome.TRANSIENT) is failure


def test_every_class_has_a_back_off_of_its_own() -> None:
    assert set(BACK_OFFS) == set(Failure)


@pytest.mark.parametrize("failure", list(Failure))
def test_no_back_off_begins_within_a_minute_or_ends_beyond_a_day(failure: Failure) -> None:
    rule = BACK_OFFS[failure]
    assert 60 <= rule.first_s <= rule.most_s <= DAY_S


def test_what_passes_soon_is_asked_again_sooner_than_what_a_person_must_mend() -> None:
    soon, late = (back_off(failed(*what), 0, 0, DAY_S)[0] for what in (("timeout", None), ("http", 403)))
    assert soon * 6 < late


def test_a_back_off_grows_to_the_most_of_its_class() -> None:
    assert back_off(failed("http", 503), 99, 0, DAY_S)[0] == BACK_OFFS[Failure.SERVER].most_s


def test_the_operators_ceiling_holds_for_every_class() -> None:
    assert back_off(failed("dns"), 99, 0, 3600)[0] == 3600


def test_retry_after_is_capped_at_a_day_whatever_the_ceiling() -> None:
    assert back_off(failed("http", 429, retry_after_s=10**6), 0, 0, 10**7)[0] == DAY_S


def test_the_long_dead_are_probed_monthly_and_the_newly_added_are_not() -> None:
    assert back_off(failed("dns"), 30, 31 * DAY_S, DAY_S)[0] == PROBE_S
    assert back_off(failed("dns"), 0, 31 * DAY_S, DAY_S)[0] < PROBE_S


def test_a_month_in_which_nobody_asked_makes_no_feed_long_dead() -> None:
    assert back_off(failed("dns"), 1, 40 * DAY_S, DAY_S)[0] < DAY_S


def test_the_reason_says_what_is_wrong_and_how_often() -> None:
    words = back_off(failed("http", 403), 2, 0, DAY_S)[1]
    assert words.startswith("its server refuses us (401, 403, or the login), 3 times in a row")
