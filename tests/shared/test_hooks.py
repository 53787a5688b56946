"""What receivers are told, how that is signed, and when they are called again."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import UsageError
from shared.hooks import Growth, event, fresh_secret, read_secret, settled, signed, standing
from shared.lines import Line
from shared.messages import Facts, Kind, Outcome, Tell

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
SOME = Growth(Line(4, AT), Line(7, AT + timedelta(seconds=1)), {"revised": 1, "created": 2})


def facts(outcome: Outcome, retry_after_s: int | None = None) -> Facts:
    return Facts(kind=Kind.HOOK, id=1, token="t", outcome=outcome, retry_after_s=retry_after_s)


def test_the_same_growth_makes_the_same_event_and_another_makes_another() -> None:
    others = [
        event(2, SOME),
        event(1, SOME, AT),
        event(1, Growth(SOME.after, Line(7, AT), SOME.kinds)),
        event(1, Growth(SOME.after, SOME.until, SOME.kinds, reset=True)),
        event(1, Growth(Line(), SOME.until, SOME.kinds)),
    ]
    assert event(1, SOME) == event(1, SOME)
    assert len({one.id for one in others} | {event(1, SOME).id}) == 6


def test_an_event_says_where_the_log_stands_and_where_to_read_on() -> None:
    told = json.loads(event(1, SOME).body)
    assert told["time"] == "2026-03-01T09:00:01Z"
    assert told["data"] == {
        "after": "4@2026-03-01T09:00:00Z",
        "until": "7@2026-03-01T09:00:01Z",
        "lines": 3,
        "kinds": {"created": 2, "revised": 1},
        "reset": False,
        "read": "/v1/changes?after=4@2026-03-01T09:00:00Z",
    }


def test_an_id_holds_nothing_that_parts_what_is_signed() -> None:
    assert "." not in event(1, SOME).id


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of the specification's reference libraries."""
    fields = signed(
        Tell(id="msg_p5jXN8AQM9LWM0D4loKWxJek", body='{"test": 2432232314}'),
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        datetime.fromtimestamp(1614265330, UTC),
    )
    assert fields["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert fields["webhook-timestamp"] == "1614265330"


def test_a_secret_that_is_made_can_be_read_and_none_is_made_twice() -> None:
    assert len(read_secret(fresh_secret())) == 32
    assert fresh_secret() != fresh_secret()


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!!", "hunter2", f"whsec_{'A' * 88}"])
def test_what_is_no_secret_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_secret(text)
    assert not text or text == "whsec_" or text not in str(refused.value)


@pytest.mark.parametrize(
    ("outcome", "asked", "failures", "wait", "counted"),
    [
        (Outcome.OK, None, 3, 1, 0),
        (Outcome.UNFETCHED, None, 3, 1, 3),
        (Outcome.UNFETCHED, 30, 3, 30, 3),
        (Outcome.TRANSIENT, None, 0, 5, 1),
        (Outcome.TRANSIENT, None, 3, 40, 4),
        (Outcome.TRANSIENT, None, 500, 3600, 501),
        (Outcome.TRANSIENT, 1, 3, 40, 4),
        (Outcome.TRANSIENT, 7200, 3, 7200, 4),
        (Outcome.TRANSIENT, 10**7, 0, 86_400, 1),
        (Outcome.BLOCKED, None, 0, 5, 1),
    ],
)
def test_when_a_receiver_is_called_again(
    outcome: Outcome, asked: int | None, failures: int, wait: float, counted: int
) -> None:
    after = settled(facts(outcome, asked), failures)
    assert (after.state, after.wait_s, after.failures) == ("active", wait, counted)


def test_only_410_ends_a_hook() -> None:
    ended = [outcome for outcome in Outcome if settled(facts(outcome), 0).state != "active"]
    assert ended == [Outcome.GONE]


@pytest.mark.parametrize(
    ("state", "failures", "said"),
    [("active", 0, "healthy"), ("active", 1, "failing"), ("paused", 1, "paused"), ("gone", 1, "gone")],
)
def test_how_a_hook_is_doing(state: str, failures: int, said: str) -> None:
    assert standing(state, failures).value == said
