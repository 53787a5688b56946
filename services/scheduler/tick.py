"""One tick: look at the belt, lease what is due, park what kills its worker, send the jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine

from services.scheduler import epoch, hooks, push, store
from services.scheduler.backpressure import room
from services.scheduler.pack import Due, pack
from services.scheduler.store import Killer
from shared.belt import Belt, document_key
from shared.database import now as database_now
from shared.database import reading, writing
from shared.hosts import without_password
from shared.http.addresses import allow_list
from shared.messages import FetchJob, Kind
from shared.queues import FETCH, Publish
from shared.settings import Settings

PAGE_SHARE = 0.25  # of the room is kept for article pages, so that many feeds cannot starve them
log = structlog.get_logger()


@dataclass(frozen=True)
class Ticked:
    """What one tick did."""

    leased: int = 0
    jobs: int = 0
    parked: int = 0


def tick(engine: Engine, belt: Belt, publish: Publish, settings: Settings) -> Ticked:
    """Lease what is due under the belt's limit and send it off; a job that is not sent comes back when its lease ends.

    :raises TransientError: the store or the belt is away.
    """
    with reading(engine) as connection:
        same_belt = epoch.same(connection, belt)
        if same_belt and not store.anything_due(connection, database_now(connection)):
            return Ticked()
    load = belt.load()
    with writing(engine) as connection:
        if not store.alone(connection):
            return Ticked()
        now = database_now(connection)
        if not same_belt and not epoch.same(connection, belt):  # another scheduler may have seen it first
            epoch.renew(connection, belt, now)
        free = room(load, store.settled_lately(connection, now, settings.lease_s), settings)
        called = hooks.lease_due(connection, now, free, belt.begun, settings)
        free -= len(called.rows)
        feeds, killers = _lease(connection, belt, Kind.FEED, now, round(free * (1 - PAGE_SHARE)), settings)
        pages, more = _lease(connection, belt, Kind.PAGE, now, free - sum(map(len, feeds)), settings)
    jobs = pack(called.rows, settings.job_size) + feeds + pages
    ends = now + timedelta(seconds=settings.lease_s)
    for job in jobs:
        publish(FETCH, FetchJob(lease_ends=ends, targets=tuple(row.target for row in job)))
    ticked = Ticked(sum(map(len, jobs)), len(jobs), len(killers) + len(more) + called.parked)
    if jobs or ticked.parked:  # at DEBUG: it is said each second, and what is late and why stands in `wireroom status`
        log.debug("leased", feeds=ticked.leased, jobs=ticked.jobs, parked=ticked.parked, belt=load.feeds)
    return ticked


def _lease(
    connection: Connection, belt: Belt, kind: Kind, now: datetime, limit: int, settings: Settings
) -> tuple[list[list[Due]], list[Killer]]:
    """Return the jobs of `kind`, leased, and the rows that were parked instead."""
    if limit < 1:
        return [], []
    rows = store.due(connection, kind, now, limit, belt.begun, allow_list(settings.fetch_allow))
    killers = [Killer(row.target, row.attempts) for row in rows if row.attempts >= settings.max_attempts]
    for killer in killers:
        store.park(connection, killer, _document(belt, killer, settings), now)
        log.error("parked", url=without_password(killer.target.url), attempts=killer.attempts)
    jobs = pack([row for row in rows if row.attempts < settings.max_attempts], settings.job_size)
    given = store.lease(connection, kind, _flat(jobs), now, settings.lease_s)
    leased = {row.target.id: row for row in push.attach(connection, given, now, settings)}
    return [[leased[row.target.id] for row in job] for job in jobs], killers


def _document(belt: Belt, killer: Killer, settings: Settings) -> bytes | None:
    """Return the bytes that the worker died at, if the belt still has them."""
    target = killer.target
    return belt.get(document_key(target.kind, target.id, target.token), settings.max_document_bytes)


def _flat(jobs: Sequence[Sequence[Due]]) -> list[Due]:
    return [row for job in jobs for row in job]
