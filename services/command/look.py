"""`wireroom poll`, `extract` and `fold`: a stage's work on files and addresses, without store and queue."""

import json
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from services.command import console
from services.command.asking import Header, Http2, Post, passport_of
from services.command.options import Json
from services.command.readable import readable, refused
from services.command.ruling import taking_page_rules, taking_rules
from shared.errors import Failed, Malformed, NotAFeed, UsageError, WireroomError, contain
from shared.hosts import without_password
from shared.rules import Rules
from shared.settings import Settings, read_settings

if TYPE_CHECKING:
    from services.parser.document import Read as Found
    from shared.http.passport import Passport
    from shared.messages import Entry

From = Annotated[Path | None, typer.Option("--from", help="Lines {id, path, url}; prints a line for each document.")]
Url = Annotated[str, typer.Option("--url", help="Where a file's document came from.")]
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Fetched:
    """A document from a file or an address."""

    data: bytes
    url: str
    media_type: str | None
    language: str | None = None  # Content-Language
    link: str | None = None  # of an article whose page was asked for elsewhere


Read = Callable[[Fetched], "Found"]
Load = Callable[[str, str], Fetched]  # by what a source is called, and where it came from


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
    load = partial(_load, passport=passport_of(post, header, http2=http2))
    _each(sources or [], listing, url, partial(_feed, rules=rules), load, rules, as_json=as_json)


@taking_page_rules
def extract(
    sources: Annotated[list[str] | None, typer.Argument(metavar="[URL|FILE]...", help="Article pages.")] = None,
    as_json: Json = False,
    url: Url = "",
    listing: From = None,
    rules: Rules | None = None,
) -> None:
    """Fetch article pages and show the articles on them; stores nothing."""
    load = partial(_load, of_pages=rules)
    _each(sources or [], listing, url, partial(_page, rules=rules), load, rules, as_json=as_json)


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
        raise UsageError(f"{file} cannot be read: {_why(error)}.") from error


def _feed(document: Fetched, rules: Rules | None) -> "Found":
    from services.parser.look import read_feed

    return read_feed(document.data, document.url, document.media_type, document.language, rules)


def _page(document: Fetched, rules: Rules | None) -> "Found":
    from services.parser.document import Read as Found
    from services.parser.look import read_page_bytes

    told = document.url, document.media_type, document.language
    return Found((read_page_bytes(document.data, *told, rules, document.link),), ())


def _within_limits(read: Read, settings: Settings) -> Read:
    """Return what reads a document at the cost that a worker would allow it."""
    from services.parser import limits

    limits.cap_memory(settings.parse_memory_mb)

    def limited(document: Fetched) -> "Found":
        try:
            with limits.cpu_seconds(settings.parse_time_s):
                return read(document)
        except limits.TooSlow:
            raise Malformed(f"The document took longer than {settings.parse_time_s} s to read.") from None
        except MemoryError:
            raise Malformed(f"The document needed more than {settings.parse_memory_mb} MiB to read.") from None

    return limited


def _each(
    sources: list[str],
    listing: Path | None,
    url: str,
    read: Read,
    load: Callable[..., Fetched],
    rules: Rules | None,
    *,
    as_json: bool,
) -> None:
    """Read every source; one that fails is named and the others go on."""
    if bool(sources) == bool(listing):
        raise UsageError("Name feeds or pages by address or file, or a list of them with --from.")
    settings = read_settings()
    read, load = _within_limits(read, settings), partial(load, settings=settings)
    if listing:
        for where, line in console.progress(list(_lines(listing)), "Reading"):
            console.say(json.dumps(_answer(where, line, read, load, rules), ensure_ascii=False))
        return
    failed: list[Failed] = []
    columns = get_terminal_size().columns
    for source in sources:
        found = contain(lambda source=source: read(load(source, url)))  # type: ignore[misc]
        if isinstance(found, Failed):
            failed.append(found)
            console.warn(f"{without_password(source)}: {_sentence(found)}")
            continue
        for entry in found.entries:
            article = _article(entry, rules)
            shown = readable(entry, columns, article.get("page_url"))
            console.say(json.dumps(article, ensure_ascii=False) if as_json else shown)
        for one in found.unwanted:  # beside the lines for programs
            (console.warn if as_json else console.say)(refused(one))
    console.end(failed)


