"""WebSub (W3C Recommendation of 23 January 2018): who pushes, how it is signed, what a subscription is worth. Pure."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

LEASE_S = 10 * 86_400  # asked of a hub; it may grant less
SHORTEST_LEASE_S = 3600  # a shorter one could not be renewed by polls in time: push is then not relied on
LONGEST_LEASE_S = 90 * 86_400
RENEW = 0.5  # of a lease, after which it is asked for again
ANSWER_S = 900  # a hub that accepted should have made sure by then, or it is asked again
BACK_OFF_S = 3600  # after the first failure; doubles up to a day
CALLBACK = "/websub/"
MOST_CHARS = 2000  # of an address
METHODS = ("sha1", "sha256", "sha384", "sha512")  # of signatures (8)


class Push(StrEnum):
    """What a feed's subscription is worth; the words are those an operator sees."""

    WAITING = "waiting"  # asked for, not yet granted
    REFUSED = "refused"  # the hub cannot be asked, or said no
    GRANTED = "granted"  # nothing was pushed yet
    WORKING = "working"  # what was new lately had been pushed
    BROKEN = "broken"  # a poll found what should have been pushed
    ENDED = "ended"  # its lease ran out


@dataclass(frozen=True)
class Link:
    """The hub that a feed names, and what the hub knows the feed by."""

    hub: str
    topic: str


def standing(
    *,
    ends_at: datetime | None,
    pushed_at: datetime | None,
    missed_at: datetime | None,
    error: str | None,
    now: datetime,
) -> Push:
    """Return what a subscription with these times is worth."""
    if ends_at is None:
        return Push.REFUSED if error else Push.WAITING
    if ends_at <= now:
        return Push.ENDED
    if missed_at is not None and (pushed_at is None or pushed_at < missed_at):
        return Push.BROKEN
    return Push.WORKING if pushed_at is not None else Push.GRANTED


def callback(push_url: str, key: str) -> str:
    """Return the address that a hub is to push to.

    >>> callback("https://news.example/wire/", "k1")
    'https://news.example/wire/websub/k1'
    """
    return f"{push_url.rstrip('/')}{CALLBACK}{key}"


def signed(field: str | None, secret: str, body: bytes) -> bool:
    """Return whether `field` (X-Hub-Signature) signs `body` under `secret`; compared in constant time."""
    method, equals, said = (field or "").strip().partition("=")
    method = method.strip().lower()
    if not equals or method not in METHODS or not said.isascii():
        return False
    made = hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()
    return hmac.compare_digest(made, said.strip().lower())


def granted(lease_s: str | None) -> int:
    """Return the seconds that a hub grants, as far as we rely on them; what it does not say is what was asked for."""
    if not lease_s or not lease_s.isascii() or not lease_s.isdecimal():
        return LEASE_S
    return min(int(lease_s[:12]), LONGEST_LEASE_S)


def due_from(leased_at: datetime | None, floor_s: int, now: datetime) -> datetime:
    """Return from when a push at `now` makes its feed due: not within the floor since its last poll began."""
    return now if leased_at is None else max(now, leased_at + timedelta(seconds=floor_s))


def renew_after(seconds: int) -> timedelta:
    """Return when a lease of `seconds` is to be asked for again."""
    return timedelta(seconds=seconds * RENEW)


def patience(failures: int) -> timedelta:
    """Return how long to wait with a hub that failed so many times in a row."""
    return timedelta(seconds=min(BACK_OFF_S * 2 ** min(failures - 1, 10), 86_400))


def linked(field: str | None, url: str) -> tuple[str | None, str | None]:
    """Return the hub and the topic that a Link header names (RFC 8288), absolute; None where it names none.

    >>> linked('<https://hub.example/>; rel="hub", </feed>; rel=self', "https://paper.example/rss")
    ('https://hub.example/', 'https://paper.example/feed')
    """
    found: dict[str, str] = {}
    for target, rels in links_of(field):
        for rel in rels:
            address = web(target, url)
            if rel in {"hub", "self"} and address:
                found.setdefault(rel, address)
    return found.get("hub"), found.get("self")


def links_of(field: str | None) -> list[tuple[str, list[str]]]:
    """Return each target of a Link header as written, with its relations."""
    return [(target, parameters.get("rel", "").lower().split()) for target, parameters in _links(field or "")]


def web(address: str, base: str) -> str | None:
    """Return an address, absolute and without fragment, or None if it is none of the web."""
    try:
        whole = urljoin(base, address.strip())
        parts = urlsplit(whole)
    except ValueError:
        return None
    fits = parts.scheme in {"http", "https"} and parts.hostname and len(whole) <= MOST_CHARS and whole.isprintable()
    return parts._replace(fragment="").geturl() if fits and " " not in whole else None


def _links(field: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each target of a Link field with its parameters; what does not fit the syntax ends it."""
    rest = field[:8192]
    while (start := rest.find("<")) >= 0 and (end := rest.find(">", start)) > 0:
        target, rest = rest[start + 1 : end], rest[end + 1 :]
        parameters: dict[str, str] = {}
        while (rest := rest.lstrip()).startswith(";"):
            name, value, rest = _parameter(rest[1:])
            parameters.setdefault(name, value)
        yield target, parameters


def _parameter(text: str) -> tuple[str, str, str]:
    """Return the name and value that `text` begins with, and what comes after."""
    cut = next((at for at, char in enumerate(text) if char in "=;,"), len(text))
    name = text[:cut].strip().lower()
    if text[cut : cut + 1] != "=":
        return name, "", text[cut:]
    rest = text[cut + 1 :].lstrip()
    if rest.startswith('"'):
        value, _, rest = rest[1:].partition('"')
        return name, value, rest
    cut = next((at for at, char in enumerate(rest) if char in ";,"), len(rest))
    return name, rest[:cut].strip(), rest[cut:]
