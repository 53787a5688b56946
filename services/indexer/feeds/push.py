"""What a poll says of its feed's subscription: which hub there is, what it answered, whether it pushed what is new."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Connection, delete, insert, select, update

from shared.messages import Kind, Result, Subscribed
from shared.push import ANSWER_S, SHORTEST_LEASE_S, Link, patience
from shared.settings import Settings
from shared.tables import Feed, Subscription

if TYPE_CHECKING:
    from services.indexer.settle import Brought, Row  # which calls what is here

log = structlog.get_logger()


@dataclass(frozen=True)
class Known:
    """A subscription as a poll of its feed finds it."""

    link: Link
    failures: int
    missed: int
    asked_at: datetime | None
    verified_at: datetime | None
    ends_at: datetime | None
    pushed_at: datetime | None
    polled_at: datetime | None  # the poll before


@dataclass(frozen=True)
class Learned:
    """What changes: columns of the subscription, and whether push is now proven (True), not (False), or as before."""

    columns: dict[str, Any]
    proven: bool | None = None


def remember(
    connection: Connection, settled: "Sequence[tuple[Result, Row, Brought]]", now: datetime, settings: Settings
) -> None:
    """Write what polls say of their feeds' subscriptions, before they are settled; the feeds are fenced."""
    telling = [one for one in settled if one[0].facts.kind is Kind.FEED and (one[0].feed or one[0].facts.subscribed)]
    if not settings.push_url or not telling:
        return
    ids = [row.id for _, row, _ in telling]
    query = select(Subscription.__table__, Feed.last_polled_at).join(Feed, Feed.id == Subscription.feed_id)
    known = {row.feed_id: row for row in connection.execute(query.where(Subscription.feed_id.in_(ids)))}
    for result, row, brought in telling:
        other = result.feed is not None and _follow(connection, row.id, _link(result, row), known.get(row.id), now)
        created = 0 if row.memory.detour else brought.created  # what a gap held could not be pushed any more
        if row.id in known and not other:
            _learn(connection, row.id, learn(_known(known[row.id]), result.facts.subscribed, created, now))


def _link(result: Result, row: "Row") -> Link | None:
    """Return the hub that a poll names, in its header fields first, as WebSub says (4)."""
    facts, feed = result.facts, result.feed
    hub = facts.hub or (feed.hub if feed else None)
    topic = (facts.topic if facts.hub else None) or (feed.topic if feed else None) or result.final_url or row.url
    return Link(hub, topic) if hub else None


def _follow(connection: Connection, feed_id: int, link: Link | None, known: Any, now: datetime) -> bool:
    """Begin a subscription where a feed names a hub, anew where it names another, and none where it names none.

    Returns whether it is another than before.
    """
    if link == (Link(known.hub, known.topic) if known else None):
        return False
    connection.execute(delete(Subscription).where(Subscription.feed_id == feed_id))
    connection.execute(update(Feed).where(Feed.id == feed_id).values(pushed_until=None))
    if link:
        fresh = {"key": secrets.token_urlsafe(24), "secret": secrets.token_urlsafe(32), "ask_at": now}
        connection.execute(insert(Subscription).values(feed_id=feed_id, hub=link.hub, topic=link.topic, **fresh))
    return True


def learn(known: Known, subscribed: Subscribed | None, created: int, now: datetime) -> Learned:
    """Return what a poll teaches that brought `created` new articles, and asked the hub if `subscribed`.

    What is new since the poll before should have been pushed if push was on at that time. Pure.
    """
    columns: dict[str, Any] = {}
    asked, verified = known.asked_at, known.verified_at
    sure = asked is not None and verified is not None and verified >= asked
    if subscribed and not sure:
        failures = known.failures + 1 if subscribed.error else 0
        wait = patience(failures) if subscribed.error else timedelta(seconds=ANSWER_S)
        columns |= {"ask_at": now + wait, "failures": failures, "error": subscribed.error}
    if not created or known.polled_at is None:
        return Learned(columns)
    if known.pushed_at is not None and known.pushed_at >= known.polled_at:
        return Learned(columns, proven=True)
    on = known.verified_at is not None and known.verified_at < known.polled_at
    if on and known.ends_at is not None and known.ends_at > now:
        return Learned(columns | {"missed_at": now, "missed": known.missed + created}, proven=False)
    return Learned(columns)


def _known(row: Any) -> Known:
    times = (row.asked_at, row.verified_at, row.ends_at, row.pushed_at, row.last_polled_at)
    return Known(Link(row.hub, row.topic), row.failures, row.missed, *times)


def _learn(connection: Connection, feed_id: int, learned: Learned) -> None:
    if learned.columns:
        connection.execute(update(Subscription).where(Subscription.feed_id == feed_id).values(**learned.columns))
    if learned.proven is None:
        return
    if not learned.proven:
        log.warning("push is broken", feed=feed_id, reason="a poll found articles that its hub had not pushed")
    connection.execute(update(Feed).where(Feed.id == feed_id).values(pushed_until=_until(connection, feed_id, learned)))


def _until(connection: Connection, feed_id: int, learned: Learned) -> datetime | None:
    """Return until when push can be relied on: the lease's end, if the lease is not too short to be renewed in time."""
    times = connection.execute(
        select(Subscription.verified_at, Subscription.ends_at).where(Subscription.feed_id == feed_id)
    ).one_or_none()
    if not learned.proven or times is None or times.verified_at is None or times.ends_at is None:
        return None
    ends: datetime = times.ends_at
    return ends if (ends - times.verified_at).total_seconds() >= SHORTEST_LEASE_S else None
