"""Which pages are leased: the newest of each site, and no more of one than its share."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text

from services.scheduler.audit import is_due
from services.scheduler.pages import SITE_SHARE, due_rows, shared
from shared.database import now, reading, writing
from shared.tables import Page

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def test_each_site_has_its_share_in_the_order_given() -> None:
    rows = [SimpleNamespace(host=host, number=number) for number, host in enumerate("aabab")]
    assert [row.number for row in shared(rows, 2)] == [0, 1, 2, 4]


def fill(engine: Engine, sites: dict[str, int]) -> None:
    """Make pages due, those of each site newer than those of the next; articles are none, so nothing refers to any."""
    with writing(engine) as connection:
        connection.execute(text("ALTER TABLE pages DROP CONSTRAINT pages_article_id_fkey"))
        moment = now(connection)
        number = 0
        for site, count in sites.items():
            for _ in range(count):
                number += 1
                times: dict[str, Any] = {"due_at": moment, "ready_at": moment}
                page = {"article_id": number, "url": f"http://{site}/{number}", "host": site, "state": "active"}
                at = moment - timedelta(minutes=number)
                connection.execute(insert(Page).values(**page, **times, ordered_at=at, lease_no=0, attempts=0))


def test_a_backfill_starves_nobody(postgres_store: Engine) -> None:
    fill(postgres_store, {"backfill.example": 200, "paper.example": 3, "other.example": 2})
    with reading(postgres_store) as connection:
        rows = due_rows(connection, now(connection) + timedelta(seconds=1), 30)
    sites = [row.host for row in rows]
    assert {site: sites.count(site) for site in set(sites)} == {
        "backfill.example": SITE_SHARE, "paper.example": 3, "other.example": 2,
    }  # fmt: skip
    newest = [row.article_id for row in rows if row.host == "backfill.example"]
    assert newest == list(range(1, SITE_SHARE + 1))


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
