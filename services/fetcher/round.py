"""One job being worked: hosts side by side, one host's targets one after another.

mark ▶ fetch ▶ document: put, unmark, publish
             ▶ facts alone: gather ▶ unmark many ▶ publish them

A mark ends before its message is published: the next stage marks the same lease, and may do so at once.
"""

import time
from collections.abc import Iterable
from concurrent.futures import Executor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event

import structlog

from services.fetcher.request import headers_for
from services.fetcher.verdict import excuse, hand_back, judge, kept
from shared.belt import Belt, document_key
from shared.errors import Failed, FetchError, TransientError, contain
from shared.http import Client, Response
from shared.messages import Batch, Document, Facts, FetchJob, Outcome, Result, Target
from shared.queues import INDEX, PARSE, Publish

JOB_S = 45.0  # no fetch starts later, so that the last one ends well before the task's time limit
GATHER_S = 2.0  # facts wait so long for company

log = structlog.get_logger()


@dataclass(frozen=True)
class _LaneEnd:
    """A host is done, or Redis was away."""

    error: TransientError | None


class Round:
    """Fetches a job's targets; made for one job and used once."""

    def __init__(
        self,
        job: FetchJob,
        client: Client,
        belt: Belt,
        publish: Publish,
        job_s: float = JOB_S,
        gather_s: float = GATHER_S,
    ) -> None:
        self._job, self._client, self._belt, self._publish, self._gather_s = job, client, belt, publish, gather_s
        lease_s = (job.lease_ends - datetime.now(UTC)).total_seconds()
        self._closes = time.monotonic() + min(job_s, lease_s)
        self._said: SimpleQueue[Facts | _LaneEnd] = SimpleQueue()
        self._marked: set[str] = set()  # tokens whose marks are ours to end
        self._stopped = Event()

    def run(self, hosts: Executor) -> None:
        """Return when all that the job brought is on the belt.

        :raises TransientError: Redis is away; the marks are ended where that could be done.
        """
        lanes = [hosts.submit(self._visit, targets) for targets in by_host(self._job.targets)]
        try:
            self._gather(len(lanes))
        except TransientError:
            self._stopped.set()
            wait(lanes)
            contain(lambda: self._belt.end(*self._marked))
            raise
        finally:
            self._stopped.set()

    def _gather(self, lanes: int) -> None:
        """Publish facts as they come, many at a time, none later than it may wait."""
        gathered: list[Facts] = []
        due = 0.0
        while lanes:
            left_s = due - time.monotonic()
            if gathered and left_s <= 0:
                self._flush(gathered)
            try:
                said = self._said.get(timeout=left_s if gathered else None)
            except Empty:
                continue
            if isinstance(said, Facts):
                due = due if gathered else time.monotonic() + self._gather_s
                gathered.append(said)
            elif said.error:
                raise said.error
            else:
                lanes -= 1
        self._flush(gathered)

    def _flush(self, gathered: list[Facts]) -> None:
        if gathered:
            self._unmark({facts.token for facts in gathered} & self._marked)
            self._publish(INDEX, Batch(results=tuple(Result(facts=facts) for facts in gathered)))
            gathered.clear()

    def _visit(self, targets: Iterable[Target]) -> None:
        """Work through one host's targets; a bug at one leaves its mark standing and goes on to the next."""
        error = None
        try:
            for target in targets:
                if self._stopped.is_set() or (error := self._try(target)):
                    break
        finally:
            self._said.put(_LaneEnd(error))

    def _try(self, target: Target) -> TransientError | None:
        result = contain(partial(self._take, target))
        if isinstance(result, Failed) and isinstance(result.error, TransientError):
            return result.error
        if isinstance(result, Failed):
            self._marked.discard(target.token)
            log.error("fetch failed", kind=target.kind, id=target.id, reason=str(result), exc_info=result.error)
        return None

    def _take(self, target: Target) -> None:
        if time.monotonic() >= self._closes:
            self._said.put(hand_back(target))
            return
        self._marked.add(target.token)
        if not self._belt.begin(target.token):
            self._marked.discard(target.token)
            log.info("skipped", kind=target.kind, id=target.id, reason="another worker began it")
            return
        facts, answer = fetch(self._client, target)
        if answer is None or facts.outcome is not Outcome.OK:
            self._said.put(facts)
            return
        self._pass_on(target, facts, answer)

    def _pass_on(self, target: Target, facts: Facts, answer: Response) -> None:
        key = document_key(target.kind, target.id, target.token)
        self._belt.put(key, answer.body)
        document = Document(
            lease_ends=self._job.lease_ends,
            facts=facts,
            target=target,
            final_url=answer.url,
            media_type=kept(answer.headers, "content-type"),
            body_key=key,
        )
        self._unmark({target.token})
        self._publish(PARSE, document)

    def _unmark(self, tokens: set[str]) -> None:
        self._belt.end(*tokens)
        self._marked -= tokens


def fetch(client: Client, target: Target) -> tuple[Facts, Response | None]:
    """Return the facts of one fetch, and the answer where there was one."""
    began = time.monotonic()
    try:
        answer = client.get(target.url, headers_for(target))
    except FetchError as error:
        return excuse(target, error, round((time.monotonic() - began) * 1000)), None
    if answer.left_https:
        log.info("left https", kind=target.kind, id=target.id, final_url=answer.url)
    return judge(target, answer, datetime.now(UTC)), answer


def by_host(targets: Iterable[Target]) -> list[list[Target]]:
    """Return the targets of each host, hosts and targets in the order in which they came."""
    lanes: dict[str, list[Target]] = {}
    for target in targets:
        lanes.setdefault(target.host, []).append(target)
    return list(lanes.values())
