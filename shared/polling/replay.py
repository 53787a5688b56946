"""What a way of polling does to a feed whose articles came at known moments: found how late, lost how many. Pure."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from shared.polling.rhythm import Rhythm, learn
from shared.polling.schedule import Standing, interval, wavered
from shared.settings import Settings


class Seen(NamedTuple):
    """What one poll shows: the moments of the articles that are new, how many the window holds, and when it was."""

    now_s: float
    arrivals: Sequence[float]
    window: int


Policy = Callable[[Seen], float]  # told what a poll showed, it returns the seconds until the next


@dataclass
class Told:
    """What became of a feed's articles."""

    requests: int = 0
    lost: int = 0
    delays: list[float] = field(default_factory=list)  # seconds from publication to poll, of each that was found


def replay(times: Sequence[float], window: int, policy: Policy, start_s: float, end_s: float) -> Told:
    """Return what polling by `policy` from `start_s` to `end_s` makes of the articles published at `times`, in order.

    The feed lists the last `window` of them. Those published before `start_s` teach and are not counted; those that are
    still to be polled at the end count as found then.
    """
    told = Told()
    seen, now_s = bisect_right(times, start_s), start_s
    wait_s = policy(Seen(now_s, times[max(0, seen - window) : seen], min(window, seen)))
    told.requests += 1
    while (now_s := now_s + wait_s) < end_s:
        told.requests += 1
        arrivals: Sequence[float] = ()
        if seen < len(times) and times[seen] <= now_s:
            seen, arrivals = _look(told, times, seen, window, now_s)
        wait_s = policy(Seen(now_s, arrivals, min(window, seen)))
    _look(told, times, seen, window, end_s)
    return told


def _look(told: Told, times: Sequence[float], seen: int, window: int, now_s: float) -> tuple[int, Sequence[float]]:
    upto = bisect_right(times, now_s, seen)
    first = max(seen, upto - window)
    told.lost += first - seen
    arrivals = times[first:upto]
    told.delays += [now_s - at for at in arrivals]
    return upto, arrivals


class Ours:
    """Our own way of polling, as a policy: the decision functions, taught by what each poll shows."""

    def __init__(
        self, settings: Settings, rng: Random, *, dated: bool = True, standing: Standing | None = None
    ) -> None:
        self._settings, self._rng, self._dated = settings, rng, dated
        self._standing = standing or Standing("active", 0)
        self._last_s = 0.0

    def __call__(self, seen: Seen) -> float:
        """Return the seconds until the next poll."""
        rhythm = self._standing.rhythm
        if seen.arrivals or rhythm is None:
            dated, undated = (seen.arrivals, ()) if self._dated else ((), self._spread(seen, rhythm))
            learnt = learn(rhythm, dated, len(seen.arrivals), seen.now_s, undated)
            self._standing = self._standing.taught(seen.window, learnt)
        self._last_s = seen.now_s
        return wavered(interval(self._standing, self._settings, seen.now_s), self._rng.random())

    def _spread(self, seen: Seen, rhythm: Rhythm | None) -> Sequence[float]:
        """Return when articles without dates came: spread over the time since the last poll."""
        if rhythm is None:
            return ()
        step = (seen.now_s - self._last_s) / len(seen.arrivals)
        return [self._last_s + (place + 0.5) * step for place in range(len(seen.arrivals))]
