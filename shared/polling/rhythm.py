"""What a feed usually brings, by hour and weekday. Pure.

Counts fade with a memory of four weeks. The rate at a moment is the feed's mean rate, times how much of it falls into
that hour of the day, times how much into that weekday, times how busy the feed is just now; each of the three is
drawn towards 1 while little is known. Feeds that a timer publishes keep to one minute of the hour, which is learnt
apart. Moments are seconds since 1970; hours and weekdays are UTC's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import atan2, cos, exp, pi, sin, sqrt
from typing import Any, Self

HOUR_S = 3600
DAY_S = 86_400
MEMORY_S = 28 * DAY_S  # a count fades to a third within it
RECENT_S = 2 * HOUR_S  # how long a busy spell is expected to last
PRIOR = 0.5  # articles in `PRIOR_S`: what is believed of a feed that nothing is known of
PRIOR_S = DAY_S / 2
HOUR_DOUBT = 1.0  # articles an hour of the day must have brought to be believed as much as the mean
DAY_DOUBT = 10.0
RECENT_DOUBT = 3.0
BUSIEST = 6.0  # times the usual rate at most, however much came just now
BUNCH_S = 300  # articles so close together come as one
BUNCH_LEARNS = 0.05  # share of one article in how large a bunch usually is
DEVIATIONS = 6.0  # standard deviations above what is expected that still have to fit into the window
LEAST_ROOM = 0.05  # of a window: where one bunch alone rolls it over, no pace helps
CLOCK_LEARNS = 0.1  # share of one bunch of articles in the minute of the hour that a feed keeps to
CLOCKED = 0.9  # of the length of a mean of points on the dial: 1 is always the same minute, 0 any minute
CLOCK_LAG_S = 90  # after its minute, what a timer publishes is there
_EVEN_HOURS = (1 / 24,) * 24
MONDAY = 3  # 1 January 1970 was a Thursday


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
    clock: tuple[float, float] = (0.0, 0.0)  # mean of the points on the hour's dial at which articles were seen to come
    count: float = field(init=False, repr=False, compare=False)  # articles that are remembered
    # Worked out when it is first asked for; a `cached_property` would keep nothing where this is compiled.
    _watched: list[tuple[Sequence[float], Sequence[float]]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )
    _usual: dict[int, float] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", sum(self.hours))

    @classmethod
    def read(cls, data: Any) -> Self | None:
        """Return the rhythm that `data` holds as `write` gave it, or None where it holds none."""
        if not data:
            return None
        rest = (data["recent"], data["own"], data["bunch"])
        clock = data.get("clock") or (0.0, 0.0)
        return cls(data["since"], data["at"], tuple(data["hours"]), tuple(data["days"]), *rest, (clock[0], clock[1]))

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
            "clock": [round(self.clock[0], 3), round(self.clock[1], 3)],
        }

    @property
    def _shares(self) -> tuple[Sequence[float], Sequence[float]]:
        """The shares of the time watched that fell into each hour of the day, and into each weekday."""
        if not self._watched:
            hours = _watched(self.since_s, self.at_s, HOUR_S, 24, 0)
            self._watched.append((hours, _watched(self.since_s, self.at_s, DAY_S, 7, MONDAY)))
        return self._watched[0]

    def usual(self, hour: int) -> float:
        """Return how much busier than the mean an hour is, which is counted from 1970, by the day's hours and weekdays.

        Of the day's hours, each is half what the two beside it are.
        """
        place = hour % (7 * 24)
        known = self._usual.get(place)
        if known is None:
            at, day = hour % 24, (hour // 24 + MONDAY) % 7
            near = self._hour(at - 1) + 2 * self._hour(at) + self._hour(at - 23)
            known = near / 4 * (self.days[day] + DAY_DOUBT) / (self.count * self._shares[1][day] + DAY_DOUBT)
            self._usual[place] = known
        return known

    def _hour(self, at: int) -> float:
        return (self.hours[at] + HOUR_DOUBT) / (self.count * self._shares[0][at] + HOUR_DOUBT)

    def mean(self, now_s: float) -> float:
        """Return the mean rate as of `now_s`, articles a second."""
        faded = exp((self.at_s - now_s) / MEMORY_S)
        watched = MEMORY_S * (1 - exp((self.since_s - now_s) / MEMORY_S))
        return (self.count * faded + PRIOR) / (watched + PRIOR_S)

    def rate(self, moment_s: float, mean: float) -> float:
        """Return the usual rate at `moment_s`, articles a second."""
        return mean * self.usual(int(moment_s // HOUR_S))

    def busy(self, now_s: float, usual: float) -> float:
        """Return how many times as busy as usual the feed is now: what came lately, against what comes usually."""
        lately = self.recent * exp(-(now_s - self.at_s) / RECENT_S)
        return min((lately + RECENT_DOUBT) / (usual * RECENT_S + RECENT_DOUBT), BUSIEST)

    def next_tick(self, now_s: float) -> float | None:
        """Return the seconds until a timer's next articles are there, within an hour; None: it keeps to no minute."""
        east, north = self.clock
        if east * east + north * north < CLOCKED * CLOCKED:
            return None
        minute_s = atan2(north, east) / (2 * pi) * HOUR_S
        return (minute_s + CLOCK_LAG_S - now_s) % HOUR_S

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


