"""A fake publisher and the whole line, taken by hand."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from shared.settings import Settings
from tests.line.steps import Line
from tests.outlet.outlet import Outlet


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    """A publisher on loopback."""
    with Outlet() as running:
        yield running


@pytest.fixture
def make_line(store: Engine, belt_url: str, outlet: Outlet, settings: Callable[..., Settings]) -> Callable[..., Line]:
    """What makes a line over the store and the belt, from settings; it may fetch from the outlet."""

    def make(**values: Any) -> Line:
        url = store.url.render_as_string(hide_password=False)
        return Line(
            store,
            belt_url,
            settings(**({"database_url": url, "redis_url": belt_url, "fetch_allow": outlet.allow} | values)),
        )

    return make


@pytest.fixture
def line(make_line: Callable[..., Line]) -> Line:
    """A line that polls feeds only."""
    return make_line(fetch_pages=False)


@pytest.fixture
def page_line(make_line: Callable[..., Line]) -> Line:
    """A line that fetches article pages too."""
    return make_line()
