"""Subscriptions are counted by what `shared.push.standing` says that each is worth."""

from collections import Counter
from datetime import timedelta
from itertools import product

from services.reader.queries.pushes import count_pushes
from shared import tables
from shared.database import reading
from shared.push import standing


def test_subscriptions_are_counted_by_what_they_are_worth(desk) -> None:
    title = desk.title()
    past, later = desk.now - timedelta(hours=1), desk.now + timedelta(hours=1)
    cases = product((None, past, later), (None, past, desk.now), (None, past, desk.now), (None, "It said no."))
    worth: Counter[str] = Counter()
    for number, (ends_at, pushed_at, missed_at, error) in enumerate(cases):
        told = {"ends_at": ends_at, "pushed_at": pushed_at, "missed_at": missed_at, "error": error}
        worth[standing(**told, now=desk.now)] += 1
        feed = desk.feed(title, url=f"https://a.example/{number}")
        link = {"hub": "https://hub.example/", "topic": "t", "key": str(number), "secret": "s", "ask_at": past}
        desk.write(tables.Subscription, feed_id=feed, **link, **told)
    with reading(desk.engine) as connection:
        assert count_pushes(connection, desk.now) == worth