def _watched(since_s: float, at_s: float, step_s: int, many: int, shift: int) -> Sequence[float]:
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
    return [one / total for one in seen] if total else [1 / many] * many


def learn(
    rhythm: Rhythm | None, arrivals: Sequence[float], own: int, now_s: float, undated: Sequence[float] = ()
) -> Rhythm:
    """Return the rhythm with articles that came at `arrivals`, `own` of them new to the store, as of `now_s`.

    `undated` are the moments that were supposed for others. The first arrivals of a feed are those of its first window:
    it has been watched, as it were, since the oldest of them that is not older than the memory, leaving out a tenth
    that may have been pinned.
    """
    known = rhythm is not None
    if rhythm is None:
        counted = sorted(at for at in arrivals if now_s - MEMORY_S <= at <= now_s)
        counted = counted[len(counted) // 10 :] if len(counted) > 1 else []
        rhythm = Rhythm(counted[0] if counted else now_s, now_s)
        own = min(own, len(counted))
        arrivals = counted
    came = sorted([*arrivals, *undated])
    passed_s = max(0.0, now_s - rhythm.at_s)
    faded = exp(-passed_s / MEMORY_S)
    hours = [count * faded for count in rhythm.hours]
    days = [count * faded for count in rhythm.days]
    recent = rhythm.recent * exp(-passed_s / RECENT_S)
    for at_s in came:
        weight = exp((at_s - now_s) / MEMORY_S)
        hour = int(at_s // HOUR_S)
        hours[hour % 24] += weight
        days[(hour // 24 + MONDAY) % 7] += weight
        recent += exp((at_s - now_s) / RECENT_S)
    return Rhythm(
        rhythm.since_s,
        now_s,
        tuple(hours),
        tuple(days),
        recent,
        rhythm.own * faded + own,
        _bunch(rhythm, came, now_s),
        _clock(rhythm.clock, sorted(arrivals), len(undated)) if known else rhythm.clock,
    )


def _clock(clock: tuple[float, float], arrivals: Sequence[float], undated: int) -> tuple[float, float]:
    """Return the mean point on the hour's dial after bunches that came at `arrivals`, and so many at no known minute.

    Only what was seen to come counts: dates of a first window may be any day's midnight.
    """
    east, north = clock
    last_s = 0.0
    for at_s in arrivals:
        if at_s > last_s + BUNCH_S:
            angle = at_s % HOUR_S / HOUR_S * 2 * pi
            east += (cos(angle) - east) * CLOCK_LEARNS
            north += (sin(angle) - north) * CLOCK_LEARNS
        last_s = at_s
    faded = (1 - CLOCK_LEARNS) ** undated
    return east * faded, north * faded


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
