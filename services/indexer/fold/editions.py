"""Where two texts say other things in the same places: the names, figures and days that fill one template twice. Pure.

Copy editing replaces words too, but here and there, and seldom a name by another or a figure by another. Measured on
real copies, at most 1.2 in 100 words are replaced so; of templates at least 2.8 are.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from services.indexer.fold.weekdays import DAYS
from services.indexer.fold.words import words

LEAST_OTHERS = 2.5  # names, figures and days, and half as much for other words; fewer may be corrections or roundings
OTHERS_DENSITY = 0.02  # of them a word that both texts have in line; a template is made of its names and figures

_WORD = 0.5  # what another word counts that is no name: most are edited, but some are what a template is filled with
_REACH = 6  # words in one place; more are a passage that was written anew
_READ = 3000  # words of a text; a template shows itself in fewer, and two long texts are compared in their product
_STEM = 4  # letters that two forms of one word share
_SPELLINGS = 0.6  # of the letters of two spellings of one name
_WITHIN = re.compile(r"(?<=[\w,;:–—-] )[^\W\d_a-z]\w*")  # a word with a capital that opens no sentence
_PAIRS_AT_HAND = 64  # pairs that more than one rule looks at
_AT_HAND = 512  # texts whose names are kept for the next comparison, about 5 kB each

Text = tuple[str, str]  # stripped, and as its publisher wrote it


def another_edition(a: Text, b: Text) -> bool:
    """Return whether two texts are one template filled twice."""
    others, in_line = replaced(a, b)
    return others >= LEAST_OTHERS and others >= OTHERS_DENSITY * in_line


def others_at_most(sentences: Iterable[str], text: str) -> int:
    """Return how many words of sentences may stand for others in `text`: figures, and what it has not."""
    known = _vocabulary(text)
    return len({word for sentence in sentences for word in sentence.split() if word not in known or _figures([word])})


@lru_cache(_PAIRS_AT_HAND)
def replaced(a: Text, b: Text) -> tuple[float, int]:
    """Return how much of one text is something else in the other, and how many words both have in line.

    A name, figure or day in place of another counts 1, other words 1/2; each once, however often they stand.
    """
    (one, one_said), (other, other_said) = sorted((a, b), key=lambda text: (len(text[0]), text))
    first, second = one.split()[:_READ], other.split()[:_READ]
    left = _Side(frozenset(first), _names(one_said))
    right = _Side(frozenset(second), _names(other_said))
    others: set[_Other] = set()
    in_line = 0
    for what, i, j, k, m in SequenceMatcher(None, first, second).get_opcodes():
        if what == "equal":
            in_line += j - i
        elif (
            what == "replace"
            and max(j - i, m - k) <= _REACH
            and (found := _other(first[i:j], second[k:m], left, right))
        ):
            others.add(found)
    return sum(one.weight for one in others), in_line


@dataclass(frozen=True)
class _Side:
    """One of two texts."""

    words: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True)
class _Other:
    """What stands in a place of one text, and what in the other's."""

    was: str
    now: str
    weight: float


def _other(one: Sequence[str], other: Sequence[str], left: _Side, right: _Side) -> _Other | None:
    """Return what stands for what in one place; None where it is the same in another form, or stands elsewhere too.

    A figure for a word is no other: numbers are spelled out, and Friday is yesterday.
    """
    figures = _figures(one), _figures(other)
    if any(figures):
        return _Other(*figures, 1) if all(figures) and figures[0] != figures[1] else None
    gone = [word for word in one if word not in right.words]
    new = [word for word in other if word not in left.words]
    if not gone or not new or any(_forms(a, b) for a in gone for b in new):
        return None
    named = not left.names.isdisjoint(gone) and not right.names.isdisjoint(new)
    return _Other(gone[0][:_STEM], new[0][:_STEM], 1 if named else _WORD)


def _figures(words: Sequence[str]) -> str:
    """Return the figures and days among words as one, however they are grouped: 1,000 and 1000 are the same."""
    return "".join(word for word in words if word[0].isdigit() or word in DAYS)


def _forms(a: str, b: str) -> bool:
    """Return whether two words may be forms or spellings of one."""
    return a[:_STEM] == b[:_STEM] or SequenceMatcher(None, a, b).ratio() >= _SPELLINGS


@lru_cache(_AT_HAND)
def _vocabulary(text: str) -> frozenset[str]:
    return frozenset(text.split())


@lru_cache(_AT_HAND)
def _names(said: str) -> frozenset[str]:
    """Return the words of a text, as the fold has them, that bear a capital within a sentence."""
    capitals = (found for found in _WITHIN.findall(said) if found[0].isupper())
    return frozenset(words("\n".join(capitals)))
