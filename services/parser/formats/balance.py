"""Markup that does not balance, written as it was meant: one entry's tags, attributes and sections put in order. Pure.

An element of a feed that holds text alone ends where the feed's next element begins. What ends nothing is dropped, what
is never ended ends with what is around it, a `<` that begins no tag is text.
"""

import re

from services.parser.formats.xml import repair

MAX_OPEN = 256  # elements at once; an entry that opens more is left as it is
NAMESPACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9/][\w./#?=;~+%@-]*", re.ASCII)  # an address that XML takes
_NEAR_CHARS = 1000  # in which an element's own end tag is looked for behind one that ends nothing
_OF_TEXT = frozenset({
    "title", "link", "guid", "id", "pubdate", "published", "updated", "issued", "modified", "created", "comments",
    "category", "creator", "subject", "rights", "language", "name", "uri", "email",
})  # fmt: skip
_OF_WORDS = frozenset({"description", "summary", "content", "content:encoded"})
# What no HTML has, so that it ends words that were never ended.
_OF_FEEDS = frozenset({"guid", "pubdate", "published", "updated", "issued", "description", "enclosure", "comments"})
_OF_FEEDS_PREFIX = re.compile(r"(?:dc|dcterms|content|media|itunes|atom|slash|wfw|feedburner):", re.IGNORECASE)
_EMPTY = frozenset({  # HTML, 13.1.2, and what feeds have of the kind
    "enclosure", "media:thumbnail", "itunes:image",
    "br", "hr", "img", "input", "wbr", "area", "base", "col", "embed", "meta", "param", "source", "track",
})  # fmt: skip
_NAME = r"[A-Za-z_][\w.-]*+(?::[A-Za-z_][\w.-]*+)?"
_IN_QUOTES = str.maketrans({"<": "&lt;", '"': "&quot;"})
_SECTION, _SECTION_END = "<![CDATA[", "]]>"
_ASIDE = re.compile(r"<!--.*?(?:-->|\Z)|<\?[^>]*>?|<![^<>]*>?", re.DOTALL)
_TAG = re.compile(rf"""<(/?)({_NAME})((?:\s(?:[^<>"']++|"[^"]*+"|'[^']*+')*+(?=/?>)|\s[^<>]*+)?)/?>""", re.ASCII)
_ATTRIBUTE = re.compile(rf"""(?<![^\s"'])({_NAME})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.ASCII)


def balance(piece: str) -> str:
    """Return the markup of one entry with its tags in order; as it is, where it opens more than any entry does."""
    out: list[str] = []
    opened: list[str] = []
    at = section_end = 0
    while (start := piece.find("<", at)) >= 0:
        out.append(_text(piece[at:start]))
        at = start + 1
        if piece.startswith(_SECTION, start):
            at = start + len(_SECTION)
            section_end = piece.find(_SECTION_END, start) if section_end < start else section_end
            section_end = len(piece) if section_end < 0 else section_end
            if section_end < len(piece) and not _breaks_off(piece, at, section_end, opened):
                at = section_end + len(_SECTION_END)
                out.append(piece[start:at])
        elif aside := _ASIDE.match(piece, start):
            at = aside.end()
        elif tag := _TAG.match(piece, start):
            at = tag.end()
            out.append(_end(tag[2], opened, piece[at : at + _NEAR_CHARS]) if tag[1] else _begin(tag, opened))
        else:
            out.append("&lt;")
        if len(opened) > MAX_OPEN:
            return piece
    return "".join(out) + _text(piece[at:]) + _close(opened, 0)


def _text(text: str) -> str:
    return repair(text.replace(_SECTION_END, "]]&gt;"))


def _breaks_off(piece: str, start: int, end: int, opened: list[str]) -> bool:
    """Return whether the CDATA section that begins at `start` ends with another one, which a later element holds."""
    inner = piece.find(_SECTION, start, end)
    return inner >= 0 and bool(opened) and f"</{opened[-1]}" in piece[start:inner]


def _begin(tag: re.Match[str], opened: list[str]) -> str:
    """Return a start tag, behind the end tags that it implies."""
    name, low = tag[2], tag[2].lower()
    implied = ""
    if (
        low in _OF_FEEDS
        or _OF_FEEDS_PREFIX.match(name)
        or (_local(name) in _OF_TEXT and opened and _local(opened[-1]) in _OF_TEXT)
    ):
        implied = _close(opened, next((at for at, one in enumerate(opened) if at and _holds_text(one)), len(opened)))
    said: dict[str, str] = {}
    for key, double, single, bare in _ATTRIBUTE.findall(tag[3]):
        value = double or single or bare
        if not key.startswith("xmlns") or NAMESPACE.fullmatch(value):
            said.setdefault(key, repair(value.translate(_IN_QUOTES)))
    start = "".join((f"{implied}<{name}", *(f' {key}="{value}"' for key, value in said.items())))
    if tag[0].endswith("/>") or (low in _EMPTY and (low != "source" or len(opened) > 1)):  # RSS has a source too
        return f"{start}/>"
    opened.append(name)
    return f"{start}>"


def _end(name: str, opened: list[str], ahead: str) -> str:
    """Return what an end tag ends: the element of its name, a text whose own end tag it misspells, or nothing."""
    for at in range(len(opened) - 1, -1, -1):
        if opened[at].lower() == name.lower():
            return _close(opened, at)
    misspelt = len(opened) == 2 and _local(opened[-1]) in _OF_TEXT and f"</{opened[-1]}" not in ahead
    return _close(opened, 1) if misspelt else ""


def _close(opened: list[str], at: int) -> str:
    closed = "".join(f"</{name}>" for name in reversed(opened[at:]))
    del opened[at:]
    return closed


def _holds_text(name: str) -> bool:
    return _local(name) in _OF_TEXT or name.lower() in _OF_WORDS


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()
