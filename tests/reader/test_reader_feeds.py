"""Feeds and titles over the API: what is healthy, what is late, and why."""

from datetime import timedelta

import pytest

from shared.tables import Poll


def test_a_feed_says_how_it_is_doing(reader, desk) -> None:
    title = desk.title("The Tern")
    feed = desk.feed(title, failures=2, error="The name cannot be found.", error_kind="dns", polling_s=900)
    desk.article(title, feed_id=feed)
    (answer,) = reader.get("/v1/feeds").json()["feeds"]
    assert answer["publication"] == {"id": title, "name": "The Tern"}
    found = {name: answer[name] for name in ("health", "failures", "error", "error_kind", "interval_s", "articles")}
    assert found == {
        "health": "failing",
        "failures": 2,
        "error": "The name cannot be found.",
        "error_kind": "dns",
        "interval_s": 900,
        "articles": 1,
    }


@pytest.mark.parametrize(
    ("health", "row"),
    [
        ("healthy", {"last_polled_at": "noon"}),
        ("new", {}),
        ("failing", {"failures": 1}),
        ("late", {"due_at": "past", "ready_at": "past"}),
        ("failing", {"failures": 1, "due_at": "past", "ready_at": "past"}),
        ("paused", {"state": "paused", "failures": 1}),
        ("gone", {"state": "gone"}),
        ("parked", {"state": "parked"}),
    ],
)
def test_health_is_judged_by_one_rule(reader, desk, health: str, row: dict[str, object]) -> None:
    times = {"noon": desk.noon, "past": desk.now - timedelta(hours=1)}
    desk.feed(**{name: times.get(value, value) for name, value in row.items()})
    assert [one["health"] for one in reader.get("/v1/feeds").json()["feeds"]] == [health]
    assert len(reader.get(f"/v1/feeds?health={health}").json()["feeds"]) == 1


def test_an_address_loses_its_password(reader, desk) -> None:
    desk.feed(url="https://ana:secret@tern.example/feed?x=1")
    assert reader.get("/v1/feeds").json()["feeds"][0]["url"] == "https://tern.example/feed?x=1"


def test_feeds_come_by_the_page(reader, desk) -> None:
    written = [desk.feed(url=f"https://tern.example/{n}") for n in range(3)]
    first = reader.get("/v1/feeds?limit=2").json()
    rest = reader.get(f"/v1/feeds?limit=2&cursor={first['next']}").json()
    assert [one["id"] for one in first["feeds"] + rest["feeds"]] == written
    assert rest["next"] is None


def test_a_title_says_what_may_be_served_and_what_it_has(reader, desk) -> None:
    title = desk.title("The Tern", terms="excerpt", attribution="Courtesy of The Tern")
    desk.feed(title)
    desk.article(title)
    desk.article(title, at=desk.now, status="withheld")
    assert reader.get("/v1/publications").json()["publications"] == [
        {
            "id": title,
            "name": "The Tern",
            "site_url": None,
            "terms": "excerpt",
            "attribution": "Courtesy of The Tern",
            "feeds": 1,
            "latest_at": "2026-03-01T12:00:00Z",
            "icon": None,
        }
    ]


def test_what_each_poll_of_a_feed_brought_comes_by_the_page(reader, desk) -> None:
    feed = desk.feed(url="https://tern.example/1")
    for n in range(3):  # two at one moment
        at = desk.noon - timedelta(minutes=n // 2)
        desk.write(Poll, at=at, kind="feed", target_id=feed, outcome="ok", status=200, created=n)
    desk.write(Poll, at=desk.noon, kind="page", target_id=feed, outcome="ok")
    first = reader.get(f"/v1/feeds/{feed}/polls?limit=2").json()
    rest = reader.get(f"/v1/feeds/{feed}/polls?limit=2&cursor={first['next']}").json()
    assert [one["new"] for one in first["polls"] + rest["polls"]] == [1, 0, 2]
    assert (first["feed_id"], first["polls"][0]["status"], rest["next"]) == (feed, 200, None)


def test_polls_of_no_feed_are_not_found(reader, desk) -> None:
    assert reader.get("/v1/feeds/99/polls").status_code == 404
    assert reader.get("/v1/feeds/99/polls?cursor=x").status_code == 422
