"""What a subscription is worth, what signs a push, and which hub a header field names."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from shared.push import Push, granted, linked, patience, signed, standing

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL = "https://paper.example/rss"


def worth(**times: datetime | str | None) -> Push:
    given = {"ends_at": NOW + HOUR, "pushed_at": None, "missed_at": None, "error": None, **times}
    return standing(**given, now=NOW)  # type: ignore[arg-type]


def test_a_subscription_is_worth_what_its_times_say() -> None:
    assert worth(ends_at=None) is Push.WAITING
    assert worth(ends_at=None, error="The hub answered 403.") is Push.REFUSED
    assert worth() is Push.GRANTED
    assert worth(pushed_at=NOW) is Push.WORKING
    assert worth(pushed_at=NOW - HOUR, missed_at=NOW) is Push.BROKEN
    assert worth(pushed_at=NOW, missed_at=NOW - HOUR) is Push.WORKING
    assert worth(ends_at=NOW - HOUR, pushed_at=NOW - HOUR) is Push.ENDED


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_push_is_signed_by_the_methods_of_the_recommendation(method: str) -> None:
    made = hmac.new(b"secret", b"body", getattr(hashlib, method)).hexdigest()
    assert signed(f"{method}={made}", "secret", b"body")
    assert signed(f"{method.upper()}={made.upper()}", "secret", b"body")
    assert not signed(f"{method}={made}", "other", b"body")
    assert not signed(f"{method}={made}", "secret", b"bodY")


@pytest.mark.parametrize("field", [None, "", "sha256", "sha256=", "md5=0", "sha256=é", "new=1", "sha256=00=00"])
def test_what_is_no_signature_signs_nothing(field: str | None) -> None:
    assert not signed(field, "secret", b"body")


@pytest.mark.parametrize(("field", "found"), [
    ('<https://hub.example/>; rel="hub"', ("https://hub.example/", None)),
    ('<a>; rel="self hub"', ("https://paper.example/a", "https://paper.example/a")),
    ("<https://h.example/>;rel=hub,</me>;rel=self", ("https://h.example/", "https://paper.example/me")),
    ('<https://x.example/>; title="a, b; rel=hub"; rel=next', (None, None)),
    ('<https://1.example/>; rel=hub, <https://2.example/>; rel=hub', ("https://1.example/", None)),
    ("<javascript:alert(1)>; rel=hub", (None, None)),
    ("<ftp://hub.example/>; rel=hub", (None, None)),
    ('<https://hub.example/>; rel="hub', ("https://hub.example/", None)),
    ("<<<>>>;;;===,,,", (None, None)),
    ("", (None, None)),
])  # fmt: skip
def test_a_link_field_names_hub_and_topic(field: str, found: tuple[str | None, str | None]) -> None:
    assert linked(field, URL) == found


def test_a_lease_is_what_the_hub_grants() -> None:
    assert granted("3600") == 3600
    assert granted(None) == granted("soon") == granted("-5") == 10 * 86_400
    assert granted("9" * 30) == 90 * 86_400


def test_a_hub_that_fails_is_asked_ever_more_seldom() -> None:
    assert [patience(count) for count in (1, 2, 3, 50)] == [HOUR, 2 * HOUR, 4 * HOUR, 24 * HOUR]
