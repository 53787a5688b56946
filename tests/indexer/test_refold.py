"""After an upgrade the window is folded again by itself, a few articles at a time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from services.indexer import duties
from services.indexer.stories import redo
from shared.database import reading
from shared.messages import FOLD, Duty
from shared.refolding import any_left, count_left
from shared.tables import Claim, Posting, Refolding, Term
from tests.indexer.desk import Desk, clock, prose


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redo, "AT_ONCE", 2)


def left(desk: Desk) -> int:
    with reading(desk.engine) as connection:
        count = count_left(connection, desk.settings)
        assert any_left(connection) == bool(count)
        return count


def as_folded_before(desk: Desk, articles: int) -> list[int]:
    """Fill the store with articles that an older version folded, which kept no claims and no terms of them."""
    moment = clock(desk)
    ids = [
        desk.add(
            f"Title {n}", prose(f"mill {n}"), at=moment - timedelta(hours=n), url=f"https://paper.example/news/{n}"
        )
        for n in range(articles)
    ]
    desk.write(lambda connection: [connection.execute(delete(table)) for table in (Claim, Term)])
    desk.write(lambda connection: connection.execute(update(Refolding).values(rules=FOLD - 1)))
    return ids


def with_claims(desk: Desk) -> Sequence[int]:
    return sorted(row.article_id for row in desk.read(select(Claim.article_id).distinct()))


def test_folding_again_finds_what_another_version_did_not(desk: Desk) -> None:
    text = prose("tunnel")
    moment = clock(desk)
    old = desk.add("The Herald", text, at=moment)
    desk.write(lambda connection: connection.execute(delete(Posting)))
    new = desk.add("The Mirror", f"{text}\nThe mill by the river opens too.", headline="Vote opens doors", at=moment)
    before = desk.add("The Archive", text, headline="Doors", at=moment - timedelta(days=40))
    assert desk.stories() == {frozenset([old]), frozenset([new]), frozenset([before])}
    assert redo.begin(desk.engine, desk.settings) == 2
    done, moved = redo.refold_next(desk.engine, desk.settings)
    assert done == 2
    assert [kind for *_, kind in moved] == ["folded"]
    assert desk.stories() == {frozenset([old, new]), frozenset([before])}
    assert redo.begin(desk.engine, desk.settings) == 2
    assert redo.refold_next(desk.engine, desk.settings) == (2, [])


def test_a_new_store_has_nothing_to_fold_again(desk: Desk) -> None:
    assert desk.read(select(Refolding.rules, Refolding.at)) == [(FOLD, None)]
    desk.add("The Herald", prose("tunnel"), at=clock(desk))
    assert left(desk) == 0
    assert redo.go_on(desk.engine, desk.settings, 10) == 0


def test_what_an_older_version_folded_is_folded_again_once_the_newest_first(desk: Desk) -> None:
    ids = as_folded_before(desk, 5)
    assert left(desk) == 5
    assert redo.go_on(desk.engine, desk.settings, 1) == 2
    assert (with_claims(desk), left(desk)) == (ids[:2], 3)
    duties.do(desk.engine, [Duty.REFOLD], desk.settings)
    assert (with_claims(desk), left(desk)) == (ids, 0)
    assert all(desk.read(select(func.count()).select_from(Term))[0])
    assert redo.go_on(desk.engine, desk.settings, 10) == 0


def test_it_goes_on_where_it_was_killed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = as_folded_before(desk, 6)
    whole = redo.decide
    for _ in range(3):
        monkeypatch.setattr(redo, "decide", _killed)
        with pytest.raises(KeyboardInterrupt):
            redo.refold_next(desk.engine, desk.settings)
        monkeypatch.setattr(redo, "decide", whole)
        redo.refold_next(desk.engine, desk.settings)
    assert (with_claims(desk), left(desk)) == (ids, 0)


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_comes_meanwhile_is_not_folded_twice(desk: Desk) -> None:
    as_folded_before(desk, 4)
    redo.go_on(desk.engine, desk.settings, 1)
    desk.add("The Herald", prose("tunnel"), at=clock(desk))
    assert left(desk) == 2


def test_two_that_go_on_at_once_fold_each_article_once(desk: Desk) -> None:
    ids = as_folded_before(desk, 8)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: redo.refold_next(desk.engine, desk.settings)[0], range(5)))
    assert sum(done) == 8
    assert (with_claims(desk), left(desk)) == (ids, 0)


def test_rules_that_change_again_begin_anew(desk: Desk) -> None:
    as_folded_before(desk, 4)
    redo.go_on(desk.engine, desk.settings, 1)
    desk.write(lambda connection: connection.execute(update(Refolding).values(rules=FOLD + 1)))
    assert left(desk) == 4
