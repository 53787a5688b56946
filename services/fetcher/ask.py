"""One target, asked for as its publisher wants it.

open what is sealed ▶ is the page allowed? ▶ ask, on conditions ▶ (audit: behind a 304 ask again without)
    ▶ (a redirect written in HTML: is that allowed? ▶ ask there) ▶ judge
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog

from services.fetcher import hooks, hubs
from services.fetcher.reach import Reach
from services.fetcher.refresh import leads_to
from services.fetcher.request import headers_for, is_conditional
from services.fetcher.robots import Robots
from services.fetcher.series import OK, completed
from services.fetcher.sources import NO_DROPS, Drops, take
from services.fetcher.verdict import excuse, hand_back, judge
from shared.errors import Blocked, FetchError
from shared.hosts import is_folder
from shared.http.client import NO_PASSPORT, Client, Response, host_of
from shared.http.exchange import closing
from shared.http.passport import Passport, same_origin, unseal
from shared.messages import Facts, Kind, Target

TARGET_S = 42.0  # for all that one target takes: its hub, robots.txt, the answer and what that leads on to
NOT_MODIFIED = 304
LED_S = 15  # where a page's HTML leads may take so long; its job has no more time
CROWDED_S = 15  # what had to wait too long for its turn at an address comes back after so long
log = structlog.get_logger()


@dataclass(frozen=True)
class Asker:
    """What asking takes; safe for threads."""

    client: Client
    robots: Robots | None = None  # None: pages are not asked about
    open_key: str = ""
    drops: Drops = NO_DROPS
    reach: Reach = field(default_factory=Reach)  # which a job judges when it is done

    def delay_s(self, url: str) -> float:
        """Return the seconds that the site of a page wants between two requests.

        :raises TransientError: the belt is away.
        """
        try:
            return self.robots.rules(url).delay_s if self.robots else 0.0
        except FetchError:  # it was not asked, and so was the page not
            return 0.0


def ask(asker: Asker, target: Target) -> tuple[Facts, Response | None]:
    """Return the facts of one fetch or call, and the answer to a fetch; its hub is asked first where that is due.

    :raises TransientError: the belt, where robots.txt is remembered, is away.
    """
    with closing(TARGET_S):
        subscribed = hubs.ask(asker.client, target.subscribe, target.url) if target.subscribe else None
        facts, answer = _excused(asker, target)
    return (facts.model_copy(update={"subscribed": subscribed}) if subscribed else facts), answer


def _excused(asker: Asker, target: Target) -> tuple[Facts, Response | None]:
    began = time.monotonic()
    try:
        if target.astray:
            raise Blocked("blocked", target.astray)
        passport = _passport(asker, target)
        _obey(asker, target, target.url, passport)
        return _ask(asker, target, passport)
    except FetchError as error:
        if error.kind == "crowded":
            return hand_back(target, CROWDED_S, "as many requests as may be are under way to its address"), None
        return excuse(target, error, round((time.monotonic() - began) * 1000)), None


def _obey(asker: Asker, target: Target, url: str, passport: Passport) -> None:
    """Return if robots.txt lets an address be fetched for a target; feeds are published to be fetched.

    :raises Blocked: it does not.
    :raises FetchError: it could not be had.
    """
    rules = asker.robots.rules(url, passport) if target.kind is Kind.PAGE and asker.robots else None
    if rules and not rules.allows(url):
        raise Blocked("robots", "The site's robots.txt asks not to fetch this page.")


def _passport(asker: Asker, target: Target) -> Passport:
    """Return what a target is asked for with.

    :raises FetchError: it cannot be opened.
    """
    if not target.sealed:
        return NO_PASSPORT
    if target.kind is not Kind.PAGE:
        return unseal(target.sealed, target.url, asker.open_key)
    feed = target.sealed_for or target.url
    return unseal(target.sealed, feed, asker.open_key).for_page(target.url, feed)


def _ask(asker: Asker, target: Target, passport: Passport) -> tuple[Facts, Response | None]:
    if target.timeout_s is not None or target.http2:
        passport = passport.model_copy(update={"timeout_s": target.timeout_s, "http2": target.http2})
    if target.tell:
        return hooks.call(asker.client, target, target.tell, passport), None
    if target.kind is Kind.FEED and is_folder(target.url):  # which no article names as its page
        answer = take(asker.client, asker.drops, target, passport)
        return judge(target, answer, datetime.now(UTC)), answer
    return _ask_web(asker, target, passport)


def _ask_web(asker: Asker, target: Target, passport: Passport) -> tuple[Facts, Response | None]:
    # to conditions on a POST a server would answer 412, and not 304 (RFC 9110, 13.1.2): its body's digest has to do
    conditional = is_conditional(target) and not passport.post
    answer = asker.client.get(target.url, headers_for(target, conditional=conditional), passport)
    requests, behind_304 = 1 + answer.refused, False
    if target.audit and conditional and answer.status == NOT_MODIFIED:
        answer = asker.client.get(target.url, headers_for(target, conditional=False), passport)
        requests, behind_304 = requests + 1 + answer.refused, True
    if answer.status == OK and (url := leads_to(answer.body, answer.headers.get("content-type"), answer.url)):
        answer = _led(asker, target, answer, url, passport, headers_for(target, conditional=conditional))
        requests += 1 + answer.refused
    for strange in _strange(answer, passport):
        log.info(strange, kind=target.kind, id=target.id, final_url=answer.url)
    answer, more = completed(asker.client, target, answer, passport)
    facts = judge(target, answer, datetime.now(UTC))
    if requests + more > 1 or target.audit:
        told = {"requests": requests + more, "audited": target.audit and conditional, "behind_304": behind_304}
        facts = facts.model_copy(update={name: value for name, value in told.items() if value})
    return facts, answer


def _strange(answer: Response, passport: Passport) -> Iterator[str]:
    """Yield what an operator might not expect of how an answer came."""
    if answer.refused:
        yield "asked again by HTTP/2"
    if passport.http2 and not answer.http2:
        yield "its server does not take HTTP/2"
    if answer.left_https:
        yield "left https"


def _led(
    asker: Asker, target: Target, page: Response, url: str, passport: Passport, headers: dict[str, str]
) -> Response:
    """Return the answer of `url`, where a page's HTML led, once and by the rules for redirects.

    :raises Blocked: it may not be asked for.
    :raises FetchError: it could not be had.
    """
    client = asker.client
    if client.is_inner(url) and not client.is_inner(page.url):
        places = f"{host_of(page.url)} redirects to {host_of(url)}"
        raise Blocked("blocked", f"{places}, which may only be asked for directly.")
    if all(same_origin(one, target.url) for one in (page.url, url)):
        passport = passport.model_copy(update={"post": None, "timeout_s": LED_S})
    else:
        passport = passport.for_others().model_copy(update={"timeout_s": LED_S})
    _obey(asker, target, url, passport)
    led = client.get(url, headers, passport)
    return replace(
        led,
        wire_bytes=page.wire_bytes + led.wire_bytes,
        elapsed_ms=page.elapsed_ms + led.elapsed_ms,
        moved_to=page.moved_to,
        left_https=page.left_https or led.left_https or (page.url.startswith("https:") and url.startswith("http:")),
    )
