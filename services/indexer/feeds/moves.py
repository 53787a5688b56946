"""Feeds whose publishers have moved them for good get their new addresses; one that turns out to be another rests."""

from collections.abc import Mapping

import structlog
from sqlalchemy import Connection, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from shared.hosts import in_one_form, lane_of
from shared.tables import Feed

log = structlog.get_logger()
FORGOTTEN = {
    "etag": None, "last_modified": None, "body_digest": None, "entry_digests": "", "lease_token": None,
    "moved_to": None, "moved_seen": 0, "moved_since": None,
}  # fmt: skip


def move(connection: Connection, moves: Mapping[int, str]) -> None:
    """Give feeds their new addresses, by id; where another feed has it already, the one that moved rests."""
    for feed_id, to in sorted(moves.items()):
        url = in_one_form(to)
        if _move(connection, feed_id, url):
            log.info("moved", feed=feed_id, to=url)
        elif (other := _rest(connection, feed_id, url)) is not None:
            log.warning("same feed", feed=feed_id, as_feed=other, to=url)


def same_as(feed_id: int) -> str:
    """Return how the reason of a feed begins that rests because it is another one."""
    return f"the same as feed {feed_id}: "


def _move(connection: Connection, feed_id: int, url: str) -> bool:
    other = aliased(Feed)
    free = ~exists().where(other.url == url)
    try:
        with connection.begin_nested():
            moved = update(Feed).where(Feed.id == feed_id, free).values(url=url, host=lane_of(url), **FORGOTTEN)
            return connection.execute(moved).rowcount > 0
    except IntegrityError:  # another transaction took it meanwhile
        return False


def _rest(connection: Connection, feed_id: int, url: str) -> int | None:
    """Let a feed rest whose publisher sends it to another feed's address; return that feed, None if it goes on.

    It goes on where the other is not polled, and where it has credentials or rules of its own, which may bring it more.
    """
    polled = select(Feed.id).where(Feed.url == url, Feed.id != feed_id, Feed.state == "active")
    other = connection.scalar(polled)
    if other is None:
        return None
    reason = f"{same_as(other)}its publisher has moved it to that feed's address for good"
    resting = {"state": "paused", "state_reason": reason, "lease_token": None}
    plain = Feed.sealed.is_(None), Feed.rules.is_(None)
    rested = update(Feed).where(Feed.id == feed_id, Feed.state == "active", *plain).values(resting)
    return other if connection.execute(rested).rowcount else None
