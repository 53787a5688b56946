"""`wireroom setaside …`: what could not be processed."""

import sys
from typing import Annotated

import typer

from services.command import aside_store, console
from services.command.options import NUMBER, Json
from services.command.stores import open_store
from shared.database import reading, writing
from shared.hosts import without_password

verbs = typer.Typer(help="What could not be processed, with its reason and its bytes.", no_args_is_help=True)
Id = Annotated[int, typer.Argument(help="Number from `setaside list`.", parser=NUMBER, show_default=False)]
Ids = Annotated[
    list[int],
    typer.Argument(help="Numbers from `setaside list`.", parser=NUMBER, show_default=False),
]


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`."""
    app.add_typer(verbs, name=verb)


@verbs.command("list")
def list_(as_json: Json = False) -> None:
    """List what was set aside, newest first."""
    with reading(open_store()) as connection:
        items = [{**row._mapping, "url": without_password(row.url)} for row in aside_store.listed(connection)]
    columns = ("id", "at", "stage", "kind", "bytes", "url", "reason")
    console.rows(items, columns, as_json=as_json, empty="Nothing is set aside.")


@verbs.command()
def show(aside_id: Id) -> None:
    """Show one. Its facts go to standard error, its bytes to standard output."""
    with reading(open_store()) as connection:
        row = aside_store.listed(connection, [aside_id])[0]
        data = aside_store.bytes_of(connection, aside_id)
    url = without_password(row.url)
    console.warn(f"{row.kind} {row.target_id} {url}, set aside at {row.at:%Y-%m-%d %H:%M:%S}: {row.reason}")
    if data is None:
        console.warn("its bytes were no longer on the belt")
    else:
        sys.stdout.buffer.write(data)


@verbs.command()
def replay(ids: Ids) -> None:
    """Take these up again: their feeds or pages are due now."""
    with writing(open_store()) as connection:
        aside_store.replay(connection, ids)
    console.say(f"{len(ids)} taken up again.")


@verbs.command()
def drop(ids: Ids) -> None:
    """Forget these."""
    with writing(open_store()) as connection:
        aside_store.drop(connection, ids)
    console.say(f"{len(ids)} dropped.")
