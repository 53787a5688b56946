"""What headlines say for or against two texts being one. Pure."""

from functools import lru_cache

from services.indexer.fold.words import words

LEAST_HEADLINE = 3  # telling words in a headline; "Live: Tuesday" announces nothing
LEAST_ANNOUNCED = 2  # of them that the text must hold
ANNOUNCED_SHARE = 0.25
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


def telling(headline: str) -> bool:
    """Return whether a headline has so many telling words that it is no mere label."""
    return len(_telling(headline)) >= LEAST_HEADLINE


def announces(headline: str, text: str) -> bool:
    """Return whether `text` holds a fair share of the headline's telling words."""
    wanted = _telling(headline)
    return len(wanted & _stems(text)) >= max(LEAST_ANNOUNCED, ANNOUNCED_SHARE * len(wanted))


def announced(headline: str, text: str) -> bool:
    """Return whether `text` is what `headline` announces, or the headline announces nothing that could be missed.

    Where a page kept its article to itself, the text is a log-in form or a newsletter box, and holds none of its
    telling words. A headline with few of them announces nothing.
    """
    return not telling(headline) or announces(headline, text)


@lru_cache(_AT_HAND)
def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in words(text))


@lru_cache(_AT_HAND)
def _telling(headline: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in words(headline) if len(word) >= _TELLING or not word.isascii())
