"""Jobs for the fetcher, and what it publishes."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.http.client import host_of
from shared.messages import Batch, Document, Facts, FetchJob, Kind, Target, Validators
from shared.queues import INDEX, Queue

LEASE_S = 60


@dataclass
class Published:
    """What was put on the queues, in order; a stand-in for the message broker alone."""

    documents: list[Document] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    before: Callable[[Any], None] = lambda message: None  # called with each message first
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, queue: Queue[Any], message: Any) -> None:
        assert isinstance(message, queue.message)
        self.before(message)
        with self._lock:
            if queue is INDEX:
                self.batches.append(message)
            else:
                self.documents.extend(message.documents)

    @property
    def facts(self) -> dict[int, Facts]:
        """The facts of each target by its number, documents' included."""
        alone = [result.facts for batch in self.batches for result in batch.results]
        return {facts.id: facts for facts in [*alone, *(document.facts for document in self.documents)]}


def target(number: int, url: str, kind: Kind = Kind.FEED, **validators: str | None) -> Target:
    """Return a target whose token is "t" and its number."""
    return Target(
        kind=kind, id=number, token=f"t{number}", url=url, host=host_of(url), validators=Validators(**validators)
    )


def job(*targets: Target, lease_s: float = LEASE_S) -> FetchJob:
    """Return a job whose lease ends in `lease_s` seconds."""
    return FetchJob(lease_ends=datetime.now(UTC) + timedelta(seconds=lease_s), targets=targets)
