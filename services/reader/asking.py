"""Pure: what somebody searches for: words, "phrases" and -what must not be there, read from one line of text."""

import re
from dataclasses import dataclass

from shared.errors import UsageError

MOST_TERMS = 20
LONGEST = 200  # characters of a question
_TERM = re.compile(r'(-?)(?:"([^"]*)"|([^\s"]+))')
_QUOTES = str.maketrans("“”„‟«»", '""""""')


@dataclass(frozen=True)
class Asked:
    """Words and phrases that an article must have, all of them, and those that it must not have, none of them."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...] = ()


def read_question(text: str) -> Asked:
    """Return what `text` asks for.

    :raises UsageError: it cannot be read as a question; says why and what to write.

    >>> read_question('harbour "old bridge" -ferry')
    Asked(wanted=('harbour', 'old bridge'), unwanted=('ferry',))
    """
    plain = text.translate(_QUOTES)
    if plain.count('"') % 2:
        raise UsageError('A quotation mark is not closed: write "…" around a phrase.')
    terms = [(minus, " ".join((phrase or word).split())) for minus, phrase, word in _TERM.findall(plain)]
    spoken = [(minus, term) for minus, term in terms if any(sign.isalnum() for sign in term)]
    if not any(not minus for minus, _ in spoken):
        what = "not only words to leave out" if spoken else 'such as harbour "old bridge" -ferry'
        raise UsageError(f"Give at least one word to look for, {what}.")
    if len(spoken) > MOST_TERMS or len(text) > LONGEST:
        raise UsageError(f"Ask for at most {MOST_TERMS} words and phrases in at most {LONGEST} characters.")
    return Asked(
        tuple(dict.fromkeys(term for minus, term in spoken if not minus)),
        tuple(dict.fromkeys(term for minus, term in spoken if minus)),
    )
