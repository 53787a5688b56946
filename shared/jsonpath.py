"""Paths in JSON: names, places and wildcards of RFC 9535, each of which a document of any size is walked by once. Pure.

Filters and descents, which can take the square of a document's size, are left out.
"""

import re
from functools import lru_cache
from typing import Any

from shared.errors import UsageError

_STEP = re.compile(
    r"""\.(?P<name>[^\s.\[\]'"*?$()]+)|\[\s*(?P<place>-?\d{1,6})\s*\]|(?P<all>\.\*|\[\s*\*\s*\])|"""
    r"""\[\s*(?P<quoted>'[^'\\]*'|"[^"\\]*")\s*\]"""
)
_HOLE = re.compile(r"\{([^{}]*)\}")
Step = str | int | None  # None: each of them


@lru_cache(maxsize=1024)
def steps_of(path: str) -> tuple[Step, ...]:
    """Return the steps of a path, which may leave out the `$.` that stands for the whole.

    :raises UsageError: it is none.

    >>> steps_of("$.data.posts[*]"), steps_of("title.rendered"), steps_of("$['@graph'][0]")
    (('data', 'posts', None), ('title', 'rendered'), ('@graph', 0))
    """
    rest = path[1:] if path.startswith("$") else path if path.startswith("[") else f".{path}"
    steps: list[Step] = []
    at = 0
    while found := _STEP.match(rest, at):
        steps.append(_step(found))
        at = found.end()
    if at < len(rest):
        raise UsageError(f"{path!r} is no path: write it like $.data.posts, with [0], [*] or ['a name'] where needed.")
    return tuple(steps)


def _step(found: re.Match[str]) -> Step:
    if quoted := found["quoted"]:
        return quoted[1:-1]
    return int(found["place"]) if found["place"] else None if found["all"] else found["name"]


def values_at(document: Any, path: str) -> list[Any]:
    """Return what stands in `document` where `path` leads; nothing where it leads nowhere."""
    found = [document]
    for step in steps_of(path):
        found = [one for value in found for one in _children(value, step)]
    return found


def items_at(document: Any, path: str) -> list[Any]:
    """Return the items of the lists that `path` leads to; what it leads to that is no list is an item itself."""
    return [one for value in values_at(document, path) for one in (value if isinstance(value, list) else [value])]


def said_at(document: Any, rule: str) -> list[Any]:
    """Return what stands where `rule` leads, or the text that it is once each `{path}` in it is filled in.

    >>> said_at({"slug": "new-pier"}, "/news/{slug}"), said_at({}, "/news/{slug}")
    (['/news/new-pier'], [])
    """
    if "{" not in rule:
        return values_at(document, rule)
    values = [next(iter(values_at(document, path)), None) for path in holes_in(rule)]
    if any(isinstance(value, bool) or not isinstance(value, str | int | float) for value in values):
        return []
    following = iter(values)
    return [_HOLE.sub(lambda _: str(next(following)), rule)]


def holes_in(rule: str) -> list[str]:
    """Return the paths in a rule that are to be filled in."""
    return _HOLE.findall(rule)


def _children(value: Any, step: Step) -> list[Any]:
    if step is None:
        return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(step, int):
        return [value[step]] if isinstance(value, list) and -len(value) <= step < len(value) else []
    return [value[step]] if isinstance(value, dict) and step in value else []
