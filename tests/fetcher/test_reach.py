"""What is told apart when nobody answers: their failures from our own."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import structlog

from services.fetcher.ask import Asker
from services.fetcher.reach import AGAIN_S, AWAY, SITES, UNKNOWN, Reach
from services.fetcher.robots import Robots
from services.fetcher.round import Round
from shared.belt import Belt
from shared.http.client import Client
from shared.http.passport import Passport, fresh_keys, seal
from shared.messages import Facts, Kind, Outcome, Subscribe, Target
from tests.fetcher.jobs import Published, job, target
from tests.outlet.outlet import Outlet
from tests.outlet.patience import PATIENT
from tests.outlet.ports import kept_port
from tests.outlet.proxy import Proxy

Fetched = Callable[..., dict[int, Facts]]


def no_resolver(host: str, *_: Any, **__: Any) -> list[Any]:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def no_such_name(host: str, *_: Any, **__: Any) -> list[Any]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def feeds(count: int, kind: Kind = Kind.FEED) -> list[Target]:
    return [target(at, f"https://paper-{at}.example/rss", kind) for at in range(1, count + 1)]


@pytest.fixture
def reach() -> Reach:
    return Reach()


@pytest.fixture
def fetched(belt: Belt, reach: Reach) -> Iterator[Fetched]:
    """What fetches a job, by a resolver that knows nothing unless another client is given; returns the facts."""
    ours = Client(PATIENT, resolve=no_resolver)

    def fetch(*targets: Target, client: Client = ours, open_key: str = "") -> dict[int, Facts]:
        published = Published()
        belt.client.flushall()
        asker = Asker(client, Robots(client, belt, "Wireroom"), open_key, reach=reach)
        with ThreadPoolExecutor(8) as sites:
            Round(job(*targets), asker, belt, published, gather_s=0.1).run(sites)
        return published.facts

    yield fetch
    ours.close()


@pytest.fixture
def answering() -> Iterator[Client]:
    """A client for which one proxy answers for the whole web."""
    with Outlet() as outlet, Proxy(("127.0.0.1", outlet.port)) as proxy:
        outlet.publish("rss")
        client = Client(PATIENT, [f"127.0.0.1:{proxy.port}"], resolve=no_such_name, proxy=proxy.url())
        yield client
        client.close()


def outcomes(facts: dict[int, Facts]) -> set[Outcome]:
    return {one.outcome for one in facts.values()}


def test_where_no_name_of_several_sites_can_be_looked_up_all_are_handed_back(fetched: Fetched) -> None:
    facts = fetched(*feeds(SITES))
    assert outcomes(facts) == {Outcome.UNFETCHED}
    assert {one.error for one in facts.values()} == {f"not asked: {AWAY}"}
    assert all(AGAIN_S[0] <= (one.retry_after_s or 0) <= AGAIN_S[1] for one in facts.values())


def test_pages_are_handed_back_too_and_no_robots_txt_is_remembered_as_missing(fetched: Fetched, belt: Belt) -> None:
    assert outcomes(fetched(*feeds(SITES, Kind.PAGE))) == {Outcome.UNFETCHED}
    assert belt.client.keys("robots:*") == []


def test_a_hub_that_could_not_be_asked_either_has_not_failed(fetched: Fetched) -> None:
    hub = Subscribe(hub="https://hub.example/", topic="t", callback="https://us.example/", secret="s", lease_s=60)
    facts = fetched(*(one.model_copy(update={"subscribe": hub}) for one in feeds(SITES)))
    assert [one.subscribed for one in facts.values()] == [None] * SITES


def test_one_or_two_sites_alone_have_failed(fetched: Fetched) -> None:
    facts = fetched(*feeds(SITES - 1))
    assert outcomes(facts) == {Outcome.TRANSIENT}
    assert {one.error_kind for one in facts.values()} == {"lookup"}


def test_many_feeds_of_one_site_are_one_site(fetched: Fetched) -> None:
    assert outcomes(fetched(*(target(at, f"https://paper.example/{at}") for at in range(8)))) == {Outcome.TRANSIENT}


def test_sites_are_counted_over_jobs_so_that_small_jobs_tell_too(fetched: Fetched) -> None:
    seen = [outcomes(fetched(one)) for one in feeds(SITES + 1)]
    assert seen == [{Outcome.TRANSIENT}] * (SITES - 1) + [{Outcome.UNFETCHED}] * 2


def test_where_others_answer_it_is_they_who_failed(fetched: Fetched, answering: Client) -> None:
    fetched(*feeds(SITES - 1))
    assert outcomes(fetched(target(9, "http://living.example/rss"), client=answering)) == {Outcome.OK}
    assert outcomes(fetched(*feeds(SITES - 1))) == {Outcome.TRANSIENT}


@pytest.mark.parametrize(("sites", "kind"), [(SITES * 2, "dns"), (round(SITES / UNKNOWN), None)])
def test_unknown_names_are_the_publishers_unless_a_dozen_are_and_nobody_answers(
    fetched: Fetched, sites: int, kind: str | None
) -> None:
    client = Client(PATIENT, resolve=no_such_name)
    facts = fetched(*feeds(sites), client=client)
    client.close()
    assert {one.error_kind for one in facts.values()} == {kind}


@pytest.fixture
def closed() -> Iterator[str]:
    """A place where nobody listens."""
    with kept_port() as port:
        yield f"127.0.0.1:{port}"


def test_a_proxy_for_all_that_is_down_is_no_publishers_failure(fetched: Fetched, closed: str) -> None:
    client = Client(PATIENT, [closed], resolve=no_such_name, proxy=f"http://{closed}")
    with structlog.testing.capture_logs() as logged:
        facts = fetched(*feeds(SITES), client=client)
    client.close()
    assert outcomes(facts) == {Outcome.UNFETCHED}
    assert [one["reason"].startswith("The proxy cannot be asked.") for one in logged] == [True]


def test_a_feeds_own_proxy_that_is_down_is_its_failure(fetched: Fetched, closed: str) -> None:
    opening, sealing = fresh_keys()
    own = Passport(proxy=f"http://{closed}")
    sealed = [one.model_copy(update={"sealed": seal(own, one.url, sealing, "")}) for one in feeds(SITES)]
    client = Client(PATIENT, [closed], resolve=no_such_name)
    facts = fetched(*sealed, client=client, open_key=opening)
    client.close()
    assert {one.error_kind for one in facts.values()} == {"connect"}


def test_inner_places_tell_nothing_of_the_web(fetched: Fetched) -> None:
    with Outlet() as outlet:
        outlet.publish("rss")
        client = Client(PATIENT, outlet.allow, resolve=no_resolver)
        facts = fetched(target(9, outlet.url("rss")), *feeds(SITES), client=client)
        client.close()
    assert facts.pop(9).outcome is Outcome.OK
    assert outcomes(facts) == {Outcome.UNFETCHED}


def test_it_is_said_once_and_once_that_it_is_over(fetched: Fetched, answering: Client) -> None:
    with structlog.testing.capture_logs() as logged:
        for _ in range(3):
            fetched(*feeds(SITES * 2))
        fetched(target(9, "http://living.example/rss"), client=answering)
        fetched(target(9, "http://living.example/rss"), client=answering)
    said = [(one["event"], one["log_level"]) for one in logged]
    assert said == [(AWAY, "warning"), ("the web can be reached again", "info")]
    assert logged[0]["sites"] == SITES * 2
    assert "temporary failure in name resolution" in logged[0]["reason"]


def test_the_belt_says_since_when_the_web_is_lost_and_no_longer_when_it_answers(
    belt: Belt, reach: Reach, answering: Client
) -> None:
    def fetch(client: Client, *targets: Target) -> None:
        with ThreadPoolExecutor(8) as sites:
            Round(job(*targets), Asker(client, reach=reach), belt, Published(), gather_s=0.1).run(sites)

    assert belt.web_lost_s() is None
    with Client(PATIENT, resolve=no_resolver) as lost:
        fetch(lost, *feeds(SITES))
        assert belt.web_lost_s() == pytest.approx(0, abs=60)
        belt.client.set("belt:away", belt.client.time()[0] - 900, keepttl=True)
        fetch(lost, *feeds(SITES))
        assert belt.web_lost_s() == pytest.approx(900, abs=60)
    fetch(answering, target(9, "http://paper-9.example/rss"))
    assert belt.web_lost_s() is None
