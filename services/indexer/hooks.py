"""Settling hooks: how far their receivers were told, and when they are called again.

The log is neither written nor locked: that a receiver was told of it is no news.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, select, update

from shared.among import among
from shared.hooks import settled
from shared.hosts import without_password
from shared.messages import Facts, Outcome
from shared.tables import Hook

log = structlog.get_logger()


def settle(connection: Connection, facts: Sequence[Facts], now: datetime) -> int:
    """Write what came of calls whose leases' tokens still hold; return how many do not."""
    tokens = {one.token: one for one in facts}
    held = select(Hook.__table__).where(among(Hook.lease_token, tokens)).order_by(Hook.id).with_for_update()
    rows = connection.execute(held).all()
    for row in rows:
        news = learnt(row, tokens[row.lease_token], now)
        _tell(row, news)
        connection.execute(update(Hook).where(Hook.id == row.id).values(**news))
    return len(facts) - len(rows)


def learnt(row: Any, facts: Facts, now: datetime) -> dict[str, Any]:
    """Return the columns of a hook that its call changes; a call that was asked for meanwhile is due at once. Pure."""
    after = settled(facts, row.failures)
    wanted = row.wanted_at is not None and row.wanted_at > row.leased_at
    due = now if wanted else now + timedelta(seconds=after.wait_s)
    news: dict[str, Any] = {"lease_token": None, "attempts": 0, "due_at": due, "ready_at": due}
    if facts.outcome is Outcome.UNFETCHED:
        return news
    news |= {"state": after.state, "state_reason": after.reason, "failures": after.failures}
    news |= {"status": facts.status, "error": facts.error, "error_kind": facts.error_kind, "last_called_at": now}
    if not wanted:
        news["wanted_at"] = None
    if facts.outcome.good:
        news |= {"told_seq": row.telling_seq, "told_at": row.telling_at, "calls": row.calls + 1, "last_ok_at": now}
    return news


def _tell(row: Any, news: dict[str, Any]) -> None:
    """Log what begins and what ends with a call."""
    about = {"hook": row.id, "url": without_password(row.url)}
    if news.get("state") == "gone":
        log.warning("gone", **about, reason=news["state_reason"])
    elif "failures" in news and bool(news["failures"]) != bool(row.failures):
        log.info("failing" if news["failures"] else "answers again", **about, reason=news["error"])
