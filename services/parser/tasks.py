"""The parse stage: takes a document off the belt, puts what it brings on the index queue."""

from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from services.parser import limits
from services.parser.document import read_document, refused
from shared.belt import Belt
from shared.errors import Malformed, TransientError
from shared.messages import Batch, Document, Result, expired
from shared.queues import INDEX, Publish
from shared.settings import Settings

log = structlog.get_logger()


def start(settings: Settings, belt: Belt, publish: Publish) -> Callable[[Document], None]:
    """Limit this process' memory and return what handles one document."""
    limits.cap_memory(settings.parse_memory_mb)

    def parse(document: Document) -> None:
        token = document.target.token
        if expired(document.lease_ends, datetime.now(UTC)):
            _log_drop(document, "its lease has run out")
        elif not belt.begin(token):
            _log_drop(document, "its lease was begun before: someone is at it, or died at it")
        else:
            _work(settings, belt, publish, document)

    return parse


def _work(settings: Settings, belt: Belt, publish: Publish, document: Document) -> None:
    """Read one document under its mark. A bug leaves the mark standing, so that the lease's end counts it.

    The mark ends before the batch is published: the indexer marks the same lease, and may do so at once.
    """
    token = document.target.token
    try:
        result = _read(settings, belt, document)
    except TransientError:
        belt.end(token)
        raise
    belt.end(token)
    if result is not None:
        publish(INDEX, Batch(results=(result,)))
        belt.drop(document.body_key)


def _read(settings: Settings, belt: Belt, document: Document) -> Result | None:
    """Return what the document brings, or None if the belt no longer has it."""
    try:
        data = belt.get(document.body_key, settings.max_document_bytes)
        if data is None:
            _log_drop(document, "its bytes are no longer on the belt")
            return None
        with limits.cpu_seconds(settings.parse_time_s):
            return read_document(document, data, settings.max_entries)
    except Malformed as error:
        return refused(document, str(error), "malformed")
    except limits.TooSlow:
        return refused(document, f"The document took longer than {settings.parse_time_s} s to read.", "too_slow")
    except MemoryError:
        return refused(document, f"The document needed more than {settings.parse_memory_mb} MiB to read.", "too_large")


def _log_drop(document: Document, reason: str) -> None:
    log.info("dropped", kind=document.target.kind, id=document.target.id, reason=f"{reason}; the lease brings it back")
