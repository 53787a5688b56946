"""What is usual of a feed, and what is not: silence, a flood, shrunken texts, another language. Pure.

What is usual is learnt from the feed itself: a silence alarms when twice as much as was ever missed before is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from shared.polling.failures import span
from shared.polling.rhythm import DAY_S, RECENT_S, Rhythm, expected, expected_until, learn
from shared.polling.schedule import Wish

ENOUGH = 30  # articles after which anything is usual
MISSED = 8.0  # articles that have to be missing at least before a silence alarms
TIMES = 2.0  # as much as was ever usual has to be exceeded by
FORGETS = 0.99  # how much of an extreme is believed one poll with news later
SILENCE_WITHIN_S = 14 * DAY_S  # a feed of which less than `MISSED` is usual in that time cannot alarm
FLOOD = 10.0  # articles within `RECENT_S` at least
FLOOD_TIMES = 4.0  # as many as usual at that hour
SLOW, FAST = 0.02, 0.2  # share of one article in what is usual, and in what is so lately
SLOWEST = 0.005  # in how usual a language is: an alarm has to outlast a few polls
SHRUNK, LONG = 0.4, 80  # lately at most this share of usually at least so many words
FLIPPED, FIRM = 0.3, 0.85  # lately at most this share in a language that usually has at least that
OPENINGS = {"flood": "a flood", "shrunken texts": "texts shrank", "another language": "another language"}


@dataclass(frozen=True)
class Arrival:
    """An article that is new to a feed's window."""

    at_s: float | None  # published, if that can be: None where the publisher did not say, or said what cannot be
    own: bool = True  # no other feed had brought it
    words: int = 0  # of its text as the feed gives it; 0: it gives none, which counts where the feed gave some before
    language: str | None = None
    stored: bool = True  # False: it is not wanted, and teaches nothing but when there is news


@dataclass(frozen=True)
class Habits:
    """What is known of a feed's ways."""

    rhythm: Rhythm | None = None
    wish: Wish = field(default_factory=Wish)
    longest: float = 0.0  # articles that were expected in the longest silence
    most: float = 0.0  # articles in the busiest spell
    texts: float = 0.0  # that words were counted of: all since the first that had any
    words: tuple[float, float] = (0.0, 0.0)  # of an article: usually, lately
    named: float = 0.0  # articles whose language is known
    language: str | None = None
    in_language: tuple[float, float] = (0.0, 0.0)  # share of articles in it: usually, lately

    @classmethod
    def read(cls, data: Mapping[str, Any] | None) -> Self:
        """Return the habits that `data` holds as `write` gave them."""
        if not data:
            return cls()
        wish = data.get("wish") or (0, (), ())
        return cls(
            Rhythm.read(data.get("rhythm")),
            Wish(wish[0], frozenset(wish[1]), frozenset(wish[2])),
            data["extremes"][0],
            data["extremes"][1],
            data["texts"][0],
            (data["texts"][1], data["texts"][2]),
            data["languages"][0],
            data["languages"][1],
            (data["languages"][2], data["languages"][3]),
        )

    def write(self) -> dict[str, Any]:
        """Return the habits as JSON takes them."""
        wish = self.wish
        return {
            "rhythm": self.rhythm.write() if self.rhythm else None,
            "wish": [wish.pace_s, sorted(wish.skip_hours), sorted(wish.skip_days)],
            "extremes": [round(self.longest, 2), round(self.most, 2)],
            "texts": [self.texts, *(round(one, 1) for one in self.words)],
            "languages": [self.named, self.language, *(round(one, 5) for one in self.in_language)],
        }


def taught(habits: Habits, arrivals: Sequence[Arrival], last_s: float | None, now_s: float) -> Habits:
    """Return the habits after a poll at `now_s` that found `arrivals`; `last_s` is the last good poll, None: the first.

    An article whose date lies before the last poll came late into the feed, one without a date at an unknown time:
    they count as spread evenly over the time since. Of the first window only dates teach.
    """
    if habits.rhythm and not arrivals:
        return habits
    dated = [one.at_s for one in arrivals if one.at_s is not None and (last_s is None or last_s <= one.at_s <= now_s)]
    missing = 0 if last_s is None or habits.rhythm is None else len(arrivals) - len(dated)
    spread = [last_s + (now_s - last_s) * (at + 0.5) / missing for at in range(missing)] if last_s is not None else []
    before = habits.rhythm
    rhythm = learn(before, dated, sum(one.own for one in arrivals), now_s, spread)
    if before is not None:
        silence = expected(before, max(before.at_s, now_s - SILENCE_WITHIN_S), now_s)
        usual = rhythm.recent if before.count >= ENOUGH else 0.0
        habits = replace(habits, longest=max(habits.longest * FORGETS, silence), most=max(habits.most * FORGETS, usual))
    return _texts(replace(habits, rhythm=rhythm), [one for one in arrivals if one.stored])


