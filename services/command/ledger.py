"""`wireroom ledger`: what polling costs each publisher, and what it spares them."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Annotated

import typer

from services.command import console
from services.command.options import Json
from services.command.stores import open_store
from services.reader.queries.ledger import accounts, total
from shared.database import now, reading

COLUMNS = ("publisher", "fetches", "requests", "304s", "refused", "failed", "received", "spared")


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`."""
    app.command(verb)(ledger)


def ledger(
    hours: Annotated[int, typer.Option(help="How far back, as far as polls are kept.", min=1, max=24 * 366)] = 24,
    as_json: Json = False,
) -> None:
    """Show what each publisher was asked for, those most asked first."""
    with reading(open_store()) as connection:
        found = accounts(connection, now(connection) - timedelta(hours=hours))
    lines = [*found, replace(total(found), publisher="all")] if found and not as_json else found
    items = [
        asdict(one)
        | {"304s": f"{one.not_modified_share:.0%}", "received": _size(one.wire_bytes), "spared": _size(one.saved_bytes)}
        | {"publisher": one.publisher or "folders here"}
        for one in lines
    ]
    if as_json:
        items = [asdict(one) | {"not_modified_share": round(one.not_modified_share, 4)} for one in found]
    console.rows(items, COLUMNS, as_json=as_json, empty=f"Nobody was asked for anything in the last {hours} h.")


def _size(count: float) -> str:
    """Return a number of bytes as people read it."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
