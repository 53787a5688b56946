"""What another program's list says of a feed in attributes of its own, in the words of ours. Pure."""

from collections.abc import Mapping

from services.command.feeds import miniflux
from shared.errors import UsageError

FRESHRSS = "{https://freshrss.org/opml}"  # its attributes, as its manual for developers has them
_RULED = frozenset({"html+xpath", "xml+xpath"})
_RULES = {
    "xpathitem": "items",
    "xpathitemuri": "link",
    "xpathitemtitle": "headline",
    "xpathitemcontent": "summary",
    "xpathitemauthor": "byline",
    "xpathitemtimestamp": "date",
    "xpathitemthumbnail": "image",
    "xpathitemcategories": "keywords",
    "xpathitemuid": "identifier",
}
_NO_MATTER = frozenset({"priority"})  # how its readers see it
# What says which of a feed's entries are wanted; those of FreshRSS mark the others as read, and keep them.
FILTERS = frozenset({"frss:filtersactionread", *(f"miniflux:{name}" for name in miniflux.FILTERS)})


def in_our_words(said: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return an outline's attributes with those of others as ours, and the names of those that say nothing here.

    What an outline says in our own attributes stands.

    :raises UsageError: it is no feed, but what only its own program reads.
    """
    theirs = {name.removeprefix(FRESHRSS): value for name, value in said.items() if name.startswith(FRESHRSS)}
    kind = said.get("type", "").strip().lower()
    if "+" in kind and kind not in _RULED:
        raise UsageError(
            f"What it is ({said['type']}) has to be said in rules of ours: `wireroom feeds add --items …`."
        )
    found: dict[str, str] = {}
    if kind in _RULED:
        rules = {name: theirs.pop(name) for name in _RULES if name in theirs}
        found |= {f"wireroom{_RULES[name]}": _relative(name, path) for name, path in rules.items() if path.strip()}
    found |= _pace(theirs.pop("ttl", ""))
    for name, rule in (("cssfullcontent", "wireroombody"), ("csscontentfilter", "wireroomdrop")):
        if theirs.get(name):
            found[rule] = theirs.pop(name)
    more, others = miniflux.in_our_words(said)
    left_out = {f"frss:{name}" for name in theirs.keys() - _NO_MATTER} | {f"miniflux:{name}" for name in others}
    return found | more | dict(said), tuple(sorted(left_out))


def _pace(ttl: str) -> dict[str, str]:
    """Return its interval; one below zero is that of a feed that is muted."""
    seconds = ttl.strip().removeprefix("-").lstrip("0")
    if not (seconds.isascii() and seconds.isdecimal()):
        return {}
    return {"wireroominterval": seconds} | ({"wireroomstate": "paused"} if ttl.strip().startswith("-") else {})


def _relative(name: str, path: str) -> str:
    """Return an XPath as ours are told from CSS: from the root for the items, from the item for the others."""
    path = path.strip()
    if name == "xpathitem":
        return path if path.startswith("/") else f"//{path}"
    return path if path.startswith(("/", "./")) else f"./{path}"
