"""`wireroom feeds whatif`: recorded polls replayed under other settings."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from statistics import median
from typing import Annotated, Any

import typer
from sqlalchemy import Connection, select

from services.command import console
from services.command.feeds import feed_store
from services.command.feeds.opml import LONGEST_S
from services.command.options import Json
from services.command.stores import open_store
from shared.database import now, reading
from shared.errors import UsageError
from shared.hosts import without_password
from shared.messages import Outcome
from shared.polling.replay import Ours, Told, replay
from shared.polling.schedule import Standing
from shared.settings import Settings, read_settings
from shared.tables import Article, Poll

GOOD = (Outcome.OK, Outcome.NOT_MODIFIED, Outcome.UNCHANGED)


@dataclass(frozen=True)
class Past:
    """What the store recorded of one feed."""

    standing: Standing
    start_s: float  # its first recorded poll
    end_s: float  # its last one
    window: int
    requests: int
    times: list[float]  # when its articles were published, as far as that is known, in order
    seen: list[float]  # when each of them was found


def whatif(
    names: Annotated[list[str] | None, typer.Argument(help="Numbers or addresses of feeds; all.")] = None,
    floor: Annotated[int | None, typer.Option(help="Fewest seconds between two polls.", min=1, max=LONGEST_S)] = None,
    ceiling: Annotated[int | None, typer.Option(help="Most seconds between two polls.", min=1, max=LONGEST_S)] = None,
    worth: Annotated[
        int | None, typer.Option(help="Seconds of waiting that are worth a request.", min=1, max=LONGEST_S)
    ] = None,
    fresh: Annotated[
        int | None, typer.Option(help="Seconds within which articles should be found; 0: no aim.", min=0, max=LONGEST_S)
    ] = None,
    interval: Annotated[
        int | None, typer.Option(help="Poll every so many seconds instead.", min=1, max=LONGEST_S)
    ] = None,
    days: Annotated[int, typer.Option(help="How far back.", min=1, max=3660)] = 30,
    as_json: Json = False,
) -> None:
    """Try other settings on the polls on record. Shows requests saved, articles later or lost."""
    given = {"poll_floor_s": floor, "poll_ceiling_s": ceiling, "poll_worth_s": worth, "poll_fresh_s": fresh}
    tried = {name: value for name, value in given.items() if value is not None}
    if not tried and interval is None:
        raise UsageError("Say what to try: --floor, --ceiling, --worth, --fresh or --interval, each with its seconds.")
    settings = read_settings().model_copy(update=tried)
    if settings.poll_floor_s > settings.poll_ceiling_s:
        raise UsageError(f"A floor of {settings.poll_floor_s} s is above the ceiling of {settings.poll_ceiling_s} s.")
    with reading(open_store()) as connection:
        since = now(connection) - timedelta(days=days)
        feeds = feed_store.find(connection, names) if names else feed_store.those(connection)
        items = [item for row in feeds for item in _compared(connection, row, since, interval, tried, settings)]
    columns = ("id", "url", "requests", "then", "articles", "lost", "median_delay_s", "then_s")
    if len(items) > 1:
        items.append(_together(items))
    console.rows(items, columns, as_json=as_json, empty="No feed has been polled often enough yet.")


def _compared(
    connection: Connection,
    row: Any,
    since: datetime,
    interval: int | None,
    tried: dict[str, int],
    settings: Settings,
) -> Iterator[dict[str, Any]]:
    past = recorded(connection, row, since)
    if past is None:
        return
    standing = replace(past.standing, interval_s=interval or past.standing.interval_s)
    # what is tried counts before what the feed has of its own
    own = {"floor_s": "poll_floor_s", "ceiling_s": "poll_ceiling_s"}
    standing = replace(standing, **{name: None for name, setting in own.items() if setting in tried})  # type: ignore[arg-type]
    told = replayed(past, standing, settings)
    delays = [found - at for at, found in zip(past.times, past.seen, strict=True) if at > past.start_s]
    yield {
        "id": row.id,
        "url": without_password(row.url),
        "requests": past.requests,
        "then": told.requests,
        "articles": len(delays),
        "lost": told.lost,
        "median_delay_s": round(median(delays)) if delays else None,
        "then_s": round(median(told.delays)) if told.delays else None,
    }


def replayed(past: Past, standing: Standing, settings: Settings) -> Told:
    """Return what polling under `settings` would have made of a feed's articles."""
    window = past.window or len(past.times) or 1
    policy = Ours(settings, Random(0), standing=standing)
    return replay(past.times, window, policy, past.start_s, past.end_s)


def recorded(connection: Connection, row: Any, since: datetime) -> Past | None:
    """Return what the store recorded of a feed since then, or None where that is less than two good polls.

    An article was published when it says so, where that fits between the poll that found it and the one before; else it
    counts as published halfway between them.
    """
    query = select(Poll.at, Poll.outcome, Poll.entries).where(
        Poll.kind == "feed", Poll.target_id == row.id, Poll.at >= since
    )
    polls = connection.execute(query.order_by(Poll.at)).all()
    good = [poll.at.timestamp() for poll in polls if poll.outcome in GOOD]
    if len(good) < 2:
        return None
    found = select(Article.published_at, Article.first_seen_at).where(
        Article.feed_id == row.id, Article.first_seen_at >= since
    )
    pairs = sorted(_dated(good, published, seen) for published, seen in connection.execute(found))
    standing = Standing("active", 0, row.interval_s, floor_s=row.floor_s, ceiling_s=row.ceiling_s)
    window = max(poll.entries for poll in polls)
    return Past(
        standing, good[0], good[-1] + 1, window, len(polls), [at for at, _ in pairs], [seen for _, seen in pairs]
    )


def _dated(good: Sequence[float], published: datetime | None, seen: datetime) -> tuple[float, float]:
    found_s = seen.timestamp()
    place = bisect_right(good, found_s - 1)
    said_s = published.timestamp() if published else None
    if not place:  # found by the first poll: what was published before counts as that
        return (said_s if said_s is not None and said_s <= found_s else found_s - 1), found_s
    before_s = good[place - 1]
    fits = said_s is not None and before_s <= said_s <= found_s
    return (said_s if fits and said_s is not None else (before_s + found_s) / 2), found_s


def _together(items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums over all feeds; of the delays, the median over feeds."""
    sums: dict[str, Any] = {
        name: sum(item[name] for item in items) for name in ("requests", "then", "articles", "lost")
    }
    for name in ("median_delay_s", "then_s"):
        known = [item[name] for item in items if item[name] is not None]
        sums[name] = round(median(known)) if known else None
    return {"id": None, "url": "all of them"} | sums
