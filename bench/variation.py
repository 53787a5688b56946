"""The sample titles in many editions that share no text: as many feeds as wanted, from a handful of them. Pure.

Within one edition the same words become the same other words everywhere, so that an agency text that five titles carry
is still one text, and folds; between editions nothing does.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b

from services.command.samples.content import Piece, Title, read_titles
from services.command.samples.edition import edition
from services.command.samples.render import feed

EDITIONS_A_FEED = 3  # about twenty entries, as a newspaper's feed has
CHANGED = 0.85  # of all words, so that hardly any five in a row are left in common, as between unrelated articles
STARTED = datetime(2024, 5, 14, 12, tzinfo=UTC)
SETTLED_S = 3600.0  # after which no sample title changes by itself
_WORD = re.compile(r"\w{3,}")

Turn = Callable[[str], str]


def varied_feeds(wanted: int) -> list[bytes]:
    """Return `wanted` different feed documents, in RSS, Atom and RDF as the sample titles have them."""
    titles = read_titles(STARTED.date())
    return [_document(titles, *divmod(at, len(titles))[::-1]) for at in range(wanted)]


def _document(titles: Sequence[Title], which: int, group: int) -> bytes:
    title = titles[which]
    numbers = range(group * EDITIONS_A_FEED, (group + 1) * EDITIONS_A_FEED)
    pieces = tuple(piece for number in numbers for piece in _varied(titles, title, number))
    varied = replace(title, slug=f"{title.slug}-{group}", name=f"{title.name} {group}", pieces=pieces)
    return feed(edition(varied, STARTED, SETTLED_S), f"http://{varied.slug}.example").encode()


def _varied(titles: Sequence[Title], title: Title, number: int) -> Iterator[Piece]:
    """Yield the title's pieces in the words of edition `number`, without what would happen to them in time."""
    turn = _turn(titles, title.language, number)
    for piece in title.pieces:
        yield replace(
            piece,
            slug=f"{piece.slug}-{number}",
            headline=turn(piece.headline),
            summary=turn(piece.summary),
            paragraphs=tuple(map(turn, piece.paragraphs)),
            appears_s=None,
            correction=None,
            kill=None,
        )


@cache
def _turn(titles: Sequence[Title], language: str, number: int) -> Turn:
    """Return what puts a text into the words of edition `number`."""
    words = _vocabulary(titles, language)
    known: dict[str, str] = {}

    def turned(match: re.Match[str]) -> str:
        word = match[0]
        if word not in known:
            draw = _number(f"{number} {word}")
            known[word] = words[draw % len(words)] if draw / 2**64 < CHANGED else word
        return known[word]

    return lambda text: _WORD.sub(turned, text)


@cache
def _vocabulary(titles: Sequence[Title], language: str) -> tuple[str, ...]:
    """Return all words that titles of a language use."""
    texts = (
        paragraph
        for title in titles
        if title.language == language
        for piece in title.pieces
        for paragraph in piece.paragraphs
    )
    return tuple(sorted({word for text in texts for word in _WORD.findall(text)}))


def _number(text: str) -> int:
    """Return a number below 2**64 that `text` gives, the same in every run."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
