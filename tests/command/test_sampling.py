"""The sample titles of `wireroom run`: there while nothing else is polled, and gone for the operator's own feeds."""

from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import Engine, select

from services.command.feeds import feed_store
from services.command.feeds.opml import Outline
from services.command.sampling import leave_samples, sample_titles
from shared.database import reading, writing
from shared.settings import Settings
from shared.tables import Feed


@pytest.fixture
def embedded(tmp_path: Path) -> Settings:
    """The settings of a run in the test's own directory."""
    return Settings(data_dir=tmp_path)


def addresses(store: Engine) -> set[str]:
    """Return the addresses of the feeds in the store."""
    with reading(store) as connection:
        return set(connection.scalars(select(Feed.url)))


def add(store: Engine, *feeds: Outline) -> None:
    """Put feeds into the store."""
    with writing(store) as connection:
        feed_store.add(connection, feeds)


def test_an_empty_store_is_given_the_sample_titles(sqlite_store: Engine, embedded: Settings) -> None:
    with sample_titles(sqlite_store, embedded) as feeds, urlopen(feeds[0].url, timeout=60) as served:
        assert served.status == 200


def test_a_later_run_finds_them_where_they_were(sqlite_store: Engine, embedded: Settings) -> None:
    with sample_titles(sqlite_store, embedded) as feeds:
        add(sqlite_store, *feeds)
    with sample_titles(sqlite_store, embedded) as again:
        assert [feed.url for feed in again] == [feed.url for feed in feeds]


def test_a_store_with_feeds_of_its_own_gets_none(sqlite_store: Engine, embedded: Settings) -> None:
    add(sqlite_store, Outline("https://a.example/feed"))
    with sample_titles(sqlite_store, embedded) as feeds:
        assert feeds == []
    assert not leave_samples(sqlite_store, embedded)


def test_they_leave_when_the_operator_brings_feeds(sqlite_store: Engine, embedded: Settings) -> None:
    own = Outline("https://a.example/feed")
    with sample_titles(sqlite_store, embedded) as feeds:
        add(sqlite_store, *feeds, own)
    assert leave_samples(sqlite_store, embedded)
    assert addresses(sqlite_store) == {own.url}
    with sample_titles(sqlite_store, embedded) as none:
        assert none == []
