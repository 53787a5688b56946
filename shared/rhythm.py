"""What a feed usually brings, by hour and weekday, and how long its next articles may be left waiting. Pure.

Counts fade with a memory of four weeks. The rate at a moment is the feed's mean rate, times how much of it falls into
that hour of the day, times how much into that weekday, times how busy the feed is just now; each of the three is
drawn towards 1 while little is known. Moments are seconds since 1970; hours and weekdays are UTC's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, sqrt
from typing import Any, NamedTuple, Self

HOUR_S = 3600
DAY_S = 86_400
MEMORY_S = 28 * DAY_S  # a count fades to a third within it
RECENT_S = 2 * HOUR_S  # how long a busy spell is expected to last
PRIOR = 0.5  # articles in `PRIOR_S`: what is believed of a feed that nothing is known of
PRIOR_S = DAY_S / 2
HOUR_DOUBT = 3.0  # articles an hour of the day must have brought to be believed as much as the mean
DAY_DOUBT = 10.0
RECENT_DOUBT = 3.0
BUSIEST = 6.0  # times the usual rate at most, however much came just now
BUNCH_S = 300  # articles so close together come as one
BUNCH_LEARNS = 0.05  # share of one article in how large a bunch usually is
DEVIATIONS = 6.0  # standard deviations above what is expected that still have to fit into the window
LEAST_ROOM = 0.05  # of a window: where one bunch alone rolls it over, no pace helps
_CALMING = exp(-HOUR_S / RECENT_S)
_EVEN_HOURS = (1 / 24,) * 24
_MONDAY = 3  # 1 January 1970 was a Thursday


class Wait(NamedTuple):
    """How long the next poll may be left, and what ends the wait: worth, room or neither within the time given."""

    seconds: float
    cause: str
    expected: float  # articles in that time


@dataclass(frozen=True)
class Rhythm:
    """Faded counts of a feed's articles."""

    since_s: float  # what is counted began here
    at_s: float  # the counts are as of this moment
    hours: tuple[float, ...] = (0.0,) * 24
    days: tuple[float, ...] = (0.0,) * 7  # Monday first
    recent: float = 0.0  # articles, fading within `RECENT_S`
    own: float = 0.0  # of the articles, those that no other feed had brought before
    bunch: float = 1.0  # articles that come at once, itself included, seen from one of them

    @classmethod
    def read(cls, data: Any) -> Self | None:
        """Return the rhythm that `data` holds as `write` gave it, or None where it holds none."""
        if not data:
            return None
        rest = (data["recent"], data["own"], data["bunch"])
        return cls(data["since"], data["at"], tuple(data["hours"]), tuple(data["days"]), *rest)

    def write(self) -> dict[str, Any]:
        """Return the rhythm as JSON takes it, short."""
        return {
            "since": round(self.since_s),
            "at": round(self.at_s),
            "hours": [round(count, 2) for count in self.hours],
            "days": [round(count, 2) for count in self.days],
            "recent": round(self.recent, 2),
            "own": round(self.own, 2),
            "bunch": round(self.bunch, 2),
        }

    @cached_property
    def count(self) -> float:
        """Articles that are remembered."""
        return sum(self.hours)

    @cached_property
    def shape(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """How much busier than the mean each hour and each weekday is."""
        hours = _watched(self.since_s, self.at_s, HOUR_S, 24, 0)
        days = _watched(self.since_s, self.at_s, DAY_S, 7, _MONDAY)
        return (
            tuple(
                (one + HOUR_DOUBT) / (self.count * seen + HOUR_DOUBT)
                for one, seen in zip(self.hours, hours, strict=True)
            ),
            tuple(
                (one + DAY_DOUBT) / (self.count * seen + DAY_DOUBT) for one, seen in zip(self.days, days, strict=True)
            ),
        )

    def mean(self, now_s: float) -> float:
        """Return the mean rate as of `now_s`, articles a second."""
        faded = exp(-(now_s - self.at_s) / MEMORY_S)
        watched = MEMORY_S * (1 - faded * exp(-(self.at_s - self.since_s) / MEMORY_S))
        return (self.count * faded + PRIOR) / (watched + PRIOR_S)

    def rate(self, moment_s: float, mean: float) -> float:
        """Return the usual rate at `moment_s`, articles a second."""
        hours, days = self.shape
        return mean * hours[int(moment_s // HOUR_S) % 24] * days[(int(moment_s // DAY_S) + _MONDAY) % 7]

    def busy(self, now_s: float, usual: float) -> float:
        """Return how many times as busy as usual the feed is now: what came lately, against what comes usually."""
        lately = self.recent * exp(-(now_s - self.at_s) / RECENT_S)
        return min((lately + RECENT_DOUBT) / (usual * RECENT_S + RECENT_DOUBT), BUSIEST)

    @property
    def own_share(self) -> float:
        """The share of its articles that no other feed brings first."""
        return (self.own + 1) / (self.count + 1)

    def room(self, window: int) -> float:
        """Return how many articles may be expected of a span of time so that a window of so many does not roll over.

        What comes in bunches of b varies by the square root of b times what is expected; that, and one bunch more, has
        to fit beside it.
        """
        spread = DEVIATIONS * sqrt(self.bunch)
        room = sqrt(max(spread * spread / 4 + window - self.bunch, 0.0)) - spread / 2
        return max(max(room, 0.0) ** 2, LEAST_ROOM * window)


def _watched(since_s: float, at_s: float, step_s: int, many: int, shift: int) -> tuple[float, ...]:
    """Return the share of the time watched, faded as the counts are, that fell into each of `many` hours or weekdays.

    After three rounds the last one stands for all, and within a day nothing fades.
    """
    if at_s - since_s > 3 * many * step_s:
        if step_s == HOUR_S:
            return _EVEN_HOURS
        since_s = at_s - many * step_s
    seen = [0.0] * many
    start_s = since_s
    while start_s < at_s:
        end_s = min(at_s, (start_s // step_s + 1) * step_s)
        seen[(int(start_s // step_s) + shift) % many] += (end_s - start_s) * exp((end_s - at_s) / MEMORY_S)
        start_s = end_s
    total = sum(seen)
    return tuple(one / total for one in seen) if total else (1 / many,) * many


def learn(rhythm: Rhythm | None, arrivals: Sequence[float], own: int, now_s: float) -> Rhythm:
    """Return the rhythm with articles that came at `arrivals`, `own` of them new to the store, as of `now_s`.

    The first arrivals of a feed are those of its first window: it has been watched, as it were, since the oldest of
    them that is not older than the memory, leaving out a tenth that may have been pinned.
    """
    if rhythm is None:
        counted = sorted(at for at in arrivals if now_s - MEMORY_S <= at <= now_s)
        counted = counted[len(counted) // 10 :] if len(counted) > 1 else []
        rhythm = Rhythm(counted[0] if counted else now_s, now_s)
        own = min(own, len(counted))
        arrivals = counted
    passed_s = max(0.0, now_s - rhythm.at_s)
    faded = exp(-passed_s / MEMORY_S)
    hours = [count * faded for count in rhythm.hours]
    days = [count * faded for count in rhythm.days]
    recent = rhythm.recent * exp(-passed_s / RECENT_S)
    for at_s in arrivals:
        weight = exp((at_s - now_s) / MEMORY_S)
        hours[int(at_s // HOUR_S) % 24] += weight
        days[(int(at_s // DAY_S) + _MONDAY) % 7] += weight
        recent += exp((at_s - now_s) / RECENT_S)
    bunch = _bunch(rhythm, sorted(arrivals), now_s)
    return Rhythm(rhythm.since_s, now_s, tuple(hours), tuple(days), recent, rhythm.own * faded + own, bunch)


def _bunch(rhythm: Rhythm, arrivals: Sequence[float], now_s: float) -> float:
    """Return how many articles come at once, less those that would be so close by chance."""
    chance = 2 * BUNCH_S * rhythm.mean(now_s) if rhythm.count else 0.0
    bunch, first, last = rhythm.bunch, 0, 0
    for at_s in arrivals:
        while arrivals[first] < at_s - BUNCH_S:
            first += 1
        while last < len(arrivals) and arrivals[last] <= at_s + BUNCH_S:
            last += 1
        bunch += (max(last - first - chance, 1.0) - bunch) * BUNCH_LEARNS
    return bunch


def wait(rhythm: Rhythm, now_s: float, worth_s: float, room: float, longest_s: float) -> Wait:
    """Return how long to leave the next poll: until articles have waited `worth_s` altogether, or filled `room`.

    With articles at a rate r, polls T apart make each wait T/2, and cost 1/T. The sum of r·T/2, the waiting, and
    `worth_s`/T, the cost, is least where the articles of one interval have waited r·T²/2 = `worth_s` altogether: busy
    feeds and busy hours are polled more often, by the square root of their rate. No other split of as many requests
    over feeds makes the mean article wait less (Sia, Cho and Cho, "Efficient monitoring algorithm for fast news
    alerts", 2007).
    """
    mean, own, (hours, days) = rhythm.mean(now_s), rhythm.own_share, rhythm.shape
    hour = int(now_s // HOUR_S)
    busy = rhythm.busy(now_s, mean * hours[hour % 24] * days[(hour // 24 + _MONDAY) % 7])
    elapsed, expected, waited, span = 0.0, 0.0, 0.0, HOUR_S - now_s % HOUR_S
    while elapsed < longest_s:
        span = min(span, longest_s - elapsed)
        rate = mean * hours[hour % 24] * days[(hour // 24 + _MONDAY) % 7] * busy
        added = rate * span
        more = (expected + added / 2) * span * own
        if waited + more >= worth_s or expected + added >= room:
            fills = max((room - expected) / rate, 0.0)
            pays = _pays(worth_s - waited, expected * own, rate * own)
            step, cause = (pays, "worth") if pays <= fills else (fills, "room")
            return Wait(elapsed + step, cause, expected + rate * step)
        waited, expected, elapsed = waited + more, expected + added, elapsed + span
        hour, span, busy = hour + 1, HOUR_S, 1 + (busy - 1) * _CALMING
    return Wait(longest_s, "neither", expected)


def _pays(lacking: float, waiting: float, rate: float) -> float:
    """Return the seconds after which `waiting` articles and those that come have waited `lacking` more."""
    return (sqrt(waiting * waiting + 2 * rate * lacking) - waiting) / rate if lacking > 0 else 0.0


def expected(rhythm: Rhythm, from_s: float, to_s: float) -> float:
    """Return how many articles usually come between two moments, as of the last time that any came."""
    mean = rhythm.mean(rhythm.at_s)
    return sum(rhythm.rate(start, mean) * (end - start) for start, end in _hours(from_s, to_s))


def expected_until(rhythm: Rhythm, from_s: float, articles: float, longest_s: float) -> float:
    """Return the moment by which `articles` usually come, counted from `from_s`; `longest_s` later at the latest."""
    mean, came = rhythm.mean(rhythm.at_s), 0.0
    for start, end in _hours(from_s, from_s + longest_s):
        rate = rhythm.rate(start, mean)
        if came + rate * (end - start) >= articles:
            return start + (articles - came) / rate
        came += rate * (end - start)
    return from_s + longest_s


def _hours(from_s: float, to_s: float) -> Iterator[tuple[float, float]]:
    """Yield the parts of a span of time that lie within one hour each."""
    start = from_s
    while start < to_s:
        end = min(to_s, (start // HOUR_S + 1) * HOUR_S)
        yield start, end
        start = end
