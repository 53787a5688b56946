"""`wireroom feeds add`, `import` and `export`: feeds in, one by one or as a list, and out again."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from services.command import console
from services.command.feeds import check, discover, feed_store, opml, plain
from services.command.feeds.choosing import Choice, taking_some
from services.command.feeds.foreign import FILTERS
from services.command.ruling import taking_patterns, taking_rules
from services.command.stores import open_store
from shared.database import reading, writing
from shared.errors import UsageError
from shared.hosts import feed_address, without_password
from shared.rules import NO_RULES, Rules
from shared.settings import read_settings

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for each feed and each wrong line.")]
AUTO = opml.Pages.AUTO
BATCH = 500  # feeds that are added in one transaction


@taking_rules
def add(
    urls: Annotated[list[str], typer.Argument(help="Addresses of feeds.", show_default=False)],
    folder: Annotated[str | None, typer.Option(help="Folder to put them in; A/B is B within A.")] = None,
    publication: Annotated[str | None, typer.Option(help="Name of the title they belong to.")] = None,
    interval: Annotated[
        int | None, typer.Option(help="Seconds between polls; without it, adaptive.", min=1, max=opml.LONGEST_S)
    ] = None,
    pages: Annotated[
        opml.Pages, typer.Option(help="Fetch articles' pages: where it gives summaries, never, always.")
    ] = opml.Pages.AUTO,
    find: Annotated[bool, typer.Option("--find", help="Add the feeds that a page names, not the page.")] = False,
    as_json: Json = False,
    rules: Rules | None = None,
) -> None:
    """Add feeds; they are polled at once. A site's address (no path) adds the feeds that it names."""
    addresses = [feed_address(url) for url in urls]
    if any(url.startswith("file:") for url in addresses) and not read_settings().drop_dir:
        raise UsageError(NO_FOLDER)
    engine = open_store()
    found: list[str] = []
    for url in addresses:
        if not (find or (discover.is_site(url) and not (rules and rules.listed))):
            found.append(url)
            continue
        feeds = check.feeds_of(url)
        for line in () if as_json else discover.shown(feeds):
            console.say(line)
        found += [feed.url for feed in feeds]
    wanted = [opml.Outline(url, folder=folder, interval_s=interval, pages=pages.value, rules=rules) for url in found]
    with writing(engine) as connection:
        added = feed_store.add(connection, wanted, publication=publication)
    _tell(added, [], as_json=as_json)
    if not as_json:
        new = sum(one.new for one in added)
        said = folder or publication or interval or rules or pages is not AUTO
        kept = ", set as before" if said and new < len(added) else ""
        console.say(f"{new} added, {len(added) - new} known already{kept}.")


NO_FOLDER = "No folder of this machine is read while WIREROOM_DROP_DIR does not name the one above them."


@taking_patterns
def import_(
    file: Annotated[
        str, typer.Argument(help="OPML, CSV or an address a line; - reads standard input.", show_default=False)
    ],
    as_json: Json = False,
    rules: Rules | None = None,
) -> None:
    """Add the feeds of a list; names each line that is wrong and goes on.

    Patterns are those of its feeds that bring none.
    """
    feeds, wrong = plain.read_list(_read(file), file)
    feeds = [_sifted(feed, rules) for feed in feeds] if rules else feeds
    if not read_settings().drop_dir:
        wrong += [opml.Wrong(feed.line, NO_FOLDER) for feed in feeds if feed.url.startswith("file:")]
        feeds = [feed for feed in feeds if not feed.url.startswith("file:")]
    engine = open_store()
    added: list[feed_store.Added] = []
    batches = [feeds[at : at + BATCH] for at in range(0, len(feeds), BATCH)]
    for batch in console.progress(batches, f"Importing {len(feeds)} feeds, {BATCH} at a time"):
        with writing(engine) as connection:
            added += feed_store.add(connection, batch)
    _tell(added, wrong, as_json=as_json)
    if not as_json:
        tell_left_out(feeds, file)
        for line in wrong:
            console.warn(f"{file}:{line.line}: {line.reason}")
        new = sum(one.new for one in added)
        console.say(f"{new} added, {len(added) - new} known already, {len(wrong)} wrong.")
    if wrong:
        raise typer.Exit(1)


def _sifted(feed: opml.Outline, rules: Rules) -> opml.Outline:
    """Return a feed with the patterns of `rules` where it has none."""
    own = feed.rules or NO_RULES
    return feed if own.sifted else replace(feed, rules=own.model_copy(update=rules.patterns))


def tell_left_out(feeds: Sequence[opml.Outline], file: str) -> None:
    """Say of each feed of a list what of it says nothing here, and once what filters are here."""
    for feed in feeds:
        if feed.left_out:
            names = ", ".join(feed.left_out)
            console.warn(f"{file}:{feed.line}: left out, all or part of it, since it says nothing here: {names}.")
    if any(not FILTERS.isdisjoint(feed.left_out) for feed in feeds):
        console.warn(
            "which entries of a feed are stored is said by patterns here, such as "
            "`wireroom feeds rules 17 --leave-out 'headline:horoscope'`; all of them are where nothing is said."
        )


def _tell(added: list[feed_store.Added], wrong: list[opml.Wrong], *, as_json: bool) -> None:
    """Print what became of each feed, and each wrong line, for programs."""
    if not as_json:
        return
    for one in added:
        item = {"id": one.id, "url": without_password(one.url), "new": one.new, "line": one.line, "error": None}
        console.say(json.dumps(item, ensure_ascii=False))
    for line in wrong:
        item = {"id": None, "url": None, "new": False, "line": line.line, "error": line.reason}
        console.say(json.dumps(item, ensure_ascii=False))


@taking_some
def export(
    chosen: Choice, file: Annotated[str, typer.Argument(help="Where to write; - is standard output.")] = "-"
) -> None:
    """Write feeds as OPML, in their folders: all, or those that are chosen."""
    with reading(open_store()) as connection:
        rows = [row for row in chosen.rows(connection) if not row.follows]
        named = feed_store.named_publications(connection)
    outlines = [
        opml.Outline(
            without_password(row.url),
            row.title,
            row.site_url,
            row.folder,
            row.interval_s,
            publication=row.publication if row.publication_id in named else None,
            floor_s=row.floor_s,
            ceiling_s=row.ceiling_s,
            pages=row.pages,
            state=row.state,
            timeout_s=row.timeout_s,
            http2="yes" if row.http2 else "no",
            rules=Rules.model_validate(row.rules) if row.rules else None,
        )
        for row in sorted(rows, key=lambda row: row.id)
    ]
    for row in rows:
        if row.url != without_password(row.url):
            console.warn(f"feed {row.id} is written without the user name and password that stand in its address.")
    data = opml.write(outlines)
    if file == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        Path(file).write_bytes(data)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from error
    console.say(f"{len(outlines)} feeds written to {file}.")


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
