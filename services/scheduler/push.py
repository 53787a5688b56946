"""Subscriptions that are due: they travel with the polls of their feeds."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, update

from services.scheduler.pack import Due
from shared.messages import Kind, Subscribe
from shared.push import LEASE_S, callback
from shared.settings import Settings
from shared.tables import Subscription


def attach(connection: Connection, rows: Sequence[Due], now: datetime, settings: Settings) -> Sequence[Due]:
    """Return leased rows; those of feeds whose hub should be asked now say so.

    The hub is asked beside the poll, under the feed's own lease: what gets lost on the way is asked again. It may make
    sure before it answers, so that it was asked is noted before.
    """
    feeds = [row.target.id for row in rows if row.target.kind is Kind.FEED]
    if not settings.push_url or not feeds:
        return rows
    due = and_(Subscription.feed_id.in_(feeds), Subscription.ask_at <= now)
    asked = update(Subscription).where(due).values(asked_at=now).returning(Subscription.__table__)
    wishes = {
        one.feed_id: Subscribe(
            hub=one.hub,
            topic=one.topic,
            callback=callback(settings.push_url, one.key),
            secret=one.secret,
            lease_s=LEASE_S,
        )
        for one in connection.execute(asked)
    }
    return [_with(row, wishes.get(row.target.id)) if row.target.kind is Kind.FEED else row for row in rows]


def _with(row: Due, wish: Subscribe | None) -> Due:
    return Due(row.target.model_copy(update={"subscribe": wish}), row.attempts) if wish else row
