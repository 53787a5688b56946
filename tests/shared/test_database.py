"""Engines, transactions and migrations on both databases."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from bench.postgres import Postgres
from shared import database
from shared.database import check, connect, now, reading, shown, upgrade, writing
from shared.errors import TransientError, UsageError
from shared.tables import Feed, Publication, Table

BORN = datetime(2024, 3, 1, 12, tzinfo=UTC)


def add_publication(engine: Engine, key: str = "name:paper") -> None:
    with writing(engine) as connection:
        row = {"key": key, "name": "The Paper", "terms": "full", "created_at": BORN}
        connection.execute(insert(Publication).values(row))


def tables(engine: Engine) -> set[str]:
    names = set(inspect(engine).get_table_names()) - {"alembic_version", "sqlite_sequence"}
    return {name for name in names if not name.startswith("search_texts")}  # another thing in each database


def _is_no_index(name: str | None, kind: str, _: object) -> bool:
    return kind != "table" or not str(name).startswith("search_texts")


def go_to(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        config = database.migrations()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def test_an_upgraded_store_has_every_table(store: Engine) -> None:
    assert tables(store) == set(Table.metadata.tables)


def test_upgrading_twice_does_nothing_the_second_time(store: Engine) -> None:
    add_publication(store)
    assert upgrade(store) == []
    with reading(store) as connection:
        assert connection.scalar(select(Publication.name)) == "The Paper"


def test_a_new_store_says_which_migrations_were_applied(tmp_path: Path) -> None:
    applied = upgrade(connect(f"sqlite:///{tmp_path / 'new.db'}"))
    assert applied[0].startswith("0001 ")


def test_the_migrations_make_what_the_tables_say(store: Engine) -> None:
    with store.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _is_no_index})
        assert compare_metadata(context, Table.metadata) == []


def test_a_store_goes_down_and_up_again_with_data_in_it(store: Engine) -> None:
    add_publication(store)
    go_to(store, "base")
    assert tables(store) == set()
    upgrade(store)
    assert tables(store) == set(Table.metadata.tables)
    check(store)
    add_publication(store)


def test_a_store_that_is_not_migrated_is_named_with_what_to_do(store: Engine) -> None:
    go_to(store, "base")
    with pytest.raises(UsageError, match=r"not at the newest schema: run `wireroom db upgrade`\.$"):
        check(store)


@pytest.mark.parametrize("url", ["nonsense", "http://x", "mysql://u@h/d", "oracle://h", "postgresql://h:port/d", ""])
def test_an_unreadable_address_is_one_sentence(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        connect(url)
    sentence = str(caught.value)
    assert sentence.startswith("WIREROOM_DATABASE_URL ")
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize("work", [upgrade, check])
def test_a_database_that_is_away_is_one_sentence_without_its_password(work: object) -> None:
    engine = connect("postgresql://someone:secret@127.0.0.1:1/wireroom")
    with pytest.raises(UsageError, match="cannot be opened") as caught:
        work(engine)  # type: ignore[operator]
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("work", [upgrade, check])
def test_a_file_that_is_no_database_is_one_sentence(work: object, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("These are notes, and no database at all. " * 20)
    with pytest.raises(UsageError, match="cannot be opened"):
        work(connect(f"sqlite:///{tmp_path / 'notes.db'}"))  # type: ignore[operator]


@pytest.mark.parametrize("work", [upgrade, check])
def test_a_directory_that_is_not_there_is_one_sentence(work: object, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be opened"):
        work(connect(f"sqlite:///{tmp_path / 'none' / 'wireroom.db'}"))  # type: ignore[operator]


def test_a_password_is_not_shown() -> None:
    assert shown(connect("postgresql://someone:secret@h/d")) == "postgresql+psycopg://someone:***@h/d"


def test_moments_come_back_aware_and_in_utc(store: Engine) -> None:
    zone = datetime.fromisoformat("2024-03-01T13:00:00.123456+01:00")
    with writing(store) as connection:
        connection.execute(insert(Publication).values(key="k", name="n", terms="full", created_at=zone))
    with reading(store) as connection:
        moment = connection.scalar(select(Publication.created_at))
    assert moment == zone
    assert moment is not None
    assert moment.utcoffset() == timedelta(0)


def test_the_databases_clock_goes_on_within_a_transaction(store: Engine) -> None:
    with writing(store) as connection:
        first = now(connection)
        while (later := now(connection)) == first:
            pass
    assert later > first
    assert later.utcoffset() == timedelta(0)


def test_a_transaction_that_fails_leaves_nothing(store: Engine) -> None:
    def fail() -> None:
        with writing(store) as connection:
            connection.execute(insert(Publication).values(key="k", name="n", terms="full", created_at=BORN))
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError, match="on the way"):
        fail()
    with reading(store) as connection:
        assert connection.scalar(select(Publication.id)) is None


def test_what_must_be_unique_is_so_in_the_database(store: Engine) -> None:
    add_publication(store)
    with pytest.raises(IntegrityError):
        add_publication(store)


def test_a_feed_in_a_state_that_is_none_is_refused(store: Engine) -> None:
    times = {"due_at": BORN, "ready_at": BORN, "created_at": BORN}

    def lose() -> None:
        with writing(store) as connection:
            connection.execute(insert(Feed).values(url="https://a.example/", host="a.example", state="lost", **times))

    with pytest.raises(IntegrityError):
        lose()


def test_a_database_that_stops_is_a_transient_error(postgres_store: Engine, postgres: Postgres) -> None:
    with reading(postgres_store) as connection:
        connection.execute(text("SELECT 1"))
    postgres.kill()
    with pytest.raises(TransientError), reading(postgres_store) as connection:
        connection.execute(text("SELECT 1"))


def test_a_database_that_goes_during_a_transaction_is_a_transient_error(
    postgres_store: Engine, postgres: Postgres
) -> None:
    def lose() -> None:
        with writing(postgres_store) as connection:
            postgres.kill()
            connection.execute(text("SELECT 1"))

    with pytest.raises(TransientError):
        lose()


def test_the_newest_schema_is_the_newest_migration() -> None:
    script = ScriptDirectory.from_config(database.migrations())
    assert script.get_current_head() == database.NEWEST
