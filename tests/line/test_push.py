"""WebSub from the feed that names a hub to the poll that a push brings about, with a real hub and the real reader."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from xml.sax.saxutils import escape

import httpx
import pytest
from sqlalchemy import Engine, select, update

from services.command.feeds import feed_store, pushes
from services.reader.app import create_app, server
from services.reader.listening import address, listen
from shared.database import now, reading, writing
from shared.push import Push, standing
from shared.settings import Settings
from shared.tables import Feed, Subscription
from tests.line.hub import Hub
from tests.line.steps import Line
from tests.outlet.outlet import Outlet
from tests.outlet.prose import story

PATH = "front.xml"


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub on loopback."""
    with Hub() as running:
        yield running


@pytest.fixture
def push_url(store: Engine, settings: Callable[..., Settings]) -> Iterator[str]:
    """The address of a reader over the store."""
    given = settings(port=0)
    with listen(given.host, given.port) as listener:
        running = server(create_app(given, store, None))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        yield address(*listener.getsockname()[:2])
        running.should_exit = True
        thread.join()


@pytest.fixture
def pushed(make_line: Callable[..., Line], outlet: Outlet, hub: Hub, push_url: str) -> Line:
    """A line whose one feed names the hub in its document."""
    line = make_line(fetch_pages=False, push_url=push_url, fetch_allow=(*outlet.allow, hub.place))
    line.add(outlet.url(PATH))
    return line


def publish(outlet: Outlet, hub: Hub, count: int, **headers: str) -> str:
    """Serve the feed with `count` entries; return its topic."""
    topic = outlet.url(f"{PATH}?topic")
    entries = "".join(
        f"<entry><id>tag:{at}</id><title>{story(at).headline}</title><updated>2024-03-01T12:00:{at:02}Z</updated>"
        f"<content>{story(at).body}</content></entry>"
        for at in range(count)
    )
    links = "" if headers else f"<link rel='hub' href='{hub.url}'/><link rel='self' href='{escape(topic)}'/>"
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>The Paper</title>{links}{entries}</feed>"
    outlet.serve(PATH, feed, "application/atom+xml", **headers)
    return topic


def subscription(line: Line) -> Any:
    return line.read(select(Subscription.__table__))[0]


def worth(line: Line) -> Push:
    row = subscription(line)
    with writing(line.engine) as connection:
        moment = now(connection)
    times = {"ends_at": row.ends_at, "pushed_at": row.pushed_at, "missed_at": row.missed_at}
    return standing(**times, error=row.error, now=moment)


def subscribed(line: Line, outlet: Outlet, hub: Hub) -> str:
    """Poll until the hub has been asked, and let the floor pass; return the topic."""
    topic = publish(outlet, hub, 1)
    line.poll()
    line.poll()
    pass_by(line, timedelta(hours=1))
    return topic


def pass_by(line: Line, time: timedelta) -> None:
    """Let the feed's last poll lie so much further back, and what it is due for so much nearer."""
    row = line.feed()
    earlier = {"leased_at": row.leased_at - time, "last_polled_at": row.last_polled_at - time}
    with writing(line.engine) as connection:
        connection.execute(update(Feed).values(earlier))


