"""What the command prints: tables for people, JSON lines for machines, progress on a terminal."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import typer

from shared.errors import Failed, UsageError
from shared.schema import rfc3339

WIDEST = 60  # characters that the others of a column make room for
T = TypeVar("T")


def say(text: str) -> None:
    """Print one line."""
    print(text, flush=True)


def warn(text: str) -> None:
    """Print one line where errors go."""
    print(f"wireroom: {text}", file=sys.stderr, flush=True)


def end(failures: Sequence[Failed]) -> None:
    """End the command where something failed: status 2 where a word of it was wrong, else 1."""
    if failures:
        raise typer.Exit(2 if any(isinstance(one.error, UsageError) for one in failures) else 1)


def rows(items: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, empty: str) -> None:
    """Print each item: a JSON line with all it holds, or a table of `columns`; `empty` where there is none."""
    if as_json:
        for item in items:
            say(json.dumps(item, default=_plain, ensure_ascii=False))
        return
    listed = list(items)
    if not listed:
        say(empty)
        return
    cells = [[cell(item.get(column)) for column in columns] for item in listed]
    heads = [column.replace("_", " ") for column in columns]
    right = [all(isinstance(item.get(column), (int, type(None))) for item in listed) for column in columns]
    (_show if sys.stdout.isatty() else _write)(heads, cells, right)


def _write(heads: Sequence[str], cells: Sequence[Sequence[str]], right: Sequence[bool]) -> None:
    """Print a table for `grep` and `less`: a line a row, however long it is."""
    widths = [min(max(map(len, column)), WIDEST) for column in zip(heads, *cells, strict=True)]
    for row in (heads, *cells):
        fitted = (
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(row, widths, right, strict=True)
        )
        print("  ".join(fitted).rstrip())


def _show(heads: Sequence[str], cells: Sequence[Sequence[str]], right: Sequence[bool]) -> None:
    """Print a table that fits the terminal."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for head, to_right in zip(heads, right, strict=True):
        table.add_column(head, justify="right" if to_right else "left", overflow="fold")
    for row in cells:
        table.add_row(*row)
    Console(highlight=False, markup=False).print(table)


def facts(item: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one thing: a JSON line, or a line for each of its facts."""
    if as_json:
        say(json.dumps(item, default=_plain, ensure_ascii=False))
        return
    width = max(map(len, item), default=0)
    for name, value in item.items():
        say(f"{name.replace('_', ' '):<{width}}  {cell(value)}")


def progress(items: Sequence[T], what: str) -> Iterator[T]:
    """Yield `items`, showing on a terminal how far it is."""
    shown = sys.stderr.isatty() and len(items) > 1
    for done, item in enumerate(items, 1):
        if shown:
            print(
                f"\r{what}: {done} of {len(items)}", end="\n" if done == len(items) else "", file=sys.stderr, flush=True
            )
        yield item


def cell(value: object) -> str:
    """Return a value in one line, as people are shown it.

    >>> cell({"kinds": ["text", "picture"], "listed": True}), cell([])
    ('kinds text, picture, listed yes', '–')
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {cell(one)}" for name, one in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(map(cell, value)) or "–"
    return " ".join(str(value).split())


def _plain(value: object) -> str:
    return rfc3339(value) if isinstance(value, datetime) else str(value)
