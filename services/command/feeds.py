"""`wireroom feeds …`: add, import, export, list, show, refresh, pause, resume, remove."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from services.command import check, console, discover, feed_store, opml, passports, pushes, tempo, unusual, whatif
from services.command.options import Json
from services.command.stores import open_store
from shared.database import reading, writing
from shared.errors import UsageError
from shared.hosts import feed_address, without_password
from shared.settings import read_settings

verbs = typer.Typer(help="The feeds that are polled.", no_args_is_help=True)
Names = Annotated[list[str], typer.Argument(help="Numbers or addresses of feeds.", show_default=False)]
BATCH = 500
STATES = ("active", "paused", "gone", "parked")
_INNER = {"entry_digests", "lease_token", "body_digest", "sealed"}
HIDDEN = frozenset({*_INNER, "habits", "due_reason", "notice", "alarm_at"})  # the latter are told in words


verbs.command()(passports.access)
verbs.command()(passports.keys)
verbs.command()(check.check)
verbs.command()(tempo.pace)
verbs.command()(whatif.whatif)


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`."""
    app.add_typer(verbs, name=verb)


@verbs.command()
def add(
    urls: Annotated[list[str], typer.Argument(help="Addresses of feeds.", show_default=False)],
    folder: Annotated[str | None, typer.Option(help="Folder to put them in.")] = None,
    publication: Annotated[str | None, typer.Option(help="Name of the title they belong to.")] = None,
    interval: Annotated[
        int | None, typer.Option(help="Seconds between polls; without it, adaptive.", min=1, max=opml.LONGEST_S)
    ] = None,
    find: Annotated[bool, typer.Option("--find", help="Add the feeds that a page names, not the page.")] = False,
) -> None:
    """Add feeds; they are polled at once. A site's address (no path) adds the feeds that it names."""
    addresses = [feed_address(url) for url in urls]
    if any(url.startswith("file:") for url in addresses) and not read_settings().drop_dir:
        raise UsageError("No folder of this machine is read while WIREROOM_DROP_DIR does not name the one above them.")
    found = [one for url in addresses for one in (check.feeds_of(url) if find or discover.is_site(url) else [url])]
    feeds = [opml.Outline(url, folder=folder, interval_s=interval) for url in found]
    with writing(open_store()) as connection:
        new, known = feed_store.add(connection, feeds, publication=publication)
    console.say(f"{new} added, {known} known already.")


@verbs.command("import")
def import_(
    file: Annotated[str, typer.Argument(help="An OPML file; - reads standard input.", show_default=False)],
) -> None:
    """Add the feeds of an OPML file. Names each line that is wrong and goes on."""
    feeds, wrong = opml.read(_read(file), file)
    engine = open_store()
    new = known = 0
    for batch in console.progress(
        [feeds[at : at + BATCH] for at in range(0, len(feeds), BATCH)], f"Importing, {BATCH} feeds each"
    ):
        with writing(engine) as connection:
            more_new, more_known = feed_store.add(connection, batch)
            new, known = new + more_new, known + more_known
    for line in wrong:
        console.warn(f"{file}:{line.line}: {line.reason}")
    console.say(f"{new} added, {known} known already, {len(wrong)} wrong.")
    if wrong:
        raise typer.Exit(1)


@verbs.command()
def export(file: Annotated[str, typer.Argument(help="Where to write; - is standard output.")] = "-") -> None:
    """Write all feeds as OPML, in their folders."""
    with reading(open_store()) as connection:
        rows = feed_store.listed(connection)
    outlines = [
        opml.Outline(
            without_password(row.url),
            row.title,
            row.site_url,
            row.folder,
            row.interval_s,
            floor_s=row.floor_s,
            ceiling_s=row.ceiling_s,
            pages=row.pages,
            state=row.state,
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


@verbs.command("list")
def list_(
    as_json: Json = False,
    folder: Annotated[str | None, typer.Option(help="Only feeds in this folder.")] = None,
    state: Annotated[str | None, typer.Option(help="Only active, paused, gone or parked ones.")] = None,
) -> None:
    """List feeds with their health, those that fail first."""
    if state not in (None, *STATES):
        raise UsageError(f"--state {state!r} is none of {', '.join(STATES)}.")
    with reading(open_store()) as connection:
        items = [_item(row) for row in feed_store.listed(connection, folder, state)]
    columns = ("id", "publication", "state", "last_ok_at", "due_at", "failures", "error", "url")
    console.rows(items, columns, as_json=as_json, empty="No feeds: add some with `wireroom feeds add URL`.")


@verbs.command()
def show(
    name: Annotated[str, typer.Argument(help="Number or address of a feed.", show_default=False)], as_json: Json = False
) -> None:
    """Show all that is known of one feed, and why it is due when it is."""
    with reading(open_store()) as connection:
        row = feed_store.find(connection, [name])[0]
        item = _item(row) | {"articles": feed_store.articles_of(connection, row.id), "why": _why(row)}
        item |= unusual.of_feed(connection, row) | pushes.of_feed(connection, row.id)
    console.facts(item, as_json=as_json)


@verbs.command()
def refresh(
    names: Annotated[
        list[str] | None, typer.Argument(help="Numbers or addresses of feeds.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All active feeds.")] = False,
) -> None:
    """Poll feeds now."""
    if everything == bool(names):
        raise UsageError("Name the feeds to poll now, or say --all.")
    if names:
        _each(names, feed_store.refresh, "due now")
        return
    with writing(open_store()) as connection:
        active = feed_store.active(connection)
        feed_store.refresh(connection, active)
    console.say(f"{len(active)} feeds are due now.")


@verbs.command()
def pause(names: Names) -> None:
    """Stop polling feeds until they are resumed."""
    _each(names, feed_store.pause, "paused")


@verbs.command()
def resume(names: Names) -> None:
    """Poll feeds again: paused, parked or gone ones."""
    _each(names, feed_store.resume, "active and due now")


@verbs.command()
def remove(names: Names) -> None:
    """Forget feeds; their articles stay."""
    _each(names, feed_store.remove, "removed")


def _each(names: list[str], change: Any, what: str) -> None:
    with writing(open_store()) as connection:
        rows = feed_store.find(connection, names)
        change(connection, [row.id for row in rows])
    for row in rows:
        console.say(f"{row.id} {without_password(row.url)} is {what}.")


def _item(row: Any) -> dict[str, Any]:
    return {
        name: value for name, value in row._mapping.items() if name not in HIDDEN
    } | {
        "url": without_password(row.url),
        "detour_url": row.detour_url and without_password(row.detour_url),
        "entries": len(row.entry_digests) // 12,
        "leased": row.lease_token is not None,
    }  # fmt: skip


def _why(row: Any) -> str:
    """Return in words why a feed is due when it is."""
    if row.state != "active":
        return f"not polled: {row.state_reason or row.state}"
    if row.lease_token is not None:
        return "being polled now"
    if row.last_polled_at is None:
        return "never polled: due at once"
    if row.wanted_at is not None:
        return "asked for, by an operator or a push: due at once, or when its floor has passed after a push"
    interval_s = row.interval_s or row.polling_s
    return str(row.due_reason or (f"every {interval_s} s" if interval_s else "due at once"))


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
