"""`wireroom poll`, `extract` and `fold`: a stage's work on files and addresses, without store and queue."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from services.command import console
from services.command.asking import Header, Http2, Post, passport_of
from services.command.documents import Fetched, load, why
from services.command.options import Json
from services.command.readable import readable, refused
from services.command.ruling import taking_page_rules, taking_rules
from shared.errors import Failed, Malformed, UsageError, WireroomError, contain
from shared.hosts import without_password
from shared.rules import Rules
from shared.settings import Settings, read_settings

if TYPE_CHECKING:
    from services.parser.document import Read
    from shared.messages import Entry

From = Annotated[Path | None, typer.Option("--from", help="Lines {id, path, url}; prints a line for each document.")]
Url = Annotated[str, typer.Option("--url", help="Where a file's document came from.")]
Parse = Callable[[Fetched], "Read"]


@dataclass(frozen=True)
class Way:
    """How documents are had and read."""

    load: Callable[..., Fetched]  # by what a source is called, and where it came from
    parse: Parse
    rules: Rules | None

    def read(self, source: str, url: str) -> "Read":
        """Return what a source holds."""
        return self.parse(self.load(source, url))

    def within(self, settings: Settings) -> "Way":
        """Return it under the limits that are set."""
        return replace(self, load=partial(self.load, settings=settings), parse=_within_limits(self.parse, settings))


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`."""
    verbs: dict[str, Callable[..., None]] = {"poll": poll, "extract": extract, "fold": fold}
    app.command()(verbs[verb])


@taking_rules
def poll(
    sources: Annotated[list[str] | None, typer.Argument(metavar="[URL|FILE]...", help="Feeds.")] = None,
    as_json: Json = False,
    url: Url = "",
    listing: From = None,
    post: Post = None,
    header: Header = None,
    http2: Http2 = False,
    rules: Rules | None = None,
) -> None:
    """Fetch and parse feeds now and show their articles; stores nothing."""
    way = Way(partial(load, passport=passport_of(post, header, http2=http2)), partial(_feed, rules=rules), rules)
    _each(sources or [], listing, url, way, as_json=as_json)


@taking_page_rules
def extract(
    sources: Annotated[list[str] | None, typer.Argument(metavar="[URL|FILE]...", help="Article pages.")] = None,
    as_json: Json = False,
    url: Url = "",
    listing: From = None,
    rules: Rules | None = None,
) -> None:
    """Fetch article pages and show the articles on them; stores nothing."""
    way = Way(partial(load, of_pages=rules), partial(_page, rules=rules), rules)
    _each(sources or [], listing, url, way, as_json=as_json)


def fold(
    file: Annotated[str, typer.Argument(help="JSON lines {id, publisher, title, text, published_at?, url?}.")],
) -> None:
    """Fold the articles of a file into stories: prints {id, story} for each."""
    from services.indexer.fold.file import fold_lines

    settings = read_settings()
    window = timedelta(days=settings.fold_window_days)
    with _opened(file) as lines:
        for line in fold_lines(lines, settings.fold_threshold, window):
            print(line)


def _opened(file: str) -> AbstractContextManager[BinaryIO]:
    """Return a file that is read line by line; `-` is standard input."""
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {why(error)}.") from error


def _feed(document: Fetched, rules: Rules | None) -> "Read":
    from services.parser.look import read_feed

    return read_feed(document.data, document.url, document.media_type, document.language, rules)


def _page(document: Fetched, rules: Rules | None) -> "Read":
    from services.parser.document import Read
    from services.parser.formats.pages.article import read_page

    told = document.url, document.media_type, document.language
    return Read((read_page(document.data, *told, rules, document.link),), ())


def _within_limits(parse: Parse, settings: Settings) -> Parse:
    """Return what reads a document at the cost that a worker would allow it."""
    from services.parser import limits

    limits.cap_memory(settings.parse_memory_mb)

    def limited(document: Fetched) -> "Read":
        try:
            with limits.cpu_seconds(settings.parse_time_s):
                return parse(document)
        except limits.TooSlow:
            raise Malformed(f"The document took longer than {settings.parse_time_s} s to read.") from None
        except MemoryError:
            raise Malformed(f"The document needed more than {settings.parse_memory_mb} MiB to read.") from None

    return limited


