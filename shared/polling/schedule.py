"""When a feed or page is fetched next, and why. Pure."""

from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import NamedTuple

from shared.messages import Facts, Kind, Outcome
from shared.polling.failures import RETRY_AFTER_CAP_S, asked_s, back_off, span
from shared.polling.rhythm import DAY_S, HOUR_S, Rhythm
from shared.polling.waiting import wait
from shared.settings import Settings

KNOWN_SHARE = 0.5  # of a window that should be known already when it is polled, so that a busier hour loses nothing
PUSH_SLOWER = 6.0  # times as long while push is proven to work: a poll then only watches over it
WISH_CEILING_S = HOUR_S  # a publisher's wish for longer is taken for one that nobody meant
JITTER = 0.1  # of the interval, either way, so that feeds added together part company
TICK_SPREAD_S = 120  # over which polls are spread that wait for the same minute
PAGE_FAILURES = 5  # fetches in a row that may fail before a page is given up


@dataclass(frozen=True)
class Wish:
    """What a publisher asks for: seconds between polls, and the hours and weekdays (UTC, Monday is 0) to leave out."""

    pace_s: int = 0
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()

    def skips_until(self, moment_s: float) -> float:
        """Return the first moment from `moment_s` on that is not to be left out; within a week, else `moment_s`."""
        if not (self.skip_hours or self.skip_days):
            return moment_s
        for hours in range(7 * 24):
            at_s = moment_s if not hours else (moment_s // HOUR_S + hours) * HOUR_S
            day = (int(at_s // DAY_S) + 3) % 7
            if int(at_s // HOUR_S) % 24 not in self.skip_hours and day not in self.skip_days:
                return at_s
        return moment_s


@dataclass(frozen=True)
class Standing:
    """What is known of a feed or page when a fetch of it is settled, what that fetch taught included."""

    state: str
    failures: int  # in a row
    interval_s: int | None = None  # the operator's word
    polling_s: int | None = None  # the interval so far
    wanted: bool = False  # somebody asked for it while it was leased
    floor_s: int | None = None  # of this feed; None: as set for all
    ceiling_s: int | None = None
    window: int = 0  # entries that the feed lists at a time; 0: not known
    rhythm: Rhythm | None = None  # None: no document came yet
    wish: Wish = field(default_factory=Wish)
    pushed: bool = False  # push is proven to work
    failing_s: float = 0.0  # since the last good answer

    def taught(self, window: int, rhythm: Rhythm) -> "Standing":
        """Return this with what another poll taught."""
        asked = (self.state, self.failures, self.interval_s, self.polling_s, self.wanted, self.floor_s, self.ceiling_s)
        return Standing(*asked, window, rhythm, self.wish, self.pushed, self.failing_s)

    @cached_property
    def room(self) -> float:
        """How many articles may be expected until the next poll, so that none leaves the window unseen."""
        if not self.window or self.rhythm is None:
            return inf
        return min(self.window * (1 - KNOWN_SHARE), self.rhythm.room(self.window))


class Interval(NamedTuple):
    """How long until the next poll, before jitter, and what decided that."""

    seconds: float
    cause: str
    rate: float = 0.0  # articles an hour that are expected in it
    other: float = 0.0  # seconds: what it would have been but for `cause`


@dataclass(frozen=True)
class Plan:
    """What a feed or page is to do next."""

    state: str
    reason: str | None  # why it is in that state, where that needs a word
    failures: int
    polling_s: int | None
    wait_s: float
    why: str | None = None  # why it is due then, in words; None: as it was


def plan(standing: Standing, facts: Facts, settings: Settings, now_s: float, chance: float) -> Plan:
    """Return the plan after a fetch that was settled at `now_s`; `chance` in 0…1 gives the jitter."""
    if standing.state != "active":  # paused, parked or gone while it was leased: settling undoes nothing
        return Plan(standing.state, None, standing.failures, standing.polling_s, settings.poll_interval_s)
    if facts.outcome is Outcome.UNFETCHED:
        wait_s = min(facts.retry_after_s or 0, RETRY_AFTER_CAP_S)
        return Plan("active", None, standing.failures, standing.polling_s, wait_s, facts.error)
    if facts.kind is Kind.PAGE:
        return _page(standing, facts, settings, chance)
    if facts.outcome is Outcome.GONE:
        return Plan("gone", "The server answered 410 Gone: the publisher says that it will not come back.", 0, None, 0)
    if not facts.outcome.good:
        return _failed(standing, facts, settings, chance)
    chosen = interval(standing, settings, now_s)
    if standing.wanted:
        return Plan("active", None, 0, round(chosen.seconds), 0.0, ASKED)
    return Plan("active", None, 0, round(chosen.seconds), wavered(chosen, chance), words(chosen, standing))


ASKED = "it was asked for, by an operator or a push, while it was being polled"


def jittered(seconds: float, chance: float) -> float:
    """Return `seconds` moved by up to a tenth either way."""
    return seconds * (1 + JITTER * (2 * chance - 1))


def wavered(chosen: Interval, chance: float) -> float:
    """Return the seconds of an interval with its jitter: only later, and little, where it keeps to a minute."""
    return chosen.seconds + chance * TICK_SPREAD_S if chosen.cause == "clock" else jittered(chosen.seconds, chance)


def interval(standing: Standing, settings: Settings, now_s: float) -> Interval:
    """Return how long a healthy feed is left alone, and why.

    Its rhythm says when a poll is worth its request, when half of its window would be new, and which minute of the hour
    it keeps to; the publisher's wish is kept as long as the window has room, the operator's floor and ceiling always.
    """
    if standing.interval_s:
        return Interval(standing.interval_s, "operator")
    floor_s = standing.floor_s or settings.poll_floor_s
    ceiling_s = max(standing.ceiling_s or settings.poll_ceiling_s, floor_s)
    if standing.rhythm is None:
        return Interval(min(max(settings.poll_interval_s, standing.floor_s or 0), ceiling_s), "unknown")
    left = wait(standing.rhythm, now_s, settings.poll_worth_s, standing.room, ceiling_s, settings.poll_fresh_s)
    rate = left.expected / left.seconds * HOUR_S if left.seconds else 0.0
    seconds, cause, wish = left.seconds, left.cause, standing.wish
    if cause != "room":  # where the window may roll over, nothing is waited for
        if (tick_s := standing.rhythm.next_tick(now_s)) is not None and tick_s <= ceiling_s:
            seconds, cause = _on_the_clock(seconds, tick_s, ceiling_s), "clock"
        if standing.pushed or wish.pace_s > seconds or wish.skip_hours or wish.skip_days:
            seconds, cause = _later(standing, seconds, cause, now_s, ceiling_s)
    if seconds < floor_s:
        return Interval(floor_s, "floor of a full window" if cause == "room" else "floor", rate, seconds)
    return Interval(seconds, cause, rate, left.seconds)


def _on_the_clock(seconds: float, tick_s: float, ceiling_s: float) -> float:
    """Return the wait until just after the minute that a timer keeps to, the one nearest to `seconds`.

    Between two of its minutes there is nothing to find.
    """
    hours = min(round((seconds - tick_s) / HOUR_S), int((ceiling_s - tick_s) // HOUR_S))
    return tick_s + max(hours, 0) * HOUR_S


def _later(standing: Standing, seconds: float, cause: str, now_s: float, ceiling_s: float) -> tuple[float, str]:
    """Return the wait that push or the publisher's wish makes longer, and which did; never until the window is full."""
    assert standing.rhythm is not None
    wish = standing.wish
    if standing.pushed:
        seconds, cause = min(seconds * PUSH_SLOWER, ceiling_s), "push"
    if (asked := min(wish.pace_s, WISH_CEILING_S)) > seconds:
        seconds, cause = float(asked), "wish"
    if (until_s := wish.skips_until(now_s + seconds)) > now_s + seconds:
        seconds, cause = min(until_s - now_s, DAY_S), "skip"
    full = wait(standing.rhythm, now_s, inf, standing.room, seconds)
    return (full.seconds, "room") if full.cause == "room" else (seconds, cause)


def rolls_over(standing: Standing, pace_s: float, now_s: float) -> float | None:
    """Return the seconds in which a window could roll over at the busiest of the next 24 hours, where `pace_s` is more.

    None: polls so far apart lose nothing that can be expected.
    """
    rhythm, room = standing.rhythm, standing.room
    if rhythm is None:
        return None
    waits = [wait(rhythm, now_s + hour * HOUR_S, inf, room, pace_s) for hour in range(24)]
    return min((one.seconds for one in waits if one.cause == "room"), default=None)


def words(chosen: Interval, standing: Standing) -> str:
    """Return in words why a feed is due when it is."""
    every, other = span(chosen.seconds), span(chosen.other)
    rate = f"{chosen.rate:.0f}" if chosen.rate >= 100 else f"{chosen.rate:.2g}"
    came = f"about {rate} articles an hour are expected now"
    match chosen.cause:
        case "operator":
            return f"every {every}, as the operator set it for this feed"
        case "unknown":
            return f"every {every}, as nothing is known of it yet"
        case "worth":
            return f"{came}: after {every} they have waited long enough, all together, to be worth a request"
        case "fresh":
            return f"{came}: enough for a poll every {every}, so that they are found in time"
        case "clock":
            return f"{came}, by a timer that keeps to one minute of the hour: polled just after it, in {every}"
        case "room":
            return f"{came}: after {every} a burst of them could push others out of its window of {standing.window}"
        case "floor":
            return f"{came}, for which {other} would do; {every} is the floor"
        case "floor of a full window":
            return f"{came}, which could roll over its window of {standing.window} within {other}; {every} is the floor"
        case "push":
            return f"{came}; the publisher's push works, so a poll every {every} (not {other}) only watches over it"
        case "wish":
            return f"{came}, for which {other} would do; the publisher asks for {every} between polls"
        case "skip":
            return f"{came}; the publisher asks not to be polled at this hour or on this day, so it waits {every}"
        case _:
            return f"{came}, too few to be worth a request sooner; {every} is the ceiling"


def _failed(standing: Standing, facts: Facts, settings: Settings, chance: float) -> Plan:
    wait_s, why = back_off(facts, standing.failures, standing.failing_s, settings.backoff_ceiling_s)
    asked = facts.retry_after_s and wait_s >= asked_s(facts, settings.backoff_ceiling_s)  # jitter then only adds
    later = wait_s * (1 + JITTER * chance) if asked else jittered(wait_s, chance)
    return Plan(
        "active",
        None,
        standing.failures + 1,
        standing.polling_s,
        0.0 if standing.wanted else later,
        ASKED if standing.wanted else why,
    )


def _page(standing: Standing, facts: Facts, settings: Settings, chance: float) -> Plan:
    if facts.outcome.good:
        return Plan("done", None, 0, None, 0)
    failures = standing.failures + 1
    hopeless = facts.outcome in {Outcome.GONE, Outcome.BLOCKED} or failures >= PAGE_FAILURES
    state, reason = ("failed", facts.error) if hopeless else ("active", None)
    later = _failed(standing, facts, settings, chance).wait_s
    return Plan(state, reason, failures, None, later)
