"""What the command says of a feed's pace, its gaps and its silence, and what it changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from services.command.feeds import feed_store
from services.command.feeds.opml import Outline
from shared.database import now, reading, writing
from shared.polling.habits import Habits, alarm_s
from shared.polling.rhythm import DAY_S, HOUR_S, learn
from shared.tables import Article, Feed, Gap, Poll, Publication, Story
from tests.command.conftest import Run

A, B = "https://a.example/feed", "https://b.example/feed"


@pytest.fixture
def two(sqlite_store: Engine) -> Engine:
    """A store with two feeds, 1 and 2, polled a minute ago."""
    with writing(sqlite_store) as connection:
        moment = now(connection)
        feed_store.add(connection, [Outline(A, "The A"), Outline(B)])
        times = {"last_polled_at": moment, "last_ok_at": moment, "due_at": moment + timedelta(hours=1)}
        connection.execute(update(Feed).values(**times, polling_s=900))
    return sqlite_store


def habits(silent_h: float) -> Habits:
    """A month of an article an hour, then nothing for so long."""
    last = datetime.now(UTC).timestamp() - silent_h * HOUR_S
    times = [last - at * HOUR_S for at in range(28 * 24)]
    return Habits(learn(None, times, len(times), last))


def set_habits(engine: Engine, known: Habits) -> None:
    due = alarm_s(known)
    assert due is not None
    with writing(engine) as connection:
        values = {"habits": known.write(), "alarm_at": datetime.fromtimestamp(due, UTC)}
        connection.execute(update(Feed).where(Feed.id == 1).values(values))


def pace_of(engine: Engine, feed_id: int) -> Any:
    with reading(engine) as connection:
        return connection.execute(
            select(Feed.interval_s, Feed.floor_s, Feed.ceiling_s, Feed.wanted_at).where(Feed.id == feed_id)
        ).one()


def test_how_long_a_feed_is_waited_for_is_set_shown_and_forgotten(wireroom: Run, two: Engine) -> None:
    assert wireroom("feeds", "pace", 1, "--timeout", 40).status == 0
    assert wireroom("feeds", "show", 1, "--json").lines[0]["timeout_s"] == 40
    assert b'wireroomTimeout="40"' in wireroom("feeds", "export", "-").out
    wireroom("feeds", "pace", 1, "--floor", 60)
    assert wireroom("feeds", "show", 1, "--json").lines[0]["timeout_s"] == 40
    wireroom("feeds", "pace", 1, "--adaptive")
    assert wireroom("feeds", "show", 1, "--json").lines[0]["timeout_s"] is None
    ran = wireroom("feeds", "pace", 1, "--timeout", 41)
    assert (ran.status, "equal to 40" in ran.sentence) == (2, True)


def test_a_pace_at_which_the_window_rolls_over_is_warned_of(wireroom: Run, two: Engine) -> None:
    set_habits(two, habits(0))
    with writing(two) as connection:
        connection.execute(update(Feed).where(Feed.id == 1).values(entry_digests="0123456789ab" * 4))
    ran = wireroom("feeds", "pace", 1, "--interval", 6 * HOUR_S)
    assert (ran.status, "feed 1 may list other articles within" in ran.err) == (0, True)
    ran = wireroom("feeds", "pace", 1, "--interval", 60)
    assert (ran.status, ran.err) == (0, "")


def test_a_silent_feed_says_what_is_usual(wireroom: Run, two: Engine) -> None:
    set_habits(two, habits(30))
    (shown,) = wireroom("feeds", "show", 1, "--json").lines
    assert shown["unusual"].startswith("usually ")
    assert ", 0 " in shown["unusual"]
    (status,) = wireroom("status", "--json").lines
    assert status["unusual"] == {"silent": 1, "notice": 0}
    assert status["unusual_feeds"][0].startswith("1 The A: usually ")


def test_a_feed_that_brings_what_is_usual_says_what_that_is(wireroom: Run, two: Engine) -> None:
    set_habits(two, habits(0.2))
    (shown,) = wireroom("feeds", "show", 1, "--json").lines
    assert shown["unusual"] is None
    assert shown["usually"].startswith("about 16")
    assert "habits" not in shown


def test_a_gap_that_stayed_open_is_told_as_articles_probably_lost(wireroom: Run, two: Engine) -> None:
    with writing(two) as connection:
        moment = now(connection)
        bounds = {"from_at": moment - timedelta(hours=8), "to_at": moment - timedelta(hours=2), "at": moment}
        connection.execute(
            insert(Gap).values(feed_id=1, **bounds, expected=9, found=2, state="lost", tried=["https://a.example/x"])
        )
    (shown,) = wireroom("feeds", "show", 1, "--json").lines
    assert "about 7 articles probably lost, 2 found elsewhere" in shown["gaps"]
    (status,) = wireroom("status", "--json").lines
    assert (status["gaps"], status["articles_probably_lost"]) == ({"lost": 1}, 7)


def test_the_pace_of_a_feed_can_be_set_and_forgotten(wireroom: Run, two: Engine) -> None:
    assert wireroom("feeds", "pace", 1, "--floor", 60, "--ceiling", 600).status == 0
    assert pace_of(two, 1)[:3] == (None, 60, 600)
    assert pace_of(two, 1).wanted_at is not None
    assert pace_of(two, 2)[:3] == (None, None, None)
    assert wireroom("feeds", "pace", 1, "--adaptive").status == 0
    assert pace_of(two, 1)[:3] == (None, None, None)


def test_a_floor_above_the_ceiling_that_a_feed_has_changes_nothing(wireroom: Run, two: Engine) -> None:
    assert wireroom("feeds", "pace", 1, "--ceiling", 600).status == 0
    ran = wireroom("feeds", "pace", 1, "--floor", 900)
    assert (ran.status, ran.sentence) == (2, "Feed 1: its floor of 900 s is above its ceiling of 600 s.")
    assert pace_of(two, 1)[:3] == (None, None, 600)


@pytest.mark.parametrize(
    "words",
    [["pace", 1], ["pace", 1, "--floor", 9, "--ceiling", 8], ["whatif"], ["whatif", "--floor", 900, "--ceiling", 600]],
)
def test_what_says_nothing_to_do_is_wrong_usage(wireroom: Run, two: Engine, words: list[object]) -> None:
    ran = wireroom("feeds", *words)
    assert (ran.status, bool(ran.sentence)) == (2, True)


def polled_quarterly(engine: Engine, days: int = 3) -> int:
    """Record polls every 15 minutes, and an article an hour that each was found by the next of them."""
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    start = end - timedelta(days=days)
    polls = [start + timedelta(minutes=15 * at) for at in range(days * 96 + 1)]
    shared = {"kind": "feed", "target_id": 1, "outcome": "ok", "entries": 20}
    with writing(engine) as connection:
        connection.execute(insert(Poll), [{"at": at, **shared} for at in polls])
        connection.execute(insert(Publication).values(id=1, key="k", name="The A", terms="full", created_at=start))
        for hour in range(days * 24):
            published = start + timedelta(hours=hour, minutes=10)
            times = {"ordered_at": published, "created_at": published, "updated_at": published}
            connection.execute(insert(Story).values(id=hour + 1, **times))
            connection.execute(insert(Article).values(article(hour + 1, published, published + timedelta(minutes=5))))
    return len(polls)


def article(number: int, published: datetime, seen: datetime) -> dict[str, Any]:
    """The row of an article of feed 1."""
    empty: dict[str, Any] = {name: [] for name in ("authors", "keywords", "subjects", "images", "media")}
    words = {"status": "usable", "access": "free", "body_source": "feed", "page_state": "not_needed"}
    rest = {
        "word_count": 1,
        "copy_role": "original",
        "revision": 1,
        "content_sha256": "x",
        "parser": "p",
        "provenance": {},
    }
    times = {"published_at": published, "first_seen_at": seen, "ordered_at": published}
    known = {"id": number, "publication_id": 1, "feed_id": 1, "story_id": number}
    columns = Article.__table__.columns
    return {name: value for name, value in (empty | words | rest | times | known).items() if name in columns}


def test_other_settings_are_tried_on_what_is_on_record(wireroom: Run, two: Engine) -> None:
    polls = polled_quarterly(two)
    (hourly,) = wireroom("feeds", "whatif", 1, "--interval", 3600, "--json").lines
    assert hourly["requests"] == polls
    assert hourly["then"] == pytest.approx(polls / 4, rel=0.1)
    assert hourly["median_delay_s"] == 300
    assert hourly["then_s"] > 600
    assert hourly["lost"] == 0


def test_a_pace_that_is_too_slow_for_the_window_loses_articles(wireroom: Run, two: Engine) -> None:
    polled_quarterly(two)
    (daily,) = wireroom("feeds", "whatif", 1, "--interval", int(1.5 * DAY_S), "--json").lines
    assert daily["lost"] > 0


def test_a_feed_without_a_record_is_left_out(wireroom: Run, two: Engine) -> None:
    assert "No feed has been polled often enough yet." in wireroom("feeds", "whatif", "--worth", 60).text


def test_a_feeds_past_is_asked_for_shown_and_stopped(wireroom: Run, two: Engine) -> None:
    assert "past" not in wireroom("feeds", "show", 1, "--json").lines[0]
    assert wireroom("feeds", "backfill", 1, 2, "--since", "2019-03-04").text == (
        "1: its past is asked for from now on.\n2: its past is asked for from now on.\n"
    )
    assert wireroom("feeds", "show", 1, "--json").lines[0]["past"] == "0 articles of 0 pages; going on"
    assert pace_of(two, 1).wanted_at is not None
    assert wireroom("feeds", "backfill", A, "--stop").status == 0
    assert wireroom("feeds", "show", 1, "--json").lines[0]["past"] == (
        "0 articles of 0 pages; stopped: by the operator"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([1, "--since", "lately"], "--since 'lately' is no day: write it as 2019-03-04."),
        ([1, "--since", "2999-01-01"], "--since '2999-01-01' is no day of the past."),
        ([1, "--since", "2019-03-04", "--stop"], "Say --since or --stop, not both."),
        ([7], "There is no feed '7': `wireroom feeds list` shows their numbers and addresses."),
    ],
)
def test_a_past_that_cannot_be_asked_for_is_told_in_a_sentence(
    wireroom: Run, two: Engine, words: list[object], sentence: str
) -> None:
    ran = wireroom("feeds", "backfill", *words)
    assert (ran.status, ran.sentence) == (2, sentence)
