"""Hooks with real receivers: from a change in the log to the place up to which a receiver was told."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from services.command import hook_store
from services.scheduler.store import unblock
from shared.database import now, writing
from shared.hooks import fresh_secret
from shared.http.addresses import allow_list
from shared.http.passport import Passport, fresh_keys, seal
from shared.lines import Line as Place
from shared.lines import read_line
from shared.messages import Kind
from shared.tables import Article, Change, Hook, LogHead, Poll
from tests.line.receiver import Receiver
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

OPEN, SEAL = fresh_keys()
SECRET = fresh_secret()
PATH = "front.xml"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on loopback."""
    with Receiver() as running:
        yield running


@pytest.fixture
def line(make_line: Callable[..., Line], outlet: Outlet, receiver: Receiver) -> Line:
    """A line that may call the receiver."""
    allow = (*outlet.allow, receiver.place)
    return make_line(fetch_pages=False, fetch_allow=allow, open_key=OPEN, seal_key=SEAL)


def hook(line: Line, url: str, *, secret: str = SECRET, after: str | None = None, **wishes: Any) -> int:
    """Add a hook, by default one that is told of all that comes from now on."""
    with writing(line.engine) as connection:
        sealed = seal(Passport(secret=secret), url, SEAL)
        place = read_line(after) if after is not None else None
        asked = {"publications": (), "kinds": ()} | wishes
        return hook_store.add(connection, url, sealed, asked["publications"], asked["kinds"], place)[0]


def publish(line: Line, outlet: Outlet, entries: int, path: str = PATH) -> None:
    """Have the line store so many more articles, and call nobody meanwhile."""
    outlet.publish(path, entries=entries)
    if not line.read(select(1).select_from(Article)):
        line.add(outlet.url(path))
    _delay(line, timedelta(hours=1))
    line.poll()
    _delay(line, -timedelta(hours=1))


def _delay(line: Line, time: timedelta) -> None:
    with writing(line.engine) as connection:
        for one in connection.execute(select(Hook.id, Hook.ready_at).where(Hook.lease_token.is_(None))).all():
            connection.execute(update(Hook).where(Hook.id == one.id).values(ready_at=one.ready_at + time))


def call(line: Line) -> int:
    """Let every hook's pause or back-off pass, and call whom there is anything to tell; return how many were leased."""
    with writing(line.engine) as connection:
        moment = now(connection)
        connection.execute(update(Hook).where(Hook.lease_token.is_(None)).values(ready_at=moment, due_at=moment))
    leased = line.tick().leased
    line.drain()
    return leased


def row(line: Line) -> Any:
    """Return the only hook."""
    return line.read(select(Hook.__table__))[0]


def end(line: Line) -> Place:
    found = line.read(select(Change.seq, Change.at).order_by(Change.seq.desc()).limit(1))
    return Place(*found[0]) if found else Place()


def told(line: Line) -> Place:
    return Place(row(line).told_seq, row(line).told_at)


def test_a_receiver_is_told_from_where_to_where_the_log_has_grown(
    line: Line, outlet: Outlet, receiver: Receiver
) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 3)
    call(line)
    (one,) = receiver.calls
    assert one.path == "/news"
    assert one.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    required = {name: one.event[name] for name in ("specversion", "id", "source", "type")}
    assert required == {"specversion": "1.0", "id": one.id, "source": "/v1/changes", "type": "wireroom.changes"}
    assert one.data["after"] == "0"
    assert read_line(one.data["until"]) == end(line) == told(line)
    assert one.data["lines"] == end(line).seq
    assert one.data["kinds"]["created"] == 3
    assert sum(one.data["kinds"].values()) == one.data["lines"]
    assert one.data["read"] == "/v1/changes?after=0"
    assert not one.data["reset"]
    assert one.is_signed(SECRET)
    assert not one.is_signed(fresh_secret())


