"""What is measured of hooks."""

from datetime import timedelta

from services.reader.queries.hooks import take_hooks
from shared import tables
from shared.database import reading
from shared.hooks import Standing


def add(desk, number: int, **more) -> None:
    times = {"due_at": desk.now, "ready_at": desk.now, "created_at": desk.now}
    place = {"told_seq": 0, "told_at": None}
    fields = {"url": f"https://desk.example/{number}", "sealed": "s", "publications": [], "kinds": []}
    desk.write(tables.Hook, id=number, **(fields | times | place | more))


def test_hooks_are_counted_by_how_they_are_doing_and_those_that_fail_named(desk) -> None:
    add(desk, 1)
    add(desk, 2, failures=1, error="It said no.")
    add(desk, 3, failures=4, error="It hangs.")
    add(desk, 4, failures=1, error="x", state="paused")
    add(desk, 5, state="gone")
    with reading(desk.engine) as connection:
        found = take_hooks(connection, desk.now)
    assert found.standings == {Standing.HEALTHY: 1, Standing.FAILING: 2, Standing.PAUSED: 1, Standing.GONE: 1}
    assert found.failing == ("3 https://desk.example/3: It hangs.", "2 https://desk.example/2: It said no.")


def test_the_delay_is_the_age_of_the_oldest_line_that_somebody_was_not_told_of(desk) -> None:
    title = desk.title()
    article = desk.article(title)
    for _ in range(3):
        desk.log("revised", article)
    with reading(desk.engine) as connection:
        assert take_hooks(connection, desk.now).delay_s == 0
    add(desk, 1, told_seq=3)
    add(desk, 2, told_seq=0, state="paused")
    with reading(desk.engine) as connection:
        assert take_hooks(connection, desk.now + timedelta(hours=1)).delay_s == 0
    add(desk, 3, told_seq=1)
    with reading(desk.engine) as connection:
        assert take_hooks(connection, desk.now + timedelta(hours=1)).delay_s > 3000
