"""Followed lists in the store: their feeds added, moved to their folders, and paused where the list names them no more.

A list's word counts for the feeds that it brought, and for no other: what the operator added by hand stays as it is,
and nothing is ever deleted.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Connection, insert, select, update

from shared.among import among
from shared.hosts import lane_of, without_password
from shared.http.addresses import Place, leads_inside
from shared.messages import Listed
from shared.rules import PATTERNS
from shared.tables import Feed

if TYPE_CHECKING:
    from services.indexer.settle import Row  # whose settling comes before

MOST_LEFT = 0.5  # share of a list's feeds that may vanish at once; beyond it the list itself is doubted
FEW = 3  # of so many all may
LEFT = "no more in the list that it came from"
log = structlog.get_logger()


def follow(
    connection: Connection, row: "Row", listed: Sequence[Listed], now: datetime, allow: frozenset[Place]
) -> None:
    """Let the store's feeds be as a list at `row` names them."""
    reachable = {one.url: one for one in listed if not leads_inside(one.url, row.url, allow)}
    columns = (Feed.id, Feed.url, Feed.state, Feed.state_reason, Feed.folder, Feed.title)
    own = connection.execute(select(*columns).where(Feed.list_id == row.id).order_by(Feed.id).with_for_update()).all()
    there = [one for one in own if not (one.state == "paused" and one.state_reason == LEFT)]
    gone = [one.id for one in there if one.url not in reachable]
    shown = {"feed": row.id, "url": without_password(row.url)}
    if len(there) > FEW and len(gone) > MOST_LEFT * len(there):
        said = f"the list names {len(gone)} of its {len(there)} feeds no more: nothing is changed until it names others"
        connection.execute(update(Feed).where(Feed.id == row.id).values(notice=said))
        log.warning("list doubted", **shown, reason=said)
        return
    connection.execute(update(Feed).where(Feed.id == row.id).values(notice=None))
    paused = {"state": "paused", "state_reason": LEFT, "lease_token": None, "attempts": 0}
    connection.execute(update(Feed).where(among(Feed.id, gone)).values(paused))
    back = [one.id for one in own if one not in there and one.url in reachable]
    fresh = {"state": "active", "state_reason": None, "failures": 0, "due_at": now, "ready_at": now}
    connection.execute(update(Feed).where(among(Feed.id, back)).values(fresh))
    for one in own:
        wanted = reachable.get(one.url)
        if wanted and (wanted.folder, wanted.title or one.title) != (one.folder, one.title):
            told = {"folder": wanted.folder, "title": wanted.title or one.title}
            connection.execute(update(Feed).where(Feed.id == one.id).values(told))
    added = _add(connection, row.id, list(reachable.values()), now)
    left_out = len(listed) - len(reachable)
    if added or gone or back or left_out:
        log.info("followed", **shown, added=added, paused=len(gone), resumed=len(back), inner=left_out)


def _add(connection: Connection, list_id: int, listed: Sequence[Listed], now: datetime) -> int:
    """Add the feeds that the store has not, with the patterns of their list; return how many."""
    rules = connection.scalar(select(Feed.rules).where(Feed.id == list_id)) or {}
    patterns = {name: rules[name] for name in PATTERNS if name in rules}
    known = set(connection.scalars(select(Feed.url).where(among(Feed.url, [one.url for one in listed]))))
    rows: list[dict[str, Any]] = [
        {
            **one.model_dump(include={"url", "title", "site_url", "folder"}),
            "host": lane_of(one.url),
            "list_id": list_id,
            "rules": patterns or None,
            "due_at": now,
            "ready_at": now,
            "created_at": now,
        }
        for one in listed
        if one.url not in known
    ]
    if rows:
        connection.execute(insert(Feed), rows)
    return len(rows)
