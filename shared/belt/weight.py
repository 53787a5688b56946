"""What is on the belt: how much waits in each queue, which belt it is, and when each worker last took something."""

import time
from dataclasses import dataclass
from typing import cast

from shared.belt.client import Part, reachable
from shared.queues import NAMES

FORGET_AFTER_LEASES = 4  # a message lost between Redis and a killed worker leaves its weight behind for so long
PULSE_KEPT_S = 3600


@dataclass(frozen=True)
class Load:
    """What is queued and unacknowledged, over all queues, and how full Redis is (0 to 1; 0 where it has no limit)."""

    feeds: int
    bytes: int
    memory_share: float


class Weight(Part):
    """The weight of the queues, the belt's number and the pulses of its workers."""

    def weigh(self, queue: str, message_id: str, feeds: int, size: int) -> None:
        """Count a message as on the belt, before it is published.

        :raises TransientError: Redis is away or full.
        """
        with reachable():
            self.client.hset(f"belt:{queue}", message_id, f"{feeds} {size} {int(time.time())}")

    def unweigh(self, queue: str, message_id: str) -> None:
        """Count a message as settled.

        :raises TransientError: Redis is away.
        """
        with reachable():
            self.client.hdel(f"belt:{queue}", message_id)

    def load(self) -> Load:
        """Return what is on the belt, and forget the weight of messages that were lost long ago.

        :raises TransientError: Redis is away.
        """
        with reachable():
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
        with reachable():
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
        with reachable():
            return self.client.llen(queue)

    def epoch(self) -> int:
        """Return the number that the scheduler gave this belt; 0: none, it is new or came back empty.

        :raises TransientError: Redis is away.
        """
        with reachable():
            return int(cast("bytes | None", self.client.get("belt:epoch")) or 0)

    def mark_epoch(self, number: int) -> None:
        """Give this belt its number.

        :raises TransientError: Redis is away or full.
        """
        with reachable():
            self.client.set("belt:epoch", str(number))

    def pulse(self, worker: str) -> None:
        """Note that `worker` has just taken a message off its queue.

        :raises TransientError: Redis is away.
        """
        with reachable():
            self.client.set(f"pulse:{worker}", str(int(time.time())), ex=PULSE_KEPT_S)

    def pulse_age_s(self, worker: str) -> int | None:
        """Return the seconds since `worker` last took a message, or None if it did not within the hour.

        :raises TransientError: Redis is away.
        """
        with reachable():
            at = cast("bytes | None", self.client.get(f"pulse:{worker}"))
        return None if at is None else max(0, int(time.time()) - int(at))
