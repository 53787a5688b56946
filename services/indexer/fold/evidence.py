"""What, beside the words that two texts share, speaks for or against their being one. Pure."""

from functools import lru_cache

from services.indexer.fold.words import words

_DAYS = frozenset(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
LEAST_FIGURES = 3  # figures or days in the same place; fewer may be corrections or roundings
FOREIGN_SHARE = 0.5  # of them that differ; a copy keeps its figures, another day's template has few of them
FOREIGN_DENSITY = (
    0.015  # differing ones a word; a template is made of its figures, an updated text has one here and there
)

LEAST_HEADLINE = 3  # telling words in a headline; "Live: Tuesday" announces nothing
ANNOUNCED_SHARE = 0.25  # of them that the text must hold
ALIKE_SHARE = 0.5  # of the shorter headline's telling words, and two of them at least
_TELLING = 4  # letters of a telling word; shorter ones are in every text
_STEM = 5  # letters that two forms of one word share

_AT_HAND = 512  # texts whose words are kept for the next comparison, at most 40 kB each


def same_headline(a: str, b: str) -> bool:
    """Return whether two headlines are the same words in the same order; an empty one is like no other."""
    first = words(a)
    return bool(first) and first == words(b)


def alike_headlines(a: str, b: str) -> bool:
    """Return whether two headlines are the same, or share so many telling words that they are on one subject."""
    first, second = _telling(a), _telling(b)
    common = len(first & second)
    return same_headline(a, b) or common >= max(2, ALIKE_SHARE * min(len(first), len(second)))


def announced(headline: str, text: str) -> bool:
    """Return whether `text` is what `headline` announces: it holds a fair share of the headline's telling words.

    Where a page kept its article to itself, the text is a log-in form or a newsletter box, and holds none of them. A
    headline with few telling words announces nothing that could be missed.
    """
    telling = _telling(headline)
    if len(telling) < LEAST_HEADLINE:
        return True
    return len(telling & _stems(text)) >= ANNOUNCED_SHARE * len(telling)


def another_edition(a: str, b: str) -> bool:
    """Return whether two texts are one template filled twice: most figures and days differ, and they are dense."""
    apart, places = figures_apart(a, b)
    if places < LEAST_FIGURES or apart < FOREIGN_SHARE * places:
        return False
    return apart >= FOREIGN_DENSITY * min(len(a.split()), len(b.split()))


def figures_apart(a: str, b: str) -> tuple[int, int]:
    """Return at how many places of both texts other figures or days stand, and how many such places they have."""
    first, second = _figures(a), _figures(b)
    places = first.keys() & second.keys()
    return sum(first[place] != second[place] for place in places), len(places)


@lru_cache(_AT_HAND)
def _figures(text: str) -> dict[tuple[str, ...], str]:
    """Return each figure or day under its place: the two words before and the word after it.

    Words around it that are figures themselves count as any figure.
    """
    tokens = words(text)
    marks = ["#" if token[0].isdigit() or token in _DAYS else token for token in tokens]
    found: dict[tuple[str, ...], str] = {}
    for at, mark in enumerate(marks):
        if mark == "#":
            found.setdefault((*marks[max(0, at - 2) : at], *marks[at : at + 2]), tokens[at])
    return found


@lru_cache(_AT_HAND)
def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in words(text))


@lru_cache(_AT_HAND)
def _telling(headline: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in words(headline) if len(word) >= _TELLING or not word.isascii())