def _lines(listing: Path) -> Iterator[tuple[str, str]]:
    """Yield each line of a list, and where it stands."""
    try:
        lines = listing.read_bytes().split(b"\n")
    except OSError as error:
        raise UsageError(f"{listing} cannot be read: {_why(error)}.") from error
    for number, line in enumerate(lines, 1):
        if text := line.decode("utf-8", "replace").strip("\ufeff \t\r"):
            yield f"{listing}:{number}", text


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _line(where: str, line: str) -> dict[str, Any]:
    """Return what a line of a list holds.

    :raises UsageError: it is no JSON object, or it names neither a file nor an address.
    """
    try:
        item = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: the line is no JSON: {error}.") from None
    if not isinstance(item, dict):
        raise UsageError(f"{where}: a line is {{id, path, url}}.")
    return item


def _answer(where: str, text: str, read: Read, load: Load, rules: Rules | None) -> dict[str, Any]:
    """Return what became of a line: its articles, or in a sentence why there are none. No line stops those after it."""
    line = contain(lambda: _line(where, text))
    if isinstance(line, Failed):
        return {"id": None, "articles": [], "error": _sentence(line)}
    found = contain(lambda: read(_named(where, line, load)))
    if isinstance(found, Failed):
        return {"id": line.get("id"), "articles": [], "error": _sentence(found)}
    return {"id": line["id"], "articles": [_article(entry, rules) for entry in found.entries], "error": None}


def _named(where: str, line: Mapping[str, Any], load: Load) -> Fetched:
    path, url = line.get("path"), line.get("url") or ""
    if "id" not in line or not (path or url) or not all(isinstance(one, str) for one in (path or "", url)):
        raise UsageError(f"{where}: a line is {{id, path, url}}; id, and path or url, have to be there, both as text.")
    return load(path or url, url)


def _load(
    source: str, url: str, settings: Settings, passport: "Passport | None" = None, of_pages: Rules | None = None
) -> Fetched:
    if source.startswith(("http://", "https://")):
        return _fetch(source, settings, passport, of_pages)
    return Fetched(_unpacked(_file(source, settings), settings), url or Path(source).resolve().as_uri(), None)


def _file(source: str, settings: Settings) -> bytes:
    """Return what a file holds, as far as a document may be long."""
    try:
        with Path(source).open("rb") as file:
            data = file.read(settings.max_document_bytes + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"it cannot be read: {_why(error)}.") from error
    if len(data) > settings.max_document_bytes:
        raise Malformed(f"it is longer than {settings.max_document_bytes} bytes (WIREROOM_MAX_DOCUMENT_BYTES).")
    return data


def _unpacked(data: bytes, settings: Settings) -> bytes:
    if not data.startswith(GZIP):
        return data
    import gzip

    try:
        with gzip.open(BytesIO(data)) as packed:
            found = packed.read(settings.max_document_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Malformed(f"it is no whole gzip file: {error}.") from error
    if len(found) > settings.max_document_bytes:
        raise Malformed(f"it unpacks to more than {settings.max_document_bytes} bytes (WIREROOM_MAX_DOCUMENT_BYTES).")
    return found


def _fetch(link: str, settings: Settings, passport: "Passport | None", of_pages: Rules | None) -> Fetched:
    from shared.http.client import NO_PASSPORT, Client
    from shared.rewriting import asked_at, keep_to_site

    client, url = Client.from_settings(settings), asked_at(of_pages, link)
    keep_to_site(link, url, client.is_inner)
    response = client.get(url, passport=passport or NO_PASSPORT)
    if response.status != 200:
        raise NotAFeed(f"the server answered {response.status}.")
    headers = response.headers
    told = headers.get("content-type"), headers.get("content-language")
    return Fetched(response.body, response.url, *told, link if link != url else None)


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
