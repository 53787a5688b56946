"""A text as its 5-word shingles, and the few of them that are posted to the index. Pure.

The posted sample is chosen by winnowing (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003): of any `WINDOW` shingles
in a row the smallest is taken. So two texts that have `WINDOW` + `SIZE` - 1 = 36 words in a row in common always share
a posting, however short the one and long the other is: a cut copy finds its original. About 2 in 33 shingles are taken.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from services.indexer.fold.words import sentences, word_numbers, words

SIZE = 5  # words in a shingle
SHORT = 15  # words in a sentence of which a few other words leave no shingle
WINDOW = 32  # shingles, a power of two
_FACTORS = np.array([31**power for power in range(SIZE)], np.uint64)
_FIRST_BIT = np.uint64(1 << 63)  # turned over, unsigned numbers in order are signed ones in order
_AT_HAND = 128  # texts whose sentences are kept for the next comparison, about 20 kB each

Row = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sketch:
    """What the fold knows of a text."""

    row: Row  # a hash for each shingle, in their order; the same in every process
    sample: tuple[int, ...]  # those that are posted to the index, ascending
    words: int

    @cached_property
    def hashes(self) -> frozenset[int]:
        """The hashes of its shingles; made when first asked for, since most texts are like no other."""
        return frozenset(self.row.tolist())


def sketch(text: str) -> Sketch:
    """Return the sketch of `text`; one without `SIZE` words has no shingles."""
    return sketch_words(words(text))


def sketch_words(tokens: list[str]) -> Sketch:
    """Return the sketch of a text that is already words."""
    row = _shingles(tokens)
    least = np.sort(_minima(row))
    others = least[1:][least[1:] != least[:-1]]
    return Sketch(row, (*least[:1].tolist(), *others.tolist()), len(tokens))


def missing(text: str, hashes: frozenset[int]) -> tuple[int, int]:
    """Return how many words of `text` stand in sentences that a text with these shingles has not, and in all sentences.

    It has a sentence if it has at least half of the sentence's shingles, so a word changed here and there counts for
    nothing. Sentences too short to have a shingle are left out.
    """
    gone = total = 0
    for sentence in _sentences(text):
        total += sentence.words
        gone += 0 if sentence.among(hashes) else sentence.words
    return gone, total


def parted(text: str, hashes: frozenset[int]) -> tuple[list[str], list[str]]:
    """Return the sentences of `text` that a text with these shingles has, and those that it has not, as `missing`."""
    had: list[str] = []
    new: list[str] = []
    for sentence in _sentences(text):
        (had if sentence.among(hashes) else new).append(sentence.text)
    return had, new


def opens_with(text: str, hashes: frozenset[int], count: int) -> bool:
    """Return whether a text with these shingles has any of the first `count` sentences of `text`."""
    return any(sentence.among(hashes) for sentence in _sentences(text)[:count])


def reworded(text: str, hashes: frozenset[int]) -> list[str]:
    """Return the sentences of a stripped text that a text with these shingles may have in other words.

    It has a part of them; or they are so short that a few other words leave no shingle of them.
    """
    return [
        sentence.text
        for sentence in _sentences(text)
        if (hits := sum(map(hashes.__contains__, sentence.row))) < len(sentence.row)
        and (hits or sentence.words < SHORT)
    ] + _too_short(text)


@lru_cache(_AT_HAND)
def _too_short(text: str) -> list[str]:
    """Return the sentences of a stripped text that have no shingle."""
    return [line for line in text.split("\n") if line.count(" ") < SIZE - 1]


@dataclass(frozen=True)
class _Sentence:
    """A sentence that has shingles."""

    text: str
    words: int
    row: list[int]

    def among(self, hashes: frozenset[int]) -> bool:
        """Return whether at least half of its shingles are among these."""
        return 2 * sum(map(hashes.__contains__, self.row)) >= len(self.row)


@lru_cache(_AT_HAND)
def _sentences(text: str) -> list[_Sentence]:
    """Return the sentences of `text` that have any shingle."""
    found = sentences(text)
    whole = _shingles([token for tokens in found for token in tokens]).tolist()
    ends = accumulate(map(len, found))
    return [
        _Sentence(" ".join(tokens), len(tokens), whole[end - len(tokens) : end - SIZE + 1])
        for tokens, end in zip(found, ends, strict=True)
        if len(tokens) >= SIZE
    ]


def _shingles(tokens: list[str]) -> Row:
    """Return a hash for each `SIZE` words in a row.

    The factors are small, and no two sets of them have one sum: words in another order make another hash.
    """
    if len(tokens) < SIZE:
        return np.empty(0, np.int64)
    numbers = np.frombuffer(word_numbers(tokens), ">u8").astype(np.uint64)
    row: NDArray[np.uint64] = np.correlate(numbers, _FACTORS) + _FIRST_BIT  # wraps at 64 bits
    return row.view(np.int64)


def _minima(row: Row) -> Row:
    """Return the smallest of each `WINDOW` in a row; of all, where there are fewer."""
    if len(row) < WINDOW:
        return row[:0] if not len(row) else row.min(keepdims=True)
    span = 1
    while span < WINDOW:
        row = np.minimum(row[:-span], row[span:])
        span *= 2
    return row
