"""Celery, and all that Wireroom knows of it: how a message is put on a queue, and what becomes of one that fails.

Each stage is one task in one queue. The settings are those that lost least when workers, Redis and the network were
killed under them; what they still lose, the store brings back when the lease ends.
"""

import gc
import os
import re
import socket
import threading
import time
import uuid
import warnings
from collections.abc import Callable
from typing import Any

import structlog
from celery import Celery
from celery.exceptions import Reject
from celery.platforms import SecurityWarning
from celery.signals import worker_process_init
from celery.worker.request import Request
from kombu.exceptions import OperationalError
from pydantic import ValidationError

from shared import logging
from shared.belt import Belt, connect
from shared.errors import Failed, Malformed, TransientError, contain
from shared.queues import NAMES, M, Publish, Queue
from shared.settings import Settings

REFERENCE_OVER_BYTES = 64 * 1024  # longer message bodies travel by reference
MAX_MESSAGE_BYTES = 64 * 2**20
RETRY_PAUSE_S = 1.0  # a transient failure puts its message back after this pause
FORGIVE_S = 600.0  # Redis may be away for so long before a message that was cancelled counts against its feeds
DRAIN_S = 100  # a stopping worker finishes what it holds within this time; compose grants 120
BEAT = "wireroom.beat"
GARBAGE_OBJECTS = 20_000  # made between two looks for garbage; a batch makes more, nearly all of which go by themselves

Start = Callable[[Settings, Belt, Publish], Callable[[M], None]]
log = structlog.get_logger()


def celery_app(settings: Settings, queue: str) -> Celery:
    """Return the Celery application as every process of the line has it, consuming `queue`."""
    app = Celery("wireroom", broker=_broker_url(settings.redis_url), set_as_current=False)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_create_missing_queues=True,
        task_default_queue=queue,
        worker_prefetch_multiplier=1,
        task_soft_time_limit=90,
        task_time_limit=120,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_channel_error_retry=True,  # a full Redis refuses commands: no reason to end
        broker_transport_options={
            "visibility_timeout": max(600, 2 * settings.lease_s),
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "socket_timeout": 10,
            "socket_connect_timeout": 3,
            "socket_keepalive": not settings.redis_url.startswith("unix:") or None,
            "health_check_interval": 10,
            # one set of keys a stage, so that a stage's Redis user reaches no other's messages
            "unacked_key": f"unacked:{queue}",
            "unacked_index_key": f"unacked_index:{queue}",
            "unacked_mutex_key": f"unacked_mutex:{queue}",
        },
        worker_max_tasks_per_child=500,
        worker_max_memory_per_child=400_000,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_soft_shutdown_timeout=DRAIN_S,
        worker_enable_soft_shutdown_on_idle=False,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        task_serializer="json",
        accept_content=["json"],
    )
    return app


def publisher(app: Celery, belt: Belt) -> Publish:
    """Return what puts messages on the belt through `app`."""

    def publish(queue: Queue[M], message: M) -> None:
        message_id = uuid.uuid4().hex
        body = message.model_dump_json(exclude_defaults=True)
        size = len(body)
        belt.weigh(queue.name, message_id, message.weight, size + message.carried_bytes)
        if size > REFERENCE_OVER_BYTES:
            belt.put(f"ref:{message_id}", body.encode())
            body = ""
        try:
            app.send_task(_task(queue.name), (body,), queue=queue.name, task_id=message_id, ignore_result=True)
        except (OperationalError, OSError) as error:
            raise TransientError(f"The {queue.name} queue cannot be reached: {error}") from error

    return publish


def run_worker(queue: Queue[M], start: Start[M], settings: Settings, processes: int, time_limit_s: int) -> int:
    """Consume `queue` until told to stop; returns the exit status.

    `start` is called once in each child process and returns what handles one message. A child that works longer than
    `time_limit_s` on one message is killed.
    """
    os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")  # soft shutdown: finish what is held, give back the rest
    warnings.simplefilter("ignore", SecurityWarning)  # about root and pickle; only JSON is accepted
    app = celery_app(settings, queue.name)
    name = worker_name(queue.name)
    handlers: dict[str, Callable[[str, str], None]] = {}

    @worker_process_init.connect(weak=False)  # type: ignore[untyped-decorator]
    def begin(**_: Any) -> None:
        logging.configure(settings.log_level, settings.log_format, queue.name)
        belt = Belt(connect(settings.redis_url), settings.lease_s)
        handlers[queue.name] = consumer(queue, start(settings, belt, publisher(app, belt)), belt, name)
        handlers[BEAT] = lambda body, message_id: belt.pulse(name)
        gc.set_threshold(GARBAGE_OBJECTS, 20, 20)

    limits = {"time_limit": time_limit_s + 30, "soft_time_limit": time_limit_s}

    @app.task(name=_task(queue.name), bind=True, Request=Held, **limits)  # type: ignore[untyped-decorator]
    def work(self: Any, body: str) -> None:
        handlers[queue.name](body, self.request.id)

    @app.task(name=BEAT, Request=Held)  # type: ignore[untyped-decorator]
    def beat() -> None:
        handlers[BEAT]("", "")

    work.belt = Belt(connect(settings.redis_url), settings.lease_s)
    worker = app.Worker(
        hostname=f"{name}-{os.getpid()}",
        queues=[queue.name, name],
        pool="prefork",
        quiet=True,  # no banner: log lines say what is up
        concurrency=processes,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        loglevel=settings.log_level,
    )
    gc.freeze()  # what is loaded by now is never collected: the children go on sharing its pages, and look at less
    worker.start()
    return int(worker.exitcode or 0)


