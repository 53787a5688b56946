"""The documents that are served: the project's sample titles in many variations, or those of a folder.

Pure but for reading the folder.
"""

import gzip
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError
from bench.variation import varied_feeds

NEW_ENTRIES = 2  # that the steady poll finds in a feed that has news
NEWS_EVERY = 10  # one feed in so many has news
LEAST_ENTRIES = NEW_ENTRIES + 2  # a feed keeps some entries while the new ones are held back
_ENTRY = re.compile(rb"<((?:\w+:)?(?:item|entry))[\s>].*?</\1\s*>", re.DOTALL)


@dataclass(frozen=True)
class Document:
    """One feed: what it says at first, and what it says once it has news; None: it never has."""

    media_type: str
    body: bytes
    later: bytes | None = None


def sample_documents(count: int) -> list[Document]:
    """Return `count` feeds made of the sample titles; each has entries, identifiers, links and words of its own."""
    return with_news(varied_feeds(count))


def folder_documents(folder: Path, count: int | None) -> list[Document]:
    """Return `count` documents of `folder`, spread over all of them (None: all); unpacked where the name ends in .gz.

    :raises BenchError: the folder cannot be read or holds fewer.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file())
        count = count or len(paths)
        if not 0 < count <= len(paths):
            raise BenchError(f"{folder} holds {len(paths)} documents: ask for at least 1 and at most so many.")
        return with_news(_unpacked(paths[at * len(paths) // count]) for at in range(count))
    except (OSError, EOFError) as error:
        raise BenchError(f"The documents in {folder} cannot be read: {error}.") from error


def _unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def with_news(bodies: Iterable[bytes]) -> list[Document]:
    """Return the documents; in one of ten, evenly spread, the first two entries are held back until the steady poll."""
    bodies = list(bodies)
    shortened = {at: held for at, body in enumerate(bodies) if (held := held_back(body)) is not None}
    wanted = -(-len(bodies) // NEWS_EVERY)
    step = max(1, len(shortened) // wanted)
    chosen = set(list(shortened)[::step][:wanted])
    return [
        Document(_media_type(body), shortened[at], body) if at in chosen else Document(_media_type(body), body)
        for at, body in enumerate(bodies)
    ]


def held_back(body: bytes) -> bytes | None:
    """Return `body` without its first entries, or None where it has too few or they cannot be told apart."""
    entries = list(_ENTRY.finditer(body))
    if len(entries) < LEAST_ENTRIES:
        return None
    for entry in entries[:NEW_ENTRIES][::-1]:
        body = body[: entry.start()] + body[entry.end() :]
    return body


def _media_type(body: bytes) -> str:
    return "application/json" if body.lstrip()[:1] == b"{" else "application/xml"