def test_a_hub_in_the_document_is_asked_and_makes_sure(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    topic = subscribed(pushed, outlet, hub)
    assert list(hub.subscribed) == [topic]
    assert (worth(pushed), len(hub.asked)) == (Push.GRANTED, 1)


def test_a_hub_in_the_header_fields_is_asked(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    publish(outlet, hub, 1, Link=f'<{hub.url}>; rel="hub", <{outlet.url("topic")}>; rel="self"')
    pushed.poll()
    pushed.poll()
    assert list(hub.subscribed) == [outlet.url("topic")]


def test_without_an_address_of_ours_nothing_is_subscribed_to(outlet: Outlet, hub: Hub, line: Line) -> None:
    publish(outlet, hub, 1)
    line.add(outlet.url(PATH))
    line.poll()
    line.poll()
    assert (hub.asked, line.count(Subscription)) == ([], 0)


def test_a_push_makes_the_feed_due_and_its_poll_brings_the_article(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    topic = subscribed(pushed, outlet, hub)
    publish(outlet, hub, 2)
    assert pushed.tick().leased == 0
    assert hub.push(topic) == 202
    assert pushed.tick().leased == 1
    pushed.drain()
    assert pushed.count() == 2
    assert worth(pushed) is Push.WORKING
    assert pushed.feed().pushed_until == subscription(pushed).ends_at


@pytest.mark.parametrize("method", ["sha1", "sha384", "sha512"])
def test_every_method_of_signing_is_understood(outlet: Outlet, hub: Hub, pushed: Line, method: str) -> None:
    topic = subscribed(pushed, outlet, hub)
    hub.method = method
    hub.push(topic)
    assert subscription(pushed).pushes == 1


def test_a_push_with_a_wrong_signature_is_ignored_and_counted(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    topic = subscribed(pushed, outlet, hub)
    assert hub.push(topic, secret="guessed") == 202
    assert httpx.post(hub.subscribed[topic]["hub.callback"], content=b"unsigned", timeout=60).status_code == 202
    assert pushed.tick().leased == 0
    assert (subscription(pushed).pushes, subscription(pushed).forged) == (0, 2)


def test_a_push_during_a_lease_is_not_lost(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    topic = subscribed(pushed, outlet, hub)
    pushed.due()
    pushed.tick()
    hub.push(topic)
    pushed.drain()
    waited = pushed.feed().due_at - pushed.feed().leased_at
    assert waited == timedelta(seconds=pushed.settings.poll_floor_s)


def test_a_hub_that_pushes_all_the_time_has_the_feed_polled_no_more_often_than_its_floor(
    outlet: Outlet, hub: Hub, pushed: Line
) -> None:
    topic = subscribed(pushed, outlet, hub)
    hub.push(topic)
    assert pushed.tick().leased == 1
    pushed.drain()
    for _ in range(5):
        hub.push(topic)
        assert pushed.tick().leased == 0
    row = pushed.feed()
    assert row.due_at - row.leased_at == timedelta(seconds=pushed.settings.poll_floor_s)
    assert subscription(pushed).pushes == 6


def test_a_poll_that_comes_before_the_floor_has_passed_is_the_one_that_a_push_asks_for(
    outlet: Outlet, hub: Hub, pushed: Line
) -> None:
    topic = subscribed(pushed, outlet, hub)
    pushed.poll()
    pushed.due()
    hub.push(topic)
    assert pushed.tick().leased == 1
    pushed.drain()
    row = pushed.feed()
    assert row.due_at - row.leased_at > timedelta(seconds=pushed.settings.poll_floor_s)


def test_a_feeds_own_floor_holds_for_its_pushes(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    topic = subscribed(pushed, outlet, hub)
    with writing(pushed.engine) as connection:
        connection.execute(update(Feed).values(floor_s=3000))
    pass_by(pushed, timedelta(seconds=-1800))
    hub.push(topic)
    assert pushed.feed().due_at - pushed.feed().leased_at == timedelta(seconds=3000)


def test_an_operator_is_not_held_up_by_the_floor_of_a_push(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    topic = subscribed(pushed, outlet, hub)
    pushed.poll()
    hub.push(topic)
    assert pushed.tick().leased == 0
    with writing(pushed.engine) as connection:
        feed_store.refresh(connection, [pushed.feed().id])
    hub.push(topic)
    assert pushed.tick().leased == 1


def test_what_a_poll_finds_first_says_that_push_is_broken(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    topic = subscribed(pushed, outlet, hub)
    pushed.poll()
    publish(outlet, hub, 3)
    pushed.poll()
    assert (worth(pushed), subscription(pushed).missed) == (Push.BROKEN, 2)
    assert pushed.feed().pushed_until is None
    hub.push(topic)
    assert worth(pushed) is Push.WORKING


def test_a_lease_is_renewed_before_it_ends(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    subscribed(pushed, outlet, hub)
    row = subscription(pushed)
    assert row.ask_at < row.ends_at
    pushed.write(lambda connection: _backdate(connection, row.ask_at - row.verified_at))
    pushed.poll()
    assert len(hub.asked) == 2
    assert subscription(pushed).ends_at > row.ends_at


def _backdate(connection: Any, wait: timedelta) -> None:
    earlier = {"ask_at": Subscription.ask_at, "verified_at": Subscription.verified_at}
    row = connection.execute(select(*earlier.values())).one()
    values = {name: moment - wait - timedelta(seconds=1) for name, moment in zip(earlier, row, strict=True)}
    connection.execute(update(Subscription).values(**values))


def test_a_hub_that_refuses_is_left_alone_for_a_while(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    hub.status = 403
    subscribed(pushed, outlet, hub)
    pushed.poll()
    assert len(hub.asked) == 1
    assert (worth(pushed), subscription(pushed).error) == (Push.REFUSED, "The hub answered 403.")


def test_a_hub_inside_our_network_is_not_asked(outlet: Outlet, hub: Hub, make_line: Any, push_url: str) -> None:
    line = make_line(fetch_pages=False, push_url=push_url)
    line.add(outlet.url(PATH))
    subscribed(line, outlet, hub)
    assert hub.asked == []
    assert "no public address" in subscription(line).error


def test_a_feed_that_names_another_hub_is_subscribed_to_anew(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    subscribed(pushed, outlet, hub)
    old = subscription(pushed).key
    publish(outlet, hub, 1, X_Hub="none")
    pushed.poll()
    assert pushed.count(Subscription) == 0
    subscribed(pushed, outlet, hub)
    assert subscription(pushed).key != old


def test_the_callback_confirms_only_what_was_asked_for(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    topic = subscribed(pushed, outlet, hub)
    wish = hub.subscribed[topic]
    granted = hub.verify(wish)
    assert (granted.status_code, granted.text) == (200, "are-you-there")
    assert hub.verify(wish, topic="https://other.example/").status_code == 404
    assert hub.verify(wish, mode="unsubscribe").status_code == 404
    stranger = wish | {"hub.callback": wish["hub.callback"][:-1] + "~"}
    assert hub.verify(stranger).status_code == 404
    assert httpx.post(stranger["hub.callback"], content=b"x", timeout=60).status_code == 410


def test_a_hub_that_takes_its_grant_back_is_believed(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    topic = subscribed(pushed, outlet, hub)
    hub.verify(hub.subscribed[topic], mode="denied", reason="no longer offered")
    assert worth(pushed) is Push.REFUSED
    assert "no longer offered" in subscription(pushed).error


def test_removing_a_feed_ends_its_subscription(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    topic = subscribed(pushed, outlet, hub)
    pushed.write(lambda connection: connection.execute(Feed.__table__.delete()) and None)
    assert pushed.count(Subscription) == 0
    assert hub.push(topic) == 410


def test_showing_a_feed_says_what_its_push_is_worth(outlet: Outlet, hub: Hub, pushed: Line) -> None:
    topic = subscribed(pushed, outlet, hub)

    def shown() -> str:
        with reading(pushed.engine) as connection:
            return str(pushes.of_feed(connection, pushed.feed().id)["push"])

    assert shown().startswith("granted until")
    hub.push(topic)
    assert "1 push, the last" in shown()
