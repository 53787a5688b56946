"""One bad entry is set aside alone."""

from collections.abc import Callable

from sqlalchemy import Engine, select

from shared.messages import Batch
from shared.settings import Settings
from shared.tables import Article, Poll, SetAside
from tests.line.steps import Line
from tests.outlet.outlet import Outlet


def test_an_entry_that_the_database_refuses_is_set_aside_and_the_others_are_stored(
    postgres_store: Engine, belt_url: str, outlet: Outlet, settings: Callable[..., Settings]
) -> None:
    line = Line(postgres_store, belt_url, settings(fetch_allow=outlet.allow, fetch_pages=False))
    outlet.publish("markets.xml", entries=3)
    line.add(outlet.url("markets.xml"))
    line.tick()
    line.step("fetch")
    line.step("parse")
    line.queues["index"].append(with_a_nul(line.queues["index"].popleft()))
    line.step("index")
    assert line.count(Article) == 2
    (aside,) = line.read(select(SetAside.__table__))
    assert aside.reason.startswith("The database refused it: ")
    assert aside.reason.endswith(".")
    assert (line.feed().error, line.feed().state, line.feed().lease_token) == (None, "active", None)
    (poll,) = line.read(select(Poll.__table__))
    assert (poll.created, poll.set_aside) == (2, 1)


def with_a_nul(batch: Batch) -> Batch:
    """Return `batch` with a character in its second entry that PostgreSQL takes in no text."""
    (result,) = batch.results
    first, bad, *others = result.entries
    bad = bad.model_copy(update={"content": bad.content.model_copy(update={"headline": "Ferry\0"})})
    return Batch(results=(result.model_copy(update={"entries": (first, bad, *others)}),))
