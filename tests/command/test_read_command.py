"""`wireroom articles`, `stories`, `changes` and `status`, for people and for machines."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from shared.database import now, writing
from shared.tables import Feed, Gap, Refolding
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
    last = f"{changes[-1]['seq']}@{changes[-1]['at']}"
    assert wireroom("changes", "--json", "--after", last).lines == []
    assert "created" in wireroom("changes").text


def test_who_follows_the_log_is_told_when_the_store_was_put_back(wireroom: Run, filled: Line) -> None:
    told = wireroom("changes", "--after", "1@2026-03-01T12:00:00Z")
    assert told.status == 2
    assert "This log has not the line 1@2026-03-01T12:00:00Z" in told.sentence


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


def test_the_status_says_which_feed_is_due_for_longest_and_which_hosts_are_left_alone(
    wireroom: Run, filled: Line
) -> None:
    at_rest = wireroom("status", redis_url=filled.settings.redis_url).text
    assert "no feed waits" in at_rest
    filled.belt.hold("paper.example", "www.paper.example", 1800)
    with writing(filled.engine) as connection:
        first = connection.scalar(select(func.min(Feed.id)))
        ago = now(connection) - timedelta(minutes=20)
        secret = "https://desk:s3cret@paper.example/rss"
        connection.execute(update(Feed).where(Feed.id == first).values(ready_at=ago, title=None, url=secret))
    (status,) = wireroom("status", "--json", redis_url=filled.settings.redis_url).lines
    assert status["hosts_left_alone_s"] == {"www.paper.example": pytest.approx(1800, abs=60)}
    assert status["longest_wait_of_a_feed_s"] >= 1200
    said = " ".join(wireroom("status", redis_url=filled.settings.redis_url).text.split())
    assert f"{first} https://paper.example/rss has been due for 2" in said
    assert "www.paper.example for 30 min" in said or "www.paper.example for 29 min" in said
    assert "s3cret" not in said


def test_the_status_says_for_how_long_the_web_has_been_out_of_reach(wireroom: Run, filled: Line) -> None:
    assert "can be reached" in wireroom("status", redis_url=filled.settings.redis_url).text
    filled.belt.lose_web()
    said = wireroom("status", redis_url=filled.settings.redis_url).text
    assert "cannot be reached from here for" in said
    (status,) = wireroom("status", "--json", redis_url=filled.settings.redis_url).lines
    assert status["web_lost_s"] == pytest.approx(0, abs=60)


def test_the_status_says_how_many_articles_are_to_be_folded_again(wireroom: Run, filled: Line) -> None:
    assert wireroom("status", "--json").lines[0]["to_fold_again"] == 0
    with writing(filled.engine) as connection:
        connection.execute(update(Refolding).values(rules=0))
    assert wireroom("status", "--json").lines[0]["to_fold_again"] == 3
    assert wireroom("stories", "refold").status == 0
    assert wireroom("status", "--json").lines[0]["to_fold_again"] == 0


def test_the_status_shows_gaps_lost_articles_and_alarms(wireroom: Run, filled: Line) -> None:
    with writing(filled.engine) as connection:
        moment = now(connection)
        bounds = {"at": moment, "from_at": moment - timedelta(hours=5), "to_at": moment, "tried": []}
        feed = connection.scalar(select(func.min(Feed.id)))
        connection.execute(insert(Gap).values(feed_id=feed, state="lost", expected=7, found=2, **bounds))
        connection.execute(insert(Gap).values(feed_id=feed, state="closed", expected=7, found=7, **bounds))
        connection.execute(update(Feed).where(Feed.id == feed).values(notice="a flood: 90 articles"))
    (status,) = wireroom("status", "--json", redis_url=filled.settings.redis_url).lines
    assert (status["gaps"], status["articles_probably_lost"]) == ({"closed": 1, "lost": 1}, 5)
    assert status["unusual"] == {"silent": 0, "notice": 1}
    assert "a flood: 90 articles" in status["unusual_feeds"][0]
