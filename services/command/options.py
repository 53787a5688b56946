"""What several verbs take alike: numbers of the store's rows, and --json."""

from collections.abc import Callable
from typing import Annotated

import typer

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
