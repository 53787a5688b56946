"""What a fetch teaches of a feed's publisher: are its validators honest, and has it moved for good? Pure.

A 304 behind which an audit found news is a lie: the feed is asked without conditions until its validators have passed
as many audits as they owe.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.http.passport import same_origin
from shared.messages import Facts, Outcome

OWED = 3  # honest audits in a row after a lie
SIGHTS = 5  # polls in a row that were redirected to one address before it is believed
SIGHT_SPAN = timedelta(days=1)  # between the first and the last of them at least
IM_USED = 226
ADDRESS_BYTES = 2000  # a longer one is none that a publisher means, and fits no index


@dataclass(frozen=True)
class Past:
    """What was known of it."""

    distrust: int = 0
    moved_to: str | None = None
    moved_seen: int = 0
    moved_since: datetime | None = None
    sealed: bool = False

    @classmethod
    def of(cls, row: Any) -> "Past":
        """Return what a feed's row remembers."""
        return cls(row.distrust, row.moved_to, row.moved_seen, row.moved_since, row.sealed is not None)


def lied(facts: Facts, news: int) -> bool:
    """Return whether a 304 hid articles, of which `news` came or changed."""
    return facts.behind_304 and facts.outcome is Outcome.OK and news > 0


def columns(past: Past, facts: Facts, news: int, now: datetime) -> dict[str, Any]:
    """Return the columns of the feed that change; none after a failure, which teaches nothing."""
    if not facts.outcome.good:
        return {}
    changed: dict[str, Any] = {}
    if facts.audited or facts.outcome is not Outcome.NOT_MODIFIED:
        changed["audited_at"] = now
    if lied(facts, news):
        changed["distrust"] = OWED
    elif facts.audited and past.distrust:
        changed["distrust"] = past.distrust - 1
    if facts.outcome is Outcome.OK and facts.status != IM_USED:
        changed["document_bytes"] = facts.wire_bytes
    if facts.moved_to:
        again = facts.moved_to == past.moved_to and past.moved_since is not None
        changed["moved_to"] = facts.moved_to
        changed["moved_seen"] = past.moved_seen + 1 if again else 1
        changed["moved_since"] = past.moved_since if again else now
    elif past.moved_to:
        changed |= {"moved_to": None, "moved_seen": 0, "moved_since": None}
    return changed


def moved(past: Past, facts: Facts, url: str, now: datetime) -> str | None:
    """Return the address that a feed has moved to for good, None while it is not believed.

    What is sealed for one origin opens for no other, so a feed with credentials moves within its origin only.
    """
    to = facts.moved_to
    if not facts.outcome.good or not to or to != past.moved_to or past.moved_since is None:
        return None
    if len(to.encode()) > ADDRESS_BYTES:
        return None
    if past.moved_seen + 1 < SIGHTS or now - past.moved_since < SIGHT_SPAN:
        return None
    return to if not past.sealed or same_origin(to, url) else None
