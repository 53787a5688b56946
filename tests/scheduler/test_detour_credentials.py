"""Credentials are sealed for one origin: what leads a feed elsewhere for a while goes without them."""

import pytest
from sqlalchemy import Engine, update

from services.command.feeds import feed_store, opml
from services.scheduler import store
from shared.database import now, writing
from shared.messages import Kind
from shared.tables import Feed


@pytest.mark.parametrize(
    ("detour", "sealed"),
    [
        (None, "s"),
        ("https://feeds.paper.example/archive", "s"),
        ("https://paper.example/news-sitemap.xml", None),
        ("http://feeds.paper.example/archive", None),
    ],
)
def test_only_its_own_origin_is_sent_credentials(sqlite_store: Engine, detour: str | None, sealed: str | None) -> None:
    with writing(sqlite_store) as connection:
        feed_store.add(connection, [opml.Outline("https://feeds.paper.example/rss")])
        connection.execute(update(Feed).values(sealed="s", detour_url=detour))
        (due,) = store.due(connection, Kind.FEED, now(connection), 1, lambda _: set())
    assert due.target.sealed == sealed
