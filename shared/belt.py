"""The belt: all that Wireroom keeps in Redis, none of which it would miss.

doc:<kind>:<id>:<token>   a document's bytes, zstd, for two leases
ref:<uuid>                the body of a message over 64 KiB, zstd, likewise
begun:<token>             a stage is at work on this lease, or died at it
belt:epoch                which belt of the store's this is: an empty one has no number
belt:<queue>              message id ▶ "feeds bytes since", for each message that is queued or unacknowledged
held                      the hosts and sites that asked for patience, each with until when
slowed:<site>             the hosts of a site that did
at:<address>              the requests under way there, over all fetchers, each with when it is forgotten
robots:<origin>           a site's robots.txt for a day: its status and its text
pulse:<stage>@<host>      when this worker last took a message off its queue
<queue>, unacked:<queue>  Celery's own
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import cast

import redis
import zstandard

from shared.errors import Malformed, TransientError, UsageError
from shared.queues import NAMES

SOCKET_TIMEOUT_S = 10  # a frozen Redis otherwise hangs its publisher for ever
CONNECT_TIMEOUT_S = 3
TURN_S = 60  # a request that was never ended, since its process died, is forgotten after so long; none takes longer
FORGET_AFTER_LEASES = 4  # a message lost between Redis and a killed worker leaves its weight behind for so long


@dataclass(frozen=True)
class Load:
    """What is queued and unacknowledged, over all queues, and how full Redis is (0 to 1; 0 where it has no limit)."""

    feeds: int
    bytes: int
    memory_share: float


def connect(url: str) -> "redis.Redis":
    """Return a client of the Redis at `url`; nothing is sent before the first command.

    :raises UsageError: the address is none that redis-py reads.
    """
    keepalive = {} if url.startswith("unix:") else {"socket_keepalive": True}
    try:
        return redis.Redis.from_url(
            url,
            socket_timeout=SOCKET_TIMEOUT_S,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            health_check_interval=10,
            decode_responses=False,
            **keepalive,
        )
    except ValueError as error:
        raise UsageError(f"WIREROOM_REDIS_URL cannot be read: {str(error).rstrip('.')}.") from error


@contextmanager
def _reachable() -> Iterator[None]:
    """Turn every way that Redis can be away or full into one transient error."""
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError) as error:
        raise TransientError(f"Redis cannot be reached: {error}") from error
    except redis.ResponseError as error:
        raise TransientError(f"Redis refused a command: {error}") from error


class Belt:
    """Bytes by reference, marks of begun work, and what the queues weigh."""

    def __init__(self, client: "redis.Redis", lease_s: int) -> None:
        self.client = client
        self._lease_s = lease_s
        self._ttl_s = 2 * lease_s

    # -- bytes by reference

    def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`, compressed, for two leases.

        :raises TransientError: Redis is away or full.
        """
        with _reachable():
            self.client.set(key, zstandard.ZstdCompressor(level=1).compress(data), ex=self._ttl_s)

    def get(self, key: str, max_bytes: int) -> bytes | None:
        """Return the bytes under `key`, or None if the belt no longer has them.

        :raises TransientError: Redis is away.
        :raises Malformed: what is there is larger than `max_bytes`, or damaged.
        """
        with _reachable():
            data = cast("bytes | None", self.client.get(key))
        return None if data is None else unpacked(key, data, max_bytes)

    def drop(self, *keys: str) -> None:
        """Remove `keys`; the next message is already published.

        :raises TransientError: Redis is away.
        """
        with _reachable():
            self.client.unlink(*keys)

    # -- marks of begun work

    def begin_with(self, token: str, key: str) -> tuple[bool, bytes | None]:
        """Mark the lease as being worked on, and return, in one round trip, what is under `key`, packed.

        False if it is marked already: someone is at it, or died at it.

        :raises TransientError: Redis is away or full.
        """
        with _reachable():
            pipe = self.client.pipeline(transaction=False)
            pipe.set(f"begun:{token}", b"1", nx=True, ex=self._ttl_s)
            pipe.get(key)
            marked, packed = pipe.execute()
        return bool(marked), packed

    def begin_all(self, tokens: Iterable[str]) -> set[str]:
        """Mark many leases; return those that were not marked already.

        :raises TransientError: Redis is away or full.
        """
        asked = list(tokens)
        with _reachable():
            pipe = self.client.pipeline(transaction=False)
            for token in asked:
                pipe.set(f"begun:{token}", b"1", nx=True, ex=self._ttl_s)
            return {token for token, marked in zip(asked, pipe.execute(), strict=True) if marked}

    def begin_politely(self, asked: Sequence[tuple[str, str, str]]) -> list[tuple[bool, int]]:
        """Mark leases, each given with its site and host, as being worked on.

        Return for each whether it was not marked already, and how many seconds more its host wants to be left alone.

        :raises TransientError: Redis is away or full.
        """
        with _reachable():
            pipe = self.client.pipeline(transaction=False)
            for token, _, _ in asked:
                pipe.set(f"begun:{token}", b"1", nx=True, ex=self._ttl_s)
            pipe.zmscore("held", [name for _, site, host in asked for name in (site, host)])
            pipe.time()
            *marked, until, clock = pipe.execute()
        waits = [max(0, ceil(one - _moment(*clock))) if one else 0 for one in until]
        return [(bool(one), max(waits[2 * at : 2 * at + 2])) for at, one in enumerate(marked)]

    def end(self, *tokens: str) -> None:
        """Remove the marks: the work ended, well or not.

        :raises TransientError: Redis is away.
        """
        if tokens:
            with _reachable():
                self.client.unlink(*(f"begun:{token}" for token in tokens))

    def begun(self, tokens: Sequence[str]) -> set[str]:
        """Return those of `tokens` whose work was begun and never ended.

        :raises TransientError: Redis is away.
        """
        if not tokens:
            return set()
        with _reachable():
            marks = self.client.mget([f"begun:{token}" for token in tokens])
        return {token for token, mark in zip(tokens, marks, strict=True) if mark}

    # -- what publishers asked for

    def hold(self, site: str, host: str, seconds: int) -> None:
        """Leave `host` alone for so long, and the whole site where another host of it is being left alone too.

        :raises TransientError: Redis is away or full.
        """
        with _reachable():
            moment = self._moment()
            pipe = self.client.pipeline(transaction=False)
            _leave_alone(pipe, host, moment, seconds)
            pipe.sadd(f"slowed:{site}", host)
            pipe.expire(f"slowed:{site}", max(1, seconds))
            pipe.scard(f"slowed:{site}")
            siblings = pipe.execute()[-1]
            if siblings > 1 and site != host:
                _leave_alone(pipe, site, moment, seconds)
                pipe.execute()

    def held(self) -> dict[str, int]:
        """Return the hosts and sites that are left alone and for how many seconds more, the longest first.

        :raises TransientError: Redis is away, or does not let us ask.
        """
        with _reachable():
            moment = self._moment()
            there = cast(
                "list[tuple[bytes, float]]",
                self.client.zrevrangebyscore("held", "+inf", moment, withscores=True),
            )
        return {host.decode(errors="replace"): round(until - moment) for host, until in there}

    def pause(self, site: str, seconds: float) -> None:
        """Leave a site alone for so long, as it asks of everyone.

        :raises TransientError: Redis is away or full.
        """
        with _reachable():
            pipe = self.client.pipeline(transaction=False)
            _leave_alone(pipe, site, self._moment(), seconds)
            pipe.execute()

    def take_turn(self, address: str, name: str, most: int) -> bool:
        """Count the request `name` as under way at an address; False where `most` are there already.

        It is added before all are counted: of two that come at once for the last place, neither may have it, but never
        both.

        :raises TransientError: Redis is away or full.
        """
        key = f"at:{address}"
        with _reachable():
            moment = self._moment()
            pipe = self.client.pipeline(transaction=False)
            pipe.zremrangebyscore(key, 0, moment)
            pipe.zadd(key, {name: moment + TURN_S})
            pipe.zcard(key)
            pipe.expire(key, TURN_S)
            there = pipe.execute()[2]
            if there > most:
                self.client.zrem(key, name)
        return bool(there <= most)

    def end_turn(self, address: str, name: str) -> None:
        """Count a request as done.

        :raises TransientError: Redis is away.
        """
        with _reachable():
            self.client.zrem(f"at:{address}", name)

    def keep(self, key: str, data: bytes, seconds: int) -> None:
        """Keep a few bytes for so long.

        :raises TransientError: Redis is away or full.
        """
        with _reachable():
            self.client.set(key, zstandard.ZstdCompressor(level=1).compress(data), ex=seconds)

    def _moment(self) -> float:
        """Return Redis' own clock, in seconds: workers' clocks may differ by more than a turn takes."""
        return _moment(*self.client.time())

    # -- what the queues weigh

    def weigh(self, queue: str, message_id: str, feeds: int, size: int) -> None:
        """Count a message as on the belt, before it is published.

        :raises TransientError: Redis is away or full.
        """
        with _reachable():
            self.client.hset(f"belt:{queue}", message_id, f"{feeds} {size} {int(time.time())}")

    def unweigh(self, queue: str, message_id: str) -> None:
        """Count a message as settled.

        :raises TransientError: Redis is away.
        """
        with _reachable():
            self.client.hdel(f"belt:{queue}", message_id)

    def load(self) -> Load:
        """Return what is on the belt, and forget the weight of messages that were lost long ago.

        :raises TransientError: Redis is away.
        """
        with _reachable():
            pipe = self.client.pipeline(transaction=False)
            for name in NAMES:
                pipe.hgetall(f"belt:{name}")
            pipe.info("memory")
            *weights, memory = pipe.execute()
            feeds, size = 0, 0
            for name, messages in zip(NAMES, weights, strict=True):
                for message_id, weight in messages.items():
                    count, length, since = map(int, weight.split())
                    if time.time() - since > FORGET_AFTER_LEASES * self._lease_s:
                        self.client.hdel(f"belt:{name}", message_id)
                    else:
                        feeds, size = feeds + count, size + length
        limit = memory["maxmemory"]
        return Load(feeds, size, memory["used_memory"] / limit if limit else 0.0)

    def queued(self) -> dict[str, int]:
        """Return the number of messages that wait in each queue or are unacknowledged.

        :raises TransientError: Redis is away.
        """
        with _reachable():
            pipe = self.client.pipeline(transaction=False)
            for name in NAMES:
                pipe.llen(name)
                pipe.hlen(f"unacked:{name}")
            counts = pipe.execute()
        return {name: counts[2 * at] + counts[2 * at + 1] for at, name in enumerate(NAMES)}

    def waiting(self, queue: str) -> int:
        """Return the number of messages that wait in one queue.

        :raises TransientError: Redis is away.
        """
        with _reachable():
            return self.client.llen(queue)

    # -- its number

    def epoch(self) -> int:
        """Return the number that the scheduler gave this belt; 0: none, it is new or came back empty.

        :raises TransientError: Redis is away.
        """
        with _reachable():
            return int(cast("bytes | None", self.client.get("belt:epoch")) or 0)

    def mark_epoch(self, number: int) -> None:
        """Give this belt its number.

        :raises TransientError: Redis is away or full.
        """
        with _reachable():
            self.client.set("belt:epoch", str(number))

    # -- pulses

    def pulse(self, worker: str) -> None:
        """Note that `worker` has just taken a message off its queue.

        :raises TransientError: Redis is away.
        """
        with _reachable():
            self.client.set(f"pulse:{worker}", str(int(time.time())), ex=3600)

    def pulse_age_s(self, worker: str) -> int | None:
        """Return the seconds since `worker` last took a message, or None if it did not within the hour.

        :raises TransientError: Redis is away.
        """
        with _reachable():
            at = cast("bytes | None", self.client.get(f"pulse:{worker}"))
        return None if at is None else max(0, int(time.time()) - int(at))


def unpacked(key: str, packed: bytes, max_bytes: int) -> bytes:
    """Return the bytes that were kept under `key`.

    :raises Malformed: they are more than `max_bytes`, or damaged.
    """
    try:
        if zstandard.frame_content_size(packed) > max_bytes:
            raise Malformed(f"{key} holds more than {max_bytes} bytes.")
        return zstandard.ZstdDecompressor().decompress(packed, max_output_size=max_bytes)
    except zstandard.ZstdError as error:
        raise Malformed(f"{key} is damaged: {error}.") from error


def _moment(seconds: int, microseconds: int) -> float:
    return seconds + microseconds / 1e6


def _leave_alone(pipe: "redis.client.Pipeline", name: str, moment: float, seconds: float) -> None:
    """Hold a host or a site for so long at least, a short pause ends no long one; forget those whose time is over."""
    pipe.zremrangebyscore("held", 0, moment)
    pipe.zadd("held", {name: moment + seconds}, gt=True)


def document_key(kind: str, target_id: int, token: str) -> str:
    """Return where the document of one lease waits."""
    return f"doc:{kind}:{target_id}:{token}"
