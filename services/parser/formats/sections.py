"""CDATA sections that were never closed: each takes what follows along, up to the end of the next one. Pure."""

import re
from collections.abc import Iterator

_OPENING, _CLOSING = "<![CDATA[", "]]>"
_TAG_CHARS = 300  # of the start tag that a section stands behind
_START_TAG = re.compile(r"<(?P<name>[A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>\s*$")
_ENTRY_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)


def close_sections(text: str) -> str:
    """Return a feed in which no CDATA section reaches from one entry into another.

    One that holds the end tag of its element, that of its entry, and then another section or the document's end, is
    closed where its element ends.

    >>> close_sections("<item><title><![CDATA[A</title></item><item><title><![CDATA[B]]></title></item>")
    '<item><title><![CDATA[A]]></title></item><item><title><![CDATA[B]]></title></item>'
    """
    return "".join(_pieces(text)) if _one_is_open(text) else text


def _one_is_open(text: str) -> bool:
    """Return whether a section begins before the one above it ends; ends are looked for from behind: they are near."""
    start = text.find(_OPENING)
    while start >= 0:
        following = text.find(_OPENING, start + len(_OPENING))
        if text.rfind(_CLOSING, start, following if following >= 0 else len(text)) < 0:
            return True
        start = following
    return False


def _pieces(text: str) -> Iterator[str]:
    at, end = 0, 0  # what is written so far; where the next section ends that does
    start = text.find(_OPENING)
    while start >= 0:
        following = text.find(_OPENING, start + len(_OPENING))
        if end <= start:
            end = text.find(_CLOSING, start) % (len(text) + 1)  # none: at the document's end
        until = following if following >= 0 else len(text)
        if until <= end and (cut := _end_of_element(text, at, start, until)) is not None:
            yield text[at:cut]
            yield _CLOSING
            at, start = cut, following
        else:
            start = text.find(_OPENING, end)
    yield text[at:]


def _end_of_element(text: str, at: int, start: int, until: int) -> int | None:
    """Return where the element ends whose section begins at `start`, if its entry ends behind it and before `until`."""
    tag = _START_TAG.search(text[max(at, start - _TAG_CHARS) : start])
    found = text.find(f"</{tag['name']}>", start, until) if tag else -1
    return found if found >= 0 and _ENTRY_END.search(text, found, until) else None
