"""The fetcher between a real publisher and a real belt."""

import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from services.fetcher.ask import Asker
from services.fetcher.round import Round
from services.fetcher.tasks import start
from services.fetcher.verdict import judge
from shared.belt import Belt
from shared.digests import sha256
from shared.errors import TransientError
from shared.http.client import Client, Limits
from shared.messages import Batch, FetchJob, Outcome
from shared.settings import Settings
from tests.fetcher.jobs import LEASE_S, Published, job, target
from tests.outlet.outlet import Outlet
from tests.outlet.patience import PATIENT
from tests.outlet.server import Reply, Request, Server

Fetch = Callable[[FetchJob], None]
MAX_BYTES = 2**20


def marks(belt: Belt) -> set[str]:
    keys: Any = belt.client.keys("begun:*")
    return {key.decode() for key in keys}


def outcomes(published: Published) -> dict[int, Outcome]:
    return {number: facts.outcome for number, facts in published.facts.items()}


def test_a_document_waits_on_the_belt_when_its_message_comes(
    outlet: Outlet, belt: Belt, fetch: Fetch, published: Published
) -> None:
    outlet.publish("markets.xml", entries=3)
    fetch(job(target(1, outlet.url("markets.xml"))))
    (document,) = published.documents
    body = belt.get(document.body_key, MAX_BYTES)
    assert body is not None
    assert body.count(b"<item>") == 3
    assert (document.body_key, document.media_type) == ("doc:feed:1:t1", "application/rss+xml; charset=utf-8")
    assert document.final_url == outlet.url("markets.xml")
    assert document.facts.validators is not None
    assert document.facts.validators.body_digest == sha256(body)
    assert published.batches == []


def test_the_language_that_the_server_names_travels_with_the_document(
    outlet: Outlet, fetch: Fetch, published: Published
) -> None:
    outlet.serve("notices.xml", "<rss version='2.0'><channel/></rss>", "text/xml", Content_Language="de-AT")
    fetch(job(target(1, outlet.url("notices.xml"))))
    assert published.documents[0].language == "de-AT"


def test_the_second_poll_is_conditional_and_brings_facts_alone(
    outlet: Outlet, fetch: Fetch, published: Published
) -> None:
    outlet.publish("markets.xml")
    fetch(job(target(1, outlet.url("markets.xml"))))
    known = published.documents[0].facts.validators
    assert known is not None
    fetch(job(target(1, outlet.url("markets.xml"), **known.model_dump())))
    assert outlet.ledger.statuses("markets.xml") == [200, 304]
    assert outcomes(published)[1] is Outcome.OK
    assert published.batches[0].results[0].facts.outcome is Outcome.NOT_MODIFIED


def test_the_same_bytes_again_are_unchanged(outlet: Outlet, belt: Belt, fetch: Fetch, published: Published) -> None:
    outlet.serve("markets.xml", "<rss/>")
    fetch(job(target(1, outlet.url("markets.xml"), body_digest=sha256(b"<rss/>"))))
    assert outcomes(published) == {1: Outcome.UNCHANGED}
    assert belt.client.keys("doc:*") == []


def test_facts_of_many_fetches_travel_in_one_message(outlet: Outlet, fetch: Fetch, published: Published) -> None:
    fetch(job(*(target(number, outlet.url("gone", host=number % 4)) for number in range(12))))
    assert [batch.weight for batch in published.batches] == [12]


def test_facts_do_not_wait_for_a_slow_neighbour(outlet: Outlet, belt: Belt, published: Published) -> None:
    outlet.delay("slow.xml", 3600)

    def release(message: Any) -> None:
        while not outlet.ledger.requests("slow.xml"):
            time.sleep(0.01)
        outlet.drop_connections()

    published.before = release
    slow, quick = target(1, outlet.url("slow.xml")), target(2, outlet.url("gone", host=1))
    with Client(PATIENT, outlet.allow) as client, ThreadPoolExecutor(2) as hosts:
        Round(job(slow, quick), Asker(client), belt, published, gather_s=0.1).run(hosts)
    assert [[result.facts.id for result in batch.results] for batch in published.batches] == [[2], [1]]


def test_the_targets_of_one_host_are_fetched_one_after_another_and_hosts_side_by_side(
    belt: Belt, published: Published
) -> None:
    all_there = Barrier(4)
    asked: defaultdict[str, list[str]] = defaultdict(list)
    answered: defaultdict[str, list[str]] = defaultdict(list)

    def answer(request: Request) -> tuple[Reply, Callable[[], None]]:
        assert asked[request.host] == answered[request.host]
        asked[request.host].append(request.path)
        if request.path == "/a":
            all_there.wait()  # nobody is answered before every host has been asked
        return Reply(404), lambda: answered[request.host].append(request.path)

    server = Server(answer, hosts=4)
    places = [f"{host}:{server.port}" for host in server.hosts]
    fetch = start(Settings(fetch_allow=places, fetch_threads=4, lease_s=LEASE_S), belt, published)
    fetch(
        job(*(target(10 * at + n, f"http://{place}/{'abc'[n]}") for at, place in enumerate(places) for n in range(3)))
    )
    server.close()
    assert answered == {host: ["/a", "/b", "/c"] for host in server.hosts}


