"""The connection to Redis, and what can go wrong with it."""

from collections.abc import Iterator
from contextlib import contextmanager

import redis

from shared.errors import TransientError, UsageError

SOCKET_TIMEOUT_S = 10  # a frozen Redis otherwise hangs its publisher for ever
CONNECT_TIMEOUT_S = 3


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
def reachable() -> Iterator[None]:
    """Turn every way that Redis can be away or full into one transient error."""
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError) as error:
        raise TransientError(f"Redis cannot be reached: {error}") from error
    except redis.ResponseError as error:
        raise TransientError(f"Redis refused a command: {error}") from error


class Part:
    """A part of the belt: commands over one client, for leases of one length."""

    def __init__(self, client: "redis.Redis", lease_s: int) -> None:
        self.client = client
        self._lease_s = lease_s
        self._ttl_s = 2 * lease_s  # what belongs to a lease is kept for so long
