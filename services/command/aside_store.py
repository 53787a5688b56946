"""What could not be processed, as the `setaside` verbs list it, take it up again and forget it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, case, delete, func, select, update

from services.command.feeds.feed_store import TAKEN_BACK
from shared.database import now
from shared.errors import UsageError
from shared.hosts import without_password
from shared.tables import Feed, Page, SetAside


def listed(connection: Connection, ids: Sequence[int] | None = None) -> list[Any]:
    """Return what was set aside, without its bytes, newest first.

    :raises UsageError: one of `ids` names nothing.
    """
    size = func.coalesce(func.length(SetAside.data), 0).label("bytes")
    columns = (
        SetAside.id,
        SetAside.at,
        SetAside.stage,
        SetAside.kind,
        SetAside.target_id,
        SetAside.url,
        SetAside.reason,
    )
    query = select(*columns, size).order_by(SetAside.id.desc())
    found = list(connection.execute(query.where(SetAside.id.in_(ids)) if ids is not None else query).all())
    missing = set(ids or ()) - {row.id for row in found}
    if missing:
        raise UsageError(f"Nothing is set aside under {min(missing)}: `wireroom setaside list` shows what is.")
    return found


def bytes_of(connection: Connection, aside_id: int) -> bytes | None:
    """Return the bytes that were set aside, None where the belt had lost them."""
    data: bytes | None = connection.scalar(select(SetAside.data).where(SetAside.id == aside_id))
    return data


def replay(connection: Connection, ids: Sequence[int]) -> None:
    """Take what was set aside up again: its feed or page is due now, as if nothing were known of its entries.

    A paused feed stays paused, and is polled like that once it is resumed.

    :raises UsageError: one of `ids` names nothing, or something whose feed was removed.
    """
    moment = now(connection)
    for row in listed(connection, ids):
        table, identity = (Feed, Feed.id) if row.kind == "feed" else (Page, Page.article_id)
        forgotten: dict[str, Any] = {"etag": None, "last_modified": None, "body_digest": None}
        if row.kind == "feed":
            forgotten["entry_digests"] = ""
        fresh: dict[str, Any] = {"failures": 0, "due_at": moment, "ready_at": moment}
        for name, value in {"state": "active", "state_reason": None}.items():  # what the operator paused stays paused
            fresh[name] = case((table.state == "paused", getattr(table, name)), else_=value)
        changed = update(table).where(identity == row.target_id).values(**fresh, **forgotten, **TAKEN_BACK)
        if connection.execute(changed).rowcount == 0:
            what = f"its {row.kind}, {without_password(row.url)}"
            raise UsageError(
                f"{row.id} cannot be taken up again: {what}, is no longer in the store. Drop it, or add the feed again."
            )
    drop(connection, ids)


def drop(connection: Connection, ids: Sequence[int]) -> None:
    """Forget what was set aside.

    :raises UsageError: one of `ids` names nothing.
    """
    listed(connection, ids)
    connection.execute(delete(SetAside).where(SetAside.id.in_(ids)))
