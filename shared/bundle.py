"""Several documents as one: what a fetch brings that looked at more than one place. Pure.

A folder's files, the sitemaps of an index and the pages of a listing travel as one document, so that they are leased,
read and committed together. A part may bear a digest of its own, by which its entries are known before it is read.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from shared.digests import entry_digest
from shared.errors import Malformed
from shared.messages import DIGEST_CHARS

TYPE = "application/vnd.wireroom.bundle"
MAIL = "message/rfc822"
MAIL_CUT = f"{MAIL}; cut=yes"  # the begin of a message
FILE_CHARS = 8  # of an entry digest stand for its file, the others for its place in it
_MAGIC = b"%wireroom-bundle-1\n"


@dataclass(frozen=True)
class Part:
    """One document of a bundle."""

    url: str
    body: bytes
    media_type: str | None = None
    file: str | None = None  # the digest of the file as it was listed; None: its entries are known by their bytes


@dataclass(frozen=True)
class Bundle:
    """Documents that were looked at together."""

    parts: tuple[Part, ...]
    kept: str = ""  # entry digests of what is still listed, and was read before
    left_out: int = 0  # files that have to wait for the next poll


def pack(bundle: Bundle) -> bytes:
    """Return a bundle as one document."""
    head = {
        "kept": bundle.kept,
        "left_out": bundle.left_out,
        "parts": [[part.url, part.media_type, part.file, len(part.body)] for part in bundle.parts],
    }
    return b"".join((_MAGIC, json.dumps(head).encode(), b"\n", *(part.body for part in bundle.parts)))


def unpack(data: bytes) -> Bundle:
    """Return the bundle in `data`.

    :raises Malformed: it is none.
    """
    if not data.startswith(_MAGIC):
        raise Malformed("The document says that it is a bundle, but is none.")
    head, _, rest = data[len(_MAGIC) :].partition(b"\n")
    try:
        said = json.loads(head)
        parts, at = [], 0
        for url, media_type, file, size in said["parts"]:
            parts.append(Part(str(url), rest[at : at + size], media_type, file))
            at += size
        return Bundle(tuple(parts), str(said["kept"]), int(said["left_out"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed("The document says that it is a bundle, but is none.") from error


def file_digest(name: str, size: int, modified_s: int) -> str:
    """Return what a file is known by, as it is listed: another if it was written since."""
    return entry_digest(f"{name}\n{size}\n{modified_s}".encode())[:FILE_CHARS]


def place_digest(file: str, place: int) -> str:
    """Return the digest of the entry at `place` of a file."""
    return file + base64.urlsafe_b64encode(place.to_bytes(3, "big")).decode()


def by_file(digests: Sequence[str]) -> dict[str, str]:
    """Return the entry digests of each file, joined."""
    found: dict[str, str] = {}
    for digest in digests:
        if len(digest) == DIGEST_CHARS:
            found[digest[:FILE_CHARS]] = found.get(digest[:FILE_CHARS], "") + digest
    return found
