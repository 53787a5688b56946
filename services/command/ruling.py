"""The options that say how a page, or JSON of any shape, lists articles: alike for all verbs that take them."""

import inspect
from typing import Any

import typer

from services.command.options import Verb, option, taking
from shared.rules import Rules

PANEL = "How a page or JSON lists articles"
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
_DROP = "On articles' pages: what does not belong to the text. May be given again."


def taking_rules(verb: Verb) -> Verb:
    """Return `verb` with the options for rules; it gets them as `rules`, checked, None where none was given."""
    return taking(verb, OPTIONS, "rules", _checked)


def _checked(said: dict[str, Any]) -> Rules | None:
    from services.parser.formats.rules import read_rules

    return read_rules(said)


def _option(name: str, kind: Any, words: str) -> inspect.Parameter:
    return option(name, kind, typer.Option(f"--{name}", help=words, rich_help_panel=PANEL, show_default=False))


OPTIONS = {name: _option(name, str | None, words) for name, words in _HELP.items()}
OPTIONS["drop"] = _option("drop", list[str] | None, _DROP)
assert OPTIONS.keys() == Rules.model_fields.keys()
