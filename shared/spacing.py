"""Pure: scripts that part no words (Chinese, Japanese, Thai …), taken apart sign by sign for full-text search."""

import re

# Hangul is not among them: it is written with spaces. PostgreSQL's regular expressions, Python's and SQLite's GLOB all
# read it alike.
UNSPACED = (
    "["
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # ideographs
    "]"
)
_UNSPACED = re.compile(UNSPACED)


def apart(sign: re.Match[str]) -> str:
    """Return a sign with a space on each side; a template costs three times what this does."""
    return f" {sign[0]} "


def spaced(text: str | None) -> str | None:
    """Return `text` with a space around each sign of such a script: a word is then a phrase of signs.

    >>> spaced("Visit 東京 now")
    'Visit  東  京  now'
    """
    return text if text is None or text.isascii() else _UNSPACED.sub(apart, text)
