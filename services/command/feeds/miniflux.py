"""What Miniflux' lists say of a feed, in the words of ours: what means the same here, and nothing else. Pure.

Its filters are patterns of RE2, as ours are, though they tell large letters from small ones.
"""

import re
from collections.abc import Mapping

from shared.errors import UsageError
from shared.rules import MOST_DROPPED

MINIFLUX = "{https://miniflux.app/opml}"  # its attributes
BLOCK_LIST, BLOCK_RULES = "blocklistrules", "blockfilterentryrules"
KEEP_LIST, KEEP_RULES = "keeplistrules", "keepfilterentryrules"
FILTERS = frozenset({BLOCK_LIST, BLOCK_RULES, KEEP_LIST, KEEP_RULES})
# How its readers see it, or what goes without saying here.
_NO_MATTER = frozenset({"nomediaplayer", "hideglobally", "ignorehttpcache", "ignoreentryupdates", "disablehttp2"})
_SWITCHES = {"disabled": ("wireroomstate", "paused"), "crawler": ("wireroompages", "always")}
_IN_LISTS = ("link", "headline", "byline", "keyword")  # where the one pattern of a list is looked for
_IN_RULES = {"EntryURL": "link", "EntryTitle": "headline", "EntryAuthor": "byline", "EntryTag": "keyword"}
_DATE = re.compile(r"before:(\d{4}-\d\d-\d\d)|max-age:(\d{1,5}[dh])")


def in_our_words(said: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
    """Return what an outline's attributes of Miniflux say, as attributes of ours, and the names of all the others."""
    theirs = {name.removeprefix(MINIFLUX): value for name, value in said.items() if name.startswith(MINIFLUX)}
    theirs = {name: value for name, value in theirs.items() if value.strip() and name not in _NO_MATTER}
    found = {ours: word for name, (ours, word) in _SWITCHES.items() if theirs.pop(name, "") == "true"}
    if _is_selector(theirs.get("scraperrules", "")):
        found["wireroombody"] = theirs.pop("scraperrules")
    for ours, patterns in (("wireroomleaveout", _left_out(theirs)), ("wireroomkeep", _kept(theirs))):
        if patterns:
            found[ours] = "\n".join(patterns)
    return found, set(theirs)


def _left_out(theirs: dict[str, str]) -> list[str]:
    """Take what says which entries are refused, as patterns; a rule that cannot be said here refuses nothing here."""
    ruled = [_ruled(*rule) for rule in _rules_in(theirs.get(BLOCK_RULES, ""))]
    listed = _listed(theirs.get(BLOCK_LIST, ""))
    patterns = [*filter(None, ruled), *listed]
    if len(patterns) > MOST_DROPPED:
        return []
    if None not in ruled:
        theirs.pop(BLOCK_RULES, None)
    if listed:
        del theirs[BLOCK_LIST]
    return patterns


def _kept(theirs: dict[str, str]) -> list[str]:
    """Take what says which entries are kept, as patterns: all of it or nothing, since an entry has to meet one of them.

    The list counts where there is no rule.
    """
    ruled = [_ruled(*rule) for rule in _rules_in(theirs.get(KEEP_RULES, ""))]
    patterns = [*filter(None, ruled)] if ruled else _listed(theirs.get(KEEP_LIST, ""))
    if None in ruled or not patterns or len(patterns) > MOST_DROPPED:
        return []
    for name in (KEEP_RULES, KEEP_LIST):
        theirs.pop(name, None)
    return patterns


def _rules_in(text: str) -> list[tuple[str, str]]:
    """Return the fields and patterns of rules that are given one a line; one without a field is none there either."""
    parted = (line.partition("=") for line in text.split("\n"))
    return [(field.strip(), pattern.strip()) for field, equals, pattern in parted if equals]


def _ruled(field: str, wanted: str) -> str | None:
    """Return a rule as a pattern; None: it cannot be said here."""
    if field == "EntryDate" and (date := _DATE.fullmatch(wanted)):
        return _readable(f"before:{date[1]}" if date[1] else f"older:{date[2]}")
    return _pattern(_IN_RULES[field], wanted) if field in _IN_RULES else None


def _listed(wanted: str) -> list[str]:
    patterns = [_pattern(field, wanted) for field in _IN_LISTS]
    return [*filter(None, patterns)] if None not in patterns else []


def _pattern(field: str, wanted: str) -> str | None:
    any_case = wanted.startswith("(?i)") and wanted[4:] == wanted[4:].strip()
    whole = _readable(f"{field}:{wanted}")  # by itself: what closes a bracket that it did not open is none
    return whole and _readable(f"{field}:{wanted[4:] if any_case else f'(?-i:{wanted})'}")


def _readable(pattern: str) -> str | None:
    from services.parser.formats.rules import read_rules  # which all that reads feeds stands behind

    if len(pattern.splitlines()) != 1:  # as lists part them
        return None
    try:
        return pattern if read_rules({"keep": [pattern]}) else None
    except UsageError:
        return None


def _is_selector(wanted: str) -> bool:
    from services.parser.formats.rules import read_rules

    try:
        return bool(wanted and read_rules({"body": wanted}))
    except UsageError:
        return False
