"""Short, stable digests. Pure."""

import base64
import hashlib


def entry_digest(data: bytes) -> str:
    """Return 12 characters that stand for one entry's bytes (9 bytes of BLAKE2b, base64url)."""
    return base64.urlsafe_b64encode(hashlib.blake2b(data, digest_size=9).digest()).decode()


def sha256(data: bytes | str) -> str:
    """Return the hexadecimal SHA-256 of `data`, text as UTF-8."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()
