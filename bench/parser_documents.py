"""What `bench.parser` measures: windows of so many entries, article pages, and messages around them. Pure."""

import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import _lru_cache_wrapper

from bench.variation import STARTED, varied_feeds
from services.command.samples.content import read_titles
from services.command.samples.edition import edition
from services.command.samples.render import article_page
from shared.messages import Document, Facts, Kind, Outcome, Target

ENTRIES = 30  # of a window of which little or nothing is new
WIDEST = 2 * ENTRIES  # in a document of a folder that counts as one
URL = "https://bench.example/feed"
_FOREVER = datetime(2100, 1, 1, tzinfo=UTC)
_ENTRY = re.compile(rb"<(item|entry)[\s>].*?</\1>\s*", re.DOTALL)
_WARM = frozenset({"_model", "short"})  # what a worker knows after its first document, whatever it reads


def message(known: str = "", url: str = URL, kind: Kind = Kind.FEED) -> Document:
    """Return what comes with a document whose window had the entries `known`."""
    facts = Facts(kind=kind, id=1, token="bench", outcome=Outcome.OK)
    target = Target(kind=kind, id=1, token="bench", url=url, host="bench.example", known=known)
    return Document(lease_ends=_FOREVER, facts=facts, target=target, final_url=url, body_key="")


def sample_windows(wanted: int) -> list[bytes]:
    """Return `wanted` feeds of exactly `ENTRIES` entries, made of two editions of a sample title each."""
    titles = len(read_titles(STARTED.date()))
    bodies = varied_feeds(2 * titles * -(-wanted // titles))
    pairs = ((at, at + titles) for at in range(len(bodies)) if at // titles % 2 == 0)
    return [_joined(bodies[one], bodies[other]) for one, other in pairs][:wanted]


def _joined(body: bytes, other: bytes) -> bytes:
    entries = [found[0] for one in (body, other) for found in _ENTRY.finditer(one)]
    first = next(_ENTRY.finditer(body)).start()
    last = max(found.end() for found in _ENTRY.finditer(body))
    return body[:first] + b"".join(entries[:ENTRIES]) + body[last:]


def sample_pages() -> list[bytes]:
    """Return the pages of all sample articles."""
    return list(_pages())


def _pages() -> Iterator[bytes]:
    for title in read_titles(STARTED.date()):
        printed = edition(title, STARTED, 0.0)
        yield from (article_page(printed, entry, f"http://{title.slug}.example").encode() for entry in printed.entries)


def wide_enough(bodies: Iterable[bytes]) -> list[bytes]:
    """Return those documents that list about `ENTRIES` entries."""
    return [body for body in bodies if ENTRIES <= sum(1 for _ in _ENTRY.finditer(body)) <= WIDEST]


def forget() -> None:
    """Empty the parser's caches, so that each document is met as if for the first time."""
    for name, module in sys.modules.items():
        if name.startswith("services.parser"):
            for thing, value in vars(module).items():
                if isinstance(value, _lru_cache_wrapper) and thing not in _WARM:
                    value.cache_clear()
