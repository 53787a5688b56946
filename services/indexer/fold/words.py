"""Text as the fold compares it: sentences of words without case, markup, quotes or punctuation. Pure."""

import html
import re
import unicodedata
from functools import cache
from hashlib import blake2b

from shared.spacing import apart

_SWAPS = [
    ("\r", "\n"),
    ("\u2028", "\n"),
    ("\u2029", "\n"),
    ("'", ""),
    ("’", ""),
    ("‘", ""),
    ("ʼ", ""),
    ("`", ""),
    ("´", ""),
]
_SPACES = [("\u00a0", " "), ("“", " "), ("”", " "), ("–", " "), ("—", " "), ("•", " "), ("…", "...")]
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufe00-\ufe0f]")

# Scripts written without spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, kana, Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f]"
)
# Marks that belong to the letter before them: accents that NFKC could not join, Hebrew, Arabic and Indic vowel signs.
_SIGNS = "\\w\u0300-\u036f\u05b0-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
_WORD = re.compile(f"[{_SIGNS}]")
_NO_WORDS = {but: re.compile(f"[^{_SIGNS}{but}]+") for but in ("", "\n")}
_MANY_SIGNS = 64  # kinds of signs between words; no text has as many
_NO_WORD = {code: " " for code in range(128) if not chr(code).isalnum()}
_NO_WORD_IN_LINE = {code: sign for code, sign in _NO_WORD.items() if code != ord("\n")}
# What ends a sentence in a plain text, besides a line and the full stops of scripts without spaces; a pattern of ASCII
# is four times as fast.
_ASCII_END = re.compile(r"[.!?][\")\]]*\s+")
_END = re.compile(r"[.!?؟][\")\]]*\s+")

_ESCAPES = 3  # times that a publisher escapes a text, at most
_CACHE_WORDS = 300_000  # about 40 MB; more words than a day of news in ten languages has


def words(text: str) -> list[str]:
    """Return the words of `text` in order; what is neither letter nor digit parts them, apostrophes apart.

    A character of a script without spaces is a word. The words of the words, joined by spaces, are the same words.
    """
    return _split(_plain(text))


def sentences(text: str) -> list[list[str]]:
    """Return the words of each sentence of `text` in order; a line ends a sentence, and one without a word is none."""
    plain = _plain(text)
    lines = (_END if "؟" in plain else _ASCII_END).sub("\n", plain)
    if plain.isascii():
        lines = lines.translate(_NO_WORD_IN_LINE)
    else:
        lines = _blank(lines.replace("。", "\n").replace("।", "\n"), but="\n")
    return [tokens for line in lines.split("\n") if (tokens := line.split())]


def is_sign(word: str) -> bool:
    """Return whether a word is one character of a script without spaces."""
    return not word.isascii() and bool(_UNSPACED.fullmatch(word))


def _plain(text: str) -> str:
    """Return `text` in one spelling: NFKC, casefolded, without entities, apostrophes and invisible characters."""
    for _ in range(_ESCAPES):
        if "&" in text:
            text = html.unescape(text)
    for old, new in _SWAPS:
        text = text.replace(old, new)
    if text.isascii():
        return text.lower()
    for old, new in _SPACES:
        text = text.replace(old, new)
    if text.isascii():
        return text.lower()
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).casefold())
    return _UNSPACED.sub(apart, unicodedata.normalize("NFKC", text)).replace("_", " ")


def _split(plain: str) -> list[str]:
    return (plain.translate(_NO_WORD) if plain.isascii() else _blank(plain)).split()


def _blank(plain: str, but: str = "") -> str:
    """Return `plain` with a space for each sign that is part of no word, `but` for one."""
    signs = [sign for sign in set(plain) if sign != but and _parts(sign)]
    if len(signs) > _MANY_SIGNS:
        return _NO_WORDS[but].sub(" ", plain)
    for sign in signs:  # a text has few kinds of them, and each is replaced in a fifth of the time that a pattern takes
        plain = plain.replace(sign, " ")
    return plain


@cache
def _parts(sign: str) -> bool:
    return not _WORD.fullmatch(sign)


class _Numbers(dict[str, bytes]):
    """A 64-bit number for each word, computed when first asked for."""

    def __missing__(self, token: str) -> bytes:
        if len(self) >= _CACHE_WORDS:
            self.clear()
        number = blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        self[token] = number
        return number


_numbers = _Numbers()


def word_numbers(tokens: list[str]) -> bytes:
    """Return a 64-bit number for each word, big-endian, the same in every process and version (BLAKE2b)."""
    return b"".join(map(_numbers.__getitem__, tokens))


def digest(text: str) -> int:
    """Return a signed 64-bit digest of a text, the same in every process and version."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
