"""`wireroom hooks …`: add, list, show, pause, resume, remove and test what tells receivers of the change log."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.command import console, hook_store
from services.command.options import NUMBER, SECRET, Json, JsonOfOne, said
from services.command.stores import open_store
from shared.database import reading, writing
from shared.errors import UsageError, WireroomError
from shared.hooks import CHANGES, fresh_secret, read_secret, standing
from shared.hosts import web_address, without_password
from shared.http.passport import Passport, seal
from shared.lines import Line, read_line, write_line
from shared.settings import read_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

WAIT_S = 60  # for a call that is asked for: a tick, the longest call, and its settling
verbs = typer.Typer(help="Receivers that are told how the change log grows.", no_args_is_help=True)
Names = Annotated[list[str], typer.Argument(help="Numbers or addresses of hooks.", show_default=False)]
Name = Annotated[str, typer.Argument(help="Number or address of a hook.", show_default=False)]


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`."""
    app.add_typer(verbs, name=verb)


@verbs.command()
def add(
    url: Annotated[str, typer.Argument(help="The receiver's address.", show_default=False)],
    publication: Annotated[
        list[int] | None, typer.Option(help="Only for changes of this title, by its number.", parser=NUMBER)
    ] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only for changes of this kind, such as created.")] = None,
    secret: Annotated[str | None, typer.Option(help=f"What calls are signed with, else made. {SECRET}")] = None,
    after: Annotated[
        str | None, typer.Option(help="Tell of what is behind this line of the log, SEQ or SEQ@AT.")
    ] = None,
    as_json: JsonOfOne = False,
) -> None:
    """Tell a receiver from now on how the log grows. A secret that is made is shown here and never again."""
    address, key = _receiver(url), said(secret) if secret else fresh_secret()
    read_secret(key)
    for one in kind or ():
        if one not in CHANGES:
            raise UsageError(f"--kind {one!r} is none of {', '.join(CHANGES)}.")
    settings = read_settings()
    sealed = seal(Passport(secret=key), address, settings.seal_key, settings.open_key)
    with writing(open_store(settings)) as connection:
        place = read_line(after) if after is not None else None
        hook, begins = hook_store.add(connection, address, sealed, publication or (), kind or (), place)
    if as_json:
        made = {} if secret else {"secret": key}
        console.facts({"id": hook, "url": address, "after": write_line(begins), **made}, as_json=True)
        return
    console.say(f"Hook {hook} tells {address} of what comes behind line {begins.seq} of the log.")
    if not secret:
        console.say(f"Its secret, shown here and never again: {key}")


def _receiver(url: str) -> str:
    address = web_address(url)
    if without_password(address) != address:
        raise UsageError("A hook's address holds no name and password: its calls are signed.")
    return address


@verbs.command("list")
def list_(as_json: Json = False) -> None:
    """List hooks with how they are doing, those that fail first."""
    with reading(open_store()) as connection:
        items = [_item(connection, row) for row in hook_store.listed(connection)]
    columns = ("id", "health", "behind", "last_ok_at", "due_at", "failures", "error", "url")
    console.rows(items, columns, as_json=as_json, empty="No hooks: add one with `wireroom hooks add URL`.")


@verbs.command()
def show(name: Name, as_json: JsonOfOne = False) -> None:
    """Show all that is known of one hook, but its secret."""
    with reading(open_store()) as connection:
        console.facts(_item(connection, hook_store.find(connection, [name])[0]), as_json=as_json)


@verbs.command()
def pause(names: Names) -> None:
    """Call nobody until the hooks are resumed. What comes meanwhile is told then."""
    _each(names, hook_store.pause, "paused")


@verbs.command()
def resume(names: Names) -> None:
    """Call again: paused, parked or gone ones."""
    _each(names, hook_store.resume, "active")


@verbs.command()
def remove(names: Names) -> None:
    """Forget hooks."""
    _each(names, hook_store.remove, "removed")


@verbs.command()
def test(name: Name) -> None:
    """Call a receiver now, whether there is news or not. Waits for its answer; the line has to run."""
    engine = open_store()
    with writing(engine) as connection:
        row = hook_store.find(connection, [name])[0]
        wanted = hook_store.want(connection, row)
    called = _called(engine, row.id, wanted)
    if called is None:
        raise WireroomError(
            f"Hook {row.id} was not called within {WAIT_S} s: `wireroom status` tells how the line does"
        )
    if called.error:
        raise WireroomError(f"{called.url} did not take it: {called.error}")
    console.say(f"{row.id} {called.url} took it with {called.status}.")


def _called(engine: "Engine", hook: int, wanted: datetime) -> Any:
    """Return the hook once it was called as was `wanted`, None where nobody did in time."""
    ends = time.monotonic() + WAIT_S
    while time.monotonic() < ends:
        with reading(engine) as connection:
            row = hook_store.find(connection, [str(hook)])[0]
        if row.wanted_at != wanted:
            return row
        time.sleep(0.2)
    return None


def _each(names: list[str], change: "Callable[[Connection, list[int]], None]", what: str) -> None:
    with writing(open_store()) as connection:
        rows = hook_store.find(connection, names)
        change(connection, [row.id for row in rows])
    for row in rows:
        console.say(f"{row.id} {row.url} is {what}.")


def _item(connection: "Connection", row: Any) -> dict[str, Any]:
    shown = ("state_reason", "publications", "kinds", "calls", "failures", "status", "error", "last_called_at")
    times = ("last_ok_at", "due_at", "created_at")
    return {
        "id": row.id,
        "url": row.url,
        "health": standing(row.state, row.failures).value,
        "told": write_line(Line(row.told_seq, row.told_at)),
        "behind": hook_store.behind(connection, row),
        **{name: getattr(row, name) for name in (*shown, *times)},
        "calling": row.lease_token is not None,
    }
