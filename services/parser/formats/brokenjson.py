"""JSON as publishers send it: where it is damaged or breaks off, the whole values that it holds. Pure."""

import json
import re
from typing import Any

from shared.errors import Malformed

MAX_LEVELS = 4  # of what breaks off; a feed's entries stand no deeper
_TRAILING_COMMA = re.compile(r"""("(?:[^"\\]|\\.)*+")|,(?=\s*[}\]])""", re.DOTALL)
_MEMBER = re.compile(r'\s*+,?\s*+("(?:[^"\\]|\\.)*+")\s*+:\s*+', re.DOTALL)
_PART = re.compile(r"\s*,?\s*")
_DECODER = json.JSONDecoder(strict=False)


def load(text: str) -> tuple[Any, bool]:
    """Return the value in `text`, and whether it came to its end; of one that breaks off what is whole in it.

    Commas that part nothing are left out.

    :raises Malformed: it is no JSON, or nothing in it is whole.
    """
    try:
        return json.loads(text, strict=False), True
    except RecursionError as error:
        raise _malformed(error) from None
    except ValueError as error:
        return _mended(text, error)


def _mended(text: str, error: ValueError) -> tuple[Any, bool]:
    text = _TRAILING_COMMA.sub(lambda found: found[1] or "", text).strip()
    try:
        return json.loads(text, strict=False), True
    except (ValueError, RecursionError):
        pass
    try:
        found = _whole(text, 0, MAX_LEVELS)
    except (ValueError, RecursionError):
        found = None
    if not found:
        raise _malformed(error)
    return found, False


def _malformed(error: Exception) -> Malformed:
    return Malformed(f"The document begins like JSON, but is none: {str(error)[:100]}.")


def _whole(text: str, at: int, levels: int) -> Any:
    """Return the object or list that begins at `at` as far as its members are whole, the last one as far as it is."""
    if not levels or text[at : at + 1] not in {"{", "["}:
        return None
    return _members(text, at + 1, levels - 1) if text[at] == "{" else _items(text, at + 1)


def _members(text: str, at: int, levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while member := _MEMBER.match(text, at):
        name = str(json.loads(member[1], strict=False))
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
