"""`wireroom poll`, `extract` and `fold`: a stage's work on files and addresses, without store and queue."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.command import console
from services.command.readable import readable
from shared.errors import Failed, Malformed, NotAFeed, UsageError, WireroomError, contain
from shared.hosts import without_password
from shared.settings import Settings, read_settings

if TYPE_CHECKING:
    from shared.messages import Entry

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
From = Annotated[Path | None, typer.Option("--from", help="Lines {id, path, url}; prints a line for each document.")]
Url = Annotated[str, typer.Option("--url", help="Where a file's document came from.")]
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Fetched:
    """A document from a file or an address."""

    data: bytes
    url: str
    media_type: str | None


Read = Callable[[Fetched], "list[Entry]"]


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`."""
    verbs: dict[str, Callable[..., None]] = {"poll": poll, "extract": extract, "fold": fold}
    app.command()(verbs[verb])


def poll(
    sources: Annotated[list[str] | None, typer.Argument(metavar="[URL|FILE]...", help="Feeds.")] = None,
    as_json: Json = False,
    url: Url = "",
    listing: From = None,
) -> None:
    """Fetch and parse feeds now and show their articles; stores nothing."""
    _each(sources or [], listing, url, _feed, as_json=as_json)


def extract(
    sources: Annotated[list[str] | None, typer.Argument(metavar="[URL|FILE]...", help="Article pages.")] = None,
    as_json: Json = False,
    url: Url = "",
    listing: From = None,
) -> None:
    """Fetch article pages and show the articles on them; stores nothing."""
    _each(sources or [], listing, url, _page, as_json=as_json)


def fold(
    file: Annotated[str, typer.Argument(help="JSON lines {id, publisher, title, text, published_at?, url?}.")],
) -> None:
    """Fold the articles of a file into stories: prints {id, story} for each."""
    from services.indexer.fold.file import fold_lines

    settings = read_settings()
    window = timedelta(days=settings.fold_window_days)
    try:
        with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as lines:
            _print(fold_lines(lines, settings.fold_threshold, window))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {_why(error)}.") from error


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        print(line)


def _feed(document: Fetched) -> "list[Entry]":
    from services.parser.look import read_feed_bytes

    return read_feed_bytes(document.data, document.url, document.media_type)


def _page(document: Fetched) -> "list[Entry]":
    from services.parser.look import read_page_bytes

    return [read_page_bytes(document.data, document.url, document.media_type)]


def _within_limits(read: Read, settings: Settings) -> Read:
    """Return what reads a document at the cost that a worker would allow it."""
    from services.parser import limits

    limits.cap_memory(settings.parse_memory_mb)

    def limited(document: Fetched) -> "list[Entry]":
        try:
            with limits.cpu_seconds(settings.parse_time_s):
                return read(document)
        except limits.TooSlow:
            raise Malformed(f"The document took longer than {settings.parse_time_s} s to read.") from None
        except MemoryError:
            raise Malformed(f"The document needed more than {settings.parse_memory_mb} MiB to read.") from None

    return limited


def _each(sources: list[str], listing: Path | None, url: str, read: Read, *, as_json: bool) -> None:
    """Read every source; one that fails is named and the others go on, status 1 at the end."""
    if bool(sources) == bool(listing):
        raise UsageError("Name feeds or pages by address or file, or a list of them with --from.")
    settings = read_settings()
    read = _within_limits(read, settings)
    if listing:
        for line in console.progress(list(_lines(listing)), "Reading"):
            console.say(json.dumps(_answer(line, read, settings), ensure_ascii=False))
        return
    failed, columns = 0, get_terminal_size().columns
    for source in sources:
        entries = contain(lambda source=source: read(_load(source, url, settings)))  # type: ignore[misc]
        if isinstance(entries, Failed):
            failed += 1
            console.warn(f"{without_password(source)}: {_sentence(entries)}")
            continue
        for entry in entries:
            console.say(json.dumps(_article(entry), ensure_ascii=False) if as_json else readable(entry, columns))
    if failed:
        raise typer.Exit(1)


def _lines(listing: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = listing.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{listing} cannot be read: {_why(error)}.") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _line(f"{listing}:{number}", line)


def _why(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _line(where: str, line: str) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where}: the line is no JSON: {error}.") from None
    if not isinstance(item, dict) or "id" not in item or not (item.get("path") or item.get("url")):
        raise UsageError(f"{where}: a line is {{id, path, url}}; id, and path or url, have to be there.")
    return item


def _answer(line: Mapping[str, Any], read: Read, settings: Settings) -> dict[str, Any]:
    source = str(line.get("path") or line["url"])
    entries = contain(lambda: read(_load(source, str(line.get("url") or ""), settings)))
    if isinstance(entries, Failed):
        return {"id": line["id"], "articles": [], "error": _sentence(entries)}
    return {"id": line["id"], "articles": [_article(entry) for entry in entries], "error": None}


def _load(source: str, url: str, settings: Settings) -> Fetched:
    if source.startswith(("http://", "https://")):
        return _fetch(source, settings)
    path = Path(source)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{source} cannot be read: {error.strerror}.") from error
    if data.startswith(GZIP):
        import gzip

        try:
            data = gzip.decompress(data)
        except (OSError, EOFError) as error:
            raise Malformed(f"it is no whole gzip file: {error}.") from error
    return Fetched(data, url or path.resolve().as_uri(), None)


def _fetch(url: str, settings: Settings) -> Fetched:
    from shared.http import Client, Limits

    client = Client(Limits.from_settings(settings), settings.fetch_allow, settings.user_agent)
    response = client.get(url)
    if response.status != 200:
        raise NotAFeed(f"the server answered {response.status}.")
    return Fetched(response.body, response.url, response.headers.get("content-type"))


def _sentence(failed: Failed) -> str:
    return str(failed.error) if isinstance(failed.error, WireroomError) else f"it could not be read ({failed})"


def _article(entry: "Entry") -> dict[str, Any]:
    """Return an entry as an article's fields."""
    return {
        "source_id": entry.source_id,
        "url": entry.url,
        **entry.content.model_dump(mode="json"),
        "page_wanted": entry.page_wanted,
    }
