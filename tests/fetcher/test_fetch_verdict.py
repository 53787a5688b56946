"""What an answer means."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.fetcher.verdict import LONGEST_S, excuse, hand_back, judge, max_age_s, retry_after_s
from shared.digests import sha256
from shared.errors import Blocked, FetchError, Refused
from shared.http.client import Response
from shared.messages import Kind, Outcome, Target, Validators

NOW = datetime(2025, 1, 1, 12, 0, tzinfo=UTC)
BODY = b"<rss/>"


def target(**validators: str) -> Target:
    return Target(kind=Kind.FEED, id=7, token="t", url="http://a/", host="a", validators=Validators(**validators))


def answer(status: int = 200, body: bytes = BODY, moved_to: str | None = None, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, "http://a/", named, body, 100, 12, moved_to)


def test_a_new_body_is_a_document_with_the_answers_validators() -> None:
    facts = judge(target(etag='"old"'), answer(etag='"new"', last_modified="Wed, 01 Jan 2025 00:00:00 GMT"), NOW)
    assert facts.outcome is Outcome.OK
    assert facts.validators == Validators(
        etag='"new"', last_modified="Wed, 01 Jan 2025 00:00:00 GMT", body_digest=sha256(BODY)
    )
    assert (facts.kind, facts.id, facts.token, facts.wire_bytes, facts.elapsed_ms) == (Kind.FEED, 7, "t", 100, 12)


def test_the_body_of_the_last_good_poll_is_unchanged_whatever_the_validators_say() -> None:
    facts = judge(target(body_digest=sha256(BODY)), answer(etag='"new"'), NOW)
    assert (facts.outcome, facts.validators, facts.error) == (Outcome.UNCHANGED, None, None)


@pytest.mark.parametrize("validators", [{}, {"etag": '"a"'}])
def test_a_304_keeps_what_is_known_and_invents_nothing(validators: dict[str, str]) -> None:
    facts = judge(target(**validators), answer(304, b"", etag='"never-given"'), NOW)
    assert (facts.outcome, facts.validators, facts.error) == (Outcome.NOT_MODIFIED, None, None)


def test_an_empty_body_is_an_error_and_no_feed_without_entries() -> None:
    facts = judge(target(), answer(body=b"", etag='"empty"'), NOW)
    assert (facts.outcome, facts.validators) == (Outcome.TRANSIENT, None)
    assert facts.error == "The server answered 200 OK with an empty body."


@pytest.mark.parametrize(
    ("status", "outcome", "error"),
    [
        (204, Outcome.TRANSIENT, "The server answered 204 No Content."),
        (206, Outcome.TRANSIENT, "The server answered 206 Partial Content."),
        (302, Outcome.TRANSIENT, "The server answered 302 Found."),
        (403, Outcome.TRANSIENT, "The server answered 403 Forbidden."),
        (404, Outcome.TRANSIENT, "The server answered 404 Not Found."),
        (410, Outcome.GONE, "The server answered 410 Gone."),
        (500, Outcome.TRANSIENT, "The server answered 500 Internal Server Error."),
        (599, Outcome.TRANSIENT, "The server answered 599."),
    ],
)
def test_an_error_status_is_said_in_one_sentence(status: int, outcome: Outcome, error: str) -> None:
    facts = judge(target(), answer(status, b"", moved_to="http://b/"), NOW)
    assert (facts.outcome, facts.status, facts.error_kind, facts.error) == (outcome, status, "http", error)
    assert (facts.validators, facts.moved_to) == (None, None)


def test_a_good_answer_tells_where_the_feed_moved() -> None:
    assert judge(target(), answer(moved_to="http://b/"), NOW).moved_to == "http://b/"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Wed, 01 Jan 2025 12:02:00 GMT", 120),
        ("Wednesday, 01-Jan-25 12:02:00 GMT", 120),
        ("Wed Jan  1 12:02:00 2025", 120),
        ("Wed, 01 Jan 2025 13:02:00 +0100", 120),
        ("Wed, 01 Jan 2020 12:00:00 GMT", 0),
        ("946080000", LONGEST_S),
        ("9" * 5000, LONGEST_S),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_S),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("Wed, 99 Jan 2025 12:02:00 GMT", None),
        ("Wed, 01 Jan 99999999999 12:02:00 GMT", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, seconds: int | None) -> None:
    assert retry_after_s({"retry-after": value}, NOW) == seconds


@pytest.mark.parametrize(("status", "seconds"), [(429, 60), (503, 60), (500, None), (404, None)])
def test_retry_after_counts_where_it_asks_for_patience(status: int, seconds: int | None) -> None:
    assert judge(target(), answer(status, b"", retry_after="60"), NOW).retry_after_s == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("max-age=600", 600),
        ("public, Max-Age = 600", 600),
        ('max-age="600"', 600),
        ("s-maxage=5", None),
        ("no-cache", None),
        ("max-age=" + "9" * 5000, LONGEST_S),
        ("max-age=soon", None),
    ],
)
def test_cache_control_tells_how_long_an_answer_is_fresh(value: str, seconds: int | None) -> None:
    assert max_age_s({"cache-control": value}) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"expires": "Wed, 01 Jan 2025 12:10:00 GMT"}, 600),
        ({"expires": "Wed, 01 Jan 2025 12:10:00 GMT", "cache-control": "max-age=60"}, 60),
        ({"expires": "Wed, 01 Jan 2025 12:10:00 GMT", "cache-control": "no-cache"}, None),
        ({"expires": "Wed, 01 Jan 2025 11:00:00 GMT"}, None),
        ({"expires": "0"}, None),
        ({"expires": "Wed, 01 Jan 9025 12:00:00 GMT"}, LONGEST_S),
        ({"expires": "Wed, 01 Jan 2025 12:10:00 GMT", "date": "yesterday"}, None),
    ],
)
def test_expires_tells_it_where_cache_control_does_not(headers: dict[str, str], seconds: int | None) -> None:
    assert max_age_s({"date": "Wed, 01 Jan 2025 12:00:00 GMT"} | headers) == seconds


@pytest.mark.parametrize("value", ["a\x00b", "\x1b[2J", "x" * 2000, "   "])
def test_a_validator_that_cannot_be_kept_is_none(value: str) -> None:
    facts = judge(target(), answer(etag=value, last_modified=value), NOW)
    assert facts.validators == Validators(body_digest=sha256(BODY))


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (FetchError("dns", "No."), Outcome.TRANSIENT),
        (Refused("too_large", "No."), Outcome.REFUSED),
        (Blocked("blocked", "No."), Outcome.BLOCKED),
    ],
)
def test_a_failed_fetch_keeps_its_kind_and_sentence(error: Any, outcome: Outcome) -> None:
    facts = excuse(target(), error, 5)
    assert (facts.outcome, facts.error_kind, facts.error, facts.elapsed_ms) == (outcome, error.kind, "No.", 5)
    assert facts.validators is None


def test_what_is_handed_back_counts_against_nobody() -> None:
    facts = hand_back(target(), 5, "its host rests")
    assert (facts.outcome, facts.error, facts.retry_after_s) == (Outcome.UNFETCHED, "not asked: its host rests", 5)
    assert facts.validators is None
