"""Health and metrics: what compose and Prometheus ask, with the store and the belt there and away."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from shared import tables
from shared.belt import Belt
from shared.belt import connect as connect_belt
from shared.database import connect, writing

READING = Path(__file__).parents[2] / "docs" / "reading.md"


def samples(reader) -> dict[tuple[str, ...], float]:
    answer = reader.get("/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


@pytest.fixture
def belt(belt_url: str) -> Belt:
    return Belt(connect_belt(belt_url), 300)


def test_a_reader_is_healthy_while_it_answers(reader) -> None:
    assert reader.get("/healthz").text == "ok\n"


def test_a_reader_is_ready_over_a_migrated_store(reader) -> None:
    answer = reader.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "reasons": []})


def test_a_reader_over_a_store_that_is_behind_says_so(reader, desk) -> None:
    with writing(desk.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = reader.get("/readyz")
    assert answer.status_code == 503
    assert "run `wireroom db upgrade`" in answer.json()["reasons"][0]


def test_a_reader_without_its_belt_is_ready_since_all_it_serves_is_in_the_store(reader, serving) -> None:
    serving.app.state.belt = Belt(connect_belt("unix:///nowhere/belt.sock"), 300)
    assert reader.get("/readyz").json() == {"ready": True, "reasons": []}
    assert samples(reader)["wireroom_belt_up",] == 0


def test_metrics_count_what_is_in_the_store(reader, desk) -> None:
    title = desk.title()
    feed = desk.feed(title, failures=1)
    desk.feed(url="https://b.example/", state="paused")
    at = desk.now - timedelta(minutes=1)
    desk.article(title, feed_id=feed, at=at, first_seen_at=at + timedelta(seconds=30))
    desk.article(
        title, feed_id=feed, at=desk.noon - timedelta(days=9), first_seen_at=at, flagged_at=at
    )  # older than its feed
    desk.article(title, status="withheld", published_at=None)
    link = {"hub": "https://hub.example/", "topic": "t", "key": "k", "secret": "s", "ask_at": at}
    desk.write(tables.Subscription, feed_id=feed, ends_at=at + timedelta(days=1), missed_at=at, **link)
    for when in (desk.now, desk.now - timedelta(hours=2)):
        desk.write(tables.Poll, at=when, kind="feed", target_id=feed, outcome="not_modified")
    desk.write(tables.Counter, name="stale_results", value=4)
    aside = {"at": at, "stage": "parse", "kind": "feed", "target_id": feed, "url": "u", "reason": "r"}
    desk.write(tables.SetAside, **aside)
    desk.log("created", 1)
    found = samples(reader)
    expected = {
        ("wireroom_store_up",): 1,
        ("wireroom_feeds", "active"): 1,
        ("wireroom_feeds", "paused"): 1,
        ("wireroom_feeds_health", "failing"): 1,
        ("wireroom_articles", "usable"): 2,
        ("wireroom_articles", "withheld"): 1,
        ("wireroom_stories",): 3,
        ("wireroom_polls_last_hour", "feed", "not_modified"): 1,
        ("wireroom_publish_to_store_seconds", "0.5"): 30,
        ("wireroom_publish_to_store_seconds", "0.95"): 30,
        ("wireroom_set_aside", "parse"): 1,
        ("wireroom_flagged",): 1,
        ("wireroom_subscriptions", "broken"): 1,
        ("wireroom_subscriptions", "working"): 0,
        ("wireroom_events_total", "stale_results"): 4,
        ("wireroom_change_log_head",): 1,
        ("wireroom_oldest_due_lateness_seconds", "feed"): 0,
    }
    assert {name: found.get(name) for name in expected} == expected


def test_the_docs_name_every_metric_and_no_other(reader, serving, belt: Belt) -> None:
    serving.app.state.belt = belt
    families = re.findall(r"^# HELP (wireroom_\w+)", reader.get("/metrics").text, re.MULTILINE)
    rows = re.findall(r"^\| (`wireroom_.+?) \|", READING.read_text(), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(wireroom_\w+)", row)}
    assert named == set(families)


def test_lateness_is_that_of_the_feed_that_waits_longest(reader, desk) -> None:
    due = desk.now - timedelta(hours=1)
    desk.feed(due_at=due, ready_at=due)
    desk.feed(url="https://b.example/", due_at=due, ready_at=due - timedelta(days=1), state="paused")
    assert 3600 <= samples(reader)["wireroom_oldest_due_lateness_seconds", "feed"] < 7200


def test_metrics_weigh_the_belt(reader, serving, belt: Belt) -> None:
    serving.app.state.belt = belt
    belt.weigh("fetch", "m1", feeds=50, size=1000)
    belt.client.lpush("fetch", b"x")
    found = samples(reader)
    assert found["wireroom_belt_up",] == 1
    assert found["wireroom_belt_messages", "fetch"] == 1
    assert (found["wireroom_belt_feeds",], found["wireroom_belt_bytes",]) == (50, 1000)


def test_metrics_of_what_is_away_are_missing_and_say_so(reader, serving) -> None:
    serving.app.state.belt = Belt(connect_belt("unix:///nowhere/belt.sock"), 300)
    serving.app.state.engine = connect("sqlite:////nowhere/store.db")
    found = samples(reader)
    assert (found["wireroom_belt_up",], found["wireroom_store_up",]) == (0, 0)
    assert ("wireroom_belt_feeds",) not in found


def test_a_store_that_is_away_is_one_sentence(reader, serving) -> None:
    serving.app.state.engine = connect("sqlite:////nowhere/store.db")
    answer = reader.get("/v1/articles")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "try again" in answer.json()["detail"]
    assert reader.get("/").status_code == 503
    assert reader.get("/readyz").status_code == 503
