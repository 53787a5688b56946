"""A Redis that came back empty is noticed, and its leases are freed at once."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from services.command.feeds import feed_store, opml
from services.scheduler.tick import Ticked, tick
from shared.belt import Belt, connect
from shared.database import reading, writing
from shared.settings import Settings
from shared.tables import Counter, Feed


class Desk:
    """A scheduler whose messages are thrown away."""

    def __init__(self, engine: Engine, belt: Belt, settings: Settings) -> None:
        self.engine, self.belt, self.settings = engine, belt, settings

    def tick(self) -> Ticked:
        return tick(self.engine, self.belt, lambda queue, message: None, self.settings)

    def tokens(self) -> list[str | None]:
        with reading(self.engine) as connection:
            return list(connection.scalars(select(Feed.lease_token).order_by(Feed.id)))


@pytest.fixture
def desk(store: Engine, belt_url: str, settings: Callable[..., Settings]) -> Desk:
    """A scheduler with two feeds, both due."""
    with writing(store) as connection:
        feed_store.add(connection, [opml.Outline(f"https://{name}.example/rss") for name in ("courier", "mirror")])
    rules = settings()
    return Desk(store, Belt(connect(belt_url), rules.lease_s), rules)


def test_what_is_leased_waits_while_the_belt_stays_the_same(desk: Desk) -> None:
    assert desk.tick().leased == 2
    assert desk.tick().leased == 0


def test_a_belt_that_came_back_empty_frees_every_lease_at_once(desk: Desk) -> None:
    desk.tick()
    before = desk.tokens()
    desk.belt.client.flushall()
    assert desk.tick().leased == 2
    assert all(before)
    assert set(before).isdisjoint(desk.tokens())


def test_leases_freed_so_count_as_no_attempts(desk: Desk) -> None:
    for _ in range(5):
        desk.tick()
        desk.belt.client.flushall()
    with reading(desk.engine) as connection:
        assert set(connection.scalars(select(Feed.attempts))) == {0}


def test_the_store_counts_the_belts_that_it_has_seen(desk: Desk) -> None:
    desk.tick()
    desk.belt.client.flushall()
    desk.tick()
    desk.tick()
    with reading(desk.engine) as connection:
        assert connection.scalar(select(Counter.value).where(Counter.name == "belts_seen")) == 2
    assert desk.belt.epoch() == 2


def test_another_belt_than_the_stores_is_taken_for_an_empty_one(desk: Desk) -> None:
    desk.tick()
    desk.belt.mark_epoch(77)
    assert desk.tick().leased == 2
