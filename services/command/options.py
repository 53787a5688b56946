"""What several verbs take alike: numbers of the store's rows, --json, values that a file may hold, sets of options."""

import inspect
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from shared.errors import UsageError

SECRET = "@FILE reads it from a file, @- from standard input."  # noqa: S105 - the words of an option's help
Verb = Callable[..., None]
LARGEST_ID = 2**63 - 1  # number that either database takes


def number_from(least: int) -> Callable[[str | int], int]:
    """Return what reads a number of the store's from `least` on; a bound as such would fill a line of help.

    :raises typer.BadParameter: it is none.
    """

    def number(given: str | int) -> int:  # a default comes as a number
        text = str(given)
        if not (text.isascii() and text.isdigit() and least <= int(text) <= LARGEST_ID):
            raise typer.BadParameter(f"{text!r} is no number from {least} on")
        return int(text)

    return number


NUMBER = number_from(1)
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
JsonOfOne = Annotated[bool, typer.Option("--json", help="One JSON object.")]
OfTitle = Annotated[int | None, typer.Option("--publication", help="Only of this title, by its number.", parser=NUMBER)]
OfStory = Annotated[int | None, typer.Option("--story", help="Only of this story, by its number.", parser=NUMBER)]


def said(value: str) -> str:
    """Return an option's value, or what the file holds that it names.

    :raises UsageError: it cannot be read.
    """
    return read_text(value[1:]).strip() if value.startswith("@") else value


def read_text(file: str) -> str:
    """Return what a file holds; - is standard input.

    :raises UsageError: it cannot be read.
    """
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def option(name: str, kind: Any, words: Any, default: Any = None) -> inspect.Parameter:
    """Return a parameter of a verb, of a type as Python says it, in Typer's words."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, words])


def taking(
    verb: Verb, options: Mapping[str, inspect.Parameter], into: str, read: Callable[[dict[str, Any]], Any]
) -> Verb:
    """Return `verb` with these options too; it gets what `read` makes of them as `into`."""

    @wraps(verb)
    def taken(**given: Any) -> None:
        said = {name: given.pop(name) for name in options}
        verb(**given, **{into: read(said)})

    own = [one for name, one in inspect.signature(verb, eval_str=True).parameters.items() if name != into]
    every = [*(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own), *options.values()]
    taken.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    taken.__annotations__ = {one.name: one.annotation for one in every}
    return taken
