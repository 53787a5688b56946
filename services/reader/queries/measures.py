"""What operators measure: a handful of cheap statements a scrape."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles

from sqlalchemy import Connection, func, select, text

from services.reader.queries.alarms import Alarms, take_alarms
from services.reader.queries.feeds import count_health
from services.reader.queries.hooks import Hooks, take_hooks
from services.reader.queries.pushes import count_pushes
from services.reader.values import Health
from shared.database import now
from shared.hosts import without_password
from shared.push import Push
from shared.schema import Status
from shared.tables import Article, Counter, Feed, LogHead, Page, Poll, SetAside, Story
from shared.tables import readable_articles as readable

POLLS_WITHIN = timedelta(hours=1)
LATENCY_FROM = 500  # the newest articles


@dataclass(frozen=True)
class Measures:
    """One look at the store."""

    feed_states: dict[str, int]
    feed_health: dict[Health, int]
    page_states: dict[str, int]
    polls: dict[tuple[str, str], int]  # (feed or page, outcome): within the last hour
    articles: dict[str, int]  # by status
    stories: int
    log_head: int
    feed_lateness_s: float  # of the active feed that is due for longest and not being polled; 0: none is
    latest_feed: str | None  # which that is
    page_lateness_s: float
    latencies_s: tuple[float, float] | None  # median and 95th percentile; None: nothing to measure yet
    set_aside: dict[str, int]  # by stage
    flagged: int  # articles that wait for the operator's look
    counters: dict[str, int]
    pushes: dict[Push, int]  # subscriptions at hubs by what they are worth
    alarms: Alarms
    hooks: Hooks


def take_measures(connection: Connection, late_after_s: int) -> Measures:
    """Return what the store looks like now."""
    moment = now(connection)
    polls = select(Poll.kind, Poll.outcome, func.count()).where(Poll.at > moment - POLLS_WITHIN)
    return Measures(
        feed_states=_counts(connection, Feed.state),
        feed_health=count_health(connection, late_after_s),
        page_states=_counts(connection, Page.state),
        polls={(kind, outcome): n for kind, outcome, n in connection.execute(polls.group_by(Poll.kind, Poll.outcome))},
        articles=_articles(connection),
        stories=connection.scalar(select(func.count()).select_from(Story)) or 0,
        log_head=connection.scalar(select(LogHead.seq)) or 0,
        feed_lateness_s=_lateness_s(connection, Feed, moment),
        latest_feed=_latest_feed(connection, moment),
        page_lateness_s=_lateness_s(connection, Page, moment),
        latencies_s=_latencies_s(connection),
        set_aside=_counts(connection, SetAside.stage),
        flagged=connection.scalar(
            select(func.count())
            .select_from(readable.join(Article, Article.id == readable.c.id))
            .where(Article.flagged_at.is_not(None))
        )
        or 0,
        counters=dict(connection.execute(select(Counter.name, Counter.value)).all()),
        pushes=count_pushes(connection, moment),
        alarms=take_alarms(connection, moment),
        hooks=take_hooks(connection, moment),
    )


def spread(seconds: list[float]) -> tuple[float, float] | None:
    """Return median and 95th percentile, or None of nothing.

    >>> spread([4.0])
    (4.0, 4.0)
    """
    if not seconds:
        return None
    if len(seconds) == 1:
        return seconds[0], seconds[0]
    twentieths = quantiles(seconds, n=20, method="inclusive")
    return twentieths[9], twentieths[18]


def _counts(connection: Connection, column: object) -> dict[str, int]:
    return dict(connection.execute(select(column, func.count()).group_by(column)).all())  # type: ignore[call-overload]


def _articles(connection: Connection) -> dict[str, int]:
    """Count what is not usable by its own index; the rest is usable: a row's status lies behind its whole text."""
    unusable = select(Article.status, func.count()).where(text("status <> 'usable'")).group_by(Article.status)
    counts = dict(connection.execute(unusable).all())
    total = connection.scalar(select(func.count()).select_from(Article)) or 0
    return {Status.USABLE.value: total - sum(counts.values()), **counts}


def _lateness_s(connection: Connection, table: type[Feed] | type[Page], moment: datetime) -> float:
    oldest = connection.scalar(select(func.min(table.ready_at)).where(table.state == "active"))
    return max(0.0, (moment - oldest).total_seconds()) if oldest else 0.0


def _latest_feed(connection: Connection, moment: datetime) -> str | None:
    query = select(Feed.id, Feed.title, Feed.url).where(Feed.state == "active", Feed.ready_at < moment)
    row = connection.execute(query.order_by(Feed.ready_at).limit(1)).one_or_none()
    return f"{row.id} {row.title or without_password(row.url)}" if row else None


def _latencies_s(connection: Connection) -> tuple[float, float] | None:
    """Only what was published while its feed was followed counts: the rest was late before we came."""
    newest = select(Article.feed_id, Article.published_at, Article.first_seen_at).order_by(Article.id.desc())
    recent = newest.limit(LATENCY_FROM).subquery()
    rows = connection.execute(
        select(recent.c.published_at, recent.c.first_seen_at)
        .join(Feed, Feed.id == recent.c.feed_id)
        .where(recent.c.published_at >= Feed.created_at)
    )
    return spread([max(0.0, (seen - published).total_seconds()) for published, seen in rows])