def _each(sources: list[str], listing: Path | None, url: str, way: Way, *, as_json: bool) -> None:
    """Read every source; one that fails is named and the others go on."""
    if bool(sources) == bool(listing):
        raise UsageError("Name feeds or pages by address or file, or a list of them with --from.")
    way = way.within(read_settings())
    if listing:
        for where, line in console.progress(list(_lines(listing)), "Reading"):
            console.say(json.dumps(_answer(where, line, way), ensure_ascii=False))
        return
    failed: list[Failed] = []
    for source in sources:
        found = contain(partial(way.read, source, url))
        if isinstance(found, Failed):
            failed.append(found)
            console.warn(f"{without_password(source)}: {_sentence(found)}")
        else:
            _show(found, way.rules, as_json=as_json)
            _complain(without_password(source), found)
    console.end(failed)


def _show(found: "Read", rules: Rules | None, *, as_json: bool) -> None:
    columns = get_terminal_size().columns
    for entry in found.entries:
        article = _article(entry, rules)
        shown = readable(entry, columns, article.get("page_url"))
        console.say(json.dumps(article, ensure_ascii=False) if as_json else shown)
    for one in found.unwanted:  # beside the lines for programs
        (console.warn if as_json else console.say)(refused(one))


def _complain(source: str, found: "Read") -> None:
    """Say what could not be read of a source, or that it holds nothing."""
    for one in found.rejected:
        console.warn(f"{source}: an entry is left out: {one.reason}")
    if not (found.entries or found.unwanted or found.rejected):
        console.warn(f"{source}: It lists no articles.")


def _lines(listing: Path) -> Iterator[tuple[str, str]]:
    """Yield each line of a list, and where it stands."""
    try:
        lines = listing.read_bytes().split(b"\n")
    except OSError as error:
        raise UsageError(f"{listing} cannot be read: {why(error)}.") from error
    for number, line in enumerate(lines, 1):
        if text := line.decode("utf-8", "replace").strip("\ufeff \t\r"):
            yield f"{listing}:{number}", text


def _line(where: str, line: str) -> dict[str, Any]:
    """Return what a line of a list holds.

    :raises UsageError: it is no JSON object.
    """
    try:
        item = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: the line is no JSON: {error}.") from None
    if not isinstance(item, dict):
        raise UsageError(f"{where}: a line is {{id, path, url}}.")
    return item


def _answer(where: str, text: str, way: Way) -> dict[str, Any]:
    """Return what became of a line: its articles, or in a sentence why there are none. No line stops those after it."""
    line = contain(lambda: _line(where, text))
    if isinstance(line, Failed):
        return {"id": None, "articles": [], "error": _sentence(line)}
    found = contain(lambda: way.read(*_named(where, line)))
    if isinstance(found, Failed):
        return {"id": line.get("id"), "articles": [], "error": _sentence(found)}
    return {"id": line["id"], "articles": [_article(entry, way.rules) for entry in found.entries], "error": None}


def _named(where: str, line: Mapping[str, Any]) -> tuple[str, str]:
    """Return the file or address that a line names, and where it came from.

    :raises UsageError: it names neither.
    """
    path, url = line.get("path"), line.get("url") or ""
    if "id" not in line or not (path or url) or not all(isinstance(one, str) for one in (path or "", url)):
        raise UsageError(f"{where}: a line is {{id, path, url}}; id, and path or url, have to be there, both as text.")
    return path or url, url


def _sentence(failed: Failed) -> str:
    return str(failed.error) if isinstance(failed.error, WireroomError) else f"it could not be read ({failed})"


def _article(entry: "Entry", rules: Rules | None) -> dict[str, Any]:
    """Return an entry as an article's fields, and where its page is asked for where a rule says that."""
    from shared.rewriting import asked_at

    asked = {"page_url": asked_at(rules, entry.url)} if rules and rules.rewrite and entry.url else {}
    return {
        "source_id": entry.source_id,
        "url": entry.url,
        **entry.content.model_dump(mode="json"),
        "page_wanted": entry.page_wanted,
        **asked,
    }
