"""Who wrote it: people apart from agencies, desks, roles and addresses. Pure."""

import re

from services.parser.fields.credit import is_desk, without_agency
from services.parser.fields.text import line
from services.parser.item import Person
from shared.schema import Author

MAX_AUTHORS = 30
_NAME_CHARS = 80
_LINE_CHARS = 1000

_BY = re.compile(
    r"^\W*(?:(?:story|written|words|reported|reporting|text|a report|article|posted|edited)\s+)?(?:by|von|"
    r"por|par|di|door|av|af|przez|oleh|автор|de la rédaction)\b[:\s]+",
    re.IGNORECASE,
)
_MAIL_NAME = re.compile(r"^\s*[^\s@()<>]+@[^\s@()<>]+\s*\((?P<name>[^()]+)\)\s*$")
_NAME_MAIL = re.compile(r"^\s*\"?(?P<name>[^<>@\"]+?)\"?\s*[<(]\s*(?:mailto:)?[^\s@]+@[^\s@]+[>)]\s*$")
_MAIL = re.compile(r"\S+@\S+\.\S+")
_AND = re.compile(r"\s*(?:;|\||\s+/\s+|,?\s+(?:and|und|et|y|e|en|och|og|ja|&|with|mit|avec|con)\s+)\s*", re.IGNORECASE)
_COMMA = re.compile(r"\s*,\s*")
_ROLE = re.compile(
    r"\b(?:correspondents?|reporters?|editors?|staff|desk|writers?|journalists?|columnists?|bureau|agenc(?:y|ies)|"
    r"team|newsroom|chief|photographers?|"
    r"redaktion|redaktor|redakteur(?:in)?|redacci[oó]n|redazione|r[eé]daction|redactie|redakce|agenturen|"
    r"agencias?|producer|contributor|presenter|analyst|director|"
    r"special to|news service|newspapers?|magazine|online|press|media|news|tv|radio|digital|admin|"
    r"administrator|webmaster|editorial|"
    r"guest post|anonymous|unknown|author|team|service|group|network|limited|ltd|inc|gmbh|политика|редакция|"
    r"facebook|twitter|instagram|whatsapp|linkedin|redactor|follow|subscribe|share)\b",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|md|m\.d|phd|ph\.d|esq|mba|rn|cpa|obe|mbe|cbe|qc|kc|mp)\.?$", re.IGNORECASE)
_HANDLE = re.compile(r"^(?:@\w+|https?://\S+|www\.\S+)$")


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


def split_names(text: str) -> list[str]:
    """Return the names of people in a line that names who wrote a text; agencies, desks and roles are none."""
    if found := _MAIL_NAME.match(text) or _NAME_MAIL.match(text):
        text = found["name"]
    text = _BY.sub("", text)
    text = _MAIL.sub("", text)
    text = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", text)
    text = without_agency(text)
    names: list[str] = []
    for part in _AND.split(text):
        if part:
            names += _comma_parts(part)
    return [name for name in dict.fromkeys(names) if name]


def _comma_parts(part: str) -> list[str]:
    """Return the names in a part without "and": what follows a comma may be a name, a role, a place or a suffix."""
    names: list[str] = []
    for at, piece in enumerate(_COMMA.split(part)):
        piece = piece.strip(' .,;:-–—|/•*\t"“”')
        if at and _SUFFIX.match(piece) and names:
            names[-1] = f"{names[-1]}, {piece}"
        elif at and names and (not is_full_name(piece) or (piece.isupper() and not names[0].isupper())):
            continue
        elif is_name(piece):
            names.append(piece)
        elif at == 0 and _ROLE.search(piece):
            continue
    return names


def all_full_names(text: str) -> bool:
    """Return whether a line holds full names and nothing else.

    >>> all_full_names("Ada Byron/Max Frisch"), all_full_names("Ada Byron reports")
    (True, False)
    """
    parts = [part.strip() for part in re.split(r"/", text) for part in _AND.split(part)]
    names = [name.strip() for part in parts for name in _COMMA.split(part) if name.strip()]
    return bool(names) and all(is_full_name(name) for name in names)


def is_full_name(text: str) -> bool:
    """Return whether `text` is two to five words that are written as names are."""
    words = text.split()
    return (
        2 <= len(words) <= 5
        and all(
            word[:1].isupper() or word in {"de", "van", "von", "der", "di", "la", "el", "al", "bin"} for word in words
        )
        and is_name(text)
    )


def is_name(text: str) -> bool:
    """Return whether `text` may be a person's name: no agency, desk, role, address or sentence."""
    if not 2 <= len(text) <= _NAME_CHARS or _HANDLE.match(text) or is_desk(text) or len(text.split()) > 7:
        return False
    if ":" in text or (text.isascii() and text.islower()) or all(is_desk(part) for part in re.split(r"[/,+&]", text)):
        return False
    return not _ROLE.search(text) and any(char.isalpha() for char in text) and not re.search(r"\d{2,}|[<>{}=]", text)
