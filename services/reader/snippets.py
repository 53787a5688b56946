"""Pure: what is shown of an article that was found: the part of its text that holds the words, with them marked."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from services.reader.asking import Asked
from services.reader.wording import opening
from shared.spacing import UNSPACED

CHARS = 240  # about two lines on a desk
LEAD = 60  # characters before the first word that was found
_WORD = re.compile(rf"{UNSPACED}|(?:(?!{UNSPACED})\w)+")


@dataclass(frozen=True)
class Piece:
    """A run of text, and whether it is what was looked for."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    term: int


def mark(text: str, asked: Asked) -> tuple[Piece, ...]:
    """Return `text` in pieces, what was looked for marked.

    >>> [piece.text for piece in mark("The old bridge.", Asked(("old bridge",))) if piece.marked]
    ['old bridge']
    """
    return tuple(_pieces(text, _hits(text, asked)))


def snippet(summary: str | None, text: str | None, asked: Asked) -> tuple[Piece, ...]:
    """Return some `CHARS` characters of the summary or the text, whichever has more of what was looked for.

    Where neither has any of it, it is how the article opens.
    """
    best: tuple[str, list[_Hit]] = ("", [])
    for given in (summary, text):
        plain = " ".join((given or "").split())
        hits = _hits(plain, asked)
        if len({hit.term for hit in hits}) > len({hit.term for hit in best[1]}):
            best = (plain, hits)
    plain, hits = best
    if not hits:
        first = opening(summary, text)
        return (Piece(first),) if first else ()
    return tuple(_pieces(*_cut(plain, hits)))


def as_html(pieces: Sequence[Piece]) -> str | None:
    """Return pieces as HTML in which the only elements are `mark`; None where there are none.

    >>> as_html((Piece("a < b"), Piece("c", True)))
    'a &lt; b<mark>c</mark>'
    """
    return "".join(f"<mark>{escape(one.text)}</mark>" if one.marked else escape(one.text) for one in pieces) or None


def as_text(pieces: Sequence[Piece]) -> str | None:
    """Return pieces as plain text; None where there are none."""
    return "".join(one.text for one in pieces) or None


def _cut(text: str, hits: Sequence[_Hit]) -> tuple[str, list[_Hit]]:
    """Return the stretch of `text` that holds most of what was looked for, and the hits in it."""

    def within(first: _Hit) -> list[_Hit]:
        return [hit for hit in hits if first.start <= hit.start and hit.end <= first.start + CHARS - LEAD]

    first = max(hits, key=lambda hit: len({one.term for one in within(hit)}))
    start = text.rfind(" ", 0, max(0, first.start - LEAD)) + 1 if first.start > LEAD else 0
    end = len(text) if len(text) <= start + CHARS else max(text.rfind(" ", 0, start + CHARS), first.end)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    shift = len(before) - start
    kept = [_Hit(hit.start + shift, hit.end + shift, hit.term) for hit in hits if hit.start >= start and hit.end <= end]
    return before + text[start:end] + after, kept


def _pieces(text: str, hits: Sequence[_Hit]) -> Iterator[Piece]:
    at = 0
    for hit in hits:
        if hit.start < at:
            continue  # one of two terms that overlap
        if hit.start > at:
            yield Piece(text[at : hit.start])
        yield Piece(text[hit.start : hit.end], marked=True)
        at = hit.end
    if at < len(text):
        yield Piece(text[at:])


def _hits(text: str, asked: Asked) -> list[_Hit]:
    terms = [_folded_words(term) for term in asked.wanted]
    words = list(_WORD.finditer(text))
    distinct = {match[0] for match in words}  # half of them at most, in a text of some length
    fits = {word: {one for one in distinct if _alike(_folded(one), word)} for term in terms for word in term}
    return [
        _Hit(match.start(), words[at + len(term) - 1].end(), number)
        for at, match in enumerate(words)
        for number, term in enumerate(terms)
        if term and match[0] in fits[term[0]] and at + len(term) <= len(words)
        if all(words[at + ahead][0] in fits[word] for ahead, word in enumerate(term))
    ]


def _folded_words(term: str) -> list[str]:
    return [_folded(word) for word in _WORD.findall(term)]


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return plain if plain.isascii() else "".join(sign for sign in plain if not unicodedata.combining(sign))


def _alike(one: str, other: str) -> bool:
    """Return whether two words are the same but for their endings, about as the database's stemmers see it."""
    if one == other or one[:1] != other[:1]:
        return one == other
    shared = max(4, max(len(one), len(other)) - 3)
    return one[:shared] == other[:shared] and min(len(one), len(other)) >= shared
