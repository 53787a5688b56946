"""Feeds whose publishers have moved them for good get their new addresses."""

from collections.abc import Mapping

import structlog
from sqlalchemy import Connection, exists, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from shared.hosts import lane_of
from shared.tables import Feed

log = structlog.get_logger()
FORGOTTEN = {
    "etag": None, "last_modified": None, "body_digest": None, "entry_digests": "", "lease_token": None,
    "moved_to": None, "moved_seen": 0, "moved_since": None,
}  # fmt: skip


def move(connection: Connection, moves: Mapping[int, str]) -> None:
    """Give feeds their new addresses, by id; where another feed has it already, both stay as they are."""
    for feed_id, url in sorted(moves.items()):
        if _move(connection, feed_id, url):
            log.info("moved", feed=feed_id, to=url)


def _move(connection: Connection, feed_id: int, url: str) -> bool:
    other = aliased(Feed)
    free = ~exists().where(other.url == url)
    try:
        with connection.begin_nested():
            moved = update(Feed).where(Feed.id == feed_id, free).values(url=url, host=lane_of(url), **FORGOTTEN)
            return connection.execute(moved).rowcount > 0
    except IntegrityError:  # another transaction took it meanwhile
        return False
