"""Duties are sent while the store says that something is due, and the record of polls is bounded."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, insert, select, update

from services.indexer import duties
from services.scheduler import store as scheduling
from services.scheduler.duties import AGAIN_AFTER_S, ASK_EVERY_S, CLEAR_OUT_EVERY_S, Roster
from shared.database import now, reading, writing
from shared.messages import Batch, Duty
from shared.queues import INDEX
from shared.settings import Settings
from shared.tables import Article, Poll, Publication, Refolding
from tests.indexer.newsdesk import Newsdesk, entry

PAST = datetime(2024, 3, 1, tzinfo=UTC)


class Sent:
    """A roster over a store, its clock and what it sent."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.at = 0.0
        self.batches: list[Batch] = []
        self._roster = Roster(engine, self._publish, settings, lambda: self.at)

    def _publish(self, queue: object, message: object) -> None:
        assert queue is INDEX
        assert isinstance(message, Batch)
        self.batches.append(Batch.model_validate_json(message.model_dump_json(exclude_defaults=True)))

    def after(self, seconds: float) -> tuple[Duty, ...]:
        """Call the roster so many seconds later; return what it sent, but for what leaves the window."""
        self.at += seconds
        return tuple(duty for duty in self._roster.call() if duty is not Duty.FORGET)


@pytest.fixture
def desk(store: Engine, settings: Callable[..., Settings]) -> Newsdesk:
    desk = Newsdesk(store, settings())
    desk.poll(desk.feed("a.example", desk.publication()), entry("one"))
    return desk


def due(desk: Newsdesk, turns_at: datetime | None) -> None:
    with writing(desk.engine) as connection:
        connection.execute(update(Article).values(turns_at=turns_at))


def test_nothing_is_sent_while_nothing_is_due(desk: Newsdesk) -> None:
    sent = Sent(desk.engine, desk.settings)
    due(desk, datetime(2999, 1, 1, tzinfo=UTC))
    assert [sent.after(ASK_EVERY_S) for _ in range(3)] == [(), (), ()]


def test_what_is_due_is_sent_within_seconds_and_again_only_after_a_while(desk: Newsdesk) -> None:
    sent = Sent(desk.engine, desk.settings)
    due(desk, PAST)
    assert sent.after(ASK_EVERY_S) == (Duty.TURN,)
    assert Duty.TURN in sent.batches[0].duties
    assert sent.after(ASK_EVERY_S) == ()
    assert sent.after(AGAIN_AFTER_S) == (Duty.TURN,)


def test_what_is_due_next_does_not_wait_for_what_is_done(desk: Newsdesk) -> None:
    sent = Sent(desk.engine, desk.settings)
    for _ in range(2):
        due(desk, PAST)
        assert sent.after(ASK_EVERY_S) == (Duty.TURN,)
        due(desk, None)
        assert sent.after(ASK_EVERY_S) == ()


def test_titles_that_keep_their_articles_for_a_while_are_cleared_out_now_and_then(desk: Newsdesk) -> None:
    sent = Sent(desk.engine, desk.settings)
    with writing(desk.engine) as connection:
        connection.execute(update(Publication).values(retention_days=7))
    assert sent.after(ASK_EVERY_S) == (Duty.CLEAR_OUT,)
    assert sent.after(ASK_EVERY_S) == ()
    assert sent.after(CLEAR_OUT_EVERY_S) == (Duty.CLEAR_OUT,)


def test_what_an_older_version_folded_is_sent_until_it_is_folded_again(desk: Newsdesk) -> None:
    sent = Sent(desk.engine, desk.settings)
    with writing(desk.engine) as connection:
        connection.execute(update(Refolding).values(rules=0))
    assert sent.after(ASK_EVERY_S) == (Duty.REFOLD,)
    assert sent.after(AGAIN_AFTER_S) == (Duty.REFOLD,)
    duties.do(desk.engine, sent.batches[-1].duties, desk.settings)
    assert sent.after(AGAIN_AFTER_S) == ()


def test_the_record_of_polls_is_purged_by_batches(desk: Newsdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduling, "PURGE_ROWS", 2)
    with writing(desk.engine) as connection:
        moment = now(connection)
        old = moment - timedelta(days=desk.settings.poll_history_days, seconds=1)
        line = {"kind": "feed", "target_id": 1, "outcome": "ok"}
        connection.execute(insert(Poll), [{**line, "at": old}] * 3 + [{**line, "at": moment}])
    gone = []
    for _ in range(2):
        with writing(desk.engine) as connection:
            gone.append(scheduling.purge_polls(connection, now(connection), desk.settings))
    assert gone == [2, 1]
    with reading(desk.engine) as connection:
        assert connection.scalar(select(func.min(Poll.at))) > old
