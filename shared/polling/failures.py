"""Why a fetch failed, and how long that lets it wait. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from shared.messages import Facts, Outcome

HOUR_S = 3600
DAY_S = 86_400
DEAD_AFTER_S = 30 * DAY_S  # without one good answer
DEAD_AFTER = 20  # and failures in a row: a month in which nobody asked, or could ask, is none of the publisher's
PROBE_S = 30 * DAY_S  # the long dead are asked once in so long
RETRY_AFTER_CAP_S = DAY_S  # a publisher's wish for more is a mistake, or a way to be rid of us


class Failure(StrEnum):
    """A class of failures that pass, or do not pass, alike."""

    DNS = "dns"
    LOOKUP = "lookup"  # nobody says whether there is such a name
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    PROTOCOL = "protocol"  # what came is no answer
    CHALLENGE = "challenge"
    DENIED = "denied"  # 401, 403
    MISSING = "missing"  # 404
    BUSY = "busy"  # 429
    SERVER = "server"  # 5xx
    CLIENT = "client"  # any other 4xx, and answers that are none
    REDIRECT = "redirect"
    FOLDER = "folder"  # it cannot be read, or is none
    NOT_A_FEED = "not_a_feed"
    RULE = "rule"  # the feed's own rules meet nothing
    LIMIT = "limit"  # the answer broke one of our limits
    BLOCKED = "blocked"  # the address may not be reached


@dataclass(frozen=True)
class BackOff:
    """How a class of failures is waited out: `first_s` after the first, twice as long after each, `most_s` at most."""

    first_s: float
    most_s: float
    words: str


# What often passes within minutes is asked again within minutes; what a person has to mend waits for a person.
BACK_OFFS = {
    Failure.TIMEOUT: BackOff(300, 6 * HOUR_S, "its server does not answer in time"),
    Failure.CONNECT: BackOff(300, 12 * HOUR_S, "its server takes no connection"),
    Failure.SERVER: BackOff(300, 6 * HOUR_S, "its server fails (5xx)"),
    Failure.TRUNCATED: BackOff(300, 6 * HOUR_S, "its answers are cut short"),
    Failure.PROTOCOL: BackOff(300, 6 * HOUR_S, "its server does not answer as it should"),
    Failure.BUSY: BackOff(900, DAY_S, "its server says that it is asked too often (429)"),
    # No request reaches anybody, and it may be our own network.
    Failure.LOOKUP: BackOff(300, HOUR_S, "its host's name cannot be looked up for now"),
    Failure.DNS: BackOff(600, DAY_S, "its host's name cannot be resolved"),
    Failure.REDIRECT: BackOff(1800, DAY_S, "its redirects lead nowhere"),
    Failure.NOT_A_FEED: BackOff(1800, 12 * HOUR_S, "what it answers is no feed"),
    Failure.FOLDER: BackOff(900, 6 * HOUR_S, "its folder cannot be read"),
    Failure.RULE: BackOff(1800, 12 * HOUR_S, "its rules meet nothing in what it answers"),
    Failure.MISSING: BackOff(1800, DAY_S, "its server does not find it (404)"),
    Failure.CHALLENGE: BackOff(HOUR_S, DAY_S, "its server answers with a challenge for browsers"),
    Failure.DENIED: BackOff(HOUR_S, DAY_S, "its server refuses us (401, 403, or the login)"),
    Failure.CLIENT: BackOff(HOUR_S, DAY_S, "its server does not take our request"),
    Failure.TLS: BackOff(HOUR_S, DAY_S, "its certificate or encryption is wrong"),
    Failure.LIMIT: BackOff(HOUR_S, DAY_S, "its answer breaks one of our limits"),
    Failure.BLOCKED: BackOff(6 * HOUR_S, DAY_S, "its address may not be reached from here"),
}
_BY_KIND = {
    "dns": Failure.DNS,
    "lookup": Failure.LOOKUP,
    "unreachable": Failure.CONNECT,
    "connect": Failure.CONNECT,
    "proxy": Failure.CONNECT,
    "tls": Failure.TLS,
    "timeout": Failure.TIMEOUT,
    "truncated": Failure.TRUNCATED,
    "empty": Failure.TRUNCATED,
    "challenge": Failure.CHALLENGE,
    "login": Failure.DENIED,
    "missing": Failure.MISSING,
    "busy": Failure.BUSY,
    "unavailable": Failure.SERVER,
    "redirect": Failure.REDIRECT,
    "drop": Failure.FOLDER,
    "not_a_feed": Failure.NOT_A_FEED,
    "malformed": Failure.NOT_A_FEED,
    "rule": Failure.RULE,
    "too_large": Failure.LIMIT,
    "blocked": Failure.BLOCKED,
}
_BY_STATUS = {401: Failure.DENIED, 403: Failure.DENIED, 404: Failure.MISSING, 429: Failure.BUSY}


def failure_of(kind: str | None, status: int | None, outcome: Outcome) -> Failure:
    """Return the class of a failure, by its kind where that says it, else by the status of the answer."""
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    if outcome is Outcome.BLOCKED:
        return Failure.BLOCKED
    if status is None:
        if outcome is Outcome.REFUSED:
            return Failure.LIMIT
        return Failure.PROTOCOL if kind == "http" else Failure.TIMEOUT
    return _BY_STATUS.get(status, Failure.SERVER if status >= 500 else Failure.CLIENT)


def back_off(facts: Facts, failures: int, failing_s: float, most_s: float) -> tuple[float, str]:
    """Return how long to wait after the failure that `facts` tell of, the `failures`-th before it, and why in words.

    `failing_s` are the seconds since the last good answer; `most_s` is the longest that the operator lets a failing
    feed wait. `Retry-After` (RFC 9110, 10.2.3) is waited for up to a day. What has been dead for a month, over as many
    tries as that takes, is asked once a month.
    """
    failure = failure_of(facts.error_kind, facts.status, facts.outcome)
    rule = BACK_OFFS[failure]
    if failing_s >= DEAD_AFTER_S and failures >= DEAD_AFTER:
        return PROBE_S, f"{rule.words}, for {failing_s / DAY_S:.0f} days now: asked once a month, until it answers"
    wait = min(rule.first_s * 2.0 ** min(failures, 20), rule.most_s, most_s)
    times = "for the first time" if not failures else f"{failures + 1} times in a row"
    asked = asked_s(facts, most_s)
    if asked > wait:
        return asked, f"{rule.words}, {times}; it asks to be left alone until then (Retry-After)"
    return (
        wait,
        f"{rule.words}, {times}; it is asked less and less often, every {span(min(rule.most_s, most_s))} at last",
    )


def asked_s(facts: Facts, most_s: float) -> float:
    """Return the seconds for which a server's `Retry-After` is honoured, a day and `most_s` at most; 0: none."""
    return min(facts.retry_after_s or 0, RETRY_AFTER_CAP_S, most_s)


def span(seconds: float) -> str:
    """Return a span of time as people say it.

    >>> span(40), span(750), span(3 * 3600), span(5400), span(3 * 86400)
    ('40 s', '12 min', '3 h', '1.5 h', '3 days')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / HOUR_S:.2g} h" if seconds < 2 * DAY_S else f"{seconds / DAY_S:.0f} days"
