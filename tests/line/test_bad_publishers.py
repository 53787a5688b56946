"""Publishers that behave badly, through the whole line: one error for their own feed, and everybody else's goes on."""

import gzip
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from services.command.feeds.feed_store import add
from services.command.feeds.opml import Outline
from services.scheduler.store import unblock
from shared.database import now
from shared.http.addresses import allow_list
from shared.tables import Article, Poll
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

Behave = Callable[[Outlet, Outlet], None]
RSS = "<rss version='2.0'><channel><title>x</title>{}</channel></rss>"
LAUGHS = '<!DOCTYPE rss [<!ENTITY a0 "ha">{}]>'.format(
    "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
)
DEEP = "<d>" * 100_000 + "x" + "</d>" * 100_000


def serving(body: bytes | str, **headers: str) -> Behave:
    return lambda outlet, _: outlet.serve("bad.xml", body, "application/rss+xml", **headers)


def leading(to: str) -> Behave:
    return lambda outlet, canary: outlet.redirect("bad.xml", to.format(port=canary.port))


def breaking_off(outlet: Outlet, _: Outlet) -> None:
    outlet.publish("bad.xml")
    outlet.cut("bad.xml")


def dripping(outlet: Outlet, _: Outlet) -> None:
    outlet.publish("bad.xml")
    outlet.drip("bad.xml", "body", 0.05)


BAD: dict[str, tuple[str, Behave]] = {
    "endless body": ("refused", lambda o, _: o.garble("bad.xml", b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 11 * 2**20)),
    "header fields without end": (
        "refused",
        lambda o, _: o.garble("bad.xml", b"HTTP/1.1 200 OK\r\n" + b"X-Junk: j\r\n" * 20_000),
    ),
    "announced giant": ("refused", serving("x", Content_Length="50000000000")),
    "bomb": ("refused", serving(gzip.compress(bytes(64 * 2**20)), Content_Encoding="gzip")),
    "half a gzip": ("transient", serving(gzip.compress(RSS.encode() * 500)[:-20], Content_Encoding="gzip", ETag='"h"')),
    "broken off": ("transient", breaking_off),
    "silence": ("transient", lambda o, _: o.delay("bad.xml", 3600)),
    "drip": ("transient", dripping),
    "empty": ("transient", serving("", ETag='"e"')),
    "a page with an ETag": ("refused", serving("<!doctype html><form>Sign in</form>", ETag='"portal"')),
    "nested entities": ("refused", serving(LAUGHS + RSS.format("<item><title>&a9;</title></item>"))),
    "deep nesting": ("refused", serving(RSS.format(DEEP))),
    "challenge": ("transient", lambda o, _: o.fail("bad.xml", status=403, Cf_Mitigated="challenge")),
    "loop": ("transient", leading("/bad.xml")),
    "a local file": ("blocked", leading("file:///etc/passwd")),
    "inward by address": ("blocked", leading("http://127.0.0.1:{port}/feed")),
    "inward by name": ("blocked", leading("http://localhost:{port}/feed")),
    "inward in decimal": ("blocked", leading("http://2130706433:{port}/feed")),
    "inward in IPv6": ("blocked", leading("http://[::ffff:127.0.0.1]:{port}/feed")),
    "metadata": ("blocked", leading("http://169.254.169.254/latest/meta-data/")),
    "gone": ("gone", lambda o, _: o.fail("bad.xml", status=410)),
}


SLOW = {"silence", "drip"}  # which only time ends


@pytest.fixture
def canary() -> Iterator[Outlet]:
    """An inner service that nobody may touch."""
    with Outlet() as running:
        running.publish("feed", entries=1)
        yield running


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", BAD)
def test_a_bad_publisher_costs_its_own_feed_one_error(how: str, outlet: Outlet, canary: Outlet, line: Line) -> None:
    outcome, behave = BAD[how]
    behave(outlet, canary)
    outlet.publish("good.xml", entries=2)
    line.add(outlet.url("bad.xml"), timeout_s=1 if how in SLOW else None)
    line.add(outlet.url("good.xml"))
    line.poll()
    bad = line.feed(outlet.url("bad.xml"))
    outcomes = {row.target_id: row.outcome for row in line.read(select(Poll.target_id, Poll.outcome))}
    assert outcomes == {bad.id: outcome, line.feed(outlet.url("good.xml")).id: "ok"}
    assert (bad.etag, bad.last_modified, bad.body_digest, bad.lease_token) == (None, None, None, None)
    assert bad.error or bad.state == "gone"
    assert line.count(Article) == 2
    assert canary.ledger.requests() == []


def test_a_feed_that_waits_for_its_hosts_patience_says_so(line: Line, outlet: Outlet) -> None:
    outlet.fail("first.xml", status=503, Retry_After="600")
    outlet.publish("second.xml")
    line.add(outlet.url("first.xml"), outlet.url("second.xml"))
    line.poll()
    second = line.feed(outlet.url("second.xml"))
    assert (second.failures, second.error, second.last_polled_at) == (0, None, None)
    assert "its host is being left alone" in second.due_reason
    assert (second.due_at - line.feed(outlet.url("first.xml")).leased_at).total_seconds() > 500


def test_a_feed_on_an_inner_address_is_asked_once_the_list_names_it(line: Line) -> None:
    with Outlet() as inner:
        inner.publish("feed.xml")
        line.add(inner.url("feed.xml"))
        line.poll()
        assert line.feed().error_kind == "blocked"
        line.write(lambda connection: unblock(connection, now(connection), allow_list(["127.0.0.1:1"])))
        assert line.tick().leased == 0
        line.write(lambda connection: unblock(connection, now(connection), allow_list(inner.allow)))
        assert line.tick().leased == 1


def test_a_feed_is_waited_for_as_long_as_its_own_time_out_says(outlet: Outlet, line: Line) -> None:
    outlet.delay("slow.xml", 3600)
    line.write(lambda connection: add(connection, [Outline(outlet.url("slow.xml"), timeout_s=1)]) and None)
    line.poll()
    assert line.feed().error == "The whole answer was not there after 1 s."
