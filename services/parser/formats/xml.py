"""XML from strangers: entities without expansion bombs, common damage repaired, then one strict parse. Pure."""

import re
from html.entities import html5

from lxml import etree

from shared.errors import Malformed

MAX_DEPTH = 256  # libxml2's own limit; newspapers' feeds nest less than 20 deep
MAX_ENTITY_CHARS = 2000  # of one declared entity; feeds that declare any declare letters
MAX_EXPANSION_CHARS = 1_000_000  # of all declared entities together, as used
MAX_DOCTYPE_CHARS = 20_000
TOO_DEEP = 114  # libxml2's XML_ERR_RESOURCE_LIMIT: depth or the length of one text

_DOCTYPE = re.compile(r"<!DOCTYPE\s[^\[<>]*(?:(\[)|>)", re.IGNORECASE)
_MISC = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*+", re.DOTALL)
_SUBSET_TOKEN = re.compile(r"""(\]\s*>)|"[^"]*"|'[^']*'|<!--.*?-->""", re.DOTALL)
_ENTITY = re.compile(r"""<!ENTITY\s+(?:(%)\s+)?([^\s"'>]+)\s+(?:(SYSTEM|PUBLIC)\b[^>]*|"([^"]*)"|'([^']*)')\s*>""")
_DECLARATION = re.compile(r"\s*<\?xml\b.*?\?>", re.DOTALL)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_APART = r"<!\[CDATA\[[^\]]*+(?:\](?!\]>)[^\]]*+)*+(?:\]\]>)?|<!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->)?"
_NAME = r"(#[xX]?[0-9A-Fa-f]+|[A-Za-z_][\w.-]*);?"
_REFERENCE = re.compile(f"{_APART}|&{_NAME}|&")
_OTHER_REFERENCE = re.compile(f"{_APART}|&(?!(?:amp|lt|gt|quot|apos);)(?:{_NAME})?")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_PARSER_OPTIONS = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "dtd_validation": False,
    "huge_tree": False, "recover": False,
    "remove_comments": True, "remove_pis": True, "strip_cdata": True, "encoding": "utf-8",
}  # fmt: skip


def parse(text: str) -> etree._Element:
    """Return the root of the well-formed XML in `text`.

    :raises etree.XMLSyntaxError: it is not well-formed.
    """
    return etree.fromstring(text.encode("utf-8", "replace"), etree.XMLParser(**_PARSER_OPTIONS))  # type: ignore[arg-type]


def too_deep(error: etree.XMLSyntaxError) -> bool:
    """Return whether the parser gave up at nesting, rather than at damage."""
    return getattr(error, "code", None) == TOO_DEEP and "depth" in str(error)


def prologue_off(text: str) -> str:
    """Return `text` from its first tag on, with its declared entities as their text.

    The XML declaration, blanks and whatever a script printed before them are gone.

    :raises Malformed: the entities are a bomb.
    """
    start = max(text.find("<"), 0)
    while found := _DECLARATION.match(text, start):
        start = found.end()
    while text[start : start + 1].isspace():
        start += 1
    doctype = _DOCTYPE.match(text, _before_root(text, start))
    if doctype is None:
        return text[start:]
    if doctype[1] is None:
        return text[start : doctype.start()] + text[doctype.end() :]
    tokens = _SUBSET_TOKEN.finditer(text, doctype.end(), doctype.end() + MAX_DOCTYPE_CHARS)
    end = next((token.end() for token in tokens if token[1]), None)
    if end is None:
        raise Malformed("The document's type declaration is longer than any feed's, or never ends.")
    return _expand(text[start : doctype.start()] + text[end:], _entities(text[doctype.end() : end]))


def _before_root(text: str, start: int) -> int:
    """Return where, past remarks and instructions, the root element or the type declaration begins."""
    found = _MISC.match(text, start)
    return found.end() if found else start


def _entities(subset: str) -> dict[str, str]:
    """Return the declared entities: external ones are empty, since nothing is ever loaded.

    :raises Malformed: an entity holds another one, or is long.
    """
    found: dict[str, str] = {}
    for percent, name, external, double, single in _ENTITY.findall(subset):
        value = "" if external else double or single
        if percent:
            continue
        if len(value) > MAX_ENTITY_CHARS:
            raise Malformed(f"The document declares an entity of {len(value)} characters, which no feed needs.")
        if any(inner not in _XML_NAMES and not inner.startswith("#") for inner in re.findall(r"&([^;\s]+);", value)):
            raise Malformed("The document declares entities within entities, which no feed needs.")
        found.setdefault(name, value)
    return found


def _expand(text: str, entities: dict[str, str]) -> str:
    if not entities:
        return text
    grown = 0

    def replace(found: re.Match[str]) -> str:
        nonlocal grown
        value = entities.get(found[1]) if found[1] and found[0].endswith(";") else None
        if value is None:
            return found[0]
        grown += len(value)
        if grown > MAX_EXPANSION_CHARS:
            raise Malformed("The document's entities expand to more text than any feed holds.")
        return value

    return _REFERENCE.sub(replace, text)


def repair(text: str) -> str:
    """Return `text` with the damage undone that has one meaning only.

    Control characters and references to characters that XML has not are removed, HTML's named characters become
    themselves, a bare ampersand becomes an escaped one. CDATA sections stay as they are, but for control characters.
    """
    return _OTHER_REFERENCE.sub(_whole_reference, _CONTROL.sub("", text))


def _whole_reference(found: re.Match[str]) -> str:
    whole, name = found[0], found[1]
    if name is None:
        return "&amp;" if whole == "&" else whole
    if name.startswith("#"):
        return _character(name, whole)
    if name in _XML_NAMES:
        return f"&{name};"
    if whole.endswith(";") and (known := html5.get(name + ";")):
        return known if known not in "<&>" else {"<": "&lt;", "&": "&amp;", ">": "&gt;"}[known]
    return "&amp;" + whole[1:]


def _character(name: str, whole: str) -> str:
    digits = name[2:] if name[1:2] in {"x", "X"} else name[1:]
    base = 16 if name[1:2] in {"x", "X"} else 10
    try:
        code = int(digits[:10], base) if digits else 0
    except ValueError:
        return "&amp;" + whole[1:]
    if code in {0x9, 0xA, 0xD} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF:
        return f"&#{code};"
    return ""
