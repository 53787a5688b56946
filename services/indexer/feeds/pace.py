"""What a poll teaches of its feed, and when that feed is due next: habits from the row and back. Pure.

The settling of a fetch asks for three things: the feed's standing before it (`standing`), after it (`taught`), and the
columns that follow from both (`columns`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.indexer.feeds.backfill import Backfill, next_turn
from services.indexer.feeds.gaps import PAUSE_S, Bounds, Detour
from shared.messages import DIGEST_CHARS, Entry, Facts, FeedFacts, Result, Unwanted
from shared.polling.habits import Arrival, Habits, alarm_s, notice
from shared.polling.habits import taught as learnt
from shared.polling.schedule import Plan, Standing, Wish
from shared.rows import as_json
from shared.settings import Settings


@dataclass(frozen=True)
class Memory:
    """What a feed's row remembers beside its standing."""

    habits: Habits = field(default_factory=Habits)
    before: Habits | None = None  # as they were before this poll taught them something; None: it did not
    last_ok_at: datetime | None = None
    created_at: datetime | None = None
    notice: str | None = None
    alarm_at: datetime | None = None
    silent: bool = False  # it alarmed at the last poll already
    detour_url: str | None = None
    detour: Detour | None = None  # the attempt to close a gap that this fetch was
    gap: Bounds | None = None  # noticed at this poll
    next_url: str | None = None  # where to look for what a gap holds
    backfill: Backfill | None = None  # the past that the operator asked for
    turned: bool = False  # the feed's next lease leads where `next_url` says, or None: to the feed


def standing(row: Any, *, wanted: bool) -> tuple[Standing, Memory]:
    """Return what a feed's row says of its pace."""
    habits = Habits.read(row.habits)
    known = Standing(
        row.state,
        row.failures,
        row.interval_s,
        row.polling_s,
        wanted,
        row.floor_s,
        row.ceiling_s,
        len(row.entry_digests) // DIGEST_CHARS,
        habits.rhythm,
        habits.wish,
    )
    asked = row.wanted_at and row.leased_at and row.wanted_at <= row.leased_at  # for the feed itself
    silent = not row.failures and row.alarm_at is not None and row.alarm_at <= (row.last_polled_at or row.created_at)
    memory = Memory(
        habits,
        None,
        row.last_ok_at,
        row.created_at,
        row.notice,
        row.alarm_at,
        silent,
        detour_url=None if asked else row.detour_url,
        backfill=Backfill.read(row.backfill),
    )
    return replace(known, pushed=row.pushed_until is not None and row.pushed_until > row.leased_at), memory


def arrival(entry: Entry, *, own: bool) -> Arrival:
    """Return what an entry that is new to its feed teaches."""
    content = entry.content
    published = content.published_at.timestamp() if content.published_at else None
    return Arrival(published, own, len((content.body_text or "").split()), content.language)


def refusal(one: Unwanted) -> Arrival:
    """Return what an entry teaches that is not stored: a feed's rhythm is its publisher's, whatever is wanted of it."""
    return Arrival(one.published_at.timestamp() if one.published_at else None, stored=False)


def lately(arrivals: Iterable[Arrival], memory: Memory) -> tuple[Arrival, ...]:
    """Return those that are dated since the last good poll: of others nobody knows whether they were listed before."""
    since_s = memory.last_ok_at.timestamp() if memory.last_ok_at else None
    return tuple(one for one in arrivals if one.at_s is not None and (since_s is None or one.at_s >= since_s))


