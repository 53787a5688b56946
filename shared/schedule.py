"""When a feed or page is fetched next, and why. Pure."""

from dataclasses import dataclass

from shared.messages import Facts, Kind, Outcome
from shared.settings import Settings

FASTER = 0.5  # something new came: look twice as often
SLOWER = 1.25  # nothing new came: wait a quarter longer
JITTER = 0.1  # of the interval, either way, so that feeds added together part company
PAGE_FAILURES = 5  # fetches in a row that may fail before a page is given up


@dataclass(frozen=True)
class Standing:
    """What is known of a feed or page when a fetch of it is settled."""

    state: str
    failures: int  # in a row
    interval_s: int | None = None  # the operator's word
    polling_s: int | None = None  # the adaptive interval so far
    wanted: bool = False  # somebody asked for it while it was leased


@dataclass(frozen=True)
class Plan:
    """What a feed or page is to do next."""

    state: str
    reason: str | None  # why it is in that state, where that needs a word
    failures: int
    polling_s: int | None
    wait_s: float


def plan(standing: Standing, facts: Facts, created: int, ttl_s: int | None, settings: Settings, chance: float) -> Plan:
    """Return the plan after a fetch that brought `created` new articles; `chance` in 0…1 gives the jitter.

    A publisher's own pace (`ttl` of RSS 2.0, `max-age` of RFC 9111) is honoured within our floor and ceiling;
    `Retry-After` (RFC 9110, 10.2.3) up to the back-off's ceiling.
    """
    if standing.state != "active":  # paused, parked or gone while it was leased: settling undoes nothing
        return Plan(standing.state, None, standing.failures, standing.polling_s, settings.poll_interval_s)
    if facts.outcome is Outcome.UNFETCHED:
        return Plan("active", None, standing.failures, standing.polling_s, 0)
    if facts.kind is Kind.PAGE:
        return _page(standing, facts, settings, chance)
    if facts.outcome is Outcome.GONE:
        return Plan("gone", "The server answered 410 Gone: the publisher says that it will not come back.", 0, None, 0)
    if not facts.outcome.good:
        return Plan(
            "active", None, standing.failures + 1, standing.polling_s, _back_off(standing, facts, settings, chance)
        )
    polling = _interval(standing, created, max(ttl_s or 0, facts.max_age_s or 0), settings)
    wait = 0.0 if standing.wanted else jittered(standing.interval_s or polling, chance)
    return Plan("active", None, 0, polling, wait)


def jittered(seconds: float, chance: float) -> float:
    """Return `seconds` moved by up to a tenth either way."""
    return seconds * (1 + JITTER * (2 * chance - 1))


def _interval(standing: Standing, created: int, wish_s: int, settings: Settings) -> int:
    last = standing.polling_s or settings.poll_interval_s
    adapted = last * (FASTER if created else SLOWER)
    return int(min(max(adapted, wish_s, settings.poll_floor_s), settings.poll_ceiling_s))


def _back_off(standing: Standing, facts: Facts, settings: Settings, chance: float) -> float:
    doubled = settings.poll_floor_s * 2 ** min(standing.failures, 20)
    wait = min(max(jittered(doubled, chance), facts.retry_after_s or 0), settings.backoff_ceiling_s)
    return 0.0 if standing.wanted else wait


def _page(standing: Standing, facts: Facts, settings: Settings, chance: float) -> Plan:
    if facts.outcome.good:
        return Plan("done", None, 0, None, 0)
    failures = standing.failures + 1
    hopeless = facts.outcome in {Outcome.GONE, Outcome.BLOCKED} or failures >= PAGE_FAILURES
    state, reason = ("failed", facts.error) if hopeless else ("active", None)
    return Plan(state, reason, failures, None, _back_off(standing, facts, settings, chance))
