"""Who wrote it: people apart from agencies, desks, roles and addresses. Pure."""

import re
from collections.abc import Iterable

from services.parser.fields.bylines import (
    POSTS,
    before_post,
    behind_post,
    comma_parts,
    eastern_names,
    joined_parts,
    signed_off,
    unframed,
    without_eastern_post,
)
from services.parser.fields.credit import is_desk
from services.parser.fields.text import line
from services.parser.item import Person
from shared.schema import Author

MAX_AUTHORS = 30
SIGN_OFF_LINES = 3  # of a text, in which an agency may sign it off
_NAME_CHARS = 80
_LINE_CHARS = 1000

_ROLE = re.compile(
    rf"\b(?:{POSTS}|staff|desk|bureau|agenc(?:y|ies)|"
    r"team|newsroom|chief|"
    r"redaktion(?:en)?|redaktor|redacci[oó]n|redaç[aã]o|redazione|r[eé]daction|redactie|redakc(?:e|ja)|szerkesztőség|"
    r"toimitus|haber merkezi|agenturen|agencias?|agences?|agenzie|director|"
    r"special to|news service|newspapers?|magazine|online|press|media|news|tv|radio|digital|admin|gazette|herald|"
    r"tribune|times|chronicle|observer|zeitung|tageblatt|rundschau|nachrichten|diario|daily|weekly|journal|"
    r"administrator|webmaster|editorial|"
    r"getty images|guest post|"
    r"anonymous|unknown|author|team|service|group|network|limited|ltd|inc|gmbh|политика|редакция|"
    r"facebook|twitter|instagram|whatsapp|linkedin|redactor|follow|subscribe|share)\b|"
    r"通讯员|编辑|編集|편집|뉴스팀|通信社|通讯社|وكالات|هيئة التحرير|מערכת",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"(?!(?:By|Von|Par|Por|Di|Door|Av|Af|Przez|Oleh)\b)[A-Z][a-z]+ (?:[A-Z]\. )?[A-Z][a-z]+")
_LAST_FIRST = re.compile(r"^([^\W\d_][\w'’-]+), ([^\W\d_][\w'’-]+)$")
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|md|m\.d|phd|ph\.d|esq|mba|rn|cpa|obe|mbe|cbe|qc|kc|mp)\.?$", re.IGNORECASE)
_CAPITAL = "[A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-ЯЁ]"
_INITIALS = re.compile(rf"(?:{_CAPITAL}\.[ -]?){{1,3}}{_CAPITAL}\.|\((?!(?i:end|fin|eom)\))[^\W\d_]{{2,3}}\)")
_SUFFIXED = (" Jr.", " Sr.")
_HANDLE = re.compile(r"^(?:@\w+|https?://\S+|www\.\S+)$")
_PARTICLES = frozenset({
    "de", "van", "von", "der", "den", "del", "della", "di", "da", "das", "do", "dos", "du", "la", "le", "el", "al",
    "bin", "binti", "ibn", "y", "e", "i", "ten", "ter", "af", "av", "zu",
})  # fmt: skip
_NOBODY = frozenset({"red", "none", "null", "nil", "n/a", "undefined"})  # what stands where a name is missing
_CITIES = frozenset(  # that look like a person's full name behind one
    {
        "new york", "new york city", "los angeles", "hong kong", "san francisco", "san diego", "las vegas", "tel aviv",
        "new delhi", "abu dhabi", "buenos aires", "são paulo", "sao paulo", "mexico city", "cape town", "kuala lumpur",
        "den haag", "the hague", "saint petersburg", "united nations", "white house", "new orleans", "addis ababa",
        "phnom penh", "san salvador", "santo domingo", "panama city", "kansas city", "salt lake city",
    }
)  # fmt: skip
_NO_NAME = re.compile(r"\d{2,}|[<>{}=]|\s(?:in|from|for|at)\s")
_EDGE = re.compile(r"^[^\w(@.《「『]+")
_EASTERN_NAME = re.compile(
    r"[\u4e00-\u9fff々]{2,4}|[\uac00-\ud7af]{2,5}|[\u4e00-\u9fff々\u3040-\u30ff]{2,8}|[\u4e00-\u9fff]+·[\u4e00-\u9fff]+"
)


def read_people(people: tuple[Person, ...]) -> tuple[str | None, tuple[Author, ...]]:
    """Return the byline as written, and the people that it names.

    >>> byline, authors = read_people((Person("By Ada Byron and Max Frisch, Science Correspondent"),))
    >>> [author.name for author in authors]
    ['Ada Byron', 'Max Frisch']
    """
    written = [text for person in people if (text := line(person.name[:_LINE_CHARS], _LINE_CHARS))]
    byline = ", ".join(dict.fromkeys(written))[:_LINE_CHARS] or None
    found: dict[str, Author] = {}
    for person in people[:MAX_AUTHORS]:
        text = line(person.name[:_LINE_CHARS], _LINE_CHARS)
        names = split_names(text) if text else []
        for name in names:
            url = (
                person.url
                if person.url and len(names) == 1 and person.url.startswith(("http://", "https://"))
                else None
            )
            found.setdefault(name.casefold(), Author(name=name, url=url[:2000] if url else None))
    return byline, tuple(found.values())[:MAX_AUTHORS]


def signing_people(paragraphs: Iterable[str]) -> tuple[Author, ...]:
    """Return the people that the last lines of a text name as its writers: "(Reporting by Ada Byron; Editing by …)"."""
    lines = (written for paragraph in paragraphs if (written := signed_off(paragraph)))
    names = (name for line in lines for name in split_names(line) if is_full_name(name))
    return tuple(Author(name=name) for name in dict.fromkeys(names))


