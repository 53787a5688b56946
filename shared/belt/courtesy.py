"""What publishers asked for: who is left alone and until when, and how many requests are under way to one address.

All by Redis' own clock: workers' clocks may differ by more than a turn takes.
"""

from collections.abc import Sequence
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, cast

from shared.belt.client import Part, reachable

if TYPE_CHECKING:
    from redis.client import Pipeline
    from redis.commands.core import Script

TURN_S = 60  # a request that was never ended, since its process died, is forgotten after so long; none takes longer

# One question, not five, as it is asked at each request; and of two that come for the last place, one has it.
TAKE_TURN = """
local clock = redis.call('TIME')
local moment = clock[1] + clock[2] / 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, moment)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
  return 0
end
redis.call('ZADD', KEYS[1], moment + ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""


class Courtesy(Part):
    """Hosts and sites that want to be left alone, and turns at addresses, over all fetchers."""

    @cached_property
    def _take_turn(self) -> "Script":
        return self.client.register_script(TAKE_TURN)

    def begin_politely(self, asked: Sequence[tuple[str, str, str]]) -> list[tuple[bool, int]]:
        """Mark leases, each given with its site and host, as being worked on.

        Return for each whether it was not marked already, and how many seconds more its host wants to be left alone.

        :raises TransientError: Redis is away or full.
        """
        with reachable():
            pipe = self.client.pipeline(transaction=False)
            for token, _, _ in asked:
                pipe.set(f"begun:{token}", b"1", nx=True, ex=self._ttl_s)
            pipe.zmscore("held", [name for _, site, host in asked for name in (site, host)])
            pipe.time()
            *marked, until, clock = pipe.execute()
        waits = [max(0, ceil(one - _moment(*clock))) if one else 0 for one in until]
        return [(bool(one), max(waits[2 * at : 2 * at + 2])) for at, one in enumerate(marked)]

    def hold(self, site: str, host: str, seconds: int) -> None:
        """Leave `host` alone for so long, and the whole site where another host of it is being left alone too.

        :raises TransientError: Redis is away or full.
        """
        with reachable():
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
        with reachable():
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
        with reachable():
            pipe = self.client.pipeline(transaction=False)
            _leave_alone(pipe, site, self._moment(), seconds)
            pipe.execute()

    def take_turn(self, address: str, name: str, most: int) -> bool:
        """Count the request `name` as under way at an address; False where `most` are there already.

        :raises TransientError: Redis is away or full.
        """
        with reachable():
            return bool(self._take_turn(keys=[f"at:{address}"], args=[name, most, TURN_S]))

    def end_turn(self, address: str, name: str) -> None:
        """Count a request as done.

        :raises TransientError: Redis is away.
        """
        with reachable():
            self.client.zrem(f"at:{address}", name)

    def _moment(self) -> float:
        return _moment(*self.client.time())


def _moment(seconds: int, microseconds: int) -> float:
    return seconds + microseconds / 1e6


def _leave_alone(pipe: "Pipeline", name: str, moment: float, seconds: float) -> None:
    """Hold a host or a site for so long at least, a short pause ends no long one; forget those whose time is over."""
    pipe.zremrangebyscore("held", 0, moment)
    pipe.zadd("held", {name: moment + seconds}, gt=True)
