"""Which pages are leased: the newest of each site, no more of one than its share, in which each title has its own."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text, update

from services.scheduler.audit import is_due
from services.scheduler.pages import SITE_SHARE, by_site, due_rows
from shared.database import now, writing
from shared.tables import Page, Publication

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def test_each_site_has_its_share_in_the_order_given() -> None:
    rows = [SimpleNamespace(host=host, number=number) for number, host in enumerate("aababc")]
    turns = by_site(rows, 4, share=2)
    assert {site: [row.number for row in turn] for site, turn in turns.items()} == {"a": [0, 1], "b": [2, 4]}


def fill(engine: Engine, *heaps: tuple[str, int, int]) -> None:
    """Make so many pages of a site's title due, those of each heap newer than those of the next; articles are none."""
    with writing(engine) as connection:
        connection.execute(text("ALTER TABLE pages DROP CONSTRAINT pages_article_id_fkey"))
        moment = now(connection)
        rows = [(site, title) for site, title, count in heaps for _ in range(count)]
        pages = [
            {"article_id": number, "url": f"http://{site}/{number}", "host": site, "publication_id": title,
             "ordered_at": moment - timedelta(minutes=number), "due_at": moment, "ready_at": moment,
             "state": "active", "lease_no": 0, "attempts": 0}
            for number, (site, title) in enumerate(rows, 1)
        ]  # fmt: skip
        connection.execute(insert(Page), pages)


def look(engine: Engine, limit: int, **more: Any) -> list[Any]:
    with writing(engine) as connection:
        return due_rows(connection, now(connection) + timedelta(seconds=1), limit, **more)


def counted(rows: list[Any], column: str) -> dict[Any, int]:
    return dict(Counter(getattr(row, column) for row in rows))


def test_a_backfill_starves_nobody(postgres_store: Engine) -> None:
    fill(postgres_store, ("backfill.example", 1, 200), ("paper.example", 2, 3), ("other.example", 3, 2))
    rows = look(postgres_store, 30)
    assert counted(rows, "host") == {"backfill.example": SITE_SHARE, "paper.example": 3, "other.example": 2}
    newest = [row.article_id for row in rows if row.host == "backfill.example"]
    assert newest == list(range(1, SITE_SHARE + 1))


def test_a_backfill_of_one_title_starves_no_other_of_its_site(postgres_store: Engine) -> None:
    fill(
        postgres_store,
        ("group.example", 1, 500),
        ("group.example", 2, 3),
        ("group.example", 7, 50),
        ("p.example", 4, 2),
    )
    rows = look(postgres_store, 40)
    assert counted(rows, "publication_id") == {1: 9, 2: 3, 7: 8, 4: 2}
    for title, first in ((1, 1), (2, 501), (7, 504)):
        newest = [row.article_id for row in rows if row.publication_id == title]
        assert newest == list(range(first, first + len(newest)))


def test_a_small_turn_is_divided_too(postgres_store: Engine) -> None:
    fill(postgres_store, ("group.example", 1, 500), ("group.example", 2, 1))
    assert counted(look(postgres_store, 4), "publication_id") == {1: 3, 2: 1}


def test_where_a_site_has_more_titles_than_its_turn_has_pages_chance_decides(postgres_store: Engine) -> None:
    fill(postgres_store, *(("platform.example", title, 2) for title in range(1, 61)))
    rows = look(postgres_store, 100, chance=list.reverse)
    assert sorted(counted(rows, "publication_id").items()) == [(title, 1) for title in range(41, 61)]


def test_a_title_with_a_pace_of_its_own_has_a_page_at_a_time(postgres_store: Engine) -> None:
    fill(postgres_store, ("group.example", 1, 50), ("group.example", 2, 3))
    with writing(postgres_store) as connection:
        about = {"id": 1, "key": "name:one", "name": "One", "terms": "full", "created_at": NOON, "page_pace_s": 60}
        connection.execute(insert(Publication).values(about))
    assert counted(look(postgres_store, 40), "publication_id") == {1: 1, 2: 3}
    assert counted(look(postgres_store, 40), "publication_id") == {2: 3}
    with writing(postgres_store) as connection:
        later = now(connection) + timedelta(seconds=62)
        assert counted(due_rows(connection, later, 40), "publication_id") == {1: 1, 2: 3}


def test_pages_that_are_not_due_take_no_share(postgres_store: Engine) -> None:
    fill(postgres_store, ("group.example", 1, 5), ("group.example", 2, 5))
    with writing(postgres_store) as connection:
        connection.execute(update(Page).where(Page.publication_id == 2, Page.article_id < 9).values(state="done"))
        later = now(connection) + timedelta(hours=1)
        connection.execute(update(Page).where(Page.article_id == 9).values(ready_at=later))
    assert counted(look(postgres_store, 40), "article_id").keys() == {1, 2, 3, 4, 5, 10}


# -- audits of validators, which the scheduler asks for


@pytest.mark.parametrize(
    ("hours", "distrust", "number", "due"),
    [
        (None, 0, 7, True),
        (1, 0, 7, False),
        (24, 0, 7, True),
        (1, 0, 300, True),
        (1, 0, 310, False),
        (1, 3, 310, True),
        (1, 3, 311, False),
    ],
)
def test_one_poll_in_a_hundred_and_one_a_day_is_an_audit(
    hours: int | None, distrust: int, number: int, due: bool
) -> None:
    audited_at = None if hours is None else NOON - timedelta(hours=hours)
    assert is_due(audited_at, distrust, number, NOON) is due
