"""JSON as publishers send it: where it is damaged or breaks off, the whole values that it holds. Pure."""

import json
import re
from contextlib import suppress
from typing import Any

from shared.errors import Malformed

MAX_LEVELS = 4  # of what breaks off; a feed's entries stand no deeper
_TRAILING_COMMA = re.compile(r"""("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|,(?=\s*[}\]])""", re.DOTALL)
_MEMBER = re.compile(r'\s*+,?\s*+("(?:[^"\\]|\\.)*+")\s*+:\s*+', re.DOTALL)
_PART = re.compile(r"\s*,?\s*")
MAX_DEPTH = 256  # as of elements
MAX_DIGITS = 1000  # of a number; more, which Python reads in no time that a document may take, are text
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|([\[{])|[\]}]', re.DOTALL)


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= MAX_DIGITS else digits


_DECODER = json.JSONDecoder(strict=False, parse_int=_integer)


def load(text: str) -> tuple[Any, bool]:
    """Return the value in `text`, and whether it came to its end; of one that breaks off what is whole in it.

    Commas that part nothing are left out, and what nests deeper than any feed.

    :raises Malformed: it is no JSON, or nothing in it is whole.
    """
    try:
        return _read(text)
    except RecursionError:
        return _read(_shallow(text))


def _shallow(text: str) -> str:
    """Return `text` with null for whatever nests too deep."""
    kept, at, depth = list[str](), 0, 0
    for token in _NESTING.finditer(text):
        if token[0][0] == '"':
            continue
        depth = depth + 1 if token[1] else max(depth - 1, 0)
        if token[1] and depth == MAX_DEPTH:
            kept.append(text[at : token.start()] + "null")
            at = len(text)
        elif not token[1] and depth == MAX_DEPTH - 1:
            at = token.end()
    return "".join(kept) + text[at:]


def _read(text: str) -> tuple[Any, bool]:
    with suppress(ValueError):
        return _DECODER.decode(text), True
    text = _TRAILING_COMMA.sub(lambda found: found[1] or "", text).strip()
    try:
        return _DECODER.decode(text), True
    except ValueError as error:
        if found := _whole(text, 0, MAX_LEVELS):
            return found, False
        raise Malformed(f"The document begins like JSON, but is none: {str(error)[:100]}.") from None


def _whole(text: str, at: int, levels: int) -> Any:
    """Return the object or list that begins at `at` as far as its members are whole, the last one as far as it is."""
    if not levels or text[at : at + 1] not in {"{", "["}:
        return None
    return _members(text, at + 1, levels - 1) if text[at] == "{" else _items(text, at + 1)


def _members(text: str, at: int, levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while member := _MEMBER.match(text, at):
        name = str(_DECODER.decode(member[1]))
        try:
            found[name], at = _DECODER.raw_decode(text, member.end())
        except ValueError:
            if (part := _whole(text, member.end(), levels)) is not None:
                found[name] = part
            break
    return found


def _items(text: str, at: int) -> list[Any]:
    found: list[Any] = []
    while part := _PART.match(text, at):
        try:
            value, at = _DECODER.raw_decode(text, part.end())
        except ValueError:
            break
        found.append(value)
    return found
