"""What a feed answers when it is looked at closely: twice plain, once on conditions, and its host's rules."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from protego import Protego

from services.command.feeds.check_page import Page, candidate, look_at
from services.fetcher.series import completed
from services.parser.look import Looked, look
from shared.errors import FetchError, PermanentError
from shared.http.client import NO_PASSPORT, Client, Response
from shared.http.passport import Passport
from shared.messages import Kind, Target
from shared.push import linked
from shared.rewriting import asked_at
from shared.rules import Rules

ROBOTS = "/robots.txt"
TDM = "/.well-known/tdmrep.json"  # TDM Reservation Protocol (W3C Community Group), 2


@dataclass(frozen=True)
class Visit:
    """All that was seen of one feed."""

    url: str
    final_url: str
    moved_to: str | None
    media_type: str | None
    wire_bytes: int
    elapsed_ms: int
    http2: bool  # it had to be asked so, as its server refuses HTTP/1.1
    headers: Mapping[str, str]
    first: Looked
    second: Looked
    same_bytes: bool  # both plain fetches
    posted: bool  # they were asked by POST, which knows no conditions
    conditional: int | None  # the status of a request with its validators; None: it has none
    hub: str | None
    robots_allow: bool | None  # None: there is no robots.txt
    crawl_delay_s: float | None
    tdm: str | None  # how text and data mining is reserved; None: it is not
    window_s: float  # between the plain fetches
    page: Page | None  # of one of its articles; None: none was looked at


def visit(
    client: Client, url: str, user_agent: str, pause_s: float, rules: Rules | None = None,
    passport: Passport = NO_PASSPORT,
) -> Visit:  # fmt: skip
    """Return what is seen of the feed at `url`; waits `pause_s` between the two fetches.

    `passport` is for the feed alone, not for what its host says of it, nor for articles' pages.

    :raises FetchError: it cannot be had.
    :raises PermanentError: it is no feed.
    """
    one = _answer(client, url, rules, passport)
    first = look(one.body, one.url, one.headers.get("content-type"), rules)
    time.sleep(pause_s)
    two = _answer(client, url, rules, passport)
    second = look(two.body, two.url, two.headers.get("content-type"), rules)
    robots = _robots(client, one.url)
    return Visit(
        url=url,
        final_url=one.url,
        moved_to=one.moved_to,
        media_type=one.headers.get("content-type"),
        wire_bytes=one.wire_bytes,
        elapsed_ms=one.elapsed_ms,
        http2=one.http2 and not passport.http2,
        headers=one.headers,
        first=first,
        second=second,
        same_bytes=one.body == two.body,
        posted=passport.post is not None,
        conditional=None if passport.post else _conditional(client, url, two, passport),
        hub=linked(one.headers.get("link"), one.url)[0] or first.feed.hub,
        robots_allow=robots.can_fetch(one.url, user_agent) if robots else None,
        crawl_delay_s=robots.crawl_delay(user_agent) if robots else None,
        tdm=_reserved(client, one),
        window_s=pause_s,
        page=_page(client, first, one.url, robots, user_agent, rules),
    )


def _page(
    client: Client, feed: Looked, url: str, robots: "Protego | None", user_agent: str, rules: Rules | None
) -> Page | None:
    found = candidate(feed.entries, url)
    if found is None:
        return None
    if robots and not robots.can_fetch(asked_at(rules, found), user_agent):
        return Page(asked_at(rules, found), why="The site's robots.txt asks not to fetch it.")
    return look_at(client, found, rules)


def _answer(client: Client, url: str, rules: Rules | None, passport: Passport) -> Response:
    answer = whole(client, client.get(url, passport=passport), rules, passport)
    if answer.status != 200 or not answer.body:
        said = "an empty document" if answer.status == 200 else str(answer.status)
        raise FetchError("http", f"The server answered {said}.", status=answer.status)
    return answer


def _conditional(client: Client, url: str, answer: Response, passport: Passport) -> int | None:
    validators = {"If-None-Match": answer.headers.get("etag"), "If-Modified-Since": answer.headers.get("last-modified")}
    said = {name: value for name, value in validators.items() if value}
    return client.get(url, said, passport).status if said else None


def _robots(client: Client, url: str) -> "Protego | None":
    try:
        answer = client.get(urljoin(url, ROBOTS))
    except FetchError:
        return None
    return Protego.parse(answer.body.decode("utf-8", "replace")) if answer.status == 200 else None


def _reserved(client: Client, answer: Response) -> str | None:
    """Return how the publisher reserves text and data mining (Directive (EU) 2019/790, article 4), None: not seen."""
    if answer.headers.get("tdm-reservation", "").strip() == "1":
        return f"header field{_policy(answer.headers.get('tdm-policy'))}"
    try:
        said = client.get(urljoin(answer.url, TDM))
        rules = json.loads(said.body) if said.status == 200 else []
    except (FetchError, ValueError, RecursionError):
        return None
    reserved = [one for one in rules if isinstance(one, dict) and one.get("tdm-reservation") == 1]
    return f"{TDM}{_policy(reserved[0].get('tdm-policy'))}" if reserved else None


def _policy(url: object) -> str:
    return f", policy at {url}" if isinstance(url, str) and url.isprintable() else ""


def whole(client: Client, answer: Response, rules: Rules | None = None, passport: Passport = NO_PASSPORT) -> Response:
    """Return an answer with what a poll would fetch along: the sitemaps of an index, the pages of a listing.

    :raises FetchError: one of them cannot be had.
    """
    target = Target(kind=Kind.FEED, id=0, token="", url=answer.url, host="", rules=rules)
    return completed(client, target, answer, passport)[0]


def lists(body: bytes, url: str, media_type: str | None) -> int:
    """Return how many articles a document lists; none where it is no feed."""
    try:
        return len(look(body, url, media_type).entries)
    except PermanentError:
        return 0
