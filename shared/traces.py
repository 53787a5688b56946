"""Whether bytes that were set aside may hold an article, as feeds, pages and listings write it. Pure."""

import html
import re
from collections.abc import Iterable

from shared.bundle import unpack
from shared.errors import Malformed
from shared.packed import unpacked_if_whole

LEAST_PATH = 8  # characters of a path that tells an article wherever it stands; a shorter one may be part of anything

_ESCAPES = 2  # times that a feed escapes what it carries
_JSON = re.compile(r"\\u([0-9a-fA-F]{4})")


def marks(source_id: str | None, url: str | None, headline: str | None) -> frozenset[str]:
    """Return what tells an article in a document: its identifier, its address, also within its site, its headline."""
    within = (url or "").partition("://")[2].partition("/")[2].partition("#")[0]
    told = (_plain(mark) for mark in (source_id, url, within and f"/{within}", headline) if mark)
    return frozenset(mark for mark in told if mark)  # nothing stands in any document


def may_hold(data: bytes, told_by: Iterable[str]) -> bool:
    """Return whether a document bears any of these marks, however it is packed, encoded and escaped.

    What cannot be unpacked may hold anything.
    """
    try:
        bodies = [part.body for part in unpack(data).parts]
    except Malformed:
        bodies = [data]
    wanted = list(told_by)
    for body in map(unpacked_if_whole, bodies):
        if body is None:
            return True
        text = _plain(body.replace(b"\0", b"").decode("utf-8", "replace"))
        if any(_stands_in(text, mark) for mark in wanted):
            return True
    return False


def _stands_in(text: str, mark: str) -> bool:
    """Return whether a text bears a mark: an address not as the beginning of a longer one, a short path by itself.

    >>> _stands_in('<a href="/1">', "/1"), _stands_in("3/1/2024, https://a.example/17", "/1")
    (True, False)
    """
    if mark not in text or "/" not in mark:
        return mark in text
    alone = r"(?<![\w/.-])" if mark.startswith("/") and len(mark) < LEAST_PATH else ""
    return re.search(rf"{alone}{re.escape(mark)}(?!\w)", text) is not None


def _plain(text: str) -> str:
    """Return a text without escapes, its spaces made one each."""
    text = _JSON.sub(lambda found: chr(int(found[1], 16)), text).replace("\\/", "/")
    for _ in range(_ESCAPES):
        text = html.unescape(text)
    return " ".join(text.split())
