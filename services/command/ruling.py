"""The options that say how a page, or JSON of any shape, lists articles, and which entries are wanted: alike for all
verbs that take them."""

import inspect
from typing import Any

import typer

from services.command.options import Verb, option, taking
from shared.rules import PATTERNS, Rules

PANEL = "How a page or JSON lists articles"
WANTED = "Which entries are stored"
_HELP = {
    "items": "What the items are: a CSS selector, XPath (/…, ./…), or a path in JSON ($.data.posts).",
    "link": "Within an item: what leads to the article.",
    "headline": "Within an item: its headline.",
    "summary": "Within an item: its summary.",
    "text": "Within an item: its whole text.",
    "date": "Within an item: when it appeared.",
    "zone": "Zone of dates that name none: Europe/Paris, UTC.",
    "byline": "Within an item: who wrote it.",
    "image": "Within an item: its picture.",
    "keywords": "Within an item: what it is filed under.",
    "identifier": "Within an item: what tells it from others; else its link.",
    "next": "Where older articles are.",
    "script": "The page's element that holds the JSON.",
    "body": "On articles' pages: what holds the text.",
    "rewrite": "Of articles' pages: the address, made of the link: 'PATTERN REPLACEMENT', such as '/news/ /print/'.",
}
_WANTED = {
    "keep": "Store only what meets FIELD:PATTERN, or another that is given: 'headline:budget|tax'.",
    "leave_out": "Store nothing that meets FIELD:PATTERN. May be given again.",
}
_DROP = "On articles' pages: what does not belong to the text. May be given again."


def taking_rules(verb: Verb) -> Verb:
    """Return `verb` with the options for rules; it gets them as `rules`, checked, None where none was given."""
    return taking(verb, OPTIONS, "rules", _checked)


def taking_page_rules(verb: Verb) -> Verb:
    """Return `verb`, which reads no feed, with the options for rules, without patterns."""
    return taking(verb, {name: one for name, one in OPTIONS.items() if name not in PATTERNS}, "rules", _checked)


def taking_patterns(verb: Verb) -> Verb:
    """Return `verb`, which adds the feeds of a list, with the options for patterns; it gets them as rules like any."""
    return taking(verb, {name: OPTIONS[name] for name in PATTERNS}, "rules", _checked)


def _checked(said: dict[str, Any]) -> Rules | None:
    if all(one is None for one in said.values()):
        return None
    from services.parser.formats.rules import read_rules  # which all that reads feeds stands behind

    return read_rules(said)


def _option(name: str, kind: Any, words: str, panel: str = PANEL) -> inspect.Parameter:
    spelt = f"--{name.replace('_', '-')}"
    return option(name, kind, typer.Option(spelt, help=words, rich_help_panel=panel, show_default=False))


OPTIONS = {name: _option(name, str | None, words) for name, words in _HELP.items()}
OPTIONS["drop"] = _option("drop", list[str] | None, _DROP)
OPTIONS |= {name: _option(name, list[str] | None, words, WANTED) for name, words in _WANTED.items()}
assert OPTIONS.keys() == Rules.model_fields.keys()
