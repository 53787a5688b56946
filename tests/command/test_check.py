"""A feed looked at closely: what is said of it, and what to do."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.certificate import self_signed
from services.command.feeds.check_report import Finding, report
from services.command.feeds.check_visit import Visit, visit
from shared.errors import FetchError, NotAFeed
from shared.http.client import Client, Limits
from shared.http.passport import Passport
from shared.settings import Settings
from tests.command.conftest import Run
from tests.outlet.http2 import Http2Outlet
from tests.outlet.outlet import Outlet

NOW = datetime.now(UTC)
WORDS = " ".join(f"word{at}" for at in range(200))


@pytest.fixture
def client(outlet: Outlet) -> Iterator[Client]:
    """A client that may reach the outlet."""
    with Client(Limits(), outlet.allow) as made:
        yield made


@pytest.fixture
def look(client: Client, outlet: Outlet, settings: Callable[..., Settings]) -> Callable[..., dict[str, Finding]]:
    """What looks at the outlet's feed and returns its findings by what they are about."""

    def findings(**given: int) -> dict[str, Finding]:
        seen = visit(client, outlet.url("front.xml"), "Wireroom", 0)
        return {one.about: one for one in report(seen, settings(**given), NOW)}

    return findings


def rss(hours: Sequence[float], *, guid: str = "id-{}", text: str = "A summary.", head: str = "") -> str:
    """Return a feed whose articles were published so many hours ago."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{guid.format(at)}</guid><title>Story {at}</title>"
        f"<link>https://paper.example/{at}</link><description>{text}</description>"
        f"<pubDate>{(NOW - timedelta(hours=ago)).strftime('%a, %d %b %Y %H:%M:%S +0000')}</pubDate></item>"
        for at, ago in enumerate(hours)
    )
    return f"<rss version='2.0'><channel><title>The Paper</title>{head}{items}</channel></rss>"


def test_a_good_feed_is_said_to_be_good(outlet: Outlet, look: Callable[..., dict[str, Finding]]) -> None:
    for hours in (30, 20, 10, 1):
        outlet.publish("front.xml", at=NOW - timedelta(hours=hours))
    found = look()
    assert [one.about for one in found.values() if one.level == "bad"] == []
    assert found["format"].said.startswith("RSS 2.0")
    assert "4 of 4 articles have an identifier" in found["identifiers"].said
    assert found["validators"].level == "good"


def test_a_window_is_measured_against_what_is_published(
    outlet: Outlet, look: Callable[..., dict[str, Finding]]
) -> None:
    outlet.serve("front.xml", rss([at / 10 for at in range(20)]), "application/rss+xml")
    found = look()["window"]
    assert found.level == "bad"
    assert "20 articles, which reach back" in found.said


def test_identifiers_that_change_between_two_fetches_are_found(
    outlet: Outlet, client: Client, settings: Callable[..., Settings]
) -> None:
    outlet.serve("front.xml", rss([1, 2, 3]), "application/rss+xml")
    one = visit(client, outlet.url("front.xml"), "Wireroom", 0)
    outlet.serve("front.xml", rss([1, 2, 3], guid="other-{}"), "application/rss+xml")
    two = visit(client, outlet.url("front.xml"), "Wireroom", 0)
    mixed = Visit(**{**one.__dict__, "second": two.first})
    found = {finding.about: finding for finding in report(mixed, settings(), NOW)}["identifiers"]
    assert (found.level, "3 changed theirs" in found.said) == ("bad", True)


def test_dates_that_lie_ahead_are_named(outlet: Outlet, look: Callable[..., dict[str, Finding]]) -> None:
    outlet.serve("front.xml", rss([-5, 1, 2]), "application/rss+xml")
    found = look()
    assert "1 lie ahead" in found["dates"].said
    assert "reach back 60 minutes" in found["window"].said


def test_full_texts_are_told_from_summaries(outlet: Outlet, look: Callable[..., dict[str, Finding]]) -> None:
    outlet.serve("front.xml", rss([1, 2], text=f"<![CDATA[<p>{WORDS}</p><p>{WORDS}</p><p>{WORDS}</p>]]>"), "text/xml")
    assert look()["text"].said.startswith("2 of 2")
    outlet.serve("front.xml", rss([1, 2]), "text/xml")
    assert look()["text"].said == "0 of 2 articles come with their text, 2 with a summary alone."


@pytest.mark.parametrize(
    ("free", "status", "level", "said"),
    [
        ("true", 200, "good", "words of text and no mark of a paywall"),
        ("false", 200, "note", "is marked as for subscribers"),
        ("true", 403, "note", "The server answered 403."),
    ],
)
def test_the_page_of_an_article_tells_of_a_paywall(
    outlet: Outlet, look: Callable[..., dict[str, Finding]], free: str, status: int, level: str, said: str
) -> None:
    story = " ".join(
        f"The council of the valley met for the {at}th time and spoke about the bridge." for at in range(30)
    )
    meta = f'{{"@type": "NewsArticle", "headline": "Story 0", "isAccessibleForFree": {free}}}'
    page = f'<html><head><title>Story 0</title><script type="application/ld+json">{meta}</script></head>'
    outlet.serve("0", f"{page}<body><article><h1>Story 0</h1><p>{story}</p></article></body></html>")
    if status != 200:
        outlet.fail("0", status=status)
    outlet.serve("front.xml", rss([1, 2]).replace("https://paper.example/", outlet.url("/")), "text/xml")
    found = look()["page"]
    assert (found.level, said in found.said) == (level, True), found.said


def test_a_server_that_refuses_http_1_is_told(tmp_path: Path, settings: Callable[..., Settings]) -> None:
    pem = tmp_path / "paper.pem"
    pem.write_bytes(self_signed("localhost", ["127.0.0.1"]))
    with Http2Outlet(pem) as paper, Client(Limits(), [f"127.0.0.1:{paper.port}"], trust=pem) as client:
        paper.serve("front.xml", rss([1]).encode(), content_type="text/xml")
        for path in ("robots.txt", ".well-known/tdmrep.json"):
            paper.serve(path, status=404)
        url = f"https://127.0.0.1:{paper.port}/front.xml"
        seen, told = (visit(client, url, "Wireroom", 0, passport=Passport(http2=http2)) for http2 in (False, True))
    found = report(seen, settings(), NOW)[0]
    assert (found.about, found.level, "by HTTP/2" in found.said) == ("format", "note", True)
    assert "feeds access --http2" in found.advice
    assert "HTTP/2" not in report(told, settings(), NOW)[0].said


def test_a_page_that_robots_forbid_is_not_asked_for(outlet: Outlet, look: Callable[..., dict[str, Finding]]) -> None:
    outlet.serve("robots.txt", "User-agent: *\nDisallow: /0\n", "text/plain")
    outlet.serve("front.xml", rss([1]).replace("https://paper.example/", outlet.url("/")), "text/xml")
    assert "robots.txt asks not to" in look()["page"].said
    assert outlet.ledger.statuses("0") == []


def test_missing_and_ignored_validators_are_told_apart(outlet: Outlet, look: Callable[..., dict[str, Finding]]) -> None:
    outlet.serve("front.xml", rss([1, 2]), "text/xml")
    assert "neither" in look()["validators"].said
    outlet.serve("front.xml", rss([1, 2]), "text/xml", ETag='"x"')
    assert "ignored" in look()["validators"].said


def test_reservations_are_found_in_header_fields_and_in_the_well_known_place(
    outlet: Outlet, look: Callable[..., dict[str, Finding]]
) -> None:
    outlet.serve("front.xml", rss([1]), "text/xml")
    assert look()["mining"].level == "good"
    outlet.serve(".well-known/tdmrep.json", '[{"location": "/", "tdm-reservation": 1}]', "application/json")
    assert "tdmrep.json" in look()["mining"].said
    outlet.serve("front.xml", rss([1]), "text/xml", TDM_Reservation="1", TDM_Policy="https://paper.example/tdm")
    assert "https://paper.example/tdm" in look()["mining"].said


def test_robots_that_disallow_the_feed_are_named(outlet: Outlet, look: Callable[..., dict[str, Finding]]) -> None:
    outlet.serve("front.xml", rss([1]), "text/xml")
    outlet.serve("robots.txt", "User-agent: *\nDisallow: /front\nCrawl-delay: 7\n", "text/plain")
    found = look()["robots"]
    assert (found.level, "7 s" in found.said) == ("bad", True)


@pytest.mark.parametrize(("hours", "floor", "said"), [
    ([at / 12 for at in range(1, 11)], 1800, "30 min is the floor"),  # ten articles, in fifty minutes
    ([at * 100 for at in range(1, 6)], 300, "60 min is the ceiling"),
    ([1.0], 300, "first after 15 min: every 15 min, as nothing is known of it yet"),
])  # fmt: skip
def test_the_interval_is_that_of_the_rule_of_polling(
    outlet: Outlet, look: Callable[..., dict[str, Finding]], hours: list[float], floor: int, said: str
) -> None:
    outlet.serve("front.xml", rss(hours), "text/xml")
    found = look(poll_floor_s=floor, poll_ceiling_s=3600)["interval"]
    assert said in found.said


def test_a_floor_at_which_the_window_rolls_over_is_warned_of(
    outlet: Outlet, look: Callable[..., dict[str, Finding]]
) -> None:
    outlet.serve("front.xml", rss([at / 30 for at in range(1, 11)]), "text/xml")  # ten articles, in twenty minutes
    found = look(poll_floor_s=7200)["interval"]
    assert found.level == "bad"
    assert "feeds pace URL --floor " in found.advice
    assert look(poll_floor_s=10)["interval"].level == "good"


def test_what_is_no_feed_is_said(outlet: Outlet, client: Client) -> None:
    outlet.serve("/", "<html><body>Welcome</body></html>")
    with pytest.raises(NotAFeed):
        visit(client, outlet.url("/"), "Wireroom", 0)
    with pytest.raises(FetchError):
        visit(client, outlet.url("nowhere"), "Wireroom", 0)


def test_the_verb_prints_words_and_json(wireroom: Run, outlet: Outlet) -> None:
    outlet.publish("front.xml", entries=3)
    words = ("feeds", "check", outlet.url("front.xml"), "--pause", "0")
    ran = wireroom(*words, fetch_allow=",".join(outlet.allow))
    assert ran.status == 0, ran.err
    assert "interval" in ran.text
    assert "It would be polled first after" in ran.text
    (item,) = wireroom(*words, "--json", fetch_allow=",".join(outlet.allow)).lines
    assert (item["format"], item["articles"]) == ("RSS 2.0", 3)


@pytest.mark.parametrize(
    ("status", "to_do"),
    [(403, "`wireroom feeds access`"), (404, "finds it"), (429, "Try again later"), (500, "its server fails")],
)
def test_a_feed_that_cannot_be_had_is_told_with_what_to_do(
    wireroom: Run, outlet: Outlet, status: int, to_do: str
) -> None:
    outlet.fail("feed.xml", status)
    ran = wireroom("feeds", "check", outlet.url("feed.xml"), fetch_allow=",".join(outlet.allow))
    assert ran.status == 1
    assert f"The server answered {status}" in ran.err
    assert to_do in ran.err


def test_a_page_in_a_feeds_stead_is_told_with_what_to_do(wireroom: Run, outlet: Outlet) -> None:
    outlet.serve("feed.xml", "<!doctype html><html><body><p>Welcome</p></body></html>", "text/html")
    ran = wireroom("feeds", "check", outlet.url("feed.xml"), fetch_allow=",".join(outlet.allow))
    assert "HTML page, not a feed. Look for the feed" in ran.err


def test_a_feed_is_asked_with_what_its_server_wants_and_nothing_else_is(wireroom: Run, outlet: Outlet) -> None:
    outlet.publish("front.xml", entries=2)
    told = ("--pause", "0", "--header", "X-Key: 7", "--post", '{"page": 1}')
    answer = wireroom("feeds", "check", outlet.url("front.xml"), *told, fetch_allow=",".join(outlet.allow))
    assert answer.status == 0
    assert "What is posted is asked for without" in answer.text
    feed = outlet.ledger.requests("front.xml")
    assert [(one.method, one.headers.get("x-key"), one.body) for one in feed] == 2 * [("POST", "7", b'{"page": 1}')]
    others = [one for one in outlet.ledger.requests() if one.path != "/front.xml"]
    assert others
    assert all((one.method, one.headers.get("x-key")) == ("GET", None) for one in others)
    wrong = wireroom("feeds", "check", outlet.url("front.xml"), "--header", "no colon")
    assert (wrong.status, wrong.sentence) == (2, "A header field is written 'Name: value', in printable ASCII.")
