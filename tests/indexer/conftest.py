"""A store with articles in it, folded."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from shared.settings import Settings
from tests.indexer.desk import Desk
from tests.indexer.newsdesk import Newsdesk


@pytest.fixture
def desk(store: Engine, settings: Callable[..., Settings]) -> Desk:
    """An empty store and the fold over it."""
    return Desk(store, settings())


@pytest.fixture
def newsdesk(store: Engine, settings: Callable[..., Settings]) -> Newsdesk:
    """Feeds and pages whose polls are commits, over each database."""
    return Newsdesk(store, settings())


@pytest.fixture
def sqlite_newsdesk(sqlite_store: Engine, settings: Callable[..., Settings]) -> Newsdesk:
    """The same over SQLite, for what both databases do alike."""
    return Newsdesk(sqlite_store, settings())


@pytest.fixture
def postgres_newsdesk(postgres_store: Engine, settings: Callable[..., Settings]) -> Newsdesk:
    """The same over PostgreSQL, for what it refuses and SQLite takes."""
    return Newsdesk(postgres_store, settings())
