"""The belt, on a real Valkey."""

import time

import pytest

from services.command.servers import Valkey
from shared.belt import FORGET_AFTER_LEASES, Belt, Load, connect, document_key, unpacked
from shared.errors import Malformed, TransientError
from shared.messages import Kind
from shared.queues import FETCH, INDEX, PARSE

LEASE_S = 60
MIB = 2**20


@pytest.fixture
def belt(belt_url: str) -> Belt:
    """An empty belt."""
    return Belt(connect(belt_url), LEASE_S)


def test_bytes_come_back_as_they_were(belt: Belt) -> None:
    data = bytes(range(256)) * 100
    belt.put("doc:feed:1:t", data)
    assert belt.get("doc:feed:1:t", MIB) == data


def test_nothing_at_all_comes_back_as_nothing(belt: Belt) -> None:
    belt.put("doc:feed:1:t", b"")
    assert belt.get("doc:feed:1:t", MIB) == b""


def test_bytes_wait_compressed(belt: Belt) -> None:
    belt.put("doc:feed:1:t", b"<item/>" * 10_000)
    assert belt.client.strlen("doc:feed:1:t") < 1000


def test_bytes_wait_for_two_leases(belt: Belt) -> None:
    belt.put("doc:feed:1:t", b"x")
    assert LEASE_S < belt.client.ttl("doc:feed:1:t") <= 2 * LEASE_S


def test_what_is_gone_is_none(belt: Belt) -> None:
    belt.put("doc:feed:1:t", b"x")
    belt.drop("doc:feed:1:t")
    assert belt.get("doc:feed:1:t", MIB) is None


def test_more_than_the_limit_is_not_unpacked(belt: Belt) -> None:
    belt.put("doc:feed:1:t", b"\0" * (2 * MIB))
    with pytest.raises(Malformed, match="more than"):
        belt.get("doc:feed:1:t", MIB)


@pytest.mark.parametrize("data", [b"no zstd at all", b"\x28\xb5\x2f\xfd"])
def test_damaged_bytes_are_named(belt: Belt, data: bytes) -> None:
    belt.client.set("doc:feed:1:t", data)
    with pytest.raises(Malformed, match="damaged"):
        belt.get("doc:feed:1:t", MIB)


def test_a_cut_document_is_damaged(belt: Belt) -> None:
    belt.put("doc:feed:1:t", b"<item/>" * 1000)
    belt.client.setrange("doc:feed:1:t", 12, b"\0" * 20)
    with pytest.raises(Malformed, match="damaged"):
        belt.get("doc:feed:1:t", MIB)


def test_a_document_has_its_place_by_lease() -> None:
    assert document_key(Kind.PAGE, 7, "abc") == "doc:page:7:abc"


def test_only_the_first_begins(belt: Belt) -> None:
    assert belt.begin_all(["t"])
    assert not belt.begin_all(["t"])


def test_who_begins_is_handed_the_document_packed(belt: Belt) -> None:
    key = document_key(Kind.FEED, 1, "t")
    belt.put(key, b"<rss/>")
    begun, packed = belt.begin_with("t", key)
    assert begun
    assert unpacked(key, packed or b"", MIB) == b"<rss/>"
    assert belt.begun(["t"]) == {"t"}
    assert belt.begin_with("t", key) == (False, packed)
    assert belt.begin_with("other", "doc:gone") == (True, None)


def test_work_that_ended_may_begin_again(belt: Belt) -> None:
    belt.begin_all(["t"])
    belt.end("t")
    assert belt.begin_all(["t"])


def test_a_mark_stands_for_two_leases(belt: Belt) -> None:
    belt.begin_all(["t"])
    assert LEASE_S < belt.client.ttl("begun:t") <= 2 * LEASE_S


def test_what_began_and_never_ended_is_told(belt: Belt) -> None:
    for token in ("a", "b", "c"):
        belt.begin_all([token])
    belt.end("b")
    assert belt.begun(["a", "b", "c", "d"]) == {"a", "c"}


