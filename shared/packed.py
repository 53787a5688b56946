"""Documents that are gzip files themselves, as sitemaps are, unpacked under a limit. Pure."""

import zlib
from collections.abc import Iterator

from shared.errors import Malformed

MOST_UNPACKED = 10 * 2**20  # bytes of one
_GZIP = b"\x1f\x8b"  # how one begins (RFC 1952, 2.3.1)
_WBITS = 31  # of zlib, for gzip
_PIECE_BYTES = 64 * 1024  # zlib copies what is left of a piece at the end of each member


def unpacked(data: bytes, most: int = MOST_UNPACKED) -> bytes:
    """Return what all members of a gzip file hold (RFC 1952, 2.2), `data` itself where it is none.

    :raises Malformed: it is damaged, breaks off or holds more than `most` bytes.
    """
    if not data.startswith(_GZIP):
        return data
    found = bytearray()
    try:
        for piece in _members(data, most):
            found += piece
            if len(found) > most:
                raise Malformed(f"The document unpacks to more than {most} bytes.")
    except zlib.error as error:
        raise Malformed(f"The document is a damaged gzip file: {error}.") from None
    return bytes(found)


def unpacked_if_whole(data: bytes) -> bytes | None:
    """Return what `unpacked` does, None where it raises."""
    try:
        return unpacked(data)
    except Malformed:
        return None


def _members(data: bytes, most: int) -> Iterator[bytes]:
    """Yield what each piece unpacks to, at most a byte more than `most` at once; behind the last member is padding."""
    unpacking = zlib.decompressobj(_WBITS)
    for at in range(0, len(data), _PIECE_BYTES):
        piece = data[at : at + _PIECE_BYTES]
        while piece:
            if unpacking.eof and not piece.startswith(_GZIP[:1]):
                return
            if unpacking.eof:
                unpacking = zlib.decompressobj(_WBITS)
            yield unpacking.decompress(piece, most + 1)
            piece = unpacking.unused_data
    if not unpacking.eof:
        raise Malformed("The document is a gzip file that breaks off.")
