"""How hooks are doing, all together."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from shared.hooks import Standing
from shared.tables import Change, Hook

ARE_NAMED = 5  # hooks in `Hooks.failing`


@dataclass(frozen=True)
class Hooks:
    """One look at all hooks."""

    standings: dict[Standing, int]  # what none is, is left out
    delay_s: float  # how long the oldest line of the log that an active hook's receiver was not told of has been there
    failing: tuple[str, ...]  # some, in words


def take_hooks(connection: Connection, now: datetime) -> Hooks:
    """Return how hooks are doing."""
    failing = (Hook.state == "active", Hook.failures > 0)
    said = case((Hook.state != "active", Hook.state), (Hook.failures > 0, "failing"), else_="healthy").label("said")
    counts = {row.said: row.n for row in connection.execute(select(said, func.count().label("n")).group_by(said))}
    untold = select(func.min(Change.at)).join(Hook, Change.seq == Hook.told_seq + 1).where(Hook.state == "active")
    since = connection.scalar(untold)
    worst = select(Hook.id, Hook.url, Hook.error).where(*failing).order_by(Hook.failures.desc()).limit(ARE_NAMED)
    return Hooks(
        {one: counts[one.value] for one in Standing if one.value in counts},
        max(0.0, (now - since).total_seconds()) if since else 0.0,
        tuple(f"{row.id} {row.url}: {row.error}" for row in connection.execute(worst)),
    )
