"""Validators that lie, feeds that move, and what publishers want of whoever asks: through the whole line."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from services.command.feeds import feed_store
from services.indexer.feeds.trust import SIGHTS
from shared.database import now
from shared.http.passport import Passport, fresh_keys, seal
from shared.messages import Kind
from shared.tables import Feed, Poll
from tests.line.steps import Line
from tests.outlet.outlet import Outlet


def change(line: Line, **values: Any) -> None:
    line.write(lambda connection: connection.execute(update(Feed).values(**values)) and None)


def long_ago(line: Line, *names: str) -> None:
    """Move times of the feed two days back."""
    line.write(
        lambda connection: (
            connection.execute(update(Feed).values({name: now(connection) - timedelta(days=2) for name in names}))
            and None
        )
    )


# -- validators


def test_an_audit_finds_what_lying_validators_hide_and_they_lose_their_trust(outlet: Outlet, line: Line) -> None:
    outlet.feed("markets.xml", validators="lying")
    outlet.publish("markets.xml", entries=2)
    line.add(outlet.url("markets.xml"))
    line.poll()
    outlet.publish("markets.xml", entries=1)
    line.poll()
    assert line.count() == 2  # the lie holds
    long_ago(line, "audited_at")
    line.poll()
    assert (line.count(), line.feed().distrust) == (3, 3)
    outlet.publish("markets.xml", entries=1)
    line.poll()
    assert line.count() == 4
    assert outlet.ledger.statuses("markets.xml") == [200, 304, 304, 200, 200]
    assert [row.requests for row in line.read(select(Poll.requests).order_by(Poll.id))] == [1, 1, 2, 1]


def test_validators_that_behave_again_are_trusted_again(outlet: Outlet, line: Line) -> None:
    outlet.publish("markets.xml", entries=2)
    line.add(outlet.url("markets.xml"))
    line.poll()
    change(line, distrust=3)
    for _ in range(3):
        long_ago(line, "audited_at")
        line.poll()
    assert line.feed().distrust == 0
    line.poll()
    assert outlet.ledger.statuses("markets.xml") == [200, 304, 200, 304, 200, 304, 200, 304]


def test_an_honest_feed_is_audited_once_a_day(outlet: Outlet, line: Line) -> None:
    outlet.publish("markets.xml", entries=2)
    line.add(outlet.url("markets.xml"))
    for _ in range(3):
        line.poll()
    long_ago(line, "audited_at")
    line.poll()
    line.poll()
    assert outlet.ledger.statuses("markets.xml") == [200, 304, 304, 304, 200, 304]
    assert line.feed().distrust == 0


def test_a_document_that_breaks_off_earns_no_etag(outlet: Outlet, line: Line) -> None:
    outlet.publish("markets.xml", entries=3)
    whole = outlet.listed("markets.xml")
    assert len(whole) == 3
    outlet.serve(
        "cut.xml",
        b"<rss version='2.0'><channel><title>x</title><item><guid>1</guid><title>Ferry aground</title></item><item>",
        "application/rss+xml",
        ETag='"cut"',
    )
    line.add(outlet.url("cut.xml"))
    line.poll()
    feed = line.feed()
    assert (feed.etag, feed.error) == (None, None)
    assert feed.body_digest is not None


def test_entries_that_a_delta_leaves_out_are_still_listed(outlet: Outlet, line: Line) -> None:
    def rss(*numbers: int) -> bytes:
        items = "".join(
            f"<item><guid>{n}</guid><title>Council meets for the {n}th time</title></item>" for n in numbers
        )
        return f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>".encode()

    outlet.serve("delta.xml", rss(1, 2), "application/rss+xml", ETag='"1"')
    line.add(outlet.url("delta.xml"))
    line.poll()
    outlet.fail("delta.xml", status=226, body=rss(3), IM="feed", ETag='"2"', Content_Type="application/rss+xml")
    line.poll()
    assert outlet.ledger.requests("delta.xml")[1].headers["a-im"] == "feed"
    feed = line.feed()
    assert (line.count(), len(feed.entry_digests) // 12, feed.etag, feed.body_digest) == (3, 3, '"2"', None)


# -- moves


def moving(outlet: Outlet, line: Line, polls: int = SIGHTS) -> str:
    """Poll a feed that redirects for good, over two days; return where to."""
    outlet.publish("new.xml", entries=2)
    outlet.redirect("old.xml", "/new.xml", status=301)
    for poll in range(polls):
        line.poll()
        if not poll:
            long_ago(line, "moved_since")
    return outlet.url("new.xml")


def test_a_permanent_redirect_is_believed_after_a_day_of_sights(outlet: Outlet, line: Line) -> None:
    line.add(outlet.url("old.xml"))
    new = moving(outlet, line)
    feed = line.feed()
    assert (feed.url, feed.etag, feed.moved_to, line.count()) == (new, None, None, 2)
    line.poll()
    assert (line.count(), line.feed().etag is not None) == (2, True)


def test_it_is_not_believed_sooner(outlet: Outlet, line: Line) -> None:
    line.add(outlet.url("old.xml"))
    moving(outlet, line, SIGHTS - 1)
    feed = line.feed()
    assert (feed.url, feed.moved_seen) == (outlet.url("old.xml"), SIGHTS - 1)


def test_a_redirect_that_ends_is_forgotten(outlet: Outlet, line: Line) -> None:
    line.add(outlet.url("old.xml"))
    moving(outlet, line, 3)
    outlet.heal("old.xml")
    outlet.publish("old.xml", entries=1)
    line.poll()
    feed = line.feed()
    assert (feed.moved_to, feed.moved_seen, feed.moved_since) == (None, 0, None)


def test_a_feed_that_turns_out_to_be_another_is_polled_no_more_and_says_so(outlet: Outlet, line: Line) -> None:
    line.add(outlet.url("old.xml"), outlet.url("new.xml"))
    moving(outlet, line, SIGHTS + 1)
    old, new = line.read(select(Feed.url, Feed.state, Feed.state_reason).order_by(Feed.id))
    assert (old.url, old.state) == (outlet.url("old.xml"), "paused")
    assert old.state_reason.startswith("the same as feed 2: ")
    assert (new.url, new.state) == (outlet.url("new.xml"), "active")
    line.write(lambda connection: feed_store.remove(connection, [2]))
    assert line.feed().state == "active"


def test_it_goes_on_while_the_other_is_not_polled(outlet: Outlet, line: Line) -> None:
    line.add(outlet.url("old.xml"), outlet.url("new.xml"))
    line.write(lambda connection: feed_store.pause(connection, [2]))
    moving(outlet, line, SIGHTS + 1)
    assert [row.state for row in line.read(select(Feed.state).order_by(Feed.id))] == ["active", "paused"]


# -- what is sealed


def test_a_feed_with_credentials_is_polled_with_them(outlet: Outlet, make_line: Callable[..., Line]) -> None:
    opening, sealing = fresh_keys()
    line = make_line(open_key=opening, fetch_pages=False)
    outlet.publish("markets.xml", entries=1)
    url = outlet.url("markets.xml")
    line.add(url)
    line.poll()
    sealed = seal(Passport(authorization="Bearer s3cret"), url, sealing)
    line.write(lambda connection: feed_store.give_passport(connection, 1, sealed, "bearer credentials"))
    assert (line.feed().etag, line.feed().entry_digests) == (None, "")
    line.poll()
    asked = [seen.headers.get("authorization") for seen in outlet.ledger.requests("markets.xml")]
    assert asked == [None, "Bearer s3cret"]
    assert line.count() == 1


def test_a_feed_with_credentials_does_not_move_to_another_host(make_line: Callable[..., Line], outlet: Outlet) -> None:
    opening, sealing = fresh_keys()
    with Outlet() as elsewhere:
        line = make_line(open_key=opening, fetch_pages=False, fetch_allow=(*outlet.allow, *elsewhere.allow))
        elsewhere.publish("new.xml", entries=1)
        outlet.redirect("old.xml", elsewhere.url("new.xml"), status=301)
        url = outlet.url("old.xml")
        line.add(url)
        sealed = seal(Passport(authorization="Bearer s3cret"), url, sealing)
        line.write(lambda connection: feed_store.give_passport(connection, 1, sealed, "bearer credentials"))
        for _ in range(SIGHTS + 1):
            line.poll()
            long_ago(line, "moved_since")
        assert (line.feed().url, line.feed().moved_to) == (url, elsewhere.url("new.xml"))
        assert all("authorization" not in seen.headers for seen in elsewhere.ledger.requests())


# -- pages


def test_the_newest_pages_are_fetched_first_and_each_site_has_its_share(
    outlet: Outlet, make_line: Callable[..., Line]
) -> None:
    line = make_line()
    outlet.feed("brief.xml", summaries=True)
    outlet.publish("brief.xml", entries=30)
    line.add(outlet.url("brief.xml"))
    line.tick()
    line.drain()
    line.tick()
    (job,) = line.queues["fetch"]
    assert {target.kind for target in job.targets} == {Kind.PAGE}
    newest = [entry.path for entry in outlet.listed("brief.xml")[:20]]
    assert [target.url.removeprefix(outlet.url("")[:-1]) for target in job.targets] == newest
