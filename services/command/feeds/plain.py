"""Lists of feeds in the form that their content shows: OPML, CSV with a header, an address a line. Pure."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from services.command.feeds import folders, opml
from services.command.feeds.opml import Outline, Wrong
from shared.errors import UsageError

_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SEPARATORS = ",;\t"
COLUMNS = {  # names of columns, in small letters and without signs: what OPML calls it
    "xmlurl": ("url", "feed", "feedurl", "xmlurl", "address", "rss"),
    "title": ("title", "name", "text"),
    "htmlurl": ("site", "siteurl", "htmlurl", "website", "homepage"),
    "folder": ("folder", "category", "group"),
    "wireroompublication": ("publication", "source"),
    "wireroominterval": ("interval", "intervals"),
    "wireroomfloor": ("floor", "floors"),
    "wireroomceiling": ("ceiling", "ceilings"),
    "wireroomtimeout": ("timeout", "timeouts"),
    "wireroompages": ("pages",),
    "wireroomstate": ("state",),
    "wireroomhttp2": ("http",),  # http2, without its digit
}
_CALLED = {name: column for column, names in COLUMNS.items() for name in names}


def read_list(data: bytes, name: str = "This") -> tuple[list[Outline], list[Wrong]]:
    """Return the feeds of a list and what is wrong with its other lines.

    :raises UsageError: it is no list at all.
    """
    encoding = next((one for mark, one in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if text.lstrip().startswith("<") or "\x00" in text:
        return opml.read(data, name)
    lines = text.splitlines(keepends=True)
    header = next((line for line in lines if _says_something(line)), "")
    separator = max(_SEPARATORS, key=header.count)
    columns = [_column(cell) for cell in next(csv.reader([header], delimiter=separator), [])]
    feeds, wrong = _rows(lines, columns, separator) if "xmlurl" in columns else _addresses(lines)
    if not feeds and not any(":" in line for line in lines):
        raise UsageError(f"{name} is no list of feeds: no OPML, no CSV with a column url, and no line is an address.")
    return folders.named(feeds), wrong


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _column(cell: str) -> str:
    return _CALLED.get("".join(filter(str.isalpha, cell.lower())), "")


def _addresses(lines: Iterable[str]) -> tuple[list[Outline], list[Wrong]]:
    said = ((at, {"xmlurl": line.strip()}) for at, line in enumerate(lines, 1) if _says_something(line))
    return _feeds(said)


def _rows(lines: Sequence[str], columns: Sequence[str], separator: str) -> tuple[list[Outline], list[Wrong]]:
    """Return what the rows below the header say; empty cells and columns that are not known say nothing."""
    start = next(at for at, line in enumerate(lines) if _says_something(line)) + 1
    rows = csv.reader(lines[start:], delimiter=separator)
    broken: list[Wrong] = []

    def said() -> Iterator[tuple[int, dict[str, str]]]:
        try:
            for row in rows:
                cells = {name: cell.strip() for name, cell in zip(columns, row, strict=False) if name and cell.strip()}
                if cells and not row[0].lstrip().startswith("#"):
                    yield start + rows.line_num, cells
        except csv.Error as error:
            broken.append(Wrong(start + rows.line_num, f"It cannot be read as CSV, nor what follows: {error}."))

    feeds, wrong = _feeds(said())
    return feeds, wrong + broken


def _feeds(said: Iterable[tuple[int, dict[str, str]]]) -> tuple[list[Outline], list[Wrong]]:
    feeds: list[Outline] = []
    wrong: list[Wrong] = []
    for line, cells in said:
        if "xmlurl" not in cells:
            wrong.append(Wrong(line, "It has no address."))
            continue
        try:
            feeds.append(opml.read_feed(cells, cells.get("title"), cells.get("folder"), line))
        except UsageError as error:
            wrong.append(Wrong(line, str(error)))
    return feeds, wrong
