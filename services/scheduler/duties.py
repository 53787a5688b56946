"""Duties that time makes due in the store: asked for every few seconds, and done by the indexer, as all that is logged.

A message is a hint here too: as long as the store says that something is due, it is sent again.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, exists, select

from shared.database import now, reading
from shared.messages import Batch, Duty
from shared.queues import INDEX, Publish
from shared.refolding import any_left
from shared.settings import Settings
from shared.tables import Article, FoldText, Publication

ASK_EVERY_S = 5.0  # an embargo lifts at its minute
AGAIN_AFTER_S = 60.0  # so few messages wait where no indexer takes them
CLEAR_OUT_EVERY_S = 300.0


def due(connection: Connection, moment: datetime, settings: Settings) -> tuple[Duty, ...]:
    """Return what is due at `moment`, or may be: whether any article is past its keeping only the indexer looks up."""
    turns = connection.scalar(select(exists().where(Article.turns_at <= moment)))
    keeps = settings.retention_days or connection.scalar(
        select(exists().where(Publication.retention_days.is_not(None)))
    )
    window = moment - timedelta(days=settings.fold_window_days)
    old = connection.scalar(select(exists().where(FoldText.at < window)))
    said = (
        (Duty.TURN, turns),
        (Duty.CLEAR_OUT, keeps),
        (Duty.FORGET, old),
        (Duty.REFOLD, any_left(connection)),
    )
    return tuple(duty for duty, is_due in said if is_due)


class Roster:
    """Sends duties to the indexer, each no more often than it should be."""

    def __init__(
        self, engine: Engine, publish: Publish, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine, self._publish, self._settings, self._clock = engine, publish, settings, clock
        self._ask_at = clock()
        self._not_before = {duty: clock() for duty in Duty}

    def call(self) -> tuple[Duty, ...]:
        """Look what is due and send it; return what was sent.

        :raises TransientError: the store or the belt is away.
        """
        at = self._clock()
        if at < self._ask_at:
            return ()
        self._ask_at = at + ASK_EVERY_S
        with reading(self._engine) as connection:
            found = due(connection, now(connection), self._settings)
        if Duty.TURN not in found:
            self._not_before[Duty.TURN] = at  # what was sent is done: the next one is not kept waiting
        sent = tuple(duty for duty in found if at >= self._not_before[duty])
        if sent:
            self._publish(INDEX, Batch(duties=sent))
        for duty in sent:
            self._not_before[duty] = at + (CLEAR_OUT_EVERY_S if duty is Duty.CLEAR_OUT else AGAIN_AFTER_S)
        return sent
