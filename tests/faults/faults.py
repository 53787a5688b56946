"""What goes wrong, one after another, from a seed."""

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from itertools import count

import redis

from bench.postgres import Postgres
from services.command.servers import Valkey
from tests.faults.processes import Process, Processes

PAUSE_S = (1.0, 4.0)  # between two faults
AWAY_S = (0.2, 3.0)  # a server is gone for so long
JUNK = b"\x5a" * 65_536


@contextlib.contextmanager
def full(server: Valkey) -> Iterator[None]:
    """Keep a Redis filled to its limit for the block; what is freed meanwhile is not given out again."""
    with redis.Redis.from_url(server.url) as client:
        limit = client.config_get("maxmemory")["maxmemory"]
        with contextlib.suppress(redis.ResponseError):
            for number in count():
                client.set(f"junk:{number}", JUNK)
        client.config_set("maxmemory", int(limit) // 2)
        yield
        client.config_set("maxmemory", limit)
        for key in client.scan_iter("junk:*", count=1000):
            client.unlink(key)


class Faults:
    """Breaks processes and servers; `said` is what it did."""

    def __init__(
        self, processes: Processes, belt: Valkey, store: Postgres | None, dice: random.Random, freeze_s: float
    ) -> None:
        self._processes, self._belt, self._store, self._dice, self._freeze_s = processes, belt, store, dice, freeze_s
        self._frozen: list[tuple[float, Process]] = []
        self.said: list[str] = []

    def run(self, seconds: float) -> Iterator[str]:
        """Let every kind of fault happen once, then any, until `seconds` are over; yields after each."""
        ends = time.monotonic() + seconds
        try:
            for fault in self._sequence():
                if time.monotonic() > ends:
                    return
                self.said.append(fault.__name__.strip("_"))
                fault()
                self._thaw(time.monotonic())
                yield self.said[-1]
                time.sleep(self._dice.uniform(*PAUSE_S))
        finally:
            self._end()

    def _sequence(self) -> Iterator[Callable[[], None]]:
        kinds = [
            self._kill_a_group,
            self._kill_a_leader,
            self._kill_a_child,
            self._empty_redis,
            self._restart_redis,
            self._flush_redis,
            self._fill_redis,
            self._freeze_a_process,
        ]
        if self._store is not None:
            kinds.append(self._kill_the_store)
        yield from self._dice.sample(kinds, len(kinds))
        while True:
            yield self._dice.choice(kinds)

    def _kill_a_group(self) -> None:
        self._any().kill()

    def _kill_a_leader(self) -> None:
        self._any().kill_leader()

    def _kill_a_child(self) -> None:
        for process in self._processes.all:
            if self._dice.random() < 0.5:
                process.kill_child(self._dice)

    def _empty_redis(self) -> None:
        self._belt.kill()
        self._wait()
        self._belt.start(empty=True)

    def _restart_redis(self) -> None:
        self._belt.kill()
        self._wait()
        self._belt.start()

    def _flush_redis(self) -> None:
        with redis.Redis.from_url(self._belt.url) as client:
            client.flushall()

    def _fill_redis(self) -> None:
        with full(self._belt):
            self._wait()

    def _freeze_a_process(self) -> None:
        process = self._any()
        process.freeze()
        self._frozen.append((time.monotonic() + self._freeze_s, process))

    def _kill_the_store(self) -> None:
        assert self._store is not None
        self._store.kill()
        self._wait()
        self._store.start()

    def _any(self) -> Process:
        return self._dice.choice(self._processes.all)

    def _wait(self) -> None:
        time.sleep(self._dice.uniform(*AWAY_S))

    def _thaw(self, now: float) -> None:
        for at, process in self._frozen:
            if at <= now:
                process.thaw()
        self._frozen = [(at, process) for at, process in self._frozen if at > now]

    def _end(self) -> None:
        self._thaw(float("inf"))
        self._belt.start()
        if self._store is not None:
            self._store.start()
