"""Entries that cannot be processed: kept with their reason and bytes, each alone."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, insert
from sqlalchemy.exc import DBAPIError

from services.indexer.settle import Row
from shared.aside import storable
from shared.database import sentence
from shared.messages import Entry, Rejected, Result
from shared.tables import SetAside


def keep_rejected(connection: Connection, result: Result, row: Row, now: datetime) -> None:
    """Set aside the entries that the parser could not read, or the store could not take."""
    if not result.rejected:
        return
    excerpts = [rejected.excerpt.encode("utf-8", "replace") for rejected in result.rejected]
    kept = storable(connection, result.facts.kind, row.id, excerpts)
    rows = [
        {
            "at": now,
            "stage": "parse",
            "kind": result.facts.kind,
            "target_id": row.id,
            "url": row.url,
            "reason": rejected.reason.replace("\0", ""),
            "data": data,
        }
        for rejected, data in zip(result.rejected, kept, strict=True)
    ]
    connection.execute(insert(SetAside), rows)


def without_unstorable(result: Result, attempt: Callable[[Result], None]) -> Result:
    """Return `result` without the entries that the database refuses even when `attempt` is made with them alone."""
    good: list[Entry] = []
    bad: list[Rejected] = []
    for entry in result.entries:
        try:
            attempt(result.model_copy(update={"entries": (entry,), "rejected": ()}))
        except DBAPIError as error:
            reason = f"The database refused it: {sentence(error)}."
            bad.append(Rejected(reason=reason, excerpt=entry.model_dump_json()[:65536]))
        else:
            good.append(entry)
    return result.model_copy(update={"entries": tuple(good), "rejected": (*result.rejected, *bad)})
