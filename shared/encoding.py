"""Bytes as settings and messages hold them: base64url without padding (RFC 4648, 5). Pure."""

import base64
import binascii


def to_base64url(data: bytes) -> str:
    """Return `data` as text.

    >>> to_base64url(b"ferry"), from_base64url("ZmVycnk")
    ('ZmVycnk', b'ferry')
    """
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    """Return the bytes that `text` holds.

    :raises ValueError: it is no base64url.
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no base64url") from error
