"""Work that is ended from outside leaves no mark: its feeds are not to blame."""

import threading
from datetime import UTC, datetime
from typing import Any

from services.command.servers import Valkey
from shared.belt import Belt, connect
from shared.messages import Batch, Facts, FetchJob, Kind, Outcome, Result, Target
from shared.worker import Held, forgive, tokens

LEASE_S = 60


def job() -> FetchJob:
    targets = tuple(Target(kind=Kind.FEED, id=n, token=f"t{n}", url="http://a/", host="a") for n in range(3))
    return FetchJob(lease_ends=datetime.now(UTC), targets=targets)


def test_every_message_tells_the_leases_that_it_is_about() -> None:
    facts = Facts(kind=Kind.FEED, id=1, token="t7", outcome=Outcome.OK, error='says "token":"x"')
    assert tokens(job().model_dump_json()) == ("t0", "t1", "t2")
    assert tokens(Batch(results=(Result(facts=facts),)).model_dump_json()) == ("t7",)


def test_the_marks_of_cancelled_work_end(belt_url: str) -> None:
    belt = Belt(connect(belt_url), LEASE_S)
    for token in ("t0", "t2", "other"):
        belt.begin_all([token])
    forgive(belt, job().model_dump_json(), "ref:none")
    assert belt.begun(["t0", "t1", "t2", "other"]) == {"other"}


def test_a_message_that_travels_by_reference_is_read_first(belt_url: str) -> None:
    belt = Belt(connect(belt_url), LEASE_S)
    belt.begin_all(["t1"])
    belt.put("ref:m", job().model_dump_json().encode())
    forgive(belt, "", "ref:m")
    assert belt.begun(["t1"]) == set()


def test_they_end_when_redis_is_back(valkey: Valkey, belt_url: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("shared.worker.RETRY_PAUSE_S", 0.05)
    belt = Belt(connect(belt_url), LEASE_S)
    belt.begin_all(["t1"])
    valkey.stop()
    waiting = threading.Thread(target=forgive, args=(belt, job().model_dump_json(), "ref:none"))
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    valkey.start()
    waiting.join(30)
    assert not waiting.is_alive()
    assert belt.begun(["t1"]) == set()


def test_a_request_that_is_cancelled_is_forgiven(belt_url: str, monkeypatch: Any) -> None:
    heard: list[Any] = []
    done = threading.Event()
    monkeypatch.setattr("shared.worker.forgive", lambda *said: (heard.append(said), done.set()))
    monkeypatch.setattr("celery.worker.request.Request.cancel", lambda *_: None)

    class Task:
        belt = "the belt"

    class Cancelled(Held):
        def __init__(self) -> None:
            self._task, self.id, self._args = Task(), "m", ["body"]

    Cancelled().cancel(None)
    assert done.wait(10)
    assert heard == [("the belt", "body", "ref:m")]
