"""What an article quotes. Two articles about one speech share its words, and are two texts all the same. Pure."""

import re
from functools import lru_cache

from services.indexer.fold.shingles import sketch

# A quotation that goes on in the next paragraph is opened there again, so a line ends it.
_QUOTED = re.compile('“[^“”\n]*”?|„[^„“”\n]*[“”]?|«[^«»\n]*»?|「[^「」\n]*」?|‘[^‘\n]*?’(?!\\w)|"[^"\n]*"?')
_ESCAPED = (("&quot;", '"'), ("&#34;", '"'), ("&ldquo;", "“"), ("&rdquo;", "”"), ("&laquo;", "«"), ("&raquo;", "»"))
_AT_HAND = 512  # texts whose quotations are kept for the next comparison, at most 10 kB each


def quotations(text: str) -> str:
    """Return what stands in quotation marks, with the marks, a line each.

    >>> quotations('He said: “It is late.” Then he left.')
    '“It is late.”'
    """
    if "&" in text:
        for escape, mark in _ESCAPED:
            text = text.replace(escape, mark)
    return "\n".join(found for found in _QUOTED.findall(text) if " " in found)


@lru_cache(_AT_HAND)
def spoken(text: str) -> frozenset[int]:
    """Return the shingles of what a text quotes."""
    return frozenset(shingle for line in quotations(text).split("\n") for shingle in sketch(line).hashes)
