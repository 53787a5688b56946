"""One job being worked: sites side by side, one site's targets one after another and spaced.

mark ▶ fetch ▶ document: put ▶ gather ▶ unmark many ▶ publish them
             ▶ facts alone:      gather ▶ unmark many ▶ publish them

A mark ends before its message is published: the next stage marks the same lease, and may do so at once.
"""

import random
import time
from collections.abc import Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event

import structlog

from services.fetcher.ask import Asker, ask
from services.fetcher.company import Company, earlier
from services.fetcher.lane import Lane, lanes_of, patience_s
from services.fetcher.reach import AGAIN_S, AWAY, is_answered, is_missed, is_of_web
from services.fetcher.verdict import IM_USED, hand_back, kept
from shared.belt import Belt, document_key
from shared.errors import Failed, TransientError, contain
from shared.hosts import host_of
from shared.http.client import Response
from shared.messages import Batch, Document, Documents, Facts, FetchJob, Kind, Outcome, Result, Target
from shared.queues import INDEX, PARSE, Publish

JOB_S = 45.0  # no fetch starts later, so that the last one ends well before the task's time limit
GATHER_S = 2.0  # facts wait so long for company
TOGETHER_S = 0.1  # and documents so long, for a message costs the parser and the indexer more than most documents do
FACTS, DOCUMENTS = 500, 8  # in one message
NO_TIME = "others of its site took all the time that a job has"
LEFT_ALONE = (
    "its host is being left alone, as it answered to it or to another feed or page (429, Retry-After, Crawl-delay)"
)

log = structlog.get_logger()


@dataclass(frozen=True)
class _LaneEnd:
    """A site is done, or Redis was away."""

    error: TransientError | None


