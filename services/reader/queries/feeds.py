"""Feeds with their health, and publications."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, case, func, select

from services.reader.queries import alarms
from services.reader.values import Feed, Health, Publication
from shared.database import now
from shared.hosts import without_password
from shared.schema import PublicationRef
from shared.tables import Article
from shared.tables import Feed as FeedRow
from shared.tables import Publication as PublicationRow
from shared.tables import readable_articles as readable

Columns = Select[*tuple[Any, ...]]


def health_of(moment: datetime, late_after_s: int) -> ColumnElement[str]:
    """Return the expression that judges a feed's row at `moment`: the one definition of health."""
    return case(
        (FeedRow.state != "active", FeedRow.state),
        (FeedRow.failures > 0, Health.FAILING.value),
        (FeedRow.due_at < moment - timedelta(seconds=late_after_s), Health.LATE.value),
        (FeedRow.last_polled_at.is_(None), Health.NEW.value),
        else_=Health.HEALTHY.value,
    )


def count_health(connection: Connection, late_after_s: int) -> dict[Health, int]:
    """Return how many feeds are in which health, worst first; those that no feed is in are left out."""
    health = health_of(now(connection), late_after_s).label("health")
    counts = {row.health: row.n for row in connection.execute(select(health, func.count().label("n")).group_by(health))}
    return {one: counts[one.value] for one in Health if one.value in counts}


def list_feeds(
    connection: Connection,
    late_after_s: int,
    *,
    health: Health | None = None,
    publication: int | None = None,
    above: int | None = None,
    limit: int,
) -> tuple[tuple[Feed, ...], int | None]:
    """Return up to `limit` feeds by id and the id after which the next page starts."""
    moment = now(connection)
    judged = health_of(moment, late_after_s)
    query = _columns(judged, moment).order_by(FeedRow.id).limit(limit + 1)
    if health is not None:
        query = query.where(judged == health.value)
    if publication is not None:
        query = query.where(FeedRow.publication_id == publication)
    if above is not None:
        query = query.where(FeedRow.id > above)
    rows = connection.execute(query).mappings().all()
    feeds = _feeds(connection, rows[:limit], moment)
    return feeds, feeds[-1].id if len(rows) > limit else None


def group_feeds(connection: Connection, late_after_s: int, limit: int) -> dict[Health, tuple[Feed, ...]]:
    """Return up to `limit` feeds of each health, worst first."""
    moment = now(connection)
    judged = health_of(moment, late_after_s)
    place = func.row_number().over(partition_by=judged, order_by=FeedRow.id).label("place")
    ranked = _columns(judged, moment).add_columns(place).subquery()
    rows = connection.execute(select(ranked).where(ranked.c.place <= limit).order_by(ranked.c.id)).mappings().all()
    feeds = _feeds(connection, rows, moment)
    groups = {health: tuple(feed for feed in feeds if feed.health == health) for health in Health}
    return {health: group for health, group in groups.items() if group}


def list_publications(
    connection: Connection, above: int | None, limit: int
) -> tuple[tuple[Publication, ...], int | None]:
    """Return up to `limit` publications by id and the id after which the next page starts."""
    row, at = PublicationRow, readable.c
    feeds = select(func.count()).where(FeedRow.publication_id == row.id).scalar_subquery()
    latest = (
        select(at.ordered_at)
        .where(at.publication_id == row.id)
        .order_by(at.ordered_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    pictured = select(FeedRow.icon).where(FeedRow.publication_id == row.id, FeedRow.icon.is_not(None))
    icon = pictured.order_by(FeedRow.id).limit(1).scalar_subquery()
    query = select(
        row.id, row.name, row.site_url, row.terms, row.attribution, feeds.label("feeds"), latest.label("latest_at")
    ).add_columns(icon.label("icon"))
    if above is not None:
        query = query.where(row.id > above)
    rows = connection.execute(query.order_by(row.id).limit(limit + 1)).mappings().all()
    found = tuple(Publication(**one) for one in rows[:limit])
    return found, found[-1].id if len(rows) > limit else None


def _columns(judged: ColumnElement[str], moment: datetime) -> Columns:
    row = FeedRow
    plain = (row.id, row.url, row.title, row.site_url, row.folder, row.state, row.state_reason, row.last_polled_at)
    rest = (row.last_ok_at, row.last_new_at, row.due_at, row.failures, row.error, row.error_kind, row.publication_id)
    query: Columns = select(
        *plain,
        *rest,
        func.coalesce(row.interval_s, row.polling_s).label("interval_s"),
        judged.label("health"),
        PublicationRow.name.label("publication_name"),
        row.due_reason,
        row.notice,
        row.icon,
        alarms.habits_if_silent(moment),
        alarms.lost_of_feed().label("probably_lost"),
    )
    return query.outerjoin(PublicationRow, PublicationRow.id == row.publication_id)


def _feeds(connection: Connection, rows: Sequence[RowMapping], moment: datetime) -> tuple[Feed, ...]:
    ids = [row["id"] for row in rows]
    counts = {
        row.feed_id: row.n
        for row in connection.execute(
            select(Article.feed_id, func.count().label("n")).where(Article.feed_id.in_(ids)).group_by(Article.feed_id)
        )
    }
    return tuple(_feed(row, counts.get(row["id"], 0), moment) for row in rows)


def _feed(row: RowMapping, articles: int, moment: datetime) -> Feed:
    known = {name: row[name] for name in Feed.model_fields if name in row}
    name = row["publication_name"]
    return Feed.model_validate(
        {
            **known,
            "url": without_password(row["url"]),
            "publication": PublicationRef(id=row["publication_id"], name=name) if name is not None else None,
            "articles": articles,
            "alarm": alarms.alarm(row["silent_habits"], row["notice"], moment),
        }
    )
