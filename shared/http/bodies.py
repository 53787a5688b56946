"""Bodies as they come off the wire, decoded while they are counted. Pure."""

import zlib
from collections.abc import Callable, Iterable

from shared.errors import FetchError, Refused

ACCEPT_ENCODING = "gzip, deflate"  # others unpack a thousandfold before they can be counted, and we need none of them
_OTHERS = frozenset(  # registered, RFC 9110, 16.6; any other word there ("utf-8", "none") is a slip and codes nothing
    {"aes128gcm", "br", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip", "zstd"}
)
_WINDOW_BITS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
_CODINGS = _OTHERS.union(_WINDOW_BITS)


def decode(
    pieces: Iterable[bytes], coding: str, max_wire: int, max_body: int, grew: Callable[[int], None] = lambda size: None
) -> bytes:
    """Return the body that `pieces` make, at most `max_wire` bytes as sent and `max_body` as decoded.

    `grew` hears of each piece, decoded, how many bytes it has, before it is kept.

    `coding` is the Content-Encoding field. RFC 9110, 8.4.1: gzip may have several members; deflate is zlib, though
    some servers send it raw.

    :raises Refused: a limit is passed, or the coding is none that was asked for.
    :raises FetchError: the coded stream ends early (`truncated`) or is damaged (`http`).
    """
    named = [token for token in (part.strip().lower() for part in coding.split(",")) if token in _CODINGS]
    counted = _counted(pieces, max_wire)
    if not named:
        return _joined(counted, max_body, grew)
    coding = ", ".join(named)
    if coding not in _WINDOW_BITS:
        raise Refused("http", f"The body is coded as {coding[:40]!r}, which was not asked for.")
    try:
        return _joined(_unpacked(counted, coding, max_body), max_body, grew)
    except zlib.error as error:
        raise FetchError("http", f"The body is not the {coding} stream that it says it is.") from error


def _counted(pieces: Iterable[bytes], most: int) -> Iterable[bytes]:
    count = 0
    for piece in pieces:
        count += len(piece)
        if count > most:
            raise Refused("too_large", f"The body is larger than {most} bytes.")
        yield piece


def _joined(pieces: Iterable[bytes], most: int, grew: Callable[[int], None]) -> bytes:
    body = bytearray()
    for piece in pieces:
        grew(len(piece))
        body += piece
        if len(body) > most:
            raise Refused("too_large", f"The unpacked body is larger than {most} bytes.")
    return bytes(body)


def _unpacked(pieces: Iterable[bytes], coding: str, most: int) -> Iterable[bytes]:
    """Yield what each piece unpacks to, never much more than `most` bytes at once."""
    unpacker = None
    for piece in pieces:
        data = piece
        while data:
            if unpacker is None or unpacker.eof:
                if unpacker is not None and not _opens_member(data, coding):
                    return  # padding after the last member
                unpacker = zlib.decompressobj(_bits(data, coding))
            yield unpacker.decompress(data, most + 1)
            data = unpacker.unused_data or unpacker.unconsumed_tail
    if unpacker is not None and not unpacker.eof:
        raise FetchError("truncated", f"The {coding} body ends before its end.")


def _opens_member(data: bytes, coding: str) -> bool:
    return coding != "deflate" and data[:1] == b"\x1f"


def _bits(data: bytes, coding: str) -> int:
    """Return zlib's window bits; negative for the raw stream that some servers call deflate (RFC 1950 has a header)."""
    is_raw = coding == "deflate" and (data[0] & 0x0F != 8 or (len(data) > 1 and (data[0] * 256 + data[1]) % 31 != 0))
    return -zlib.MAX_WBITS if is_raw else _WINDOW_BITS[coding]
