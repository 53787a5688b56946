"""Regular expressions that an operator writes: RE2's, which look through a text in time linear in it. Pure."""

from functools import lru_cache
from typing import Any

import re2

from shared.errors import UsageError
from shared.rules import quoted

_MOST_BYTES = 1 << 20  # that one of them may take
_MOST_STEPS = 2000  # of its program: RE2 goes through 100,000 characters by so many within a second


@lru_cache(maxsize=1024)
def compiled(pattern: str, *, any_case: bool = False, groups: bool = True) -> Any:
    """Return a pattern that can be searched for as Python's own can, `any_case` in small letters as in large ones.

    Without `groups` nothing is kept of what they met, which takes a program that is smaller by far.

    :raises UsageError: it is none.
    """
    options = re2.Options()
    options.log_errors, options.max_mem, options.case_sensitive = False, _MOST_BYTES, not any_case
    options.never_capture = not groups
    try:
        found = re2.compile(pattern, options)
    except re2.error as error:
        raise UsageError(f"{quoted(pattern)} is no pattern of RE2: {error.args[0].decode()}.") from None
    except UnicodeEncodeError:
        raise UsageError(f"{quoted(pattern)} is no pattern of RE2: it holds what is no character.") from None
    if found.programsize > _MOST_STEPS:
        raise UsageError(f"{quoted(pattern)} counts too far for a pattern, or lists too much.")
    return found
