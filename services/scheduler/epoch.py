"""Whether the belt is the one that the leases were given on: a Redis that came back empty has none of their work.

The store counts the belts that it has seen, and the belt carries its number. Where they differ, what was on the belt is
gone, and every lease is freed at once instead of when it runs out.
"""

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from shared.belt import Belt
from shared.tables import Counter, Feed, Hook, Page

NAME = "belts_seen"
log = structlog.get_logger()


def same(connection: Connection, belt: Belt) -> bool:
    """Return whether the belt carries the number that the store knows.

    :raises TransientError: Redis is away.
    """
    number = belt.epoch()
    return number > 0 and number == _known(connection)


def renew(connection: Connection, belt: Belt, now: datetime) -> int:
    """Give the belt the next number and free every lease; return how many were freed.

    Called by the only tick under way, in a transaction: where that fails, the numbers still differ at the next one.

    :raises TransientError: Redis is away.
    """
    freed = 0
    for table in (Feed, Page, Hook):
        leased = update(table).where(table.lease_token.is_not(None), table.ready_at > now)
        freed += connection.execute(leased.values(ready_at=now)).rowcount
    make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = make(Counter).values(name=NAME, value=1)
    connection.execute(first.on_conflict_do_update(index_elements=[Counter.name], set_={"value": Counter.value + 1}))
    number = _known(connection)
    belt.mark_epoch(number)
    if number > 1:
        log.warning("the belt came back empty", freed=freed)
    return freed


def _known(connection: Connection) -> int:
    return int(connection.scalar(select(Counter.value).where(Counter.name == NAME)) or 0)
