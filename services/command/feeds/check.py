"""`wireroom feeds check` and what `feeds add` does with a site's address: feeds looked at before they are polled."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from services.command import console
from services.command.asking import Header, Http2, Post, passport_of
from services.command.feeds import discover
from services.command.options import Json
from services.command.ruling import taking_rules
from shared.errors import Failed, FetchError, Malformed, NotAFeed, UsageError, WireroomError, contain
from shared.hosts import web_address, without_password
from shared.messages import Outcome
from shared.polling.failures import Failure, failure_of
from shared.rules import Rules
from shared.settings import Settings, read_settings

if TYPE_CHECKING:
    from shared.http.client import Client
    from shared.http.passport import Passport

TO_DO = {
    Failure.DNS: "See whether the address is spelled right.",
    Failure.DENIED: "Ask the publisher for access, and tell it with `wireroom feeds access`.",
    Failure.CHALLENGE: "Ask the publisher to let this feed through to programs.",
    Failure.MISSING: "Look for the feed again: `wireroom feeds add` with the site's address finds it.",
    Failure.BUSY: "Try again later: it is asked too often from here.",
    Failure.SERVER: "Try again later: its server fails.",
    Failure.TIMEOUT: "Try again later: its server does not answer in time.",
    Failure.PROTOCOL: "Try it with --http2, or without; if it stays so, tell the publisher.",
    Failure.TLS: "Tell the publisher: readers' programs refuse it too. If the authority is your own, put it into "
    "the file that WIREROOM_FETCH_AUTHORITIES names.",
    Failure.NOT_A_FEED: "Look for the feed: `wireroom feeds add` with the site's address finds it. If there is none, "
    "say with --items what the articles on it are: `wireroom feeds rules`.",
    Failure.BLOCKED: "If it is an inner place of yours, name it in WIREROOM_FETCH_ALLOW.",
}
MARKS = {"good": " ", "note": "·", "bad": "!"}
PAUSE_S = 3.0


@taking_rules
def check(
    urls: Annotated[list[str], typer.Argument(help="Addresses of feeds.", show_default=False)],
    as_json: Json = False,
    pause: Annotated[float, typer.Option(help="Seconds between the two fetches.", min=0, max=600)] = PAUSE_S,
    post: Post = None,
    header: Header = None,
    http2: Http2 = False,
    rules: Rules | None = None,
) -> None:
    """Say what is good and bad about feeds, and what to do. Looks at them closely, and stores nothing."""
    settings, passport = read_settings(), passport_of(post, header, http2=http2)
    failed: list[Failed] = []
    with _client(settings) as client:
        look = partial(_checked, client, settings=settings, pause_s=pause, rules=rules, passport=passport)
        for url in urls:
            found = contain(lambda url=url: look(web_address(url)))  # type: ignore[misc]
            if isinstance(found, Failed):
                failed.append(found)
                named = isinstance(found.error, UsageError)  # by what it says
                console.warn(_wrong(found) if named else f"{without_password(url)}: {_wrong(found)}")
            elif as_json:
                console.say(json.dumps(found, ensure_ascii=False))
            else:
                _show(found)
    console.end(failed)


def _wrong(found: Failed) -> str:
    """Return why a feed cannot be read, and what to do."""
    error = found.error
    if isinstance(error, NotAFeed):
        return f"{error} {TO_DO[Failure.NOT_A_FEED]}"
    if not isinstance(error, FetchError):
        return str(error if isinstance(error, WireroomError) else found)
    return f"{error} {TO_DO.get(failure_of(error.kind, error.status, Outcome.TRANSIENT), '')}".rstrip()


def feeds_of(site: str) -> list[discover.Feed]:
    """Return the feeds of a site.

    :raises WireroomError: it cannot be had.
    :raises UsageError: none was found.
    """
    from services.command.feeds.check_visit import lists, whole

    settings = read_settings()
    try:
        with _client(settings) as client:
            feeds = discover.find(client, site, lists, lambda answer: whole(client, answer))
    except WireroomError as error:
        raise WireroomError(f"{without_password(site)}: {_wrong(Failed(error))}") from error
    if not feeds:
        shown = without_password(site)
        raise UsageError(f"{shown} names no feed, and none is where feeds commonly are: give a feed's own address.")
    return feeds


def _client(settings: Settings) -> "Client":
    from shared.http.client import Client

    return Client.from_settings(settings)


def _checked(
    client: "Client", url: str, settings: Settings, pause_s: float, rules: Rules | None, passport: "Passport"
) -> dict[str, object]:
    """Return what is found of a feed, as it is printed."""
    from services.command.feeds.check_report import report, suggested
    from services.command.feeds.check_visit import visit
    from services.parser import limits

    limits.cap_memory(settings.parse_memory_mb)
    try:
        with limits.cpu_seconds(2 * settings.parse_time_s):
            seen = visit(client, url, settings.user_agent, pause_s, rules, passport)
    except limits.TooSlow:
        raise Malformed("It takes too long to read.") from None
    now = datetime.now(UTC)
    return {
        "url": without_password(url),
        "final_url": seen.final_url,
        "title": seen.first.feed.title,
        "format": seen.first.form,
        "articles": len(seen.first.entries),
        "interval_s": round(suggested(seen, settings, now)[0].seconds),
        "findings": [
            {"about": one.about, "level": one.level.value, "said": one.said, "advice": one.advice or None}
            for one in report(seen, settings, now)
        ],
    }


def _show(found: dict[str, object]) -> None:
    console.say(f"{found['title'] or found['url']}  {found['final_url']}")
    listed = found["findings"]
    assert isinstance(listed, Sequence)
    for one in listed:
        console.say(f"{MARKS[one['level']]} {one['about']:<12} {one['said']}")
        if one["advice"] and one["level"] != "good":
            console.say(f"  {'':<12} → {one['advice']}")
