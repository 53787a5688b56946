"""Every case of the hostile publisher through the real fetcher, parser and indexer gets its manifest's outcome.

The worker goes on, its slot is free in time, memory stays within limits, the canary is not touched, and a good feed is
polled right after each bad one.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select

from services.command.feeds import feed_store
from services.command.workers import ANY_TEXT
from services.parser.fields.language import detected_language
from shared.settings import Settings
from shared.tables import Article, Page, Poll
from tests.line.hostile import PUBLISHER, Hostile, manifest, measured
from tests.line.steps import Line

CASES = {case["name"]: case for case in manifest()}
POLLS = 3
WORKER_MIB = 390  # a worker's child that has taken more is replaced
HURRIED = {"read_timeout_s": 1, "total_timeout_s": 2}
ENDED_BY_TIME = {"http-time", "pages"}  # groups of cases
OUTCOMES = {  # in the manifest's words, of the last poll
    "ok": {"ok", "unchanged", "not_modified"},
    "degraded": {"ok", "unchanged"},
    "not_modified": {"not_modified"},
    "transient": {"transient"},
    "refused": {"refused"},
    "blocked": {"blocked"},
    "gone": {"gone"},
}
NEW_EACH_POLL = {"growing", "etag-constant-body-changes", "guid-reused"}
COUNTS = {"nul-and-bad-utf8": 4, "external-entity": 1, "title-10mb": 3, "many-entries": 4000, "truncated-xml": 6}
OTHER_POLLS = {"flap-500": 4, "many-entries": 2}  # an even number; of 20,000 entries each poll takes 2,000
WITHOUT_PAGES = {"many-entries"}  # thousands of short texts want thousands of pages, which are no part of the case
PATIENCE_S = {"status-429-seconds": 60, "status-429-date": 60, "status-503-far": 80_000}  # at least; 24 h at most

pytestmark = [
    pytest.mark.skipif(not CASES, reason=f"no hostile publisher at {PUBLISHER}"),
    pytest.mark.timeout(180),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def publisher() -> Iterator[Hostile]:
    detected_language(ANY_TEXT)  # as a worker loads its model before it forks, so that it is no case's time
    with Hostile() as running:
        yield running


@pytest.fixture
def make_line(
    sqlite_store: Engine, belt_url: str, publisher: Hostile, settings: Callable[..., Settings]
) -> Callable[..., Line]:
    """What makes a line from the publisher alone; see `line` of the other tests here."""

    def make(**more: Any) -> Line:
        publisher.forget()
        url = sqlite_store.url.render_as_string(hide_password=False)
        reach = {"database_url": url, "redis_url": belt_url, "fetch_allow": (publisher.place,)}
        return Line(sqlite_store, belt_url, settings(**(reach | more)))

    return make


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_hostile_publisher_gets_what_its_manifest_says(
    case: dict[str, Any], publisher: Hostile, make_line: Callable[..., Line]
) -> None:
    name = case["name"]
    line = make_line(**(HURRIED if case["group"] in ENDED_BY_TIME else {}), fetch_pages=name not in WITHOUT_PAGES)
    url = publisher.url(name)
    line.add(url)
    polls = 1 if name in PATIENCE_S or case["group"] == "http-time" else OTHER_POLLS.get(name, POLLS)
    taken = [measured(line.poll) for _ in range(polls)]
    assert max(one.seconds for one in taken) < case["max_seconds"]
    feed = line.feed(url)
    outcomes = [row.outcome for row in line.read(select(Poll.outcome).where(Poll.kind == "feed").order_by(Poll.id))]
    assert outcomes[-1] in OUTCOMES[case["outcome"]], (outcomes, feed.error)
    assert max((one.mib or 0 for one in taken), default=0) < WORKER_MIB
    if case["max_mib"]:
        assert publisher.told("_log")[name]["bytes"] / polls < case["max_mib"] * 2**20
    asked = publisher.told("_log")[name]["polls"]  # a lease may have gone to the look into a gap
    expected = asked if name in NEW_EACH_POLL else COUNTS.get(name, case["articles"])
    if expected is not None:
        assert line.count() == expected
    if outcomes[-1] not in OUTCOMES["ok"]:
        assert (feed.etag, feed.last_modified, feed.body_digest) == (None, None, None)
        assert (feed.error is None) == (outcomes[-1] == "not_modified")
    assert feed.lease_token is None
    assert feed.state == ("gone" if case["outcome"] == "gone" else "active")
    assert publisher.told("_canary")["hits"] == 0
    if name in PATIENCE_S:  # and its whole host is left alone for so long: see the next test
        assert PATIENCE_S[name] <= (feed.due_at - datetime.now(UTC)).total_seconds() <= 1.1 * 86_400
        line.redis.flushall()
    line.write(lambda connection: feed_store.pause(connection, [feed.id]))
    line = make_line(fetch_pages=False)
    line.add(publisher.url("good"))
    line.poll()
    assert line.feed(publisher.url("good")).last_ok_at is not None


def test_a_host_that_asked_for_patience_is_left_alone(publisher: Hostile, line: Line) -> None:
    line.add(publisher.url("status-429-seconds"))
    line.poll()
    line.write(lambda connection: feed_store.pause(connection, [1]))
    line.add(publisher.url("good"))
    line.poll()
    good = line.feed(publisher.url("good"))
    assert (good.last_polled_at, good.failures) == (None, 0)
    assert 60 < (good.due_at - datetime.now(UTC)).total_seconds() <= 120
    assert "good" not in publisher.told("_log")


def test_hostile_pages_fail_alone_and_their_articles_stay(publisher: Hostile, make_line: Callable[..., Line]) -> None:
    line = make_line(**HURRIED)
    line.add(publisher.url("page-hostile"))
    line.poll()
    line.poll(pages=True)
    assert {row.state for row in line.read(select(Page.state))} <= {"active", "failed"}
    assert line.count() == 5
    assert publisher.told("_canary")["hits"] == 0
    assert line.read(select(Page.article_id).where(Page.lease_token.is_not(None))) == []


def test_nothing_of_a_local_file_or_of_the_canary_is_stored(publisher: Hostile, line: Line) -> None:
    line.add(publisher.url("external-entity"))
    line.poll()
    (headline,) = [row.headline for row in line.read(select(Article.headline))]
    assert headline.replace(" ", "") == "leak[][]"
    assert publisher.told("_canary")["hits"] == 0