def test_a_dead_publisher_costs_its_own_feed_one_error(outlet: Outlet, fetch: Fetch, published: Published) -> None:
    outlet.publish("markets.xml")
    outlet.cut("cut.xml")
    outlet.publish("cut.xml")
    fetch(
        job(
            target(1, "http://127.0.0.1:9/"),
            target(2, f"http://{'a' * 64}.example/rss"),
            target(3, outlet.url("cut.xml")),
            target(4, outlet.url("markets.xml")),
            target(5, "file:///etc/passwd"),
        )
    )
    assert outcomes(published) == {
        1: Outcome.BLOCKED, 2: Outcome.TRANSIENT, 3: Outcome.TRANSIENT, 4: Outcome.OK, 5: Outcome.BLOCKED,
    }  # fmt: skip
    assert published.facts[2].error_kind == "dns"
    assert published.facts[3].error_kind == "truncated"


# -- marks


def test_a_mark_ends_before_its_message_is_published_since_the_next_stage_sets_its_own(
    outlet: Outlet, belt: Belt, fetch: Fetch, published: Published
) -> None:
    outlet.publish("markets.xml")
    marked: list[set[str]] = []
    published.before = lambda message: marked.append(marks(belt))
    fetch(job(target(1, outlet.url("markets.xml")), target(2, outlet.url("gone"))))
    assert marked == [set(), set()]
    assert marks(belt) == set()


def test_a_feed_that_another_worker_began_is_left_to_it(
    outlet: Outlet, belt: Belt, fetch: Fetch, published: Published
) -> None:
    belt.begin_all(["t1"])
    fetch(job(target(1, outlet.url("markets.xml")), target(2, outlet.url("gone"))))
    assert set(published.facts) == {2}
    assert outlet.ledger.requests("markets.xml") == []
    assert marks(belt) == {"begun:t1"}


def test_a_bug_at_one_feed_leaves_its_mark_and_loses_no_other(
    outlet: Outlet, belt: Belt, fetch: Fetch, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(wanted: Any, *rest: Any) -> Any:
        return 1 // 0 if wanted.id == 2 else judge(wanted, *rest)

    monkeypatch.setattr("services.fetcher.ask.judge", stumble)
    outlet.publish("markets.xml")
    fetch(job(*(target(number, outlet.url("markets.xml")) for number in (1, 2, 3))))
    assert outcomes(published) == {1: Outcome.OK, 3: Outcome.OK}
    assert marks(belt) == {"begun:t2"}


def test_a_belt_that_cannot_be_reached_sends_the_job_back_with_no_mark_left(
    outlet: Outlet, belt: Belt, fetch: Fetch, published: Published
) -> None:
    outlet.publish("markets.xml")

    def away(message: Any) -> None:
        raise TransientError("Redis cannot be reached.")

    published.before = away
    with pytest.raises(TransientError):
        fetch(job(target(1, outlet.url("markets.xml")), target(2, outlet.url("gone", host=1))))
    assert marks(belt) == set()


def test_a_job_that_came_back_is_worked_again(outlet: Outlet, belt: Belt, fetch: Fetch, published: Published) -> None:
    def away(message: Any) -> None:
        raise TransientError("Redis cannot be reached.")

    again = job(target(1, outlet.url("gone")))
    published.before = away
    with pytest.raises(TransientError):
        fetch(again)
    published.before = lambda message: None
    fetch(again)
    assert outcomes(published) == {1: Outcome.TRANSIENT}


def test_a_belt_that_is_gone_leaves_the_fetcher_able_to_go_on(
    outlet: Outlet, belt: Belt, fetch: Fetch, published: Published
) -> None:
    belt.client.config_set("maxmemory", 1)
    outlet.publish("markets.xml")
    with Client(Limits(), outlet.allow) as client, ThreadPoolExecutor(1) as hosts, pytest.raises(TransientError):
        Round(job(target(1, outlet.url("markets.xml"))), Asker(client), belt, published).run(hosts)
    belt.client.config_set("maxmemory", 0)
    fetch(job(target(1, outlet.url("markets.xml"))))
    assert outcomes(published) == {1: Outcome.OK}


# -- what is handed back


def test_no_fetch_is_started_when_the_jobs_time_is_over(outlet: Outlet, belt: Belt, published: Published) -> None:
    with Client(Limits(), outlet.allow) as client, ThreadPoolExecutor(2) as hosts:
        Round(job(*(target(n, outlet.url("x")) for n in range(5))), Asker(client), belt, published, job_s=0).run(hosts)
    assert set(outcomes(published).values()) == {Outcome.UNFETCHED}
    assert len(published.facts) == 5
    assert outlet.ledger.requests() == []
    assert marks(belt) == set()


def test_a_job_whose_lease_ended_is_dropped(outlet: Outlet, fetch: Fetch, published: Published) -> None:
    fetch(job(target(1, outlet.url("markets.xml")), lease_s=-1))
    assert (published.facts, outlet.ledger.requests()) == ({}, [])


def test_nothing_is_fetched_while_redis_is_too_full(
    outlet: Outlet, belt: Belt, fetch: Fetch, published: Published
) -> None:
    used = belt.client.info("memory")["used_memory"]
    belt.client.config_set("maxmemory", used + used // 10)
    fetch(job(target(1, outlet.url("a")), target(2, outlet.url("b", host=1))))
    assert outcomes(published) == {1: Outcome.UNFETCHED, 2: Outcome.UNFETCHED}
    assert [type(batch) for batch in published.batches] == [Batch]
    assert outlet.ledger.requests() == []
