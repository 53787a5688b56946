"""The parse stage: takes documents off the belt, puts what they bring on the index queue."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog

from services.parser import limits
from services.parser.document import read_document, refused
from shared.belt import Belt, unpacked
from shared.errors import Failed, Malformed, TransientError, contain
from shared.hosts import without_password
from shared.messages import Batch, Document, Documents, Result, expired
from shared.queues import INDEX, Publish
from shared.settings import Settings

TOGETHER_S = 1.0  # after so long what was read leaves without the documents that its message has left
LARGE_BYTES = 400_000  # on the wire; such a document's memory is given back at once, and asked for again by the next
log = structlog.get_logger()


def start(settings: Settings, belt: Belt, publish: Publish) -> Callable[[Documents], None]:
    """Limit this process' memory and return what handles documents that came together."""
    limits.cap_memory(settings.parse_memory_mb)

    def parse(message: Documents) -> None:
        out = _Out(belt, publish)
        closes = time.monotonic() + settings.parse_time_s
        for document in message.documents:
            if time.monotonic() > closes:
                out.send()
                raise TransientError("the documents before took their time; those that are left are put back")
            out.take(document, _work(settings, belt, document))
        out.send()
        if any(document.facts.wire_bytes > LARGE_BYTES for document in message.documents):
            limits.return_memory()

    return parse


class _Out:
    """Results on their way to the index queue: they wait for those of the same message for a while."""

    def __init__(self, belt: Belt, publish: Publish) -> None:
        self._belt, self._publish = belt, publish
        self._waiting: list[tuple[Document, Result]] = []
        self._since = time.monotonic()

    def take(self, document: Document, result: Result | None) -> None:
        """Take in what a document brought, if anything."""
        if result is not None:
            self._waiting.append((document, result))
        if time.monotonic() - self._since > TOGETHER_S:
            self.send()

    def send(self) -> None:
        """Publish what waits; the documents' bytes are dropped only then."""
        if self._waiting:
            self._publish(INDEX, Batch(results=tuple(result for _, result in self._waiting)))
            self._belt.drop(*(document.body_key for document, _ in self._waiting))
            self._waiting.clear()
        self._since = time.monotonic()


def _work(settings: Settings, belt: Belt, document: Document) -> Result | None:
    """Return what a document brings, read under its mark. A bug leaves the mark, so that the lease's end counts it.

    The mark ends before the batch is published: the indexer marks the same lease, and may do so at once.
    """
    token = document.target.token
    if expired(document.lease_ends, datetime.now(UTC)):
        _log_drop(document, "its lease has run out")
        return None
    begun, packed = belt.begin_with(token, document.body_key)
    if not begun:
        _log_drop(document, "its lease was begun before: someone is at it, or died at it")
        return None
    result = contain(lambda: _read(settings, document, packed))
    if isinstance(result, Failed) and not isinstance(result.error, TransientError):
        log.error("document failed", kind=document.target.kind, id=document.target.id, exc_info=result.error)
        return None
    belt.end(token)
    if isinstance(result, Failed):
        raise result.error
    if result and result.unmet:
        log.warning("rule met nothing", **_named(document), reason=result.unmet)
    if result and result.passed_over:
        log.info("messages of others passed over", **_named(document), messages=result.passed_over)
    return result


def _read(settings: Settings, document: Document, packed: bytes | None) -> Result | None:
    """Return what the document brings, or None if the belt no longer has it."""
    if packed is None:
        _log_drop(document, "its bytes are no longer on the belt")
        return None
    try:
        data = unpacked(document.body_key, packed, settings.max_document_bytes)
        with limits.cpu_seconds(settings.parse_time_s):
            return read_document(document, data, settings.max_entries)
    except Malformed as error:
        return refused(document, str(error), "malformed")
    except limits.TooSlow:
        return refused(document, f"The document took longer than {settings.parse_time_s} s to read.", "too_slow")
    except MemoryError:
        return refused(document, f"The document needed more than {settings.parse_memory_mb} MiB to read.", "too_large")


def _named(document: Document) -> dict[str, Any]:
    return {"kind": document.target.kind, "id": document.target.id, "url": without_password(document.target.url)}


def _log_drop(document: Document, reason: str) -> None:
    log.info("dropped", kind=document.target.kind, id=document.target.id, reason=f"{reason}; the lease brings it back")
