"""Whose messages a feed takes: the `from` parameters of its address. Pure.

`from=press@agency.example` names one sender, `from=@agency.example` all of a domain, but not of those below it. Several
may be named; where none is, messages are taken whoever sent them.
"""

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from shared.errors import UsageError

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{0,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def senders_of(url: str) -> tuple[str, ...]:
    """Return the senders that a feed's address names, in lower case; none: it names nobody.

    >>> senders_of("file:///drops/mail?from=Press+Desk@agency.example&from=@wire.example")
    ('press+desk@agency.example', '@wire.example')
    """
    return tuple(value.lower() for name, value in _said(url) if name == "from")


def check_senders(url: str) -> None:
    """Return if all that is said behind a folder's address names senders: a slip would let in everybody.

    :raises UsageError: something does not.
    """
    for name, value in _said(url):
        if name != "from" or not _ADDRESS.fullmatch(value):
            raise UsageError(
                f"'{name}={value}' names no sender: write ?from=press@agency.example or ?from=@agency.example, "
                "with & between several, and %3F for a question mark in a name."
            )


def admits(senders: Sequence[str], address: str) -> bool:
    """Return whether a message from `address` is taken where `senders` are named; nobody named is anybody.

    >>> admits(("@wire.example",), "Desk@Wire.example"), admits(("@wire.example",), "desk@a.wire.example")
    (True, False)
    """
    address = address.lower()
    return not senders or address in senders or f"@{address.rpartition('@')[2]}" in senders


def _said(url: str) -> list[tuple[str, str]]:
    query = urlsplit(url).query
    split = (one.partition("=") for one in query.split("&")) if query else ()
    return [(unquote(name), unquote(value)) for name, _, value in split]
