"""`wireroom articles`, `stories`, `changes` and `status`, for people and for machines."""

import pytest

from tests.command.conftest import Run
from tests.line.steps import Line
from tests.outlet.outlet import Outlet
from tests.outlet.prose import story


@pytest.fixture
def filled(line: Line, outlet: Outlet) -> Line:
    """A store in which two titles carry one text, and one of them another."""
    shared, own = story("shared", words=200), story("own", words=200)
    outlet.feed("courier.xml", title="The Courier")
    outlet.feed("mirror.xml", title="The Mirror")
    outlet.publish("courier.xml", entries=[shared])
    outlet.publish("mirror.xml", entries=[shared, own])
    outlet.fail("broken.xml", 500)
    line.add(*(outlet.url(path) for path in ("courier.xml", "mirror.xml", "broken.xml")))
    line.poll()
    return line


def test_articles_are_listed(wireroom: Run, filled: Line) -> None:
    text = wireroom("articles").text
    assert story("own", words=200).headline in text
    assert "The Courier" in text
    whole = wireroom("articles", "--json").lines
    assert len(whole) == 3
    assert all(one["body_text"] and one["story_id"] for one in whole)


def test_articles_are_limited_and_chosen(wireroom: Run, filled: Line) -> None:
    assert len(wireroom("articles", "--json", "--limit", 1).lines) == 1
    story_id = wireroom("articles", "--json").lines[-1]["story_id"]
    assert {one["story_id"] for one in wireroom("articles", "--json", "--story", story_id).lines} == {story_id}


def test_stories_are_listed_with_the_titles_that_carry_them(wireroom: Run, filled: Line) -> None:
    assert sorted(one["publications"] for one in wireroom("stories", "--json").lines) == [1, 2]
    assert "The Courier, The Mirror" in " ".join(wireroom("stories").text.split()) or "The Mirror, The Courier" in (
        " ".join(wireroom("stories").text.split())
    )


def test_changes_are_printed_in_their_order(wireroom: Run, filled: Line) -> None:
    changes = wireroom("changes", "--json").lines
    assert [one["seq"] for one in changes] == list(range(1, len(changes) + 1))
    assert {one["kind"] for one in changes} == {"created", "folded"}
    assert [one["seq"] for one in wireroom("changes", "--json", "--after", 2).lines] == [
        one["seq"] for one in changes[2:]
    ]
    assert "created" in wireroom("changes").text


def test_the_status_says_how_the_line_is(wireroom: Run, filled: Line) -> None:
    (status,) = wireroom("status", "--json", redis_url=filled.settings.redis_url).lines
    assert sum(status["feeds"].values()) == 3
    assert status["articles"]["usable"] == 3
    assert status["stories"] == 2
    assert status["queues"] == {"fetch": 0, "parse": 0, "index": 0}
    text = wireroom("status").text
    assert "3 usable" in text
    assert "WIREROOM_REDIS_URL is not set" in text


def test_a_belt_that_is_away_is_said_and_the_rest_is_shown(wireroom: Run) -> None:
    ran = wireroom("status", redis_url="redis://127.0.0.1:1/0")
    assert ran.status == 0
    assert "Redis cannot be reached" in ran.text


@pytest.mark.parametrize(
    ("verb", "words"), [("articles", "No articles yet."), ("stories", "No stories yet."), ("changes", "No changes.")]
)
def test_an_empty_store_says_so(wireroom: Run, verb: str, words: str) -> None:
    assert wireroom(verb).text == f"{words}\n"
    assert wireroom(verb, "--json").lines == []