def taught(
    standing: Standing, memory: Memory, result: Result, arrivals: Sequence[Arrival], now: datetime
) -> tuple[Standing, Memory]:
    """Return the standing and the memory of a feed after a fetch of it."""
    good = result.facts.outcome.good
    since = memory.last_ok_at or memory.created_at or now
    standing = replace(standing, failing_s=max(0.0, (now - since).total_seconds()))
    if not good or memory.detour_url:
        return standing, memory
    last_s = memory.last_ok_at.timestamp() if memory.last_ok_at else None
    habits = memory.habits
    if result.window is not None:
        habits = learnt(habits, arrivals, last_s, now.timestamp())
        standing = replace(standing, window=len(result.window) // DIGEST_CHARS)
    habits = replace(habits, wish=_wish(habits.wish, result.feed, result.facts))
    if habits == memory.habits:
        return standing, memory
    standing = replace(standing, rhythm=habits.rhythm, wish=habits.wish)
    return standing, replace(memory, habits=habits, before=memory.habits)


def _wish(known: Wish, feed: FeedFacts | None, facts: Facts) -> Wish:
    """Return what the publisher asks for: what the document says lasts; the longer of that and the answer's age."""
    if feed is None:  # nothing was read: a 304 repeats the document's header fields
        return replace(known, pace_s=max(known.pace_s, facts.max_age_s or 0))
    pace_s = max(feed.ttl_s or 0, facts.max_age_s or 0)
    return Wish(pace_s, frozenset(feed.skip_hours), frozenset(feed.skip_days))


def paced(memory: Memory, standing: Standing, planned: Plan, settings: Settings) -> Plan:
    """Return the plan of a feed whose gap is being closed: on to the next address soon, or back to its own pace."""
    if memory.next_url and planned.state == "active":
        return replace(
            planned, wait_s=PAUSE_S, why="articles between its last two windows may be missing; it looks elsewhere"
        )
    if memory.detour and not memory.detour.backfills:
        return replace(
            planned, wait_s=standing.polling_s or settings.poll_interval_s, why="a gap was looked into; then as before"
        )
    return planned


def turned(memory: Memory, planned: Plan, facts: Facts, now: datetime) -> tuple[Memory, Plan]:
    """Return the memory and plan of a feed whose past is asked for: on to its archive's next page, or to the feed."""
    known, page = memory.backfill, memory.detour
    took = page is not None and page.backfills
    if known is None or planned.state != "active" or memory.next_url:
        return memory, planned
    if memory.detour_url and not took and memory.detour_url != known.next_url:  # a gap was looked into
        return memory, planned
    waits = memory.detour_url is not None  # for its own poll, since one before
    if not (known.going or waits):
        return memory, planned
    own_at = (known.own_at or now) if waits else now + timedelta(seconds=planned.wait_s)
    own, at = facts.outcome.good and not took, None
    if own or took:  # a page that was handed back waits for the feed's own poll
        at = next_turn(known, page.facts if page and page.facts else facts, own_at, now, own=own)
    known = replace(known, own_at=own_at)
    memory = replace(memory, turned=True, next_url=known.next_url if at else None, backfill=known)
    if at:
        wait_s, why = (at - now).total_seconds(), "its archive is read between its polls"
        return memory, replace(planned, wait_s=wait_s, why=why)
    if not waits:
        return memory, planned
    wait_s = max(0.0 if took else planned.wait_s, (own_at - now).total_seconds())
    return memory, replace(planned, wait_s=wait_s, why="its archive was read between its polls; then as before")


def detour_columns(memory: Memory) -> dict[str, Any]:
    """Return the columns that say where a feed's next lease leads, where that changes."""
    news: dict[str, Any] = {"detour_url": memory.next_url} if memory.detour or memory.gap or memory.turned else {}
    return news | ({"backfill": as_json(memory.backfill.write())} if memory.backfill else {})


def columns(memory: Memory, planned: Plan) -> dict[str, Any]:
    """Return the columns of a feed's row that its pace changes."""
    news: dict[str, Any] = {"due_reason": planned.why}
    if memory.before is None:
        return news
    news["habits"] = memory.habits.write()
    if memory.habits.rhythm is not memory.before.rhythm:
        at_s = alarm_s(memory.habits)
        news["alarm_at"] = datetime.fromtimestamp(at_s, UTC) if at_s is not None else None
        news["notice"] = notice(memory.habits, memory.before)
    return news
