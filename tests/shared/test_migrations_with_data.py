"""Migrations with rows in every table, in both directions."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from struct import unpack
from typing import Any

import pytest
from alembic import command
from sqlalchemy import CheckConstraint, Connection, Engine, Integer, MetaData, Table, func, inspect, select, text
from sqlalchemy.types import JSON, LargeBinary

from bench.postgres import Postgres
from shared import database
from shared.database import check, connect, upgrade
from shared.messages import FOLD
from shared.tables import Feed, Moment
from shared.tables import Table as Model

FIRST = "0001"
WHEN = datetime(2024, 3, 1, 12, tzinfo=UTC)
# what a column must hold apart from any value of its type
FITTING = {
    "pages": "auto",
    "copy_role": "original",
    "body_source": "feed",
    "page_state": "not_needed",
    "access": "free",
    "kind": "feed",
    "entry_digests": "",
    "language": "en",
    "lease_token": None,
    "content": {"headline": "Ferry", "body_text": "It sank.", "embargoed_until": "2024-03-01T12:00:00Z"},
}
LISTS = {"authors", "keywords", "subjects", "images", "media", "kinds"}
ROWS = 2


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Engine]:
    """A database without any table."""
    if request.param == "sqlite":
        yield connect(f"sqlite:///{tmp_path / 'store.db'}")
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    postgres.start()
    url = postgres.create_database()
    engine = connect(url)
    yield engine
    engine.dispose()
    postgres.drop_database(url)


def go(engine: Engine, revision: str, *, down: bool = False) -> None:
    config = database.migrations()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)


def tables(engine: Engine) -> list[Table]:
    """Return the tables as the database has them, those that others refer to first, in the types of our own."""
    found = MetaData()
    found.reflect(engine)
    own = Model.metadata.tables
    for table in found.sorted_tables:
        for column in table.columns:
            if table.name in own and column.name in own[table.name].columns:
                column.type = own[table.name].columns[column.name].type
    return [table for table in found.sorted_tables if table.name in own]


def fill(connection: Connection, table: Table) -> None:
    """Put rows into a table, each column with a value of its own where it may have one."""
    rows = range(1, 2 if table.name == "log_head" else ROWS + 1)
    connection.execute(
        table.insert(), [{column.name: _value(table, column, n) for column in table.columns} for n in rows]
    )


def _value(table: Table, column: Any, number: int) -> Any:
    name = column.name
    if name == "b":  # of a pair, whose first is smaller
        return number + 1 if number < ROWS else ROWS + 1
    if name == "id" or column.foreign_keys or name in {"article_id", "story_id", "a", "seq"}:
        return number
    if word := _allowed(table.name, name):
        return word
    if name in FITTING and not isinstance(column.type, Integer):
        return FITTING[name]
    if isinstance(column.type, Moment):
        return WHEN
    if isinstance(column.type, JSON) or "JSON" in type(column.type).__name__:
        return [] if name in LISTS else {"kind": "x"}
    if isinstance(column.type, LargeBinary):
        return b"\x00\xff"
    if column.type.python_type is bool:
        return True
    if column.type.python_type in (int, float):
        return number
    return f"{name} {number}"


def _allowed(table: str, column: str) -> str | None:
    """Return the first of the words that a column may hold, if its table says which."""
    checks = (one for one in Model.metadata.tables[table].constraints if isinstance(one, CheckConstraint))
    found = (re.search(rf"\b{column} IN \('(\w+)'", str(one.sqltext)) for one in checks)
    return next((one[1] for one in found if one), None)


def counts(engine: Engine) -> dict[str, int]:
    """Return how many rows each table has."""
    found = tables(engine)
    with engine.connect() as connection:
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in found}


def fill_all(engine: Engine) -> None:
    found = tables(engine)
    with engine.begin() as connection:
        for table in found:
            if table.name == "log_head":
                connection.execute(table.update().values(seq=ROWS))
            elif table.name == "pairs":
                connection.execute(table.insert(), {**_row(table, 1), "a": 1, "b": 2})
            elif connection.scalar(select(func.count()).select_from(table)) == 0:
                fill(connection, table)


def _row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(table, column, number) for column in table.columns}


def words(engine: Engine) -> list[tuple[Any, ...]]:
    """Return what of articles and their history must outlive every migration."""
    queries = (
        "SELECT id, headline, body_text, story_id FROM articles ORDER BY id",
        "SELECT article_id, number, content_sha256 FROM revisions ORDER BY article_id, number",
        "SELECT article_id, source FROM layers ORDER BY article_id, source",
        "SELECT seq, kind, article_id FROM changes ORDER BY seq",
        "SELECT seq, id FROM log_head",
        "SELECT id, url, publication_id FROM feeds ORDER BY id",
    )
    with engine.connect() as connection:
        return [tuple(row) for query in queries for row in connection.execute(text(query))]


def test_a_store_of_the_first_schema_comes_up_with_all_it_holds(empty: Engine) -> None:
    go(empty, FIRST)
    fill_all(empty)
    before, held = words(empty), counts(empty)
    assert min(held.values()) > 0
    upgrade(empty)
    check(empty)
    assert words(empty) == before
    assert {name: count for name, count in counts(empty).items() if name in held} == held


def test_a_store_of_the_newest_schema_goes_down_with_all_that_the_first_knew(empty: Engine) -> None:
    go(empty, FIRST)
    known = {table.name for table in tables(empty)}
    upgrade(empty)
    fill_all(empty)
    assert min(counts(empty).values()) > 0
    before = words(empty)
    go(empty, FIRST, down=True)
    assert {table.name for table in tables(empty)} == known
    assert words(empty) == before
    upgrade(empty)
    assert words(empty) == before


def test_the_readers_view_outlives_the_way_down_and_up(empty: Engine) -> None:
    upgrade(empty)
    fill_all(empty)
    views = set(inspect(empty).get_view_names())
    go(empty, FIRST, down=True)
    assert "readable_articles" in inspect(empty).get_view_names()
    upgrade(empty)
    assert set(inspect(empty).get_view_names()) == views


def test_an_embargo_that_passed_before_the_upgrade_is_still_to_be_logged(empty: Engine) -> None:
    go(empty, FIRST)
    fill_all(empty)
    upgrade(empty)
    with empty.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM articles WHERE turns_at IS NOT NULL")) == ROWS


def test_only_what_is_there_before_the_upgrade_is_to_be_folded_again(empty: Engine) -> None:
    upgrade(empty)
    with empty.connect() as connection:
        assert connection.scalar(text("SELECT rules FROM refolding WHERE at IS NULL")) == FOLD
    go(empty, FIRST, down=True)
    fill_all(empty)
    upgrade(empty)
    with empty.connect() as connection:
        assert connection.scalar(text("SELECT rules FROM refolding")) == 0


@pytest.mark.parametrize("filled", [False, True])
def test_what_the_last_rules_folded_is_to_be_folded_again_and_by_those_on_the_way_down(
    empty: Engine, filled: bool
) -> None:
    rules = text("SELECT rules FROM refolding WHERE at IS NULL")
    go(empty, "0005")
    if filled:
        fill_all(empty)
        with empty.begin() as connection:
            connection.execute(text("UPDATE refolding SET rules = 1, at = NULL, article_id = NULL"))
    upgrade(empty)
    with empty.begin() as connection:
        assert connection.scalar(rules) == (1 if filled else FOLD)
        connection.execute(text(f"UPDATE refolding SET rules = {FOLD}"))
    go(empty, "0005", down=True)
    with empty.connect() as connection:
        assert connection.scalar(rules) == (FOLD if filled else 1)


def test_stories_that_went_into_one_that_is_no_more_are_forgotten(empty: Engine) -> None:
    upgrade(empty)
    fill_all(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE story_moves SET moved_to = 999 WHERE story_id = 1"))
    go(empty, "0003", down=True)
    upgrade(empty)
    with empty.connect() as connection:
        assert connection.execute(text("SELECT story_id FROM story_moves")).all() == [(2,)]


def test_what_revisions_leave_to_their_layers_is_written_out_on_the_way_down(empty: Engine) -> None:
    upgrade(empty)
    fill_all(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE revisions SET content = NULL, source = 'feed:1' WHERE article_id = 1"))
        connection.execute(text("UPDATE layers SET source = 'feed:1' WHERE article_id = 1"))
    go(empty, "0004", down=True)
    query = "SELECT count(*) FROM revisions r JOIN layers l ON l.article_id = r.article_id WHERE r.content = l.content"
    with empty.connect() as connection:
        assert connection.scalar(text(query)) == ROWS


def test_which_text_an_article_has_is_known_on_either_way(empty: Engine) -> None:
    upgrade(empty)
    fill_all(empty)
    for way in (
        "SELECT id, text_key FROM articles ORDER BY id",
        "SELECT article_id, text_key FROM carriers ORDER BY 1",
    ):
        (go(empty, "0004", down=True) if "articles" in way else upgrade(empty))
        with empty.connect() as connection:
            assert [tuple(row) for row in connection.execute(text(way))] == [(1, 1), (2, 2)]


def test_a_text_knows_its_postings_after_the_upgrade(empty: Engine) -> None:
    go(empty, "0004")
    fill_all(empty)
    with empty.begin() as connection:
        connection.execute(text("INSERT INTO postings (hash, text_key) VALUES (-1, 2), (5000000000, 2)"))
    upgrade(empty)
    with empty.connect() as connection:
        samples = dict(connection.execute(text("SELECT key, sample FROM fold_texts")).all())
    assert {key: unpack(f"<{len(sample) // 8}q", sample) for key, sample in samples.items()} == {
        1: (1,),
        2: (-1, 2, 5_000_000_000),
    }


def test_stories_whose_articles_may_not_be_read_count_none_after_the_upgrade(empty: Engine) -> None:
    go(empty, FIRST)
    fill_all(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE articles SET expires_at = NULL WHERE story_id = 2"))
    upgrade(empty)
    with empty.connect() as connection:
        counted = connection.execute(text("SELECT id, articles > 0 FROM stories ORDER BY id")).all()
    assert [tuple(map(int, row)) for row in counted] == [(1, 0), (2, 1)]


def test_a_page_knows_its_title_after_the_upgrade(empty: Engine) -> None:
    go(empty, "0006")
    fill_all(empty)
    upgrade(empty)
    with empty.connect() as connection:
        known = connection.execute(text("SELECT article_id, publication_id FROM pages ORDER BY 1")).all()
    assert [tuple(row) for row in known] == [(1, 1), (2, 2)]
    go(empty, "0006", down=True)
    assert counts(empty)["pages"] == ROWS


def test_rules_are_taken_away_on_the_way_down_and_no_feed_has_any_on_the_way_up(empty: Engine) -> None:
    upgrade(empty)
    fill_all(empty)
    go(empty, "0006", down=True)
    upgrade(empty)
    with empty.connect() as connection:
        rows = connection.execute(text("SELECT count(*), count(rules), count(unmet) FROM feeds")).one()
    assert tuple(rows) == (ROWS, 0, 0)


def test_rules_that_the_version_before_does_not_know_are_taken_away_on_the_way_down(empty: Engine) -> None:
    upgrade(empty)
    fill_all(empty)
    rules = {1: '{"body": ".story", "rewrite": "/a/ /b/"}', 2: '{"rewrite": "/a/ /b/"}'}
    with empty.begin() as connection:
        for id_, said in rules.items():
            connection.execute(text("UPDATE feeds SET rules = :said WHERE id = :id"), {"said": said, "id": id_})
    go(empty, "0007", down=True)
    with empty.connect() as connection:
        left = {row.id: row.rules for row in connection.execute(select(Feed.id, Feed.rules))}
    assert left == {1: {"body": ".story"}, 2: None}
    upgrade(empty)
    with empty.connect() as connection:
        assert tuple(connection.execute(text("SELECT count(*), count(icon) FROM feeds")).one()) == (ROWS, 0)


def test_addresses_are_written_in_one_form_and_a_feed_that_is_there_twice_rests(empty: Engine) -> None:
    urls = {1: "HTTPS://News.Example:443/rss?A", 2: "https://b.example", 3: "https://B.example/", 4: "file:///drop/"}
    go(empty, "0006")
    fill_all(empty)
    (table,) = (one for one in tables(empty) if one.name == "feeds")
    with empty.begin() as connection:
        connection.execute(table.insert(), [_row(table, n) | {"publication_id": 1} for n in (3, 4)])
        connection.execute(text("UPDATE feeds SET state = 'active', sealed = NULL"))
        for id_, url in urls.items():
            connection.execute(text("UPDATE feeds SET url = :url WHERE id = :id"), {"id": id_, "url": url})
    upgrade(empty)
    with empty.connect() as connection:
        found = connection.execute(text("SELECT url, state, state_reason FROM feeds ORDER BY id")).all()
    assert [row.url for row in found] == ["https://news.example/rss?A", "https://b.example/", urls[3], urls[4]]
    assert [row.state for row in found] == ["active", "active", "paused", "active"]
    assert str(found[2].state_reason).startswith("the same as feed 2: ")
    go(empty, "0006", down=True)
    with empty.connect() as connection:
        assert connection.scalar(text("SELECT url FROM feeds WHERE id = 1")) == "https://news.example/rss?A"


def test_no_feed_is_asked_by_http_2_after_the_upgrade_and_none_is_lost_on_the_way_down(empty: Engine) -> None:
    go(empty, "0007")
    fill_all(empty)
    upgrade(empty)
    with empty.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM feeds WHERE http2")) == 0
        connection.execute(text("UPDATE feeds SET http2 = true"))
    go(empty, "0007", down=True)
    assert counts(empty)["feeds"] == ROWS
    upgrade(empty)
    with empty.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM feeds WHERE http2")) == 0


def test_nothing_was_refused_before_patterns_and_polls_survive_the_way_down(empty: Engine) -> None:
    go(empty, "0007")
    fill_all(empty)
    upgrade(empty)
    with empty.begin() as connection:
        assert connection.scalar(text("SELECT count(unwanted) FROM feeds")) == 0
        assert connection.scalar(text("SELECT sum(unwanted) FROM polls")) == 0
        connection.execute(text("UPDATE polls SET unwanted = 3"))
    go(empty, "0007", down=True)
    assert (counts(empty)["feeds"], counts(empty)["polls"]) == (ROWS, ROWS)
