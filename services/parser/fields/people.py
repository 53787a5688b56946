"""Who wrote it: people apart from agencies, desks, roles and addresses. Pure."""

import re

from services.parser.fields.credit import is_desk, without_agency
from services.parser.fields.text import line
from services.parser.item import Person
from shared.schema import Author

MAX_AUTHORS = 30
_NAME_CHARS = 80
_LINE_CHARS = 1000

_BEFORE = (  # what leads to a name
    r"by|von|por|par|di(?=\s+\S+\s+\S)|door|av|af|przez|oleh|автор|de la rédaction|του|της|των|γράφε?ι?(?: [οη])?|"
    r"بقلم|كتبت?|מאת|द्वारा"
)
_LABELS = (  # and what does with a colon, or with a stroke in the East
    r"authors?|autor(?:in|a|es|en|ów|zy)?|auteure?s?|autor[ei]|text|texte|testo|words|story|report(?:er|ing)?|written|"
    r"автор[ыи]?|текст|yazar|haber|penulis|reporter|tác giả|bài|skribent|kirjoittaja|teksti|szerző|írta|autoři|"
    r"συντάκτης|लेखक|إعداد|الكاتب|كاتب|כתב|作者|記者|记者|文|撰文|取材|글"
)
_BY = re.compile(
    r"^\W*(?:(?:story|written|words|reported|reporting|text|a report|article|posted|submitted|edited|compiled|opinion|"
    r"analysis|comment(?:ary)?|column|essay|review|interview|guest post|verfasst|geschrieben|escrito|écrit|"
    r"publicado)\s+)?"
    rf"(?:(?:{_BEFORE})(?!\w)[:：\s]+|(?:{_LABELS})\s*[:：・/／][\s]*)",
    re.IGNORECASE,
)
_DATED_BY = re.compile(r"^(?=[^.]{0,80}\d)[^.]{3,80}?\s(?:by|von|par|por)\b[:\s]+(?=\S+\s)", re.IGNORECASE)
_OTHER_WORK = re.compile(  # what somebody else did for the text, behind the names of its writers
    r"(?<=\S)[\s,;|/]+(?:pictures?|photo(?:s|graphs|graphy|graphies)?|images?|video|graphics?|illustrations?|edit(?:ing|ed)|"
    r"translat(?:ion|ed)|fotos?|bilder|fotograf[ií]as?|fotografie)\s*(?:by\b|:|von\b|par\b|por\b).*$",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"(?<=\w)[\s,|•·–—-]+(?:(?:published|updated|posted|last (?:updated|modified)|created|aktualisiert|veröffentlicht|"
    r"publicado|publié|pubblicato|stand(?=:))\b.*|(?:am|on|le|el|il|den|at)\s+(?=\D{0,25}\d).*)$|\s+@\w+",
    re.IGNORECASE,
)
_MAIL_NAME = re.compile(r"^\s*[^\s@()<>]+@[^\s@()<>]+\s*\((?P<name>[^()]+)\)\s*$")
_NAME_MAIL = re.compile(r"^\s*\"?(?P<name>[^<>@\"]+?)\"?\s*[<(]\s*(?:mailto:)?[^\s@]+@[^\s@]+[>)]\s*$")
_MAIL = re.compile(r"\S+@\S+\.\S+")
_AND = re.compile(
    r"\s*(?:;|\||•|\s+/\s+|\s·\s|,?\s+(?:and|und|et|y|e|en|och|og|ja|&|with|mit|avec|con|и|και)\s+"
    r"(?=\S)|,?\s+(?:with\s+)?(?:additional\s+)?reporting\s+by\s+)\s*",
    re.IGNORECASE,
)
_COMMA = re.compile(r"\s*[,，、،]\s*")
_POSTS = (
    r"correspondents?|reporters?|editors?|writers?|journalists?|columnists?|producer|contributor|presenter|analyst|"
    r"photographers?|redakteur(?:in)?|korrespondent(?:in)?|reporterin|corresponsal|correspondant|periodista"
)
_ROLE = re.compile(
    rf"\b(?:{_POSTS}|staff|desk|bureau|agenc(?:y|ies)|"
    r"team|newsroom|chief|"
    r"redaktion|redaktor|redacci[oó]n|redazione|r[eé]daction|redactie|redakce|agenturen|"
    r"agencias?|agences?|agenzie|director|"
    r"special to|news service|newspapers?|magazine|online|press|media|news|tv|radio|digital|admin|gazette|herald|"
    r"tribune|times|chronicle|observer|zeitung|tageblatt|rundschau|nachrichten|diario|daily|weekly|journal|"
    r"administrator|webmaster|editorial|"
    r"guest post|anonymous|unknown|author|team|service|group|network|limited|ltd|inc|gmbh|политика|редакция|"
    r"facebook|twitter|instagram|whatsapp|linkedin|redactor|follow|subscribe|share)\b|通讯员|编辑|編集|편집",
    re.IGNORECASE,
)
_TITLED = re.compile(  # a name and the post that its bearer holds, with no comma between them
    r"^(?P<name>\S+(?:\s+\S+){1,4}?)\s+(?:(?:chief|senior|deputy|assistant|associate|special|staff|political|foreign|"
    r"national|local|world|business|sports?|science|health|education|crime|court|technology|culture|arts|city|environment|"
    rf"economics|diplomatic|defen[cs]e|home|social|affairs|managing|contributing|freelance)\s+)*(?:{_POSTS})\b.*$",
    re.IGNORECASE,
)
_EASTERN_POST = re.compile(r"(?<=\w)\s*(?:기자|특파원|선임기자|記者|记者)$")
_WHERE = re.compile(
    r"^(?P<name>[^\W\d_]\S*(?:\s+\S+){1,3}?)\s+(?:(?:reporting\s+)?(?:in|from|for)|aus|für|pour|à|en)\s+(?:the\s+)?"
    r"[A-ZÀ-Þ].*$"
)
_LAST_FIRST = re.compile(r"^([^\W\d_][\w'’-]+), ([^\W\d_][\w'’-]+)$")
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|md|m\.d|phd|ph\.d|esq|mba|rn|cpa|obe|mbe|cbe|qc|kc|mp)\.?$", re.IGNORECASE)
_CAPITAL = "[A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-ЯЁ]"
_INITIALS = re.compile(rf"(?:{_CAPITAL}\.[ -]?){{1,3}}{_CAPITAL}\.|\((?!(?i:end|fin|eom)\))[^\W\d_]{{2,3}}\)")
_HANDLE = re.compile(r"^(?:@\w+|https?://\S+|www\.\S+)$")
_PARTICLES = frozenset(
    {
        "de",
        "van",
        "von",
        "der",
        "den",
        "di",
        "da",
        "do",
        "dos",
        "du",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "y",
        "e",
        "ten",
    }
)
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