def test_who_was_told_is_left_alone_until_the_log_grows(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    hook(line, receiver.url)
    assert call(line) == 0
    publish(line, outlet, 1)
    assert call(line) == 1
    assert call(line) == 0
    publish(line, outlet, 2)
    call(line)
    first, second = receiver.calls
    assert second.data["after"] == first.data["until"]
    assert second.id != first.id


def test_telling_writes_no_line_and_no_poll(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 1)
    before = end(line), line.read(select(LogHead.seq)), line.count(Poll)
    call(line)
    assert (end(line), line.read(select(LogHead.seq)), line.count(Poll)) == before


def test_a_new_hook_is_told_of_what_comes_from_then_on_or_from_where_it_wants(
    line: Line, outlet: Outlet, receiver: Receiver
) -> None:
    publish(line, outlet, 1)
    hook(line, receiver.url)
    assert call(line) == 0
    hook(line, f"{receiver.url}/all", after="0")
    assert call(line) == 1
    assert [one.path for one in receiver.calls] == ["/news/all"]


def test_what_changes_in_a_row_is_told_together(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    hook(line, receiver.url)
    for _ in range(3):
        publish(line, outlet, 1)
    call(line)
    publish(line, outlet, 1)
    assert row(line).ready_at - row(line).last_ok_at == timedelta(seconds=1)
    assert call(line) == 1
    assert [one.data["kinds"]["created"] for one in receiver.calls] == [3, 1]


def test_never_is_more_than_one_call_under_way(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 1)
    assert line.tick().leased == 1
    _write(line, "revised")
    assert line.tick().leased == 0
    line.drain()
    assert (len(receiver.calls), receiver.most_at_once) == (1, 1)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_answer_that_leads_nowhere(
    line: Line, outlet: Outlet, receiver: Receiver, status: int
) -> None:
    hook(line, receiver.url)
    receiver.status, receiver.headers = status, {"Location": f"http://{receiver.place}/elsewhere"}
    publish(line, outlet, 1)
    call(line)
    assert [one.path for one in receiver.calls] == ["/news"]
    assert (told(line), row(line).failures, row(line).status) == (Place(), 1, status)
    assert f"answered {status}" in row(line).error


@pytest.mark.parametrize("manner", ["hangs", "closes early"])
def test_who_gives_no_answer_is_called_again_and_told_the_same(
    line: Line, outlet: Outlet, receiver: Receiver, manner: str
) -> None:
    hook(line, receiver.url)
    receiver.manner = manner
    publish(line, outlet, 1)
    call(_with(line, read_timeout_s=1))
    assert (row(line).failures, told(line)) == (1, Place())
    assert row(line).error
    receiver.manner = ""
    receiver.may_answer.set()
    call(line)
    assert (row(line).failures, row(line).error, told(line)) == (0, None, end(line))
    assert len({one.id for one in receiver.calls}) == len({one.body for one in receiver.calls}) == 1
    assert all(one.is_signed(SECRET) for one in receiver.calls)


def test_an_answer_without_end_is_taken_by_its_status(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    hook(line, receiver.url)
    receiver.status, receiver.manner = 200, "floods"
    publish(line, outlet, 1)
    call(line)
    assert (told(line), row(line).failures) == (end(line), 0)


def test_after_an_outage_one_call_tells_all_of_it(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    hook(line, receiver.url)
    receiver.status = 500
    for _ in range(3):
        publish(line, outlet, 2)
        call(line)
    assert row(line).failures == 3
    receiver.status = 200
    call(line)
    assert receiver.calls[-1].data["kinds"]["created"] == 6
    assert {one.data["after"] for one in receiver.calls} == {"0"}
    assert (told(line), call(line)) == (end(line), 0)


def test_failures_are_waited_out_longer_and_longer(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    hook(line, receiver.url)
    receiver.status = 503
    publish(line, outlet, 1)
    waits = []
    for _ in range(12):
        call(line)
        waits.append((row(line).due_at - row(line).last_called_at).total_seconds())
    assert waits[:3] == [5, 10, 20]
    assert waits[-1] == 3600
    assert row(line).state == "active"


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_kept(line: Line, outlet: Outlet, receiver: Receiver, status: int) -> None:
    hook(line, receiver.url)
    receiver.status, receiver.headers = status, {"Retry-After": "7200"}
    publish(line, outlet, 1)
    call(line)
    assert row(line).due_at - row(line).last_called_at == timedelta(hours=2)


def test_a_receiver_that_wants_patience_holds_nobody_else(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    hook(line, receiver.url)
    receiver.status, receiver.headers = 429, {"Retry-After": "7200"}
    publish(line, outlet, 1)
    call(line)
    assert line.belt.held() == {}


def test_410_ends_a_hook_and_says_so(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    hook(line, receiver.url)
    receiver.status = 410
    publish(line, outlet, 1)
    call(line)
    assert (row(line).state, row(line).state_reason) == ("gone", "its receiver answered 410 Gone")
    assert call(line) == 0


def test_a_paused_hook_is_told_later(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    number = hook(line, receiver.url)
    line.write(lambda connection: hook_store.pause(connection, [number]))
    publish(line, outlet, 2)
    assert (call(line), receiver.calls) == (0, [])
    line.write(lambda connection: hook_store.resume(connection, [number]))
    call(line)
    assert receiver.calls[0].data["kinds"]["created"] == 2


def test_a_receiver_inside_our_network_is_not_called_unless_named(
    make_line: Callable[..., Line], outlet: Outlet, receiver: Receiver
) -> None:
    line = make_line(fetch_pages=False, open_key=OPEN, seal_key=SEAL)
    hook(line, receiver.url)
    publish(line, outlet, 1)
    call(line)
    assert receiver.calls == []
    assert "no public address" in row(line).error


def test_without_the_key_that_opens_nothing_is_sent(
    make_line: Callable[..., Line], outlet: Outlet, receiver: Receiver
) -> None:
    line = make_line(fetch_pages=False, fetch_allow=(*outlet.allow, receiver.place))
    hook(line, receiver.url)
    publish(line, outlet, 1)
    call(line)
    assert (receiver.calls, row(line).error_kind) == ([], "passport")


def test_who_is_killed_after_the_call_has_it_made_again_under_the_same_id(
    line: Line, outlet: Outlet, receiver: Receiver
) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 1)
    line.tick()
    line.step("fetch")
    line.queues["index"].clear()
    line.expire()
    call(line)
    first, second = receiver.calls
    assert (first.id, first.body) == (second.id, second.body)
    assert told(line) == end(line)


def test_what_comes_late_counts_as_long_as_nobody_else_has_the_lease(
    line: Line, outlet: Outlet, receiver: Receiver
) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 1)
    line.tick()
    line.step("fetch")
    publish_later = end(line)
    line.expire()
    line.step("index")
    assert told(line) == publish_later
    assert call(line) == 0


def test_what_comes_after_the_lease_went_to_another_is_dropped(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 1)
    line.tick()
    line.step("fetch")
    stale = line.queues["index"].copy()
    line.queues["index"].clear()
    line.expire()
    line.tick()
    line.queues["fetch"].clear()
    line.queues["index"].extend(stale)
    line.step("index")
    assert told(line) == Place()


def test_settling_twice_changes_nothing_the_second_time(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 1)
    line.tick()
    line.step("fetch")
    line.queues["index"].extend(line.queues["index"].copy())
    line.step("index")
    assert (row(line).calls, told(line)) == (1, end(line))


def test_a_flushed_belt_loses_no_call(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 1)
    line.tick()
    for queue in line.queues.values():
        queue.clear()
    line.redis.flushall()
    call(line)
    assert told(line) == end(line)


def test_a_worker_that_dies_at_a_call_again_and_again_has_the_hook_parked(
    line: Line, outlet: Outlet, receiver: Receiver
) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 1)
    for _ in range(line.settings.max_attempts + 1):
        line.tick()
        line.queues["fetch"].clear()
        line.redis.set(f"begun:{row(line).lease_token}", b"1")
        line.expire()
    assert (row(line).state, receiver.calls) == ("parked", [])
    assert "died" in row(line).state_reason


def test_a_hook_of_one_title_is_called_for_its_changes_alone(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    publish(line, outlet, 1)
    (title,) = line.read(select(Article.publication_id))[0]
    hook(line, receiver.url, publications=[title])
    _write(line, "revised", article=line.read(select(Article.id))[0][0], title=title + 1)
    call(line)
    assert (receiver.calls, told(line)) == ([], end(line))
    line.write(lambda connection: connection.execute(update(Article).values(publication_id=title)) and None)
    _write(line, "revised")
    call(line)
    assert receiver.calls[0].data["kinds"] == {"revised": 1}


def test_a_hook_of_one_kind_is_called_for_that_alone(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    publish(line, outlet, 1)
    hook(line, receiver.url, kinds=["withdrawn"])
    _write(line, "revised")
    assert (call(line), told(line)) == (0, end(line))
    _write(line, "revised")
    _write(line, "withdrawn")
    call(line)
    assert (receiver.calls[0].data["kinds"], receiver.calls[0].data["lines"]) == ({"withdrawn": 1}, 2)


def test_the_end_of_a_deleted_article_concerns_the_receivers_of_every_title(
    line: Line, outlet: Outlet, receiver: Receiver
) -> None:
    publish(line, outlet, 1)
    hook(line, receiver.url, publications=[line.read(select(Article.publication_id))[0][0]])
    _write(line, "deleted", article=999)
    call(line)
    assert receiver.calls[0].data["kinds"] == {"deleted": 1}


def test_of_very_many_changes_the_kinds_are_not_counted(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 1)
    _write(line, "revised", times=10_001)
    call(line)
    assert (receiver.calls[0].data["kinds"], receiver.calls[0].data["lines"]) == (None, end(line).seq)
    assert told(line) == end(line)


def test_a_filter_that_finds_nothing_in_very_many_changes_moves_on_and_finds_what_is_behind_them(
    line: Line, outlet: Outlet, receiver: Receiver
) -> None:
    publish(line, outlet, 1)
    hook(line, receiver.url, kinds=["withdrawn"])
    _write(line, "revised", times=10_001)
    _write(line, "withdrawn")
    assert call(line) == 0
    assert call(line) == 1
    assert receiver.calls[0].data["kinds"] == {"withdrawn": 1}


def test_whose_place_is_of_another_history_is_told_to_begin_anew(
    line: Line, outlet: Outlet, receiver: Receiver
) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 3)
    call(line)
    line.write(_put_back)
    _write(line, "revised", times=5)
    call(line)
    data = receiver.calls[-1].data
    assert (data["reset"], data["after"], data["read"]) == (True, "0", "/v1/changes?after=0")
    assert (told(line), data["lines"]) == (end(line), end(line).seq)


def test_a_log_that_is_shorter_than_what_was_told_is_told_of_too(
    line: Line, outlet: Outlet, receiver: Receiver
) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 3)
    call(line)
    line.write(_put_back)
    call(line)
    assert (receiver.calls[-1].data["reset"], told(line)) == (True, end(line))


def test_a_call_that_is_asked_for_comes_without_news_and_tells_of_none(
    line: Line, outlet: Outlet, receiver: Receiver
) -> None:
    publish(line, outlet, 1)
    hook(line, receiver.url)
    for _ in range(2):
        line.write(lambda connection: hook_store.want(connection, row(line)) and None)
        assert line.tick().leased == 1
        line.drain()
    first, second = receiver.calls
    assert (first.data["lines"], first.data["kinds"], first.data["after"]) == (0, {}, first.data["until"])
    assert first.id != second.id
    assert (line.tick().leased, told(line)) == (0, end(line))


def test_a_call_that_is_asked_for_during_another_is_made_after_it(
    line: Line, outlet: Outlet, receiver: Receiver
) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 1)
    line.tick()
    line.write(lambda connection: hook_store.want(connection, row(line)) and None)
    line.drain()
    assert line.tick().leased == 1
    line.drain()
    assert (len(receiver.calls), row(line).wanted_at) == (2, None)


def test_a_hanging_receiver_delays_no_other(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    with Receiver() as other:
        patient = {"read_timeout_s": 40, "total_timeout_s": 40}
        line = _with(line, fetch_allow=(*line.settings.fetch_allow, other.place), **patient)
        hook(line, receiver.url)
        hook(line, other.url)
        receiver.manner, other.when_called = "hangs", receiver.may_answer.set  # until the other was called
        publish(line, outlet, 1)
        call(line)
        rows = line.read(select(Hook.url, Hook.failures).order_by(Hook.id))
    assert rows == [(receiver.url, 0), (other.url, 0)]


def test_the_secret_is_in_no_message_and_no_row(line: Line, outlet: Outlet, receiver: Receiver) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 1)
    with writing(line.engine) as connection:
        connection.execute(update(Hook).values(ready_at=now(connection)))
    line.tick()
    target = next(one for job in line.queues["fetch"] for one in job.targets if one.kind is Kind.HOOK)
    assert SECRET not in target.model_dump_json() + str(row(line))


def _with(line: Line, **settings: Any) -> Line:
    """Return a line of other settings over the same store and belt."""
    settings = line.settings.model_copy(update=settings)
    return Line(line.engine, settings.redis_url, settings)


def _write(line: Line, kind: str, times: int = 1, article: int | None = None, title: int | None = None) -> None:
    """Add lines to the log, of the one article there is, or of another."""
    with writing(line.engine) as connection:
        last = connection.scalar(select(LogHead.seq)) or 0
        one = article or connection.scalar(select(func.min(Article.id)))
        if title:
            _give_away(connection, title)
        lines = [
            {"seq": last + n, "at": datetime.now(UTC), "kind": kind, "article_id": one, "story_id": 1, "revision": 1}
            | {"detail": {}}
            for n in range(1, times + 1)
        ]
        connection.execute(insert(Change), lines)
        connection.execute(update(LogHead).values(seq=last + times))


def _give_away(connection: Any, title: int) -> None:
    from shared.tables import Publication

    fields = {"key": "name:other", "name": "Other", "terms": "full", "created_at": datetime.now(UTC)}
    connection.execute(insert(Publication).values(id=title, **fields))
    connection.execute(update(Article).values(publication_id=title))


def _put_back(connection: Any) -> None:
    """Put the log back to its first line, as a restore does."""
    connection.execute(delete(Change).where(Change.seq > 1))
    connection.execute(update(LogHead).values(seq=1))


def test_a_hook_that_was_refused_is_called_once_the_list_names_its_receiver(
    line: Line, outlet: Outlet, receiver: Receiver
) -> None:
    hook(line, receiver.url)
    publish(line, outlet, 1)
    later = datetime.now(UTC) + timedelta(hours=1)
    line.write(
        lambda connection: connection.execute(update(Hook).values(error_kind="blocked", due_at=later, ready_at=later))
    )
    assert line.tick().leased == 0
    line.write(lambda connection: unblock(connection, now(connection), allow_list(["127.0.0.1:1"])))
    assert line.tick().leased == 0
    line.write(lambda connection: unblock(connection, now(connection), allow_list(line.settings.fetch_allow)))
    assert line.tick().leased == 1
