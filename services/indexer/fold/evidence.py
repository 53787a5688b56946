"""What headlines say for or against two texts being one. Pure."""

from collections.abc import Iterable
from functools import lru_cache

from services.indexer.fold.words import is_sign, words

LEAST_HEADLINE = 3  # telling words in a headline; "Live: Tuesday" announces nothing
LEAST_ANNOUNCED = 2  # of them that the text must hold
ANNOUNCED_SHARE = 0.25
ALIKE_SHARE = 0.5  # of the shorter headline's telling words, and two of them at least
_TELLING = 4  # letters of a telling word; shorter ones are in every text, whatever the alphabet
_STEM = 5  # letters that two forms of one word share
_SYLLABLES = 2  # of either in Korean, which writes a syllable with a sign and hangs its particles on the noun

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


def announced(headlines: Iterable[str], text: str) -> bool:
    """Return whether `text` is what one of the headlines announces, or none announces anything that could be missed.

    Where a page kept its article to itself, the text is a log-in form or a newsletter box, and holds none of its
    telling words. A headline with few of them announces nothing, and says nothing for a text beside one that does.
    """
    told = [headline for headline in headlines if telling(headline)]
    return not told or any(announces(headline, text) for headline in told)


@lru_cache(_AT_HAND)
def _stems(text: str) -> frozenset[str]:
    return frozenset(map(_stem, words(text)))


@lru_cache(_AT_HAND)
def _telling(headline: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in words(headline) if _tells(word))


def _stem(word: str) -> str:
    return word[: _SYLLABLES if _is_hangul(word) else _STEM]


def _tells(word: str) -> bool:
    """Return whether a word is no mere particle; where words are not parted, each sign counts as one."""
    return len(word) >= (_SYLLABLES if _is_hangul(word) else _TELLING) or is_sign(word)


def _is_hangul(word: str) -> bool:
    return "가" <= word[0] <= "힣"
