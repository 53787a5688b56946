"""How long a feed's next articles may be left waiting. Pure."""

from math import exp, inf, sqrt
from typing import NamedTuple

from shared.polling.rhythm import HOUR_S, RECENT_S, Rhythm

LATE = 15.0  # requests that it is worth to have one article in time
_CALMING = exp(-HOUR_S / RECENT_S)


class Wait(NamedTuple):
    """How long the next poll may be left, and what ends the wait: worth, fresh, room or neither in the time given."""

    seconds: float
    cause: str
    expected: float  # articles in that time


def wait(rhythm: Rhythm, now_s: float, worth_s: float, room: float, longest_s: float, fresh_s: float = 0.0) -> Wait:
    """Return how long to leave the next poll: until articles have waited `worth_s` altogether, or filled `room`.

    With articles at a rate r, polls T apart make each wait T/2, and cost 1/T. The sum of r·T/2, the waiting, and
    `worth_s`/T, the cost, is least where the articles of one interval have waited r·T²/2 = `worth_s` altogether: busy
    feeds and busy hours are polled more often, by the square root of their rate. No other split of as many requests
    over feeds makes the mean article wait less (Sia, Cho and Cho, "Efficient monitoring algorithm for fast news
    alerts", 2007).

    Where `fresh_s`, D, is given, an article found later than that costs L = `LATE`·`worth_s` more. For T > D those are
    r·L·(1 - D/T), and the sum is least where r·T²/2 + L·r·D = `worth_s`: from D on, the articles that were expected
    within the last D count L each beside what all have waited. Feeds for which polls D apart pay get them; at the
    others one poll more finds too few in time, and they are left to the mean.
    """
    own, hour, mean = rhythm.own_share, int(now_s // HOUR_S), rhythm.mean(now_s)
    rate = mean * rhythm.usual(hour)
    busy = rhythm.busy(now_s, rate)
    mean, rate, room = mean * own, rate * own * busy, room * own
    edge = HOUR_S - now_s % HOUR_S  # where the rate changes
    turn, turns = fresh_s or inf, edge + fresh_s  # where that changes at which came what is now too old to be fresh
    rates, passed, old = [rate], 0, 0.0  # before the first turn nothing is too old
    elapsed = came = waited = within = late_s = 0.0  # articles, seconds of theirs, and articles of the last `fresh_s`
    while elapsed < longest_s:
        end = edge if edge < turn else turn
        span = (end if end < longest_s else longest_s) - elapsed
        more, grows = rate * span, rate - old
        waits = waited + (came + more / 2) * span
        if came + more >= room or waits + late_s * (within + grows * span) >= worth_s:
            break
        elapsed, came, waited = end, came + more, waits
        within += grows * span
        if end == turn:
            late_s, old = LATE * worth_s, rates[passed]
            turn, passed = turns + HOUR_S * passed, passed + 1
            if waited + late_s * within >= worth_s:
                break
        if end == edge:
            hour, edge, busy = hour + 1, edge + HOUR_S, 1 + (busy - 1) * _CALMING
            rate = mean * rhythm.usual(hour) * busy
            rates.append(rate)
    else:
        return Wait(longest_s, "neither", came / own)
    fills, pays = (room - came) / rate, _pays(worth_s - waited - late_s * within, came + late_s * grows, rate)
    step = min(fills, pays)
    alone = waited + (came + rate * step / 2) * step
    cause = "room" if fills < pays else "fresh" if late_s and alone < 0.99 * worth_s else "worth"
    return Wait(elapsed + step, cause, (came + rate * step) / own)


def _pays(lacking: float, grows: float, rate: float) -> float:
    """Return the seconds after which what grows by `grows` a second, and that by `rate`, has grown by `lacking`."""
    return (sqrt(grows * grows + 2 * rate * lacking) - grows) / rate if lacking > 0 else 0.0
