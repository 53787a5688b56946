"""Whom the store calls: the hooks that tell receivers of the change log."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.tables.columns import BigId, Table
from shared.tables.fetching import Leased


class Hook(Leased, Table):
    """One receiver that is told how the log grows. `state`: active, paused, gone or parked."""

    __tablename__ = "hooks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    url: Mapped[str] = mapped_column(unique=True)
    sealed: Mapped[str]  # its secret, which the fetcher alone opens
    publications: Mapped[list[Any]]  # the numbers of those whose changes are told; none: of all
    kinds: Mapped[list[Any]]  # the kinds of changes that are told; none: all
    told_seq: Mapped[int] = mapped_column(BigId)  # the line of the log up to which it was told; 0: of none
    told_at: Mapped[datetime | None]  # that line's own time
    telling_seq: Mapped[int | None] = mapped_column(BigId)  # up to which it is being told, or was when that failed
    telling_at: Mapped[datetime | None]
    calls: Mapped[int] = mapped_column(BigId, default=0)  # that were taken
    status: Mapped[int | None]  # HTTP, of the last call
    last_called_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        Index("hooks_ready", "state", "ready_at"),
        CheckConstraint("state IN ('active', 'paused', 'gone', 'parked')", name="hook_state"),
        {"sqlite_autoincrement": True},  # a number names one receiver for ever: ids of events are made of it
    )