def split_names(text: str) -> list[str]:
    """Return the names of people in a line that names who wrote a text; agencies, desks and roles are none.

    >>> split_names("Words: Ada Byron Pictures: Max Frisch"), split_names("Byron, Ada")
    (['Ada Byron'], ['Ada Byron'])
    """
    if found := _MAIL_NAME.match(text) or _NAME_MAIL.match(text):
        text = found["name"]
    text = _BY.sub("", _DATED_BY.sub("", text), count=1)
    text = without_date(_OTHER_WORK.sub("", text))
    text = _MAIL.sub("", text)
    text = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", text)
    text = without_agency(text)
    if (turned := _LAST_FIRST.match(text.strip())) and all(is_name(part) for part in turned.groups()):
        text = f"{turned[2]} {turned[1]}"
    names: list[str] = []
    for part in _AND.split(text):
        if part:
            names += _comma_parts(part)
    first = next((at for at, name in enumerate(names) if is_full_name(name)), len(names))
    kept = names[:first] + [name for name in names[first:] if is_full_name(name) or " " in name]
    return [name for name in dict.fromkeys(kept) if name]  # behind a full name a single word is a place or a desk


def without_date(text: str) -> str:
    """Return a line that names who wrote a text without when that was.

    >>> without_date("Ada Byron, Harbour Post Stand: 6. Januar 2025, 14:07 Uhr")
    'Ada Byron, Harbour Post'
    """
    return _WHEN.sub("", text)


def _comma_parts(part: str) -> list[str]:
    """Return the names in a part without "and": what follows a comma may be a name, a role, a place or a suffix."""
    names: list[str] = []
    for at, piece in enumerate(_COMMA.split(part)):
        piece = piece.strip(' ,;:-–—|/•*\t"“”')
        piece = piece if is_initials(piece) else piece.strip(" .")
        piece = piece if at else _without_post(piece)
        if at and _SUFFIX.match(piece) and names:
            names[-1] = f"{names[-1]}, {piece}"
        elif at and names and (not is_full_name(piece) or (piece.isupper() and not names[0].isupper())):
            continue
        elif is_name(piece):
            names.append(piece)
        elif at == 0 and _ROLE.search(piece):
            continue
    return names


def _without_post(piece: str) -> str:
    """Return a name without the post that follows it, or whom or where it was written for.

    >>> _without_post("Ada Byron Chief Science Correspondent"), _without_post("Ada Byron in Oslo")
    ('Ada Byron', 'Ada Byron')
    """
    found = _TITLED.match(piece) or _WHERE.match(piece)
    if found and is_full_name(found["name"]) and not is_desk(found["name"].split()[0]):
        return found["name"]
    return _EASTERN_POST.sub("", piece)


def all_full_names(text: str) -> bool:
    """Return whether a line holds full names and nothing else.

    >>> all_full_names("Ada Byron/Max Frisch"), all_full_names("Ada Byron reports")
    (True, False)
    """
    parts = [part.strip() for part in re.split(r"/", text) for part in _AND.split(part)]
    names = [name.strip() for part in parts for name in _COMMA.split(part) if name.strip()]
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
    if ":" in text or (text.isascii() and text.islower()) or all(is_desk(part) for part in re.split(r"[/,+&]", text)):
        return False
    if text[0].isdigit() or not any(char.isalpha() for char in text):
        return False
    return not _ROLE.search(text) and not re.search(r"\d{2,}|[<>{}=]", text)


def is_initials(text: str) -> bool:
    """Return whether `text` is a few letters that stand for a name: dotted capitals, or two or three in brackets.

    >>> is_initials("A. B."), is_initials("(abr)"), is_initials("ab")
    (True, True, False)
    """
    return _INITIALS.fullmatch(text) is not None


def opens_byline(text: str) -> bool:
    """Return whether a line begins as one that says who wrote a text."""
    return _BY.match(text) is not None or _DATED_BY.match(text) is not None


def names_role(text: str) -> bool:
    """Return whether `text` names a desk, a staff or another role that signs without a person."""
    return _ROLE.search(text) is not None or is_desk(text)
