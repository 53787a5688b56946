"""The ways of polling that ours is compared with: fixed ones, and the rules of two others as they state them. Pure."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from shared.polling.replay import Seen, Told

MINUTE_S = 60
DAY_S = 86_400


class Fixed:
    """Every feed as often as every other."""

    def __init__(self, minutes: int) -> None:
        self.seconds = minutes * MINUTE_S

    def __call__(self, seen: Seen) -> float:
        """Return the seconds until the next poll."""
        return self.seconds


def replay_fixed(times: Sequence[float], window: int, seconds: float, start_s: float, end_s: float) -> Told:
    """Return what `replay` returns for `Fixed`, without going from poll to poll."""
    came = np.array(times)
    came = came[(came > start_s) & (came <= end_s)]
    polls = np.ceil((came - start_s) / seconds)  # the number of the one that finds it
    found_at = np.minimum(start_s + polls * seconds, end_s)
    last = np.searchsorted(found_at, found_at, side="right")
    found = last - np.arange(len(came)) <= window
    requests = int(np.ceil((end_s - start_s) / seconds))
    return Told(requests, int((~found).sum()), (found_at - came)[found].tolist())


class EntryFrequency:
    """Miniflux' `entry_frequency`: a week's minutes over a week's entries, 5 minutes to a day (its defaults)."""

    def __init__(self) -> None:
        self._week: deque[float] = deque()

    def __call__(self, seen: Seen) -> float:
        """Return the seconds until the next poll."""
        self._week.extend(seen.arrivals)
        while self._week and self._week[0] < seen.now_s - 7 * DAY_S:
            self._week.popleft()
        minutes = round(7 * 24 * 60 / len(self._week)) if self._week else 24 * 60
        return min(max(minutes, 5), 24 * 60) * MINUTE_S


class RssFetcher:
    """Media Cloud's rss-fetcher: longer while two thirds of a poll are known, shorter while a third is not.

    Its defaults: from 12 hours; 10 minutes more after a poll that was known to two thirds, 60 where nothing came for a
    month; 60 fewer after one known to less than a third; 10 minutes to a day.
    """

    def __init__(self) -> None:
        self._minutes = 720
        self._polls = 0
        self._last_new_s = 0.0

    def __call__(self, seen: Seen) -> float:
        """Return the seconds until the next poll."""
        self._polls += 1
        if seen.arrivals or self._polls == 1:
            self._last_new_s = seen.now_s
        if self._polls > 1:
            known = 100 * (1 - len(seen.arrivals) / seen.window) if seen.window else 100
            if known >= 67:
                self._minutes += 10 if seen.now_s - self._last_new_s <= 31 * DAY_S or known < 100 else 60
            elif known < 33:
                self._minutes = 720 if self._minutes > 720 else self._minutes - 60
            self._minutes = min(max(self._minutes, 10), 1440)
        return self._minutes * MINUTE_S
