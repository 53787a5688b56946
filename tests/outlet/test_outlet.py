"""The fake publisher keeps its word, so that tests may rely on it."""

import contextlib
import http.client
import itertools
from collections.abc import Iterator

import feedparser
import pytest

from tests.outlet.outlet import Outlet
from tests.outlet.prose import Story, story


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with Outlet(hosts=2) as outlet:
        yield outlet


def get(outlet: Outlet, path: str, host: int = 0, **headers: str) -> tuple[int, dict[str, str], bytes]:
    with contextlib.closing(http.client.HTTPConnection(outlet.hosts[host], outlet.port)) as connection:
        connection.request(
            "GET", f"/{path}", headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def ids(body: bytes) -> list[str]:
    return [entry.id for entry in feedparser.parse(body).entries]


@pytest.mark.parametrize(("form", "version"), [("rss", "rss20"), ("atom", "atom10"), ("rdf", "rss10")])
def test_a_feed_is_served_in_each_form(outlet: Outlet, form: str, version: str) -> None:
    outlet.feed("markets.xml", form)
    entries = outlet.publish("markets.xml", entries=3)
    read = feedparser.parse(get(outlet, "markets.xml")[2])
    assert (read.bozo, read.version) == (False, version)
    assert [entry.title for entry in read.entries] == [entry.headline for entry in reversed(entries)]
    assert all(entry.body.split(". ")[0] in read.entries[2 - at].description for at, entry in enumerate(entries))


def test_honest_validators_change_with_the_feed(outlet: Outlet) -> None:
    outlet.publish("markets.xml")
    _, headers, _ = get(outlet, "markets.xml")
    etag, modified = headers["etag"], headers["last-modified"]
    assert get(outlet, "markets.xml", If_None_Match=etag, If_Modified_Since=modified)[0] == 304
    outlet.publish("markets.xml")
    assert get(outlet, "markets.xml", If_None_Match=etag)[0] == 200
    assert get(outlet, "markets.xml", If_Modified_Since=modified)[0] == 200


def test_lying_validators_hide_what_is_new(outlet: Outlet) -> None:
    outlet.feed("markets.xml", validators="lying")
    etag = get(outlet, "markets.xml")[1]["etag"]
    outlet.publish("markets.xml")
    assert get(outlet, "markets.xml", If_None_Match=etag)[0] == 304


def test_the_ledger_holds_every_state_that_was_served(outlet: Outlet) -> None:
    first, second = outlet.publish("markets.xml", entries=2)
    get(outlet, "markets.xml")
    outlet.change("markets.xml", first)
    outlet.change("markets.xml", first, headline="Second thoughts")
    outlet.remove("markets.xml", second)
    assert get(outlet, "markets.xml")[2].count(b"Second thoughts") == 1
    assert outlet.ledger.entries("markets.xml") == {first.id, second.id}
    assert (outlet.ledger.states(first.id), outlet.ledger.states(second.id)) == ({0, 2}, {0})


def test_what_was_cut_or_failed_was_not_served(outlet: Outlet) -> None:
    outlet.publish("markets.xml")
    outlet.cut("markets.xml", keep=50, times=1)
    with pytest.raises(http.client.IncompleteRead):
        get(outlet, "markets.xml")
    outlet.fail("markets.xml", status=503, times=1, Retry_After="5")
    assert get(outlet, "markets.xml")[0] == 503
    assert outlet.ledger.entries() == set()
    assert get(outlet, "markets.xml")[0] == 200
    assert outlet.ledger.statuses("markets.xml") == [200, 503, 200]
    assert len(outlet.ledger.entries()) == 1


def test_a_cancelled_entry_becomes_a_tombstone(outlet: Outlet) -> None:
    outlet.feed("markets.xml", "atom")
    first, second = outlet.publish("markets.xml", entries=2)
    outlet.cancel("markets.xml", first)
    body = get(outlet, "markets.xml")[2]
    assert ids(body) == [second.id]
    assert f'deleted-entry ref="{first.id}"'.encode() in body
    assert outlet.ledger.cancelled() == {first.id}


def test_a_window_lists_the_newest(outlet: Outlet) -> None:
    outlet.feed("markets.xml", window=2)
    entries = outlet.publish("markets.xml", entries=5)
    assert ids(get(outlet, "markets.xml")[2]) == [entries[4].id, entries[3].id]


def test_a_text_can_be_given_and_carried_by_two_feeds(outlet: Outlet) -> None:
    text = "The harbour froze over on Monday.\n\nNobody was hurt."
    outlet.publish("a.xml", [text])
    outlet.publish("b.xml", [Story("Ice in the harbour", text, "Our correspondent")])
    for path in ("a.xml", "b.xml"):
        assert b"The harbour froze over on Monday.&lt;/p&gt;&lt;p&gt;Nobody was hurt." in get(outlet, path)[2]


def test_a_summary_feed_leaves_the_rest_to_the_page(outlet: Outlet) -> None:
    outlet.feed("markets.xml", summaries=True)
    (entry,) = outlet.publish("markets.xml")
    last = entry.body.split(". ")[-1].encode().replace(b'"', b"&quot;")[:10]
    assert last not in get(outlet, "markets.xml")[2]
    assert last in get(outlet, entry.path.strip("/"))[2].replace(b'"', b"&quot;")


def test_hosts_share_a_port_and_are_told_apart(outlet: Outlet) -> None:
    outlet.publish("markets.xml")
    get(outlet, "markets.xml", host=0)
    get(outlet, "markets.xml", host=1)
    assert [seen.host for seen in outlet.ledger.requests("markets.xml")] == ["127.0.0.1", "127.0.0.2"]


def test_invented_stories_share_no_run_of_words_worth_folding() -> None:
    runs = []
    for number in range(100):
        words = story(("runs", number)).body.split()
        runs.append({tuple(words[at : at + 4]) for at in range(len(words) - 3)})
    assert max(len(a & b) / min(len(a), len(b)) for a, b in itertools.combinations(runs, 2)) < 0.2


def test_the_same_seed_tells_the_same_story() -> None:
    assert story("a") == story("a")
    assert story("a") != story("b")
