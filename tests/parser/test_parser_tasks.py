"""The parse stage on a real belt: what is dropped, what is marked, what is passed on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.parser import limits, tasks
from services.parser.document import read_document
from shared.belt import Belt, connect
from shared.errors import TransientError
from shared.messages import Batch, Document, Documents, Outcome
from shared.queues import INDEX, Queue
from shared.settings import Settings
from tests.parser.documents import document, item, rss

MakeSettings = Callable[..., Settings]


class Stage:
    """The stage's handler, its belt, and what it published."""

    def __init__(self, settings: Settings, belt_url: str, fails: Exception | None = None) -> None:
        self.belt = Belt(connect(belt_url), settings.lease_s)
        self.published: list[tuple[Queue[Any], Any]] = []
        self._fails = fails
        self._handle = tasks.start(settings, self.belt, self._publish)

    def handle(self, *documents: Document) -> None:
        self._handle(Documents(documents=documents))

    def _publish(self, queue: Queue[Any], message: Any) -> None:
        if self._fails is not None:
            raise self._fails
        self.published.append((queue, message))

    def put(self, data: bytes, token: str = "token") -> Document:
        one = document()
        target = one.target.model_copy(update={"token": token})
        facts = one.facts.model_copy(update={"token": token})
        message = one.model_copy(update={"target": target, "facts": facts, "body_key": f"{one.body_key}{token}"})
        self.belt.put(message.body_key, data)
        return message

    def marked(self) -> bool:
        return self.belt.begun(["token"]) == {"token"}


@pytest.fixture(autouse=True)
def _memory_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.resource, "setrlimit", lambda *_: None)  # pytest's own process goes on after the test


@pytest.fixture
def stage(settings: MakeSettings, belt_url: str) -> Stage:
    return Stage(settings(), belt_url)


def test_a_document_becomes_one_batch_and_leaves_the_belt_clean(stage: Stage) -> None:
    message = stage.put(rss(item(1)))
    stage.handle(message)
    ((queue, batch),) = stage.published
    assert queue is INDEX
    assert isinstance(batch, Batch)
    assert [entry.source_id for entry in batch.results[0].entries] == ["harbour-1"]
    assert not stage.marked()
    assert stage.belt.get(message.body_key, 10**6) is None


def test_work_whose_lease_ran_out_is_dropped(stage: Stage) -> None:
    message = stage.put(rss(item(1)))
    stage.handle(message.model_copy(update={"lease_ends": datetime.now(UTC) - timedelta(seconds=1)}))
    assert stage.published == []


def test_work_that_somebody_began_is_dropped_and_its_mark_stays(stage: Stage) -> None:
    message = stage.put(rss(item(1)))
    stage.belt.begin_all(["token"])
    stage.handle(message)
    assert stage.published == []
    assert stage.marked()


def test_work_whose_bytes_are_gone_is_dropped(stage: Stage) -> None:
    stage.handle(document())
    assert stage.published == []
    assert not stage.marked()


def test_a_document_over_the_limit_is_refused(settings: MakeSettings, belt_url: str) -> None:
    stage = Stage(settings(max_document_bytes=100), belt_url)
    stage.handle(stage.put(rss(item(1))))
    assert stage.published[0][1].results[0].facts.outcome is Outcome.REFUSED


def test_a_full_belt_ends_the_mark_and_the_message_goes_back(settings: MakeSettings, belt_url: str) -> None:
    stage = Stage(settings(), belt_url, fails=TransientError("Redis is full."))
    message = stage.put(rss(item(1)))
    with pytest.raises(TransientError):
        stage.handle(message)
    assert not stage.marked()
    assert stage.belt.get(message.body_key, 10**6) is not None


def test_a_bug_leaves_its_mark_and_the_next_document_is_read(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = stage.put(rss(item(1))), stage.put(rss(item(1)), "other")
    monkeypatch.setattr(tasks, "read_document", _raising(ZeroDivisionError(), only=first))
    stage.handle(first, second)
    assert stage.marked()
    assert [result.facts.token for result in stage.published[0][1].results] == ["other"]


def test_documents_that_came_together_leave_together(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "TOGETHER_S", 600.0)  # a busy machine may need a second for the first of them
    stage.handle(stage.put(rss(item(1))), stage.put(rss(item(2)), "other"))
    ((_, batch),) = stage.published
    assert [result.facts.token for result in batch.results] == ["token", "other"]


def test_nothing_waits_for_a_slow_neighbour(
    settings: MakeSettings, belt_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(settings(parse_time_s=1), belt_url)
    first, second = stage.put(rss(item(1))), stage.put(rss(item(2)), "other")
    moments = iter([0.0, 0.0, 0.5, 2.0, 2.0])
    monkeypatch.setattr(tasks.time, "monotonic", lambda: next(moments, 2.0))
    with pytest.raises(TransientError, match="put back"):
        stage.handle(first, second)
    monkeypatch.undo()
    assert [result.facts.token for _, batch in stage.published for result in batch.results] == ["token"]
    stage.handle(first, second)  # as it comes again
    assert [result.facts.token for _, batch in stage.published for result in batch.results] == ["token", "other"]


@pytest.mark.parametrize(("error", "word"), [(limits.TooSlow(), "longer than"), (MemoryError(), "MiB")])
def test_a_document_that_costs_too_much_is_refused(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, error: BaseException, word: str
) -> None:
    monkeypatch.setattr(tasks, "read_document", _raising(error))
    stage.handle(stage.put(rss(item(1))))
    facts = stage.published[0][1].results[0].facts
    assert facts.outcome is Outcome.REFUSED
    assert word in facts.error
    assert not stage.marked()


def test_work_without_end_is_stopped_by_its_own_cpu_time() -> None:
    def work() -> None:
        with limits.cpu_seconds(0.05):
            while True:
                pass

    with pytest.raises(limits.TooSlow):
        work()


def _raising(error: BaseException, only: Document | None = None) -> Callable[..., Any]:
    def read(one: Document, *more: Any) -> Any:
        if only is None or one == only:
            raise error
        return read_document(one, *more)

    return read


def test_the_memory_of_a_large_document_is_given_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[bool] = []
    monkeypatch.setattr(limits, "return_memory", lambda: given.append(True))
    small = stage.put(rss(item(1)))
    stage.handle(small)
    assert given == []
    facts = small.facts.model_copy(update={"wire_bytes": tasks.LARGE_BYTES + 1})
    stage.handle(stage.put(rss(item(1))).model_copy(update={"facts": facts}))
    assert given == [True]