def test_nobody_is_asked_for_nothing(belt: Belt) -> None:
    belt.end()
    assert belt.begun([]) == set()


def test_an_empty_belt_weighs_nothing(belt: Belt) -> None:
    load = belt.load()
    assert (load.feeds, load.bytes) == (0, 0)
    assert 0 < load.memory_share < 1


def test_the_load_is_that_of_all_queues(belt: Belt) -> None:
    belt.weigh(FETCH.name, "1", 50, 1000)
    belt.weigh(PARSE.name, "2", 1, 200)
    belt.weigh(INDEX.name, "3", 7, 30)
    load = belt.load()
    assert (load.feeds, load.bytes) == (58, 1230)


def test_what_is_settled_weighs_nothing(belt: Belt) -> None:
    belt.weigh(FETCH.name, "1", 50, 1000)
    belt.unweigh(FETCH.name, "1")
    assert belt.load().feeds == 0


def test_a_message_weighed_twice_weighs_once(belt: Belt) -> None:
    belt.weigh(FETCH.name, "1", 50, 1000)
    belt.weigh(FETCH.name, "1", 50, 1000)
    assert belt.load().feeds == 50


def test_a_message_that_was_lost_long_ago_is_forgotten(belt: Belt) -> None:
    long_ago = int(time.time()) - FORGET_AFTER_LEASES * LEASE_S - 1
    belt.client.hset("belt:parse", "lost", f"50 1000 {long_ago}")
    belt.weigh(PARSE.name, "new", 1, 10)
    assert belt.load().feeds == 1
    assert belt.client.hkeys("belt:parse") == [b"new"]


def test_queues_count_what_waits_and_what_is_unacknowledged(belt: Belt) -> None:
    belt.client.rpush("fetch", "a", "b")
    belt.client.hset("unacked:fetch", "tag", "c")
    assert belt.queued() == {"fetch": 3, "parse": 0, "index": 0}


def test_a_pulse_has_an_age(belt: Belt) -> None:
    assert belt.pulse_age_s("parse@here") is None
    belt.pulse("parse@here")
    assert belt.pulse_age_s("parse@here") in (0, 1)


def test_a_belt_that_is_away_is_a_transient_error() -> None:
    away = Belt(connect("unix:///nowhere/redis.sock"), LEASE_S)
    for work in (
        lambda: away.begin_all(["t"]),
        away.load,
        away.queued,
        lambda: away.put("k", b""),
        lambda: away.get("k", 1),
    ):
        with pytest.raises(TransientError, match="cannot be reached"):
            work()


def test_a_full_belt_is_a_transient_error(belt: Belt, valkey: Valkey) -> None:
    belt.client.config_set("maxmemory", 1)
    try:
        with pytest.raises(TransientError, match="refused"):
            belt.put("doc:feed:1:t", b"x")
    finally:
        belt.client.config_set("maxmemory", 128 * MIB)


def test_a_belt_without_a_limit_has_no_share(belt: Belt) -> None:
    belt.client.config_set("maxmemory", 0)
    try:
        assert belt.load() == Load(0, 0, 0.0)
    finally:
        belt.client.config_set("maxmemory", 128 * MIB)


def test_a_short_pause_ends_no_long_hold(belt: Belt) -> None:
    belt.hold("paper.example", "paper.example", 3600)
    belt.pause("paper.example", 10)
    belt.hold("paper.example", "paper.example", 60)
    assert belt.begin_politely([("t", "paper.example", "paper.example")])[0][1] > 3000


def test_a_longer_hold_takes_the_place_of_a_short_one(belt: Belt) -> None:
    belt.pause("paper.example", 10)
    belt.hold("paper.example", "paper.example", 3600)
    assert belt.begin_politely([("t", "paper.example", "paper.example")])[0][1] > 3000
