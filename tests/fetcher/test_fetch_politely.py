"""What the fetcher asks, when, and what it leaves unasked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from threading import Event
from typing import Any

import pytest

from services.fetcher.ask import Asker, ask
from services.fetcher.lane import lanes_of, patience_s
from services.fetcher.onward import next_page
from services.fetcher.robots import Robots, product
from services.fetcher.round import Round
from services.fetcher.tasks import start
from services.fetcher.verdict import judge
from shared.belt import Belt
from shared.belt.courtesy import TURN_S
from shared.errors import FetchError
from shared.http.client import Client, Limits, Response
from shared.http.crowd import Crowd
from shared.http.passport import Passport, fresh_keys, seal
from shared.messages import Facts, FetchJob, Kind, Outcome, Target
from shared.settings import Settings
from tests.fetcher.jobs import Published, job, target
from tests.outlet.outlet import Outlet

Fetch = Callable[[FetchJob], None]


def known(outlet: Outlet, path: str = "markets.xml", **more: Any) -> Target:
    """Return a feed of which the validators and the window are known."""
    etag = f'"{path}-{2}"'
    return target(1, outlet.url(path), etag=etag).model_copy(update={"known": "abcdefghijkl", **more})


def statuses(outlet: Outlet, path: str = "markets.xml") -> list[int]:
    return outlet.ledger.statuses(path)


# -- one address, asked by many processes


def test_all_processes_together_keep_to_the_bound_of_an_address(belt: Belt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.http.crowd.PATIENCE_S", 0.3)
    ours, theirs = Crowd(3, turns=belt), Crowd(3, turns=belt)
    for crowd in (ours, theirs, ours):
        crowd.enter("192.0.2.1")
    for crowd in (ours, theirs):
        with pytest.raises(FetchError, match=r"to 192\.0\.2\.1 were under way"):
            crowd.enter("192.0.2.1")
    theirs.enter("192.0.2.2")
    ours.leave("192.0.2.1")
    theirs.enter("192.0.2.1")


class Refusals(Belt):
    """A belt that says when somebody was refused a turn."""

    def __init__(self, belt: Belt) -> None:
        super().__init__(belt.client, 300)
        self.refused = Event()

    def take_turn(self, address: str, name: str, most: int) -> bool:
        granted = super().take_turn(address, name, most)
        if not granted:
            self.refused.set()
        return granted


def test_who_leaves_ends_no_turn_that_another_waits_for(belt: Belt) -> None:
    turns = Refusals(belt)
    ours, theirs = Crowd(2, turns=turns), Crowd(2, turns=turns)
    ours.enter("192.0.2.5")
    theirs.enter("192.0.2.5")
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(ours.enter, "192.0.2.5")
        assert turns.refused.wait(10)
        ours.leave("192.0.2.5")
        waiting.result()
    ours.leave("192.0.2.5")
    theirs.leave("192.0.2.5")
    assert not belt.client.exists("at:192.0.2.5")


def test_who_waited_in_vain_takes_no_place_from_others(belt: Belt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.http.crowd.PATIENCE_S", 1)
    turns = Refusals(belt)
    ours, theirs = Crowd(2, turns=turns), Crowd(2, turns=turns)
    ours.enter("192.0.2.6")
    theirs.enter("192.0.2.6")
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(ours.enter, "192.0.2.6")
        assert turns.refused.wait(10)
        belt.client.zadd("at:192.0.2.6", {"another process'": 1e11})
        ours.leave("192.0.2.6")
        with pytest.raises(FetchError):
            waiting.result()
    belt.client.delete("at:192.0.2.6")
    ours.enter("192.0.2.6")
    ours.enter("192.0.2.6")


def test_a_turn_that_nobody_ends_is_forgotten(belt: Belt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.http.crowd.PATIENCE_S", 0.3)
    Crowd(1, turns=belt).enter("192.0.2.3")
    with pytest.raises(FetchError):
        Crowd(1, turns=belt).enter("192.0.2.3")
    belt.client.zincrby("at:192.0.2.3", -TURN_S, belt.client.zrange("at:192.0.2.3", 0, 0)[0])  # as if it were over
    Crowd(1, turns=belt).enter("192.0.2.3")


def test_a_flushed_redis_blocks_nobody(belt: Belt) -> None:
    crowd = Crowd(1, turns=belt)
    crowd.enter("192.0.2.4")
    belt.client.flushall()
    Crowd(1, turns=belt).enter("192.0.2.4")
    crowd.leave("192.0.2.4")


# -- audits


def test_an_audit_looks_behind_a_304(outlet: Outlet, fetch: Fetch, published: Published) -> None:
    outlet.feed("markets.xml", validators="lying")
    outlet.publish("markets.xml", entries=2)
    fetch(job(target(1, outlet.url("markets.xml"), etag='"for-ever"').model_copy(update={"audit": True})))
    facts = published.facts[1]
    assert statuses(outlet) == [304, 200]
    assert (facts.outcome, facts.audited, facts.behind_304, facts.requests) == (Outcome.OK, True, True, 2)


def test_an_audit_that_is_answered_needs_no_second_request(outlet: Outlet, fetch: Fetch, published: Published) -> None:
    outlet.publish("markets.xml")
    fetch(job(target(1, outlet.url("markets.xml"), etag='"old"').model_copy(update={"audit": True})))
    facts = published.facts[1]
    assert statuses(outlet) == [200]
    assert (facts.outcome, facts.audited, facts.behind_304, facts.requests) == (Outcome.OK, True, False, 1)


def test_validators_that_have_lied_are_not_sent(outlet: Outlet, fetch: Fetch, published: Published) -> None:
    outlet.feed("markets.xml", validators="lying")
    outlet.publish("markets.xml")
    fetch(job(target(1, outlet.url("markets.xml"), etag='"for-ever"').model_copy(update={"distrusted": True})))
    assert statuses(outlet) == [200]
    assert published.facts[1].audited is False


# -- deltas (RFC 3229)


def test_only_what_is_new_is_asked_for_where_the_window_is_known(outlet: Outlet, fetch: Fetch) -> None:
    outlet.publish("markets.xml")
    fetch(job(known(outlet)))
    fetch(job(known(outlet, known="")))
    fetch(job(known(outlet, audit=True)))
    asked = [seen.headers.get("a-im") for seen in outlet.ledger.requests("markets.xml")]
    assert asked == ["feed", None, None, None]


def test_an_answer_of_new_entries_alone_says_so(outlet: Outlet, fetch: Fetch, published: Published) -> None:
    outlet.fail("markets.xml", status=226, body=b"<rss/>", IM="feed", ETag='"new"')
    fetch(job(known(outlet)))
    (document,) = published.documents
    assert (document.partial, document.facts.outcome) == (True, Outcome.OK)


# -- patience


def test_a_429_slows_its_host_and_no_other(outlet: Outlet, belt: Belt, fetch: Fetch, published: Published) -> None:
    for path in ("a", "b"):
        outlet.fail(path, status=429, Retry_After="100")
    outlet.serve("c", "<rss/>")
    fetch(job(target(1, outlet.url("a")), target(2, outlet.url("b")), target(3, outlet.url("c", host=1))))
    outcomes = {number: facts.outcome for number, facts in published.facts.items()}
    assert outcomes == {1: Outcome.TRANSIENT, 2: Outcome.UNFETCHED, 3: Outcome.OK}
    assert 60 < (published.facts[2].retry_after_s or 0) <= 100
    assert statuses(outlet, "b") == []


def test_another_job_leaves_the_host_alone_too(outlet: Outlet, fetch: Fetch, published: Published) -> None:
    outlet.fail("a", status=429)
    fetch(job(target(1, outlet.url("a"))))
    fetch(job(target(2, outlet.url("b"))))
    assert published.facts[2].outcome is Outcome.UNFETCHED
    assert statuses(outlet, "b") == []


def test_a_site_is_slowed_when_two_of_its_hosts_were(belt: Belt) -> None:
    belt.hold("paper.example", "feeds.paper.example", 50)
    assert belt.begin_politely([("t1", "paper.example", "www.paper.example")]) == [(True, 0)]
    belt.hold("paper.example", "www.paper.example", 50)
    ((began, held_s),) = belt.begin_politely([("t2", "paper.example", "shop.paper.example")])
    assert began
    assert 0 < held_s <= 50


@pytest.mark.parametrize(
    ("status", "asked", "waits"), [(429, None, 60), (429, 7, 7), (503, 7, 7), (503, None, None), (500, 7, None)]
)
def test_who_asks_for_patience_gets_it(status: int, asked: int | None, waits: int | None) -> None:
    facts = Facts(kind=Kind.FEED, id=1, token="t", outcome=Outcome.TRANSIENT, status=status, retry_after_s=asked)
    assert patience_s(facts) == waits


# -- spacing


def test_the_feeds_of_one_domain_are_one_lane() -> None:
    urls = ["https://feeds.paper.co.uk/a", "https://www.paper.co.uk/b", "https://other.co.uk/c", "http://127.0.0.1:1/"]
    lanes = lanes_of(target(number, url) for number, url in enumerate(urls))
    assert [(lane.name, [one.id for one in lane.targets]) for lane in lanes] == [
        ("paper.co.uk", [0, 1]), ("other.co.uk", [2]), ("127.0.0.1:1", [3]),
    ]  # fmt: skip


def test_requests_to_one_domain_are_spaced(
    outlet: Outlet, belt: Belt, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "is_inner", lambda self, url: False)
    with Client(Limits(), outlet.allow) as client, ThreadPoolExecutor(2) as sites:
        feeds = job(*(target(number, outlet.url(f"{number}")) for number in range(3)))
        Round(feeds, Asker(client), belt, published, spacing_s=0.2).run(sites)
    times = [seen.at for seen in outlet.ledger.requests()]
    assert all(later - earlier >= 0.19 for earlier, later in pairwise(times))


# -- robots.txt


@pytest.fixture
def pages(outlet: Outlet, belt: Belt, published: Published) -> Callable[..., None]:
    """What fetches pages under the rules that the outlet gives."""

    def run(*targets: Target, **more: Any) -> None:
        with Client(Limits(), outlet.allow) as client, ThreadPoolExecutor(2) as sites:
            Round(job(*targets), Asker(client, Robots(client, belt, "Wireroom/1")), belt, published, **more).run(sites)

    return run


def page(outlet: Outlet, number: int, path: str) -> Target:
    return target(number, outlet.url(path), Kind.PAGE)


def test_a_page_that_robots_txt_forbids_is_not_fetched(
    outlet: Outlet, pages: Callable[..., None], published: Published
) -> None:
    outlet.serve("robots.txt", "User-agent: *\nDisallow: /\n\nUser-agent: wireroom\nDisallow: /inside\n", "text/plain")
    outlet.serve("news", "words")
    outlet.serve("inside/x", "words")
    pages(page(outlet, 1, "news"), page(outlet, 2, "inside/x"))
    assert (published.facts[1].outcome, published.facts[2].outcome) == (Outcome.OK, Outcome.BLOCKED)
    assert (published.facts[2].error_kind, statuses(outlet, "inside/x")) == ("robots", [])


def test_robots_txt_is_asked_for_once(outlet: Outlet, pages: Callable[..., None]) -> None:
    outlet.serve("news", "words")
    pages(page(outlet, 1, "news"))
    pages(page(outlet, 2, "news"))
    assert statuses(outlet, "robots.txt") == [404]
    assert statuses(outlet, "news") == [200, 200]


def test_feeds_are_fetched_without_asking_robots_txt(outlet: Outlet, pages: Callable[..., None]) -> None:
    outlet.serve("feed", "<rss/>")
    pages(target(1, outlet.url("feed")))
    assert statuses(outlet, "robots.txt") == []


def test_the_pages_of_a_site_whose_robots_txt_fails_wait(
    outlet: Outlet, pages: Callable[..., None], published: Published
) -> None:
    outlet.fail("robots.txt", status=503)
    outlet.serve("news", "words")
    pages(page(outlet, 1, "news"))
    facts = published.facts[1]
    assert (facts.outcome, facts.error_kind, facts.retry_after_s) == (Outcome.TRANSIENT, "robots", 3600)
    assert facts.error == "The site's robots.txt cannot be had, so its pages wait. The server answered 503."
    assert statuses(outlet, "news") == []


@pytest.mark.parametrize("body", ["<html>none</html>", "\ufeffUser-agent: *\nAllow: /", "\x00\xff", "Disallow: /"])
def test_what_is_no_rule_forbids_nothing(
    outlet: Outlet, pages: Callable[..., None], published: Published, body: str
) -> None:
    outlet.serve("robots.txt", body)
    outlet.serve("news", "words")
    pages(page(outlet, 1, "news"))
    assert published.facts[1].outcome is Outcome.OK


def test_a_crawl_delay_spaces_pages_and_holds_for_the_next_job(
    outlet: Outlet, pages: Callable[..., None], published: Published, belt: Belt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "is_inner", lambda self, url: False)
    outlet.serve("robots.txt", "User-agent: *\nCrawl-delay: 50\n", "text/plain")
    outlet.serve("news", "words")
    pages(page(outlet, 1, "news"), page(outlet, 2, "news"))
    assert published.facts[2].outcome is Outcome.UNFETCHED
    pages(page(outlet, 3, "news"))
    assert published.facts[3].outcome is Outcome.UNFETCHED
    assert 0 < (published.facts[3].retry_after_s or 0) <= 50
    assert statuses(outlet, "news") == [200]


def test_a_crawl_delay_holds_for_an_inner_site_too(
    outlet: Outlet, pages: Callable[..., None], published: Published
) -> None:
    outlet.serve("robots.txt", "User-agent: *\nCrawl-delay: 50\n", "text/plain")
    outlet.serve("news", "words")
    pages(page(outlet, 1, "news"), page(outlet, 2, "news"))
    assert published.facts[2].outcome is Outcome.UNFETCHED


class _Crowded(Client):
    def get(self, *_: Any, **__: Any) -> Response:
        raise FetchError("crowded", "Too many requests were under way.")


def test_that_we_are_busy_is_not_remembered_as_a_robots_txt_that_cannot_be_had(belt: Belt) -> None:
    with _Crowded(Limits()) as client:
        asker = Asker(client, Robots(client, belt, "Wireroom"))
        page = target(1, "https://paper.example/a", Kind.PAGE)
        assert ask(asker, page)[0].outcome is Outcome.UNFETCHED
        assert asker.delay_s(page.url) == 0
    assert belt.get("robots:https://paper.example", 100) is None


def test_a_listing_of_any_depth_leads_somewhere_or_nowhere() -> None:
    for depth in range(100, 1200):
        body = b'{"next_url": "/2", "items": [' + b"[" * depth + b"]" * depth + b"]}"
        assert next_page(body, {}, "https://paper.example/1", frozenset()) in {None, "https://paper.example/2"}


def test_our_product_is_what_robots_txt_knows_us_by() -> None:
    assert [product(text) for text in ("Desk-Bot/2 (x)", "", "123")] == ["Desk-Bot", "Wireroom", "Wireroom"]


# -- challenges


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {"cf-mitigated": "challenge"}),
        (503, {"cf-mitigated": "challenge"}),
        (202, {"x-amzn-waf-action": "challenge"}),
        (200, {"x-amzn-waf-action": "captcha"}),
    ],
)
def test_a_firewalls_challenge_is_named_and_never_a_document(status: int, headers: dict[str, str]) -> None:
    answer = Response(status, "http://a/", headers, b"<html>Just a moment</html>", 100, 5)
    facts = judge(target(1, "http://a/"), answer, datetime.now(UTC))
    assert (facts.outcome, facts.error_kind, facts.validators) == (Outcome.TRANSIENT, "challenge", None)


# -- what is sealed


def test_what_is_sealed_is_opened_and_sent_and_travels_no_further(
    outlet: Outlet, belt: Belt, published: Published, settings: Settings
) -> None:
    opening, sealing = fresh_keys()
    fetch = start(settings.model_copy(update={"open_key": opening}), belt, published)
    outlet.serve("feed", "<rss/>")
    outlet.fail("wrong", status=401)
    passport = Passport(authorization="Bearer s3cret", headers={"x-key": "s3cret"})
    for number, path in enumerate(("feed", "wrong")):
        sealed = seal(passport, outlet.url(path), sealing)
        fetch(job(target(number, outlet.url(path)).model_copy(update={"sealed": sealed})))
    assert outlet.ledger.requests("feed")[0].headers["authorization"] == "Bearer s3cret"
    said = "".join(message.model_dump_json() for message in [*published.documents, *published.batches])
    assert "s3cret" not in said
    keys: Any = belt.client.keys("*")
    assert all(b"s3cret" not in (belt.client.get(key) or b"") for key in keys if belt.client.type(key) == b"string")


def test_what_cannot_be_opened_is_an_error_and_nothing_is_asked(
    outlet: Outlet, fetch: Fetch, published: Published
) -> None:
    sealed = seal(Passport(authorization="Bearer s3cret"), outlet.url("feed"), fresh_keys()[1])
    fetch(job(target(1, outlet.url("feed")).model_copy(update={"sealed": sealed})))
    facts = published.facts[1]
    assert (facts.outcome, facts.error_kind) == (Outcome.TRANSIENT, "passport")
    assert outlet.ledger.requests() == []
