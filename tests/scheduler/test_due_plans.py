"""A tick with 100,000 feeds: the due rows are found by their index, and nothing is sorted or read through."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, event, text

from services.scheduler import store as scheduler_store
from shared.database import writing
from shared.messages import Kind

MANY = 100_000
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NUMBERS = {
    "sqlite": f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY - 1}) ",
    "postgresql": f"WITH n(i) AS (SELECT generate_series(0, {MANY - 1})) ",
}
READY = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', '2026-03-01 12:00:00', (i - 200) || ' seconds')",
    "postgresql": "timestamptz '2026-03-01 12:00:00+00' + (i - 200) * interval '1 second'",
}


@pytest.fixture
def full(store: Engine) -> Engine:
    """A store of 100,000 feeds on 50,000 hosts: 200 are due, 100 others are leased."""
    kind = store.dialect.name
    names = (
        "url, host, state, due_at, ready_at, lease_token, created_at, lease_no, attempts, failures, pages, "
        "entry_digests, trusts_ids, distrust"
    )
    values = (
        f"'https://h' || (i / 2) || '.example/' || i, 'h' || (i / 2) || '.example', 'active', "
        f"{READY[kind]}, {READY[kind]}, "
        f"CASE WHEN i >= 300 AND i < 400 THEN 't' || i END, {READY[kind]}, 0, 0, 0, 'auto', '', true, 0"
    )
    put = f"INSERT INTO feeds ({names}) "
    with writing(store) as connection:
        if kind == "sqlite":
            connection.execute(text(f"{put}{NUMBERS[kind]}SELECT {values} FROM n"))
        else:
            connection.execute(text(f"{NUMBERS[kind]}{put}SELECT {values} FROM n"))
    with store.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return store


def test_the_due_are_found_by_their_index_longest_due_first(full: Engine) -> None:
    seen: list[tuple[str, object]] = []
    event.listen(full, "before_cursor_execute", lambda *call: seen.append((call[2], call[3])))
    with writing(full) as connection:
        found = scheduler_store.due(connection, Kind.FEED, NOW, 50, lambda tokens: set())
        statement, values = next(one for one in seen if "ORDER BY feeds.ready_at" in one[0])
        explain = "EXPLAIN QUERY PLAN " if full.dialect.name == "sqlite" else "EXPLAIN "
        plan = "\n".join(str(row[-1]) for row in connection.exec_driver_sql(explain + statement, values))  # type: ignore[arg-type]
    assert [int(row.target.url.rsplit("/", 1)[1]) for row in found] == list(range(50))
    assert "feeds_ready" in plan
    assert "feeds_leased" in plan
    for slow in ("Seq Scan on feeds ", "SCAN feeds\n", "TEMP B-TREE", "Sort"):
        assert slow not in plan + "\n", plan


def test_a_look_at_whether_anything_is_due_reads_no_table(full: Engine) -> None:
    seen: list[tuple[str, object]] = []
    event.listen(full, "before_cursor_execute", lambda *call: seen.append((call[2], call[3])))
    with writing(full) as connection:
        assert scheduler_store.anything_due(connection, NOW)
        statement, values = seen[-1]
        explain = "EXPLAIN QUERY PLAN " if full.dialect.name == "sqlite" else "EXPLAIN "
        plan = "\n".join(str(row[-1]) for row in connection.exec_driver_sql(explain + statement, values))  # type: ignore[arg-type]
    assert "feeds_ready" in plan
    assert "Seq Scan on feeds " not in plan


@pytest.fixture
def backfilled(store: Engine) -> Engine:
    """A store of 100,000 due pages of one site: nine tenths are of one title, which are the newest, the rest of 500."""
    kind = store.dialect.name
    at = READY[kind].replace("i - 200", f"i - {MANY}")
    names = "article_id, url, host, publication_id, state, due_at, ready_at, ordered_at, lease_no, attempts, failures"
    title = "CASE WHEN i < 10000 THEN i % 500 + 2 ELSE 1 END"
    values = f"i, 'https://h/' || i, 'h', {title}, 'active', {at}, {at}, {at}, 0, 0, 0"
    put = f"INSERT INTO pages ({names}) "
    with store.connect() as connection:
        if kind == "sqlite":
            connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")  # before a transaction begins
            connection.execute(text(f"{put}{NUMBERS[kind]}SELECT {values} FROM n"))
        else:
            connection.execute(text("ALTER TABLE pages DROP CONSTRAINT pages_article_id_fkey"))
            connection.execute(text(f"{NUMBERS[kind]}{put}SELECT {values} FROM n"))
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    return store


def test_the_titles_of_a_backfilled_site_are_found_by_their_index(backfilled: Engine) -> None:
    seen: list[tuple[str, object]] = []
    event.listen(backfilled, "before_cursor_execute", lambda *call: seen.append((call[2], call[3])))
    with writing(backfilled) as connection:
        found = scheduler_store.due(connection, Kind.PAGE, NOW, 100, lambda tokens: set())
        asked = {
            statement: values for statement, values in seen if ".publication_id " in statement.partition("WHERE")[2]
        }
        explain = "EXPLAIN QUERY PLAN " if backfilled.dialect.name == "sqlite" else "EXPLAIN "
        plans = [
            "\n".join(str(row[-1]) for row in connection.exec_driver_sql(explain + one, values))  # type: ignore[arg-type]
            for one, values in asked.items()
        ]
    assert len(found) == 20
    assert len({int(row.target.url.rsplit("/", 1)[1]) % 500 for row in found}) > 10
    walk = "pages_titles" if backfilled.dialect.name == "sqlite" else "Recursive Union  (cost=0.00..5"  # says no more
    looks = ("pages_newest", walk, "pages_titles")
    for plan, index in zip(
        plans[:3], looks, strict=True
    ):  # behind them is a look past the site, of which little is left
        assert index in plan
        for slow in ("Seq Scan on pages ", "SCAN pages\n", "TEMP B-TREE", "Sort"):
            assert slow not in plan + "\n", plan
