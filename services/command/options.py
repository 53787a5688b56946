"""What several verbs take alike: numbers of the store's rows, --json, and values that a file may hold."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from shared.errors import UsageError

SECRET = "@FILE reads it from a file, @- from standard input."  # noqa: S105 - the words of an option's help
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