def split_names(text: str) -> list[str]:
    """Return the names of people in a line that names who wrote a text; agencies, desks and roles are none.

    >>> split_names("Words: Ada Byron Pictures: Max Frisch"), split_names("Byron, Ada")
    (['Ada Byron'], ['Ada Byron'])
    """
    if _PLAIN.fullmatch(text) and is_name(text):  # as most are
        return [text]
    if eastern := [name for name in eastern_names(text) if is_name(name)]:
        return eastern
    text = unframed(text)
    if (turned := _LAST_FIRST.match(text.strip())) and all(is_name(part) for part in turned.groups()):
        text = f"{turned[2]} {turned[1]}"
    names: list[str] = []
    for part in joined_parts(_without_leading_post(text)):
        if part:
            names += [name for piece in _by_strokes(part) for name in _comma_parts(piece)]
    first = next((at for at, name in enumerate(names) if is_full_name(name)), len(names))
    kept = names[:first] + [name for name in names[first:] if is_full_name(name) or " " in name]
    return [name for name in dict.fromkeys(kept) if name]  # behind a full name a single word is a place or a desk


def _without_leading_post(text: str) -> str:
    """Return a line without the post that leads it, if a full name follows.

    >>> _without_leading_post("Staff Writer Ada Byron"), _without_leading_post("Reporter of the Year")
    ('Ada Byron', 'Reporter of the Year')
    """
    rest = behind_post(text.strip())
    return rest if rest and is_full_name(comma_parts(next(joined_parts(rest)))[0]) else text


def _by_strokes(part: str) -> list[str]:
    """Return what strokes part, where all of it is full names, agencies and desks.

    >>> _by_strokes("dpa/Ada Byron"), _by_strokes("AC/DC")
    (['dpa', 'Ada Byron'], ['AC/DC'])
    """
    pieces = [piece.strip() for piece in part.split("/")]
    return pieces if len(pieces) > 1 and all(is_full_name(one) or names_role(one) for one in pieces) else [part]


def _comma_parts(part: str) -> list[str]:
    """Return the names in a part without "and": what follows a comma may be a name, a role, a place or a suffix."""
    names: list[str] = []
    for at, piece in enumerate(comma_parts(part)):
        piece = _EDGE.sub("", piece.strip(' ,;:-–—|/•*\t"“”'))
        piece = piece if is_initials(piece) or piece.endswith(_SUFFIXED) else piece.strip(" .")
        piece = piece if at else _without_post(piece)
        if at and _SUFFIX.match(piece) and names:
            names[-1] = f"{names[-1]}, {piece}"
        elif at and not _goes_on(piece, names):
            continue
        elif is_name(piece):
            names.append(piece)
    return names


def _goes_on(piece: str, names: list[str]) -> bool:
    """Return whether what follows a comma names another person."""
    return (
        is_full_name(piece)
        and piece.casefold() not in _CITIES
        and (not piece.isupper() or not names or names[0].isupper())
    )


def _without_post(piece: str) -> str:
    """Return a name without the post that follows it, or whom or where it was written for.

    >>> _without_post("Ada Byron Chief Science Correspondent"), _without_post("Ada Byron in Oslo")
    ('Ada Byron', 'Ada Byron')
    """
    name = before_post(piece)
    if name and is_full_name(name) and not is_desk(name.split()[0]):
        piece = name
    return _without_wire(without_eastern_post(piece))


def _without_wire(piece: str) -> str:
    """Return a name without the agency's capitals at either of its ends.

    >>> _without_wire("Ada Byron AFP"), _without_wire("AFP Ada Byron")
    ('Ada Byron', 'Ada Byron')
    """
    words = piece.split()
    at = next((at for at in (0, -1) if len(words) > 2 and words[at].isupper() and is_desk(words[at])), None)
    name = piece if at is None else " ".join(words[1:] if at == 0 else words[:-1])
    return name if is_full_name(name) else piece


def all_full_names(text: str) -> bool:
    """Return whether a line holds full names and nothing else.

    >>> all_full_names("Ada Byron/Max Frisch"), all_full_names("Ada Byron reports")
    (True, False)
    """
    parts = [part.strip() for part in text.split("/") for part in joined_parts(part)]
    names = [name.strip() for part in parts for name in comma_parts(part) if name.strip()]
    return bool(names) and all(is_full_name(name) for name in names)


def is_full_name(text: str) -> bool:
    """Return whether `text` is two to five words that are written as names are, or a name of the East in one."""
    if _EASTERN_NAME.fullmatch(text):
        return is_name(text)
    words = text.split()
    return (
        2 <= len(words) <= 5
        and all(word[:1].isupper() or word in _PARTICLES or word == word.swapcase() for word in words)
        and is_name(text)
    )


def is_name(text: str) -> bool:
    """Return whether `text` may be a person's name: no agency, desk, role, address or sentence."""
    if not 2 <= len(text) <= _NAME_CHARS or _HANDLE.match(text) or is_desk(text) or len(text.split()) > 7:
        return False
    if text.casefold() in _NOBODY:
        return False
    if ":" in text or (text.isascii() and text.islower()) or all(is_desk(part) for part in re.split(r"[/,+&]", text)):
        return False
    if text[0].isdigit() or not any(char.isalpha() for char in text):
        return False
    return not _ROLE.search(text) and not _NO_NAME.search(text)


def is_initials(text: str) -> bool:
    """Return whether `text` is a few letters that stand for a name: dotted capitals, or two or three in brackets.

    >>> is_initials("A. B."), is_initials("(abr)"), is_initials("ab")
    (True, True, False)
    """
    return _INITIALS.fullmatch(text) is not None


def names_role(text: str) -> bool:
    """Return whether `text` names a desk, a staff or another role that signs without a person."""
    return _ROLE.search(text) is not None or is_desk(text)
