"""Regular expressions that an operator writes: RE2's, which look through a text in time linear in it. Pure."""

from functools import lru_cache
from typing import Any

import re2

from shared.errors import UsageError

_MOST_BYTES = 1 << 20  # that one of them may take


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Any:
    """Return a pattern that can be searched for as Python's own can.

    :raises UsageError: it is none.
    """
    options = re2.Options()
    options.log_errors, options.max_mem = False, _MOST_BYTES
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise UsageError(f"{pattern!r} is no pattern of RE2: {error.args[0].decode()}.") from None
