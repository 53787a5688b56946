"""The scheduler's process: a tick every second, chores every hour, until told to stop."""

import signal
import threading
import time

import structlog
from sqlalchemy import Engine

from services.scheduler import store
from services.scheduler.duties import Roster
from services.scheduler.tick import tick
from shared.belt import Belt, connect
from shared.database import check, now, store_url, writing
from shared.database import connect as open_store
from shared.errors import Failed, TransientError, contain
from shared.http.addresses import allow_list
from shared.settings import Settings
from shared.worker import celery_app, publisher, worker_name

CHORES_EVERY_S = 3600.0
log = structlog.get_logger()


def serve(settings: Settings) -> int:
    """Tick until SIGTERM or SIGINT; returns the exit status.

    :raises UsageError: the store cannot be opened or is not migrated.
    """
    engine = open_store(store_url(settings))
    check(engine)
    _unblock(engine, settings)
    belt = Belt(connect(settings.redis_url), settings.lease_s)
    publish = publisher(celery_app(settings, "schedule"), belt)
    roster = Roster(engine, publish, settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    chores_at = time.monotonic()
    while not stop.wait(settings.tick_s):
        result = contain(lambda: tick(engine, belt, publish, settings))
        if isinstance(result, Failed):
            bug = not isinstance(result.error, TransientError)
            log.error("tick failed", reason=str(result.error), exc_info=result.error if bug else None)
            continue
        contain(lambda: belt.pulse(worker_name("scheduler")))
        contain(roster.call)
        if time.monotonic() >= chores_at:
            chores_at = time.monotonic() + CHORES_EVERY_S
            contain(lambda: _chores(engine, settings))
    return 0


def _unblock(engine: Engine, settings: Settings) -> None:
    """Give feeds and hooks another chance that the operator's list of inner places names since we were last started."""
    allow = allow_list(settings.fetch_allow)
    if allow:
        with writing(engine) as connection:
            store.unblock(connection, now(connection), allow)


def _chores(engine: Engine, settings: Settings) -> None:
    while True:
        with writing(engine) as connection:
            gone = store.purge_polls(connection, now(connection), settings)
        if gone < store.PURGE_ROWS:
            return