class Held(Request):  # type: ignore[misc]
    """A message in work, whose acknowledgement fails loudly.

    Celery logs a connection that breaks there and goes on: the message then counts as held for ever, and a worker whose
    every slot is taken like this lives and consumes nothing. Raised, the error makes it connect anew.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **(more | {"connection_errors": ()}))

    def cancel(self, pool: Any, signal: Any = None, emit_retry: bool = True) -> None:
        """End the work, since the connection was lost or the worker stops: no death that its feeds are to blame for."""
        super().cancel(pool, signal, emit_retry)
        if belt := getattr(self.task, "belt", None):
            body = str((self.args or [""])[0])
            threading.Thread(target=forgive, args=(belt, body, f"ref:{self.id}"), daemon=True).start()


def forgive(belt: Belt, body: str, reference: str, patience_s: float = FORGIVE_S) -> None:
    """End the marks of a message whose work was ended from outside, as soon as Redis is back to hear of it."""
    until = time.monotonic() + patience_s
    while True:
        result = contain(lambda: belt.end(*tokens(body or (belt.get(reference, MAX_MESSAGE_BYTES) or b"").decode())))
        if not isinstance(result, Failed) or time.monotonic() > until:
            return
        time.sleep(RETRY_PAUSE_S)


def tokens(body: str) -> tuple[str, ...]:
    """Return the tokens of the leases that a message is about.

    >>> tokens('{"targets":[{"id":1,"token":"ab12"},{"id":2,"token":"cd34"}]}')
    ('ab12', 'cd34')
    """
    return tuple(dict.fromkeys(_TOKEN.findall(body)))


_TOKEN = re.compile(r'"token":"(\w+)"')


def consumer(queue: Queue[M], handle: Callable[[M], None], belt: Belt, name: str) -> Callable[[str, str], None]:
    """Return what takes one raw message: decode, hand on, and the whole failure policy.

    A transient failure puts the message back. A message that does not fit its schema is dropped: its lease brings the
    work back. A bug is logged and the message dropped, but its `begun` mark stays, so that it counts.
    """

    def consume(body: str, message_id: str) -> None:
        reference = f"ref:{message_id}"
        result = contain(lambda: _handle(queue, handle, belt, name, body, reference))
        if isinstance(result, Failed) and isinstance(result.error, TransientError):
            log.warning("put back", queue=queue.name, message=message_id, reason=str(result.error))
            time.sleep(RETRY_PAUSE_S)
            raise Reject(str(result.error), requeue=True) from result.error
        if isinstance(result, Failed):
            log.error("dropped", queue=queue.name, message=message_id, reason=str(result), exc_info=result.error)
        contain(lambda: belt.unweigh(queue.name, message_id))
        if not body:
            contain(lambda: belt.drop(reference))

    return consume


def _handle(queue: Queue[M], handle: Callable[[M], None], belt: Belt, name: str, body: str, reference: str) -> None:
    belt.pulse(name)
    if not body:
        data = belt.get(reference, MAX_MESSAGE_BYTES)
        if data is None:
            log.info("dropped", queue=queue.name, reason="its body is no longer on the belt; the lease brings it back")
            return
        body = data.decode()
    try:
        message = queue.message.model_validate_json(body)
    except ValidationError as error:
        raise Malformed(f"a message in {queue.name} does not fit its schema: {error.error_count()} errors") from error
    handle(message)


def worker_name(stage: str) -> str:
    """Return what this machine's worker of `stage` is called; its private queue bears the name too."""
    return f"{stage}@{socket.gethostname()}"


def healthy(settings: Settings, stage: str, within_s: int) -> bool:
    """Return whether this machine's worker of `stage` consumed anything lately, and send it something to consume.

    :raises TransientError: the belt cannot be reached.
    """
    belt = Belt(connect(settings.redis_url), settings.lease_s)
    name = worker_name(stage)
    age = belt.pulse_age_s(name)
    if stage in NAMES and not belt.waiting(name):  # the scheduler takes nothing: its pulse is its tick
        celery_app(settings, stage).send_task(BEAT, queue=name, ignore_result=True)
    return age is not None and age <= within_s


def _task(queue: str) -> str:
    return f"wireroom.{queue}"


def _broker_url(redis_url: str) -> str:
    """Return Celery's spelling of a redis-py URL."""
    return redis_url.replace("unix://", "redis+socket://", 1) if redis_url.startswith("unix:") else redis_url
