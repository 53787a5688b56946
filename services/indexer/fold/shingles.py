"""A text as its 5-word shingles, and the few of them that are posted to the index. Pure.

The posted sample is chosen by winnowing (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003): of any `WINDOW` shingles
in a row the smallest is taken. So two texts that have `WINDOW` + `SIZE` - 1 = 20 words in a row in common always share
a posting, however short the one and long the other is: a cut copy finds its original. About 2 in 17 shingles are taken.
"""

from dataclasses import dataclass

from services.indexer.fold.words import sentences, word_numbers, words

SIZE = 5  # words in a shingle
WINDOW = 16  # shingles, a power of two
_OFFSET = 1 << 63
_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Sketch:
    """What the fold knows of a text."""

    hashes: frozenset[int]  # of all shingles; signed 64 bits, the same in every process
    sample: tuple[int, ...]  # those that are posted to the index, ascending
    words: int


def sketch(text: str) -> Sketch:
    """Return the sketch of `text`; one without `SIZE` words has no shingles."""
    return sketch_words(words(text))


def sketch_words(tokens: list[str]) -> Sketch:
    """Return the sketch of a text that is already words."""
    row = _shingles(word_numbers(tokens))
    return Sketch(frozenset(row), tuple(sorted(set(_minima(row)))), len(tokens))


def missing(text: str, hashes: frozenset[int]) -> tuple[int, int]:
    """Return how many words of `text` stand in sentences that a text with these shingles has not, and in all sentences.

    It has a sentence if it has at least half of the sentence's shingles, so a word changed here and there counts for
    nothing. Sentences too short to have a shingle are left out.
    """
    gone = total = 0
    for tokens in sentences(text):
        row = _shingles(word_numbers(tokens))
        if row:
            total += len(tokens)
            gone += len(tokens) if 2 * sum(number in hashes for number in row) < len(row) else 0
    return gone, total


def _shingles(numbers: list[int]) -> list[int]:
    """Return a hash for each `SIZE` words in a row.

    The factors are small, for speed, and no two sets of them have one sum: words in another order make another hash.
    """
    return [
        ((a + 31 * b + 961 * c + 29791 * d + 923521 * e) & _MASK) - _OFFSET
        for a, b, c, d, e in zip(numbers, numbers[1:], numbers[2:], numbers[3:], numbers[4:], strict=False)
    ]


def _minima(row: list[int]) -> list[int]:
    """Return the smallest of each `WINDOW` in a row; of all, where there are fewer."""
    if len(row) < WINDOW:
        return [min(row)] if row else []
    span = 1
    while span < WINDOW:
        row = [a if a < b else b for a, b in zip(row, row[span:], strict=False)]  # twice as fast as map(min, …)
        span *= 2
    return row
