"""Redirects that are written in HTML: told from pages that have something to say, and followed once by the rules."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.fetcher.refresh import MOST_BYTES, MOST_WORDS, leads_to
from services.fetcher.tasks import start
from shared.belt import Belt
from shared.http.passport import Passport, fresh_keys, seal
from shared.messages import FetchJob, Kind, Outcome
from shared.settings import Settings
from tests.fetcher.jobs import Published, job, target
from tests.outlet.outlet import Outlet

HERE = "https://paper.example/r/17"
Fetch = Callable[[FetchJob], None]


def page(content: str = "0; url=/news/17", body: str = "", more: str = "") -> bytes:
    return (
        f'<html><head><meta http-equiv="refresh" content="{content}">{more}</head><body>{body}</body></html>'.encode()
    )


@pytest.mark.parametrize(
    ("html", "leads"),
    [
        (page(), "/news/17"),
        (page("0;URL=/news/17"), "/news/17"),
        (page("5;/news/17"), "/news/17"),
        (page("0.5, url='/news/17'"), "/news/17"),
        (page("0; url=https://paper.example/news/17"), "/news/17"),
        (page("0; url=/news/17?a=1&amp;b=2#top"), "/news/17?a=1&b=2"),
        (page(body="<p>If nothing happens, <a href='/news/17'>press</a>.", more="<title>Wait</title>"), "/news/17"),
        (page(body="<script>" + "track (now); " * 99 + "</script>"), "/news/17"),
        (b"<META\nCONTENT='0; url=/news/17'\nHTTP-EQUIV=Refresh />", "/news/17"),
        (b"<noscript><meta http-equiv=refresh content='1;url=/news/17'></noscript>", "/news/17"),
    ],
)  # fmt: skip
def test_a_page_that_is_nothing_but_a_redirect_is_told(html: bytes, leads: str) -> None:
    assert leads_to(html, "text/html; charset=utf-8", HERE) == f"https://paper.example{leads}"


@pytest.mark.parametrize(
    "html",
    [
        page("6; url=/news/17"),
        page("300"),
        page("0; url="),
        page("0; url=/r/17#again"),
        page("0; url=javascript:alert(1)"),
        page("0; url=file:///etc/passwd"),
        page("0; url=https://[/"),
        page("-1; url=/news/17"),
        page("soon; url=/news/17"),
        page(body="word " * (MOST_WORDS + 1)),
        page(body="<!--" + "x" * MOST_BYTES + "-->"),
        b"<!-- " + page() + b" -->",
        b"<script>'" + page() + b"'</script>",
        b"<meta name='refresh' content='0; url=/news/17'>",
        b"refresh",
        b"",
    ],
)
def test_any_other_page_leads_nowhere(html: bytes) -> None:
    assert leads_to(html, "text/html", HERE) is None


def test_what_is_no_html_leads_nowhere() -> None:
    assert leads_to(page(), "application/rss+xml", HERE) is None


@pytest.mark.parametrize(
    "piece", [b"<", b"<meta ", b"<!--", b"<script>", b"a", b"a=", b"<meta a='", b" ", b"&#", b"<p>-->"]
)
def test_no_bytes_lead_anywhere_or_take_for_ever(piece: bytes) -> None:
    head = b"<meta http-equiv=refresh content='0"
    for html in (piece * MOST_BYTES, b"refresh" + piece * MOST_BYTES, head + piece * MOST_BYTES):
        assert leads_to(html[:MOST_BYTES], None, HERE) is None


# -- followed


@pytest.fixture
def fetched(fetch: Fetch, published: Published) -> Callable[..., Any]:
    """What fetches one page, or feed, and returns its facts."""

    def fetched(url: str, kind: Kind = Kind.PAGE, **more: Any) -> Any:
        fetch(job(target(1, url, kind).model_copy(update=more)))
        return published.facts[1]

    return fetched


@pytest.fixture
def other() -> Iterator[Outlet]:
    with Outlet() as other:
        yield other


def test_a_page_is_had_where_it_leads(outlet: Outlet, published: Published, fetched: Callable[..., Any]) -> None:
    outlet.serve("r/17", page())
    outlet.serve("news/17", "<p>words</p>")
    facts = fetched(outlet.url("r/17"))
    assert (facts.outcome, facts.requests, facts.moved_to) == (Outcome.OK, 2, None)
    assert published.documents[0].final_url == outlet.url("news/17")


def test_a_feed_is_had_where_it_leads(outlet: Outlet, published: Published, fetched: Callable[..., Any]) -> None:
    outlet.serve("old", page("0; url=/feed.xml"))
    outlet.publish("feed.xml")
    assert fetched(outlet.url("old"), Kind.FEED).outcome is Outcome.OK
    assert (published.documents[0].media_type or "").startswith("application/rss+xml")


def test_it_is_followed_once(outlet: Outlet, published: Published, fetched: Callable[..., Any]) -> None:
    outlet.serve("r/17", page("0; url=/r/18"))
    outlet.serve("r/18", page("0; url=/r/17"))
    assert fetched(outlet.url("r/17")).outcome is Outcome.OK
    assert published.documents[0].final_url == outlet.url("r/18")


def test_robots_are_asked_for_where_it_leads(outlet: Outlet, fetched: Callable[..., Any]) -> None:
    outlet.serve("robots.txt", "User-agent: *\nDisallow: /news/", "text/plain")
    outlet.serve("r/17", page())
    facts = fetched(outlet.url("r/17"))
    assert (facts.outcome, facts.error_kind) == (Outcome.BLOCKED, "robots")
    assert outlet.ledger.requests("news/17") == []


@pytest.mark.parametrize("inward", ["http://127.0.0.1:1/", "http://169.254.169.254/", "http://[::1]/"])
def test_it_leads_to_no_inner_place(outlet: Outlet, fetched: Callable[..., Any], inward: str) -> None:
    outlet.serve("r/17", page(f"0; url={inward}"))
    assert fetched(outlet.url("r/17"), Kind.FEED).outcome is Outcome.BLOCKED


def test_nobody_outside_leads_to_an_inner_place_that_is_allowed(
    belt: Belt, published: Published, settings: Settings, outlet: Outlet, other: Outlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.http.sockets.is_public", lambda address: address == "127.0.0.2")  # as if outside
    outlet.serve("r/17", page(f"0; url={other.url('secret')}"))
    start(settings.model_copy(update={"fetch_allow": other.allow}), belt, published)(
        job(target(1, outlet.url("r/17", host=1), Kind.FEED))
    )
    assert "which may only be asked for directly" in (published.facts[1].error or "")
    assert other.ledger.requests() == []


def test_credentials_go_with_it_within_their_origin_alone(
    belt: Belt, published: Published, settings: Settings, outlet: Outlet, other: Outlet
) -> None:
    opening, sealing = fresh_keys()
    allow = (*outlet.allow, *other.allow)
    fetch = start(settings.model_copy(update={"open_key": opening, "fetch_allow": allow}), belt, published)
    outlet.serve("own", page("0; url=/feed"))
    outlet.serve("away", page(f"0; url={other.url('feed')}"))
    passport = Passport(authorization="Bearer s3cret", headers={"user-agent": "s3cret", "x-key": "s3cret"})
    for number, path in enumerate(("own", "away")):
        sealed = seal(passport, outlet.url(path), sealing)
        fetch(job(target(number, outlet.url(path)).model_copy(update={"sealed": sealed})))
    assert outlet.ledger.requests("feed")[0].headers["authorization"] == "Bearer s3cret"
    assert "s3cret" not in str(other.ledger.requests("feed")[0].headers)
