"""`wireroom feeds polls`: what each poll of one feed brought."""

from typing import Annotated

import typer

from services.command import console
from services.command.feeds import feed_store
from services.command.options import Json
from services.command.stores import open_store
from services.reader.queries.polls import list_polls
from shared.database import reading


def polls(
    name: Annotated[str, typer.Argument(help="Number or address of a feed.", show_default=False)],
    limit: Annotated[int, typer.Option(help="How many, from the last on.", min=1, max=100_000)] = 50,
    as_json: Json = False,
) -> None:
    """Show what the last polls of a feed brought, as long as they are kept (WIREROOM_POLL_HISTORY_DAYS)."""
    with reading(open_store()) as connection:
        row = feed_store.find(connection, [name])[0]
        found, _ = list_polls(connection, row.id, None, limit)
    columns = (
        "at",
        "outcome",
        "status",
        "new",
        "revised",
        "unwanted",
        "entries",
        "wire_bytes",
        "elapsed_ms",
        "requests",
        "error",
    )
    items = [one.model_dump() for one in found]
    console.rows(items, columns, as_json=as_json, empty="No poll of it is on record.")
    if not as_json and row.state == "active" and row.due_reason:
        console.say(f"Next due {console.cell(row.due_at)}: {row.due_reason}.")
