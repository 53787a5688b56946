"""What is unusual about a feed is told in the log once when it begins, and once when it ends."""

from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from shared.database import writing
from shared.polling.habits import Habits
from shared.polling.rhythm import HOUR_S, learn
from shared.tables import Feed
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

EVENTS = {"alarm", "alarm over", "failing", "answers again", "gone"}


def month(silent_h: float, **more: Any) -> dict[str, Any]:
    """A month of an article an hour, then nothing for so long."""
    last = datetime.now(UTC).timestamp() - silent_h * HOUR_S
    times = [last - at * HOUR_S for at in range(28 * 24)]
    return Habits(learn(None, times, len(times), last), **more).write()


class Desk:
    """A line over one feed that was polled once."""

    def __init__(self, outlet: Outlet, line: Line) -> None:
        self.outlet, self.line = outlet, line
        outlet.publish("feed.xml", entries=3)
        line.add(outlet.url("feed.xml"))
        line.poll()

    def has(self, **columns: Any) -> None:
        with writing(self.line.engine) as connection:
            connection.execute(update(Feed).values(columns))

    def poll(self) -> list[MutableMapping[str, Any]]:
        """Poll once; return what the log says of alarms."""
        with capture_logs() as told:
            self.line.poll()
        return [one for one in told if one["event"] in EVENTS]


@pytest.fixture
def desk(outlet: Outlet, line: Line) -> Desk:
    return Desk(outlet, line)


def silent(desk: Desk) -> None:
    desk.has(habits=month(30), alarm_at=datetime.now(UTC) + timedelta(hours=1))
    assert desk.poll() == []
    desk.has(alarm_at=datetime.now(UTC), last_polled_at=datetime.now(UTC) - timedelta(minutes=5))


def test_a_silence_is_told_once_when_it_begins_and_once_when_it_ends(desk: Desk) -> None:
    silent(desk)
    (begins,) = desk.poll()
    assert (begins["event"], begins["log_level"], begins["kind"]) == ("alarm", "warning", "silence")
    assert str(begins["reason"]).startswith("usually ")
    assert begins["feed"] == desk.line.feed().id
    assert desk.poll() == []
    desk.outlet.publish("feed.xml", entries=6)
    (ends,) = desk.poll()
    assert (ends["event"], ends["kind"], ends["failing"]) == ("alarm over", "silence", False)
    assert desk.poll() == []


def test_a_silent_feed_that_begins_to_fail_is_silent_no_more_and_says_so(desk: Desk) -> None:
    silent(desk)
    desk.poll()
    desk.outlet.fail("feed.xml", status=500)
    fails, ends = desk.poll()
    assert (fails["event"], fails["reason"]) == ("failing", "The server answered 500 Internal Server Error.")
    assert (ends["event"], ends["failing"]) == ("alarm over", True)
    assert desk.poll() == []


def test_a_failure_is_told_once_when_it_begins_and_once_when_it_ends(desk: Desk) -> None:
    desk.outlet.fail("feed.xml", status=404)
    assert [one["event"] for _ in range(3) for one in desk.poll()] == ["failing"]
    desk.outlet.heal("feed.xml")
    assert [one["event"] for _ in range(3) for one in desk.poll()] == ["answers again"]
    desk.outlet.fail("feed.xml", status=410)
    assert [one["event"] for _ in range(3) for one in desk.poll()] == ["gone"]


def test_what_is_noticed_is_told_by_its_kind_though_its_numbers_change(desk: Desk) -> None:
    desk.has(habits=month(0.1, texts=500.0, words=(500.0, 500.0)))
    told, said = [], set()
    for _ in range(2):
        desk.outlet.publish("feed.xml", entries=8)
        told += [one for one in desk.poll() if one["kind"] == "shrunken texts"]
        said.add(desk.line.feed().notice)
    assert [one["event"] for one in told] == ["alarm"]
    assert len(said) == 2
    desk.has(habits=month(0.1, texts=500.0, words=(60.0, 60.0)))
    desk.outlet.publish("feed.xml", entries=1)
    assert [one["kind"] for one in desk.poll() if one["event"] == "alarm over"] == ["shrunken texts"]