class Round:
    """Fetches a job's targets; made for one job and used once."""

    def __init__(
        self,
        job: FetchJob,
        asker: Asker,
        belt: Belt,
        publish: Publish,
        spacing_s: float = 0.0,
        job_s: float = JOB_S,
        gather_s: float = GATHER_S,
    ) -> None:
        self._job, self._asker, self._belt, self._publish, self._gather_s = job, asker, belt, publish, gather_s
        self._spacing_s = spacing_s
        lease_s = (job.lease_ends - datetime.now(UTC)).total_seconds()
        self._closes = time.monotonic() + min(job_s, lease_s)
        self._said: SimpleQueue[Facts | Document | _LaneEnd] = SimpleQueue()
        self._marked: set[str] = set()  # tokens whose marks are ours to end
        self._begun: dict[str, int] = {}  # how long hosts want to be left alone, of targets that were marked ahead
        self._missed: list[tuple[Lane, Target, Facts]] = []  # to whom there was no way: whose fault is told at the end
        self._answered = False  # whether anything of the web did
        self._stopped = Event()

    def run(self, sites: Executor) -> None:
        """Return when all that the job brought is on the belt.

        :raises TransientError: Redis is away; the marks are ended where that could be done.
        """
        lanes = lanes_of(self._job.targets)
        visits: list[Future[None]] = []
        try:
            self._begun = self._begin([(lane, lane.targets[0]) for lane in lanes])  # in one go, as all start at once
            visits += [sites.submit(self._visit, lane) for lane in lanes]
            self._gather(len(lanes))
        except TransientError:
            self._stopped.set()
            wait(visits)
            contain(lambda: self._belt.end(*self._marked))
            raise
        finally:
            self._stopped.set()

    def _gather(self, lanes: int) -> None:
        """Publish documents and facts as they come, many at a time, none later than it may wait."""
        facts: Company[Facts] = Company(self._gather_s, FACTS)
        documents: Company[Document] = Company(min(self._gather_s, TOGETHER_S), DOCUMENTS)
        while lanes:
            self._send(facts.leave(), documents.leave())
            try:
                said = self._said.get(timeout=earlier(facts.wait_s(), documents.wait_s()))
            except Empty:
                continue
            if isinstance(said, Facts):
                facts.join(said)
            elif isinstance(said, Document):
                documents.join(said, said.facts.wire_bytes)
            elif said.error:
                raise said.error
            else:
                lanes -= 1
        for one in self._judged():
            facts.join(one)
        self._send(facts.leave(at_once=True), documents.leave(at_once=True))

    def _judged(self) -> list[Facts]:
        """Return the facts of those to whom there was no way: handed back where the web itself was out of reach."""
        reach = self._asker.reach
        if self._answered:
            if reach.is_lost:
                self._belt.find_web()
            reach.heard()
        elif self._missed:
            reach.missed({lane.name: facts for lane, _, facts in self._missed})
        if self._answered or not reach.is_lost:
            return [facts for _, _, facts in self._missed]
        self._belt.lose_web()
        return [hand_back(target, random.randint(*AGAIN_S), AWAY) for _, target, _ in self._missed]

    def _send(self, facts: Sequence[Facts], documents: Sequence[Document]) -> None:
        self._unmark({one.token for one in facts} | {one.target.token for one in documents})
        if documents:
            self._publish(PARSE, Documents(documents=tuple(documents)))
        if facts:
            self._publish(INDEX, Batch(results=tuple(Result(facts=one) for one in facts)))

    def _visit(self, lane: Lane) -> None:
        """Work through one site's targets; a bug at one leaves its mark standing and goes on to the next."""
        error = None
        try:
            for target in lane.targets:
                if self._stopped.is_set() or (error := self._try(lane, target)):
                    break
        finally:
            self._said.put(_LaneEnd(error))

    def _try(self, lane: Lane, target: Target) -> TransientError | None:
        result = contain(partial(self._take, lane, target))
        if isinstance(result, Failed) and isinstance(result.error, TransientError):
            return result.error
        if isinstance(result, Failed):
            self._marked.discard(target.token)
            log.error("fetch failed", kind=target.kind, id=target.id, reason=str(result), exc_info=result.error)
        return None

    def _take(self, lane: Lane, target: Target) -> None:
        starts = max(lane.next_at, time.monotonic())
        if starts >= self._closes:
            self._said.put(hand_back(target, round(starts - time.monotonic()), NO_TIME))
            return
        if self._stopped.wait(starts - time.monotonic()):
            return
        held_s = self._begun.pop(target.token, None)
        if held_s is None:
            held_s = self._begin([(lane, target)])[target.token]
        if target.token not in self._marked:
            log.info("skipped", kind=target.kind, id=target.id, reason="another worker began it")
        elif held_s:
            self._said.put(hand_back(target, held_s, LEFT_ALONE))
        else:
            self._ask(lane, target)

    def _begin(self, targets: Sequence[tuple[Lane, Target]]) -> dict[str, int]:
        """Mark targets; return by token for how long each host wants to be left alone. What was marked is not ours."""
        asked = [(target.token, lane.name, host_of(target.url)) for lane, target in targets]
        self._marked |= {token for token, _, _ in asked}
        begun = self._belt.begin_politely(asked)
        self._marked -= {token for (token, _, _), (ours, _) in zip(asked, begun, strict=True) if not ours}
        return {token: held_s for (token, _, _), (_, held_s) in zip(asked, begun, strict=True)}

    def _ask(self, lane: Lane, target: Target) -> None:
        facts, answer = ask(self._asker, target)
        if not self._answered and is_answered(facts):
            self._answered = self._is_of_web(target)
        if is_missed(facts) and self._is_of_web(target):
            self._missed.append((lane, target, facts))
            return
        self._be_polite(lane, target, facts)
        if answer is None or facts.outcome is not Outcome.OK:
            self._said.put(facts)
        else:
            self._pass_on(target, facts, answer)

    def _is_of_web(self, target: Target) -> bool:
        return not self._asker.client.is_inner(target.url) and is_of_web(target.url)

    def _be_polite(self, lane: Lane, target: Target, facts: Facts) -> None:
        """Note when this site may be asked again; a long wait holds for other jobs too, but for a hook for itself."""
        if target.kind is Kind.HOOK:
            return
        if wait_s := patience_s(facts):
            self._belt.hold(lane.name, host_of(target.url), wait_s)
        delay_s = self._spacing_s
        if delay_s and self._asker.client.is_inner(target.url):
            delay_s = 0.0
        if target.kind is Kind.PAGE and (said_s := self._asker.delay_s(target.url)) > delay_s:
            delay_s = said_s
            self._belt.pause(lane.name, delay_s)
        lane.next_at = time.monotonic() + delay_s

    def _pass_on(self, target: Target, facts: Facts, answer: Response) -> None:
        key = document_key(target.kind, target.id, target.token)
        self._belt.put(key, answer.body)
        document = Document(
            lease_ends=self._job.lease_ends,
            facts=facts,
            target=target,
            final_url=answer.url,
            media_type=kept(answer.headers, "content-type"),
            language=kept(answer.headers, "content-language"),
            body_key=key,
            partial=answer.status == IM_USED,
        )
        self._said.put(document)

    def _unmark(self, tokens: set[str]) -> None:
        ours = tokens & self._marked
        self._belt.end(*ours)
        self._marked -= ours
