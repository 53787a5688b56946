"""`wireroom setaside …`: what could not be processed can be looked at, taken up again and dropped."""

from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select

from services.command.feeds import feed_store
from services.command.feeds.opml import Outline
from shared.database import now, reading, writing
from shared.tables import Feed, SetAside
from tests.command.conftest import Run

FEED = "https://paper.example/feed"
BYTES = b"<item>\xff\x00 not what it seems</item>"


@pytest.fixture
def parked(sqlite_store: Engine) -> Engine:
    """A store with one parked feed, its document (1) and one bad entry of it without bytes (2)."""
    with writing(sqlite_store) as connection:
        feed_store.add(connection, [Outline(FEED)])
        moment = now(connection)
        said: dict[str, Any] = {"at": moment, "kind": "feed", "target_id": 1, "url": FEED}
        connection.execute(insert(SetAside).values(**said, stage="lease", reason="Its worker died at it.", data=BYTES))
        connection.execute(insert(SetAside).values(**said, stage="parse", reason="It has no end.", data=None))
        connection.execute(
            Feed.__table__.update().values(  # type: ignore[attr-defined]
                state="parked", etag='"1"', body_digest="x", entry_digests="a" * 12, attempts=3, failures=2
            )
        )
    return sqlite_store


def left(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(SetAside)) or 0)


def test_nothing_set_aside_says_so(wireroom: Run) -> None:
    assert wireroom("setaside", "list").text == "Nothing is set aside.\n"
    assert wireroom("setaside", "list", "--json").lines == []


def test_what_is_set_aside_is_listed_newest_first(wireroom: Run, parked: Engine) -> None:
    listed = wireroom("setaside", "list", "--json").lines
    assert [(item["id"], item["stage"], item["bytes"], item["reason"]) for item in listed] == [
        (2, "parse", 0, "It has no end."),
        (1, "lease", len(BYTES), "Its worker died at it."),
    ]
    assert "Its worker died at it." in wireroom("setaside", "list").text


def test_what_is_shown_are_the_bytes_and_beside_them_the_reason(wireroom: Run, parked: Engine) -> None:
    ran = wireroom("setaside", "show", 1)
    assert (ran.status, ran.out) == (0, BYTES)
    assert "Its worker died at it." in ran.err


def test_bytes_that_are_gone_are_said_to_be(wireroom: Run, parked: Engine) -> None:
    ran = wireroom("setaside", "show", 2)
    assert (ran.status, ran.out) == (0, b"")
    assert "no longer on the belt" in ran.err


def test_what_is_taken_up_again_is_due_as_if_nothing_were_known_of_it(wireroom: Run, parked: Engine) -> None:
    assert wireroom("setaside", "replay", 1).text == "1 taken up again.\n"
    with reading(parked) as connection:
        feed = connection.execute(select(Feed.__table__)).one()
        assert feed.ready_at <= now(connection)
    facts = (feed.state, feed.attempts, feed.failures, feed.etag, feed.body_digest, feed.entry_digests)
    assert facts == ("active", 0, 0, None, None, "")
    assert left(parked) == 1


def test_what_belongs_to_a_removed_feed_is_kept_and_the_way_out_is_said(wireroom: Run, parked: Engine) -> None:
    with writing(parked) as connection:
        feed_store.remove(connection, [1])
    ran = wireroom("setaside", "replay", 1, 2)
    assert ran.status == 2
    assert "no longer in the store" in ran.sentence
    assert left(parked) == 2


def test_what_is_dropped_is_forgotten(wireroom: Run, parked: Engine) -> None:
    assert wireroom("setaside", "drop", 1, 2).text == "2 dropped.\n"
    assert left(parked) == 0


@pytest.mark.parametrize("verb", ["show", "replay", "drop"])
def test_a_number_that_names_nothing_changes_nothing(wireroom: Run, parked: Engine, verb: str) -> None:
    ran = wireroom("setaside", verb, *([] if verb == "show" else [1]), 99)
    assert ran.status == 2
    assert "99" in ran.sentence
    assert left(parked) == 2


def test_a_feed_that_the_operator_paused_stays_paused(wireroom: Run, parked: Engine) -> None:
    with writing(parked) as connection:
        feed_store.pause(connection, [1])
    assert wireroom("setaside", "replay", 1).status == 0
    with reading(parked) as connection:
        feed = connection.execute(select(Feed.__table__)).one()
    assert (feed.state, feed.state_reason, feed.entry_digests) == ("paused", "paused by the operator", "")
