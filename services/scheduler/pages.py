"""Which article pages are due: the newest first, and of each site a share, so that a backfill starves nobody's news."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, select
from sqlalchemy.orm import aliased

from shared.tables import Feed, Moment, Page

SITE_SHARE = 20  # pages of one site at a time: spaced by half a second, its feeds wait ten seconds at most for them
ROUNDS = 8  # looks at most, each past the sites that have had their share


def due_rows(connection: Connection, now: datetime, limit: int) -> list[Any]:
    """Return up to `limit` pages that may be leased, newest first, locked for this transaction.

    A site of which anything is leased waits.
    """
    had: set[str] = set()
    found: list[Any] = []
    for _ in range(ROUNDS):
        rows = connection.execute(_newest(), {"now": now, "most": limit, "had": sorted(had)}).all()
        found += shared(rows)[: limit - len(found)]
        had |= {row.host for row in rows}
        if len(found) >= limit or len(rows) < limit:
            break
    return found


def shared(rows: Sequence[Any], share: int = SITE_SHARE) -> list[Any]:
    """Return of each site's rows the first so many, in the order given."""
    taken: dict[str, int] = {}
    kept = []
    for row in rows:
        taken[row.host] = taken.get(row.host, 0) + 1
        if taken[row.host] <= share:
            kept.append(row)
    return kept


@cache  # it is asked each second, and takes longer to put together than to answer
def _newest() -> Select[Any]:
    now = bindparam("now", type_=Moment)
    feeds = select(Feed.host).where(Feed.lease_token.is_not(None), Feed.ready_at > now)
    pages = aliased(Page)
    leased = feeds.union_all(select(pages.host).where(pages.lease_token.is_not(None), pages.ready_at > now))
    return (
        select(Page.__table__)
        .where(Page.state == "active", Page.ready_at <= now, Page.host.not_in(leased))
        .where(Page.host.not_in(bindparam("had", expanding=True)))
        .order_by(Page.ordered_at.desc())
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=Page)
    )
