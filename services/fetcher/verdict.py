"""What an answer means: the facts that the store is to remember. Pure.

An answer whose outcome is OK has a document, which is passed on; every other outcome is all there is to say.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import responses
from math import ceil

from shared.digests import sha256
from shared.errors import Blocked, FetchError, Refused
from shared.http.client import Response
from shared.messages import Facts, Outcome, Target, Validators
from shared.push import linked

LONGEST_S = 366 * 86_400  # a wish for more than a year is a mistake, and must fit the store
VALIDATOR_CHARS = 1024  # a longer one is not worth sending back
IM_USED = HTTPStatus.IM_USED  # 226: only what is new since the validators that were sent (RFC 3229, 10.4.1)
DOCUMENTS = frozenset({HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION, IM_USED})
CHALLENGES = {  # what firewalls put beside a page that only a browser gets past
    "cf-mitigated": frozenset({"challenge"}),
    "x-amzn-waf-action": frozenset({"challenge", "captcha"}),
}
PATIENCE = frozenset(
    {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
)  # where Retry-After is meant for us
_NOT_FRESH = re.compile(r"no-cache|no-store", re.IGNORECASE)
_MAX_AGE = re.compile(r'(?:^|[\s,])max-age\s*=\s*"?([0-9]+)', re.ASCII | re.IGNORECASE)


def judge(target: Target, answer: Response, now: datetime) -> Facts:
    """Return the facts of a fetch that was answered.

    Validators are those of the answer where a document came, to be committed with its articles; None keeps the old.
    """
    if answer.status == HTTPStatus.NOT_MODIFIED:
        return answered(target, answer, max_age_s(answer.headers), Outcome.NOT_MODIFIED)
    facts = answered(target, answer, max_age_s(answer.headers))
    if answer.status in DOCUMENTS and answer.body and not is_challenge(answer.headers):
        digest = sha256(answer.body)
        if digest == target.validators.body_digest:
            return facts.model_copy(update={"outcome": Outcome.UNCHANGED})
        hub, topic = linked(answer.headers.get("link"), answer.url)
        return facts.model_copy(update={"validators": _validators(answer.headers, digest), "hub": hub, "topic": topic})
    return facts.model_copy(update=_failure(answer, now) | {"max_age_s": None, "moved_to": None})


def answered(target: Target, answer: Response, max_age_s: int | None = None, outcome: Outcome = Outcome.OK) -> Facts:
    """Return the facts of an answer, as if it were the one that was hoped for."""
    return Facts(
        kind=target.kind,
        id=target.id,
        token=target.token,
        outcome=outcome,
        status=answer.status,
        wire_bytes=answer.wire_bytes,
        elapsed_ms=answer.elapsed_ms,
        max_age_s=max_age_s,
        moved_to=answer.moved_to,
    )


def excuse(target: Target, error: FetchError, elapsed_ms: int) -> Facts:
    """Return the facts of a fetch that brought no answer, or none that is taken."""
    outcome = Outcome.TRANSIENT
    if isinstance(error, Blocked):
        outcome = Outcome.BLOCKED
    elif isinstance(error, Refused):
        outcome = Outcome.REFUSED
    return Facts(
        kind=target.kind,
        id=target.id,
        token=target.token,
        outcome=outcome,
        status=error.status,
        error=str(error),
        error_kind=error.kind,
        elapsed_ms=elapsed_ms,
        retry_after_s=error.retry_after_s,
    )


def hand_back(target: Target, wait_s: int, why: str) -> Facts:
    """Return the facts of a fetch that was not begun, and should not be for so long; `why` in words."""
    return Facts(
        kind=target.kind,
        id=target.id,
        token=target.token,
        outcome=Outcome.UNFETCHED,
        error=f"not asked: {why}",
        retry_after_s=wait_s or None,
    )


def retry_after_s(headers: Mapping[str, str], now: datetime) -> int | None:
    """Return the seconds that Retry-After asks for, given as such or as a date (RFC 9110, 10.2.3); None if it does not.

    >>> retry_after_s({"retry-after": "120"}, datetime.now(UTC))
    120
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return LONGEST_S if len(value) > 9 else min(int(value), LONGEST_S)
    moment = _moment(value)
    if moment is None:
        return None
    return min(max(0, ceil((moment - now).total_seconds())), LONGEST_S)


def max_age_s(headers: Mapping[str, str]) -> int | None:
    """Return the seconds that the answer says it stays fresh, None if it does not say (RFC 9111, 4.2.1).

    Cache-Control comes before Expires, which counts from the answer's own Date.

    >>> max_age_s({"cache-control": "public, max-age=600"}), max_age_s({"cache-control": "s-maxage=5"})
    (600, None)
    >>> max_age_s({"date": "Thu, 05 Nov 2026 08:00:00 GMT", "expires": "Thu, 05 Nov 2026 08:30:00 GMT"})
    1800
    """
    control = headers.get("cache-control", "")
    if found := _MAX_AGE.search(control):
        return min(int(found[1][:10]), LONGEST_S)
    if _NOT_FRESH.search(control):
        return None
    expires, sent = _moment(headers.get("expires", "")), _moment(headers.get("date", ""))
    if expires is None or sent is None or expires <= sent:
        return None
    return min(ceil((expires - sent).total_seconds()), LONGEST_S)


def _moment(value: str) -> datetime | None:
    """Return the moment of an HTTP date, None if it is none; it is GMT, and "-0000" says no other."""
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def kept(headers: Mapping[str, str], name: str) -> str | None:
    """Return a field that can be stored and sent back as it is, or None."""
    value = headers.get(name, "").strip()
    return value if value and value.isprintable() and len(value) <= VALIDATOR_CHARS else None


def is_challenge(headers: Mapping[str, str]) -> bool:
    """Return whether an answer says of itself that it is a firewall's challenge."""
    return any(headers.get(name, "").strip().lower() in said for name, said in CHALLENGES.items())


def _failure(answer: Response, now: datetime) -> dict[str, object]:
    if answer.status in DOCUMENTS and not is_challenge(answer.headers):
        return {
            "outcome": Outcome.TRANSIENT,
            "error_kind": "http",
            "error": "The server answered 200 OK with an empty body.",
        }
    if is_challenge(answer.headers):
        return {
            "outcome": Outcome.TRANSIENT,
            "error_kind": "challenge",
            "error": f"The server answered {answer.status} with a challenge that only a browser gets past.",
            "retry_after_s": retry_after_s(answer.headers, now) if answer.status in PATIENCE else None,
        }
    return refusal(answer, now)


def refusal(answer: Response, now: datetime) -> dict[str, object]:
    """Return what is said of an answer by its status alone, which is not the one that was hoped for."""
    phrase = responses.get(answer.status, "")
    return {
        "outcome": Outcome.GONE if answer.status == HTTPStatus.GONE else Outcome.TRANSIENT,
        "error_kind": "http",
        "error": f"The server answered {answer.status} {phrase}".rstrip() + ".",
        "retry_after_s": retry_after_s(answer.headers, now) if answer.status in PATIENCE else None,
    }


def _validators(headers: Mapping[str, str], digest: str) -> Validators:
    return Validators(etag=kept(headers, "etag"), last_modified=kept(headers, "last-modified"), body_digest=digest)
