"""The operator's hand on hooks: what the `hooks` verbs do to the store.

Whatever changes a hook takes its lease away in the same statement, so that a call under way changes nothing more.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from services.command.options import LARGEST_ID
from services.scheduler.hooks import line_at
from shared.among import among
from shared.database import now
from shared.errors import UsageError
from shared.hosts import without_password
from shared.lines import Line, write_line
from shared.tables import Hook, Publication

_TAKEN_BACK = {"lease_token": None, "attempts": 0}


def add(
    connection: Connection, url: str, sealed: str, publications: Sequence[int], kinds: Sequence[str], after: Line | None
) -> tuple[int, Line]:
    """Add a hook that is told of what comes behind the line `after`, None: the last; return its number and that line.

    :raises UsageError: there is one for that address, or no such title, or no such line.
    """
    _refuse_twice(connection, url)
    known = set(connection.scalars(select(Publication.id).where(among(Publication.id, publications))))
    if unknown := sorted(set(publications) - known):
        raise UsageError(f"There is no title {unknown[0]}: `wireroom publications list` shows their numbers.")
    place = _place(connection, after)
    moment = now(connection)
    values = {
        "url": url,
        "sealed": sealed,
        "publications": sorted(known),
        "kinds": list(kinds),
        "told_seq": place.seq,
        "told_at": place.at,
        "due_at": moment,
        "ready_at": moment,
        "created_at": moment,
    }
    return int(connection.scalar(insert(Hook).values(**values).returning(Hook.id)) or 0), place


def _refuse_twice(connection: Connection, url: str) -> None:
    there = connection.scalar(select(Hook.id).where(Hook.url == url))
    if there is not None:
        raise UsageError(f"Hook {there} calls that address already: remove it first, or give another address.")


def _place(connection: Connection, after: Line | None) -> Line:
    found = line_at(connection, after.seq if after else None) if after is None or after.seq else Line()
    if after and (found.seq != after.seq or after.at not in (None, found.at)):
        raise UsageError(f"The log has not the line {write_line(after)}: `wireroom changes` shows those that it has.")
    return found


def listed(connection: Connection) -> list[Any]:
    """Return all hooks, those that fail first."""
    return list(connection.execute(select(Hook.__table__).order_by(Hook.failures.desc(), Hook.id)).all())


def behind(connection: Connection, row: Any) -> int:
    """Return of how many lines of the log a hook's receiver was not told."""
    return max(0, line_at(connection, None).seq - int(row.told_seq))


def find(connection: Connection, names: Sequence[str]) -> list[Any]:
    """Return the hooks that numbers or addresses name.

    :raises UsageError: one of them names none.
    """
    found = []
    for name in dict.fromkeys(names):
        match = Hook.id == int(name) if name.isdecimal() and int(name) <= LARGEST_ID else Hook.url == name
        row = connection.execute(select(Hook.__table__).where(match)).one_or_none()
        if row is None:
            shown = without_password(name)
            raise UsageError(f"There is no hook {shown!r}: `wireroom hooks list` shows their numbers and addresses.")
        found.append(row)
    return found


def pause(connection: Connection, ids: Sequence[int]) -> None:
    """Call nobody until the hooks are resumed; what comes meanwhile is told then."""
    _change(connection, ids, state="paused", state_reason="paused by the operator")


def resume(connection: Connection, ids: Sequence[int]) -> None:
    """Call again, at once where there is anything to tell."""
    moment = now(connection)
    fresh = {"state": "active", "state_reason": None, "failures": 0, "error": None, "error_kind": None}
    _change(connection, ids, **fresh, due_at=moment, ready_at=moment)


def remove(connection: Connection, ids: Sequence[int]) -> None:
    """Forget hooks."""
    connection.execute(delete(Hook).where(among(Hook.id, ids)))


def want(connection: Connection, row: Any) -> datetime:
    """Have a hook called now, whether there is anything to tell or not; return the moment that stands for that wish.

    :raises UsageError: it is not active.
    """
    if row.state != "active":
        raise UsageError(f"Hook {row.id} is {row.state}: resume it first.")
    moment = now(connection)
    values: dict[str, Any] = {"wanted_at": moment}
    if row.lease_token is None:
        values |= {"due_at": moment, "ready_at": moment}
    connection.execute(update(Hook).where(Hook.id == row.id).values(**values))
    return moment


def _change(connection: Connection, ids: Sequence[int], **values: Any) -> None:
    connection.execute(update(Hook).where(among(Hook.id, ids)).values(**values, **_TAKEN_BACK))
