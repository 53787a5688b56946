"""The options that say how a page, or JSON of any shape, lists articles: alike for all verbs that take them."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

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
}
_DROP = "On articles' pages: what does not belong to the text. May be given again."
Verb = Callable[..., None]


def taking_rules(verb: Verb) -> Verb:
    """Return `verb` with the options for rules; it gets them as `rules`, checked, None where none was given."""

    @wraps(verb)
    def taken(**given: Any) -> None:
        from services.parser.formats.rules import read_rules

        rules = read_rules({name: given.pop(name) for name in OPTIONS})
        verb(**given, rules=rules)

    own = [one for name, one in inspect.signature(verb, eval_str=True).parameters.items() if name != "rules"]
    taken.__signature__ = inspect.Signature([*own, *OPTIONS.values()])  # type: ignore[attr-defined]
    taken.__annotations__ = {one.name: one.annotation for one in (*own, *OPTIONS.values())}
    return taken


def _option(name: str, kind: Any, words: str) -> inspect.Parameter:
    option = typer.Option(f"--{name}", help=words, rich_help_panel=PANEL, show_default=False)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option])


OPTIONS = {name: _option(name, str | None, words) for name, words in _HELP.items()}
OPTIONS["drop"] = _option("drop", list[str] | None, _DROP)
assert OPTIONS.keys() == Rules.model_fields.keys()
