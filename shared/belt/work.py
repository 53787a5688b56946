"""What belongs to leases: bytes by reference, and the marks of begun work."""

from collections.abc import Iterable, Sequence
from typing import cast

import zstandard

from shared.belt.client import Part, reachable
from shared.errors import Malformed


class Work(Part):
    """Documents and batches under their keys, and `begun:<token>` for each lease that a stage works on."""

    def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`, compressed, for two leases.

        :raises TransientError: Redis is away or full.
        """
        with reachable():
            self.client.set(key, zstandard.ZstdCompressor(level=1).compress(data), ex=self._ttl_s)

    def get(self, key: str, max_bytes: int) -> bytes | None:
        """Return the bytes under `key`, or None if the belt no longer has them.

        :raises TransientError: Redis is away.
        :raises Malformed: what is there is larger than `max_bytes`, or damaged.
        """
        with reachable():
            data = cast("bytes | None", self.client.get(key))
        return None if data is None else unpacked(key, data, max_bytes)

    def drop(self, *keys: str) -> None:
        """Remove `keys`; the next message is already published.

        :raises TransientError: Redis is away.
        """
        with reachable():
            self.client.unlink(*keys)

    def keep(self, key: str, data: bytes, seconds: int) -> None:
        """Keep a few bytes for so long.

        :raises TransientError: Redis is away or full.
        """
        with reachable():
            self.client.set(key, zstandard.ZstdCompressor(level=1).compress(data), ex=seconds)

    def begin_with(self, token: str, key: str) -> tuple[bool, bytes | None]:
        """Mark the lease as being worked on, and return, in one round trip, what is under `key`, packed.

        False if it is marked already: someone is at it, or died at it.

        :raises TransientError: Redis is away or full.
        """
        with reachable():
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
        with reachable():
            pipe = self.client.pipeline(transaction=False)
            for token in asked:
                pipe.set(f"begun:{token}", b"1", nx=True, ex=self._ttl_s)
            return {token for token, marked in zip(asked, pipe.execute(), strict=True) if marked}

    def end(self, *tokens: str) -> None:
        """Remove the marks: the work ended, well or not.

        :raises TransientError: Redis is away.
        """
        if tokens:
            with reachable():
                self.client.unlink(*(f"begun:{token}" for token in tokens))

    def begun(self, tokens: Sequence[str]) -> set[str]:
        """Return those of `tokens` whose work was begun and never ended.

        :raises TransientError: Redis is away.
        """
        if not tokens:
            return set()
        with reachable():
            marks = self.client.mget([f"begun:{token}" for token in tokens])
        return {token for token, mark in zip(tokens, marks, strict=True) if mark}


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


def document_key(kind: str, target_id: int, token: str) -> str:
    """Return where the document of one lease waits."""
    return f"doc:{kind}:{target_id}:{token}"
