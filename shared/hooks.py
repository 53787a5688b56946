"""Webhooks: what a receiver is told, how that is signed, and when it is called again. Pure.

An event is written as CloudEvents 1.0 has it (structured mode, in JSON), named and signed as Standard Webhooks has it.
It brings no news itself: it says that the log has grown, and where to read on.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.errors import UsageError
from shared.lines import Line, write_line
from shared.messages import Facts, Outcome, Tell
from shared.polling.failures import RETRY_AFTER_CAP_S
from shared.schema import rfc3339

LOG = "/v1/changes"
KIND = "wireroom.changes"
MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
CHANGES = (
    "created",
    "revised",
    "reparsed",
    "withdrawn",
    "released",
    "expired",
    "flagged",
    "deleted",
    "folded",
    "unfolded",
)
PREFIX = "whsec_"  # of secrets, by Standard Webhooks
SECRET_BYTES = range(24, 65)
PAUSE_S = 1.0  # after a call that was taken: what changes meanwhile is told together
BACK_OFF_S = 5.0  # after the first failure, doubled after each
BACK_OFF_MOST_S = 3600.0
COUNTED = 10_000  # lines; of more that lie between two places, it is not said which kinds of changes they hold


class Standing(StrEnum):
    """How a hook is doing; the words are those an operator sees."""

    HEALTHY = "healthy"
    FAILING = "failing"
    PAUSED = "paused"
    GONE = "gone"  # its receiver answered 410
    PARKED = "parked"  # workers died while they called it


@dataclass(frozen=True)
class Growth:
    """How the log has grown since a receiver was last told of it."""

    after: Line  # up to which it was told
    until: Line  # the last line now
    kinds: Mapping[str, int] | None  # changes of each kind that the hook is for; None: too many to be counted
    reset: bool = False  # the log has not the line that the receiver was told of: it is another history's


@dataclass(frozen=True)
class Next:
    """What a call leaves a hook in."""

    state: str
    reason: str | None
    failures: int
    wait_s: float


def event(hook: int, growth: Growth, asked_at: datetime | None = None) -> Tell:
    """Return the event that tells of `growth`; `asked_at` is when an operator asked for a call, which is one more then.

    The same growth makes the same event, byte for byte: what is told twice can be known by its id.
    """
    after, until = write_line(growth.after), write_line(growth.until)
    named = "|".join((str(hook), after, until, str(growth.reset), rfc3339(asked_at) if asked_at else ""))
    id_ = f"log_{hashlib.sha256(named.encode()).hexdigest()[:32]}"
    told: dict[str, Any] = {
        "specversion": "1.0",
        "id": id_,
        "source": LOG,
        "type": KIND,
        **({"time": rfc3339(growth.until.at)} if growth.until.at else {}),
        "datacontenttype": "application/json",
        "data": {
            "after": after,
            "until": until,
            "lines": growth.until.seq - growth.after.seq,
            "kinds": None if growth.kinds is None else dict(sorted(growth.kinds.items())),
            "reset": growth.reset,
            "read": f"{LOG}?after={after}",
        },
    }
    return Tell(id=id_, body=json.dumps(told, separators=(",", ":")))


def signed(tell: Tell, secret: str, moment: datetime) -> dict[str, str]:
    """Return the header fields of a call at `moment`.

    :raises UsageError: `secret` is none.
    """
    at = int(moment.timestamp())
    signature = hmac.digest(read_secret(secret), f"{tell.id}.{at}.{tell.body}".encode(), "sha256")
    return {
        "Content-Type": MEDIA_TYPE,
        "webhook-id": tell.id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def fresh_secret() -> str:
    """Return a new secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def read_secret(text: str) -> bytes:
    """Return the key that a secret stands for.

    :raises UsageError: it is none.
    """
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True) if text.startswith(PREFIX) else b""
    except (binascii.Error, ValueError):
        key = b""
    if len(key) not in SECRET_BYTES:
        raise UsageError(
            f"A hook's secret is written {PREFIX} and then {SECRET_BYTES[0]} to {SECRET_BYTES[-1]} bytes in base64; "
            "leave it out, and one is made."
        )
    return key


def settled(facts: Facts, failures: int) -> Next:
    """Return what becomes of a hook whose call ended with `facts`, after so many failures in a row.

    No hook is ever given up: only its receiver's 410 ends it.
    """
    asked_s = min(facts.retry_after_s or 0, RETRY_AFTER_CAP_S)
    match facts.outcome:
        case Outcome.OK:
            return Next("active", None, 0, PAUSE_S)
        case Outcome.GONE:
            return Next("gone", "its receiver answered 410 Gone", failures + 1, PAUSE_S)
        case Outcome.UNFETCHED:
            return Next("active", None, failures, max(asked_s, PAUSE_S))
        case _:
            wait_s = min(BACK_OFF_S * 2.0 ** min(failures, 20), BACK_OFF_MOST_S)
            return Next("active", None, failures + 1, max(wait_s, asked_s))


def standing(state: str, failures: int) -> Standing:
    """Return how a hook in `state` is doing."""
    return (Standing.FAILING if failures else Standing.HEALTHY) if state == "active" else Standing(state)
