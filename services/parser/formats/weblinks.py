"""Links of a mailing to its page on the web, told from those that are one reader's own. Pure."""

import re
from urllib.parse import unquote, urlsplit, urlunsplit

from services.parser.fields.urls import absolute

_WORDS = 3  # in a last step that names an article
_STEP = re.compile(r"[A-Za-z0-9_.~-]{1,120}")
_TOKEN = re.compile(r"(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z0-9_=-]{20,}|[0-9a-fA-F-]{24,}|[A-Za-z0-9+/=%]{40,}")
_TELLING = re.compile(r"[^\W\d_]{2,}")


def open_link(url: str) -> str | None:
    """Return the address of a page that is open to whoever has it, None where it may be one reader's own.

    What a query tells cannot be seen: of an address with one, the rest is the page's if its last step reads as an
    article's does. A step that nobody could read is a token.

    >>> open_link("https://harbour.example/p/the-mole-is-raised?token=eyJ1c2VyIjo3fQ&r=17")
    'https://harbour.example/p/the-mole-is-raised'
    >>> open_link("https://harbour.example/archive/2026/7.html")
    'https://harbour.example/archive/2026/7.html'
    >>> open_link("https://click.example/v/8a7f6e5d4c3b2a198a7f6e") or open_link("https://click.example/?q=8")
    """
    found = absolute(url, None)
    if found is None:
        return None
    parts = urlsplit(found)
    steps = [unquote(step) for step in parts.path.split("/") if step]
    if (
        not steps
        or parts.username
        or any("@" in step or not _STEP.fullmatch(step) or _is_token(step) for step in steps)
    ):
        return None
    if parts.query and not _names_article(steps[-1]):
        return None
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def _names_article(step: str) -> bool:
    return len(_TELLING.findall(step)) >= _WORDS


def _is_token(step: str) -> bool:
    return not _names_article(step) and _TOKEN.search(step) is not None
