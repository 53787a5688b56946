"""The names and telling words of an article, by which stories of one event find each other. Pure.

They say what an article is about, never that two texts are one: the fold takes no notice of them.
"""

from collections import Counter

from services.indexer.fold.words import digest, words

MOST = 20  # terms of an article; more are passing mentions
READ = 1200  # characters of the text: what an article is about stands in its first paragraphs
TELLING = 4  # letters of a headline's word that tells anything
HEADLINE_COUNTS = 3  # mentions for which one in the headline stands
_ENDS = frozenset('.!?:;“”"()•')
_MARKS = """.!?:;“”"()•,–—…«»„‘’'[]{}<>/|*-"""


def terms(headline: str, text: str) -> tuple[int, ...]:
    """Return the digests of the terms that tell most of what an article is about, at most `MOST`, ascending."""
    counts = Counter(_names(text[:READ]))
    loud = [word for word in words(headline) if len(word) >= TELLING and not word.isdigit()]
    for name in [*loud, *_names(headline, opening=False)]:
        counts[name] += HEADLINE_COUNTS
    best = sorted(counts, key=lambda name: (-counts[name], -len(name), name))[:MOST]
    return tuple(sorted(digest(f"term {name}") for name in best))


def _names(text: str, *, opening: bool = True) -> list[str]:
    """Return the names in a text: each capitalised word within a sentence, and each two of them in a row."""
    found: list[str] = []
    before, first = "", opening
    for token in text.split():
        if token[0].islower():  # as most are
            before, first = "", token[-1] in _ENDS
            continue
        if token[0] in _ENDS:
            before, first = "", True
        word = token.strip(_MARKS)
        if not word[:1].isupper():
            before, first = "", token[-1] in _ENDS
            continue
        word = word.casefold().removesuffix("'s").removesuffix("’s")
        if before:
            found.append(f"{before} {word}")
        if not first and len(word) > 2:
            found.append(word)
        before, first = ("", token[-1] in _ENDS) if token[-1] in _MARKS else (word, False)
    return found