def _texts(habits: Habits, arrivals: Sequence[Arrival]) -> Habits:
    """Return the habits with the words and languages of what arrived."""
    texts, (usually, lately) = habits.texts, habits.words
    named, language, (firm, now) = habits.named, habits.language, habits.in_language
    for one in arrivals:
        if one.words or texts:
            texts += 1
            usually += (one.words - usually) * max(SLOW, 1 / texts)
            lately += (one.words - lately) * max(FAST, 1 / texts)
        if one.language:
            spoken = one.language.split("-")[0].lower()
            if language is None or firm < FLIPPED:
                named, language, firm, now = 0, spoken, 1.0, 1.0
            named += 1
            firm += ((spoken == language) - firm) * max(SLOWEST, 1 / named)
            now += ((spoken == language) - now) * max(FAST, 1 / named)
    return replace(
        habits, texts=texts, words=(usually, lately), named=named, language=language, in_language=(firm, now)
    )


def alarm_s(habits: Habits) -> float | None:
    """Return the moment from which a feed's silence is not usual any more; None: nothing is expected of it."""
    rhythm = habits.rhythm
    if rhythm is None or rhythm.count < ENOUGH:
        return None
    missing = max(MISSED, TIMES * habits.longest)
    at_s = expected_until(rhythm, rhythm.at_s, missing, SILENCE_WITHIN_S)
    return at_s if at_s < rhythm.at_s + SILENCE_WITHIN_S else None


def silence(habits: Habits, now_s: float) -> str | None:
    """Return in words that a feed is unusually silent, or None if it is not.

    >>> from shared.polling.rhythm import HOUR_S
    >>> steady = learn(None, [at * HOUR_S for at in range(24 * 14)], 336, 24 * 14 * HOUR_S)
    >>> silence(Habits(steady), 24 * 14 * HOUR_S + 14 * HOUR_S)
    'usually 13 articles by now, 0 today'
    >>> silence(Habits(steady), 24 * 14 * HOUR_S + 3 * HOUR_S) is None
    True
    """
    due_s = alarm_s(habits)
    if habits.rhythm is None or due_s is None or now_s < due_s:
        return None
    since_s, midnight_s = habits.rhythm.at_s, now_s // DAY_S * DAY_S
    today = expected(habits.rhythm, midnight_s, now_s)
    if since_s <= midnight_s and today >= 1:
        return f"usually {today:.0f} articles by now, 0 today"
    since = datetime.fromtimestamp(since_s, UTC)
    return f"usually {expected(habits.rhythm, since_s, now_s):.0f} articles by now, 0 since {since:%-d %B, %H:%M} UTC"


def notice(habits: Habits, before: Habits) -> str | None:
    """Return in words what is unusual about what a feed brought, as against what was known `before`; None: nothing."""
    found = (_flood(habits, before), _shrunk(habits), _flipped(habits, before))
    return "; ".join(one for one in found if one) or None


def kinds(notice: str | None) -> frozenset[str]:
    """Return what kinds of the unusual a notice in words tells of.

    >>> sorted(kinds("texts shrank: usually 500 words, lately 40; another language: usually en, lately not"))
    ['another language', 'shrunken texts']
    """
    return frozenset(kind for kind, opening in OPENINGS.items() if f"{opening}:" in (notice or ""))


def _flood(habits: Habits, before: Habits) -> str | None:
    if habits.rhythm is None or before.rhythm is None or before.rhythm.count < ENOUGH:
        return None
    came, at_s = habits.rhythm.recent, habits.rhythm.at_s
    usual = before.rhythm.rate(at_s, before.rhythm.mean(at_s)) * RECENT_S
    if came < max(FLOOD + FLOOD_TIMES * usual, TIMES * before.most):
        return None
    return f"{OPENINGS['flood']}: {came:.0f} articles within about {span(RECENT_S)}, usually {usual:.0f}"


def _shrunk(habits: Habits) -> str | None:
    usually, lately = habits.words
    if habits.texts < ENOUGH or usually < LONG or lately > SHRUNK * usually:
        return None
    return f"{OPENINGS['shrunken texts']}: usually {usually:.0f} words, lately {lately:.0f}; perhaps a paywall went up"


def _flipped(habits: Habits, before: Habits) -> str | None:
    """Go by how usual the language was before: one poll may bring many articles in another."""
    firm, now = before.in_language[0], habits.in_language[1]
    if before.named < ENOUGH or firm < FIRM or now > FLIPPED or habits.language != before.language:
        return None
    return f"{OPENINGS['another language']}: usually {habits.language}, lately not"
