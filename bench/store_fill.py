"""A store filled with many articles: a few that the indexer stored, multiplied within the database.

Each copy of an article has ids, keys, times and hashes of its own, so that it stands in every index as an article of
its own would; only its words are those of its model. Articles beyond the window have no part in the fold's index.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Integer, inspect, text
from sqlalchemy.types import TypeEngine

from shared.database import connect

DAY_S = 86_400
WINDOW_DAYS = 13  # articles in the window are spread over so many
AT_ONCE = 10  # copies of all models in one statement
IDS = {"article_id", "original_id", "copy_of", "a", "b", "story_id", "from_story", "anchor"}
HASHES = {"hash", "digest", "headline_hash", "text_key", "claim", "term"}
IN_WINDOW = {"postings", "fold_texts", "claims", "terms", "pairs"}
OWNERS = {"articles": "id", "stories": "id", "pairs": "a", "changes": "article_id", "fold_texts": "", "postings": ""}
LEFT_OUT = {"polls", "set_aside", "counters", "feeds", "publications", "furniture", "log_head", "alembic_version"}


def fill(engine: Engine, articles: int, window: int) -> int:
    """Multiply the store's articles to `articles`, `window` of them in the fold's window; return how many there are."""
    with engine.connect() as connection:
        models = connection.scalar(text("SELECT count(*) FROM articles")) or 0
        highest = ("SELECT max(id) FROM articles", "SELECT max(id) FROM stories", "SELECT seq FROM log_head")
        step = max(connection.scalar(text(query)) or 0 for query in highest)
    copies = max(0, articles // models - 1)
    inside = max(0, min(copies, window // models - 1))
    names = inspect(engine).get_table_names()
    tables = [name for name in names if name not in LEFT_OUT and not name.startswith(("search_texts_", "sqlite_"))]
    if engine.dialect.name == "sqlite":
        tables.remove("search_texts")  # its trigger fills it
    with _bulk(engine, tables) as filling:
        for table in tables:
            _multiply(filling, table, inside if table in IN_WINDOW else copies, inside, step)
        _count_on(filling)
    return models * (copies + 1)


def _count_on(engine: Engine) -> None:
    """Let the log and the ids go on after those that were given by hand."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE log_head SET seq = (SELECT max(seq) FROM changes)"))
        if engine.dialect.name == "postgresql":
            for table in ("articles", "stories"):
                highest = f"(SELECT max(id) FROM {table})"
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {highest})"))


def _multiply(engine: Engine, table: str, copies: int, inside: int, step: int) -> None:
    columns = inspect(engine).get_columns(table)
    names = [column["name"] for column in columns]
    sqlite = engine.dialect.name == "sqlite"
    values = ", ".join(_value(table, column["name"], column["type"], inside, step, sqlite=sqlite) for column in columns)
    owner = OWNERS.get(table, "article_id" if "article_id" in names else "")
    chosen = f" WHERE {owner} <= {step}" if owner else ""
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TEMP TABLE models AS SELECT * FROM {table}{chosen}"))
    for start in range(1, copies + 1, AT_ONCE):
        last = min(copies, start + AT_ONCE - 1)
        numbers = ", ".join(f"({number})" for number in range(start, last + 1))
        series = f"(SELECT column1 AS c FROM (VALUES {numbers}) v) n"
        with engine.begin() as connection:
            connection.execute(
                text(f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {series} CROSS JOIN models m")
            )
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE models"))


def _value(table: str, name: str, kind: TypeEngine[Any], inside: int, step: int, *, sqlite: bool) -> str:
    """Return a column of copy `n.c` of a model `m`."""
    column = f"m.{name}"
    if (name == "id" and table in {"articles", "stories"}) or name == "seq":
        return f"{column} + n.c * CAST({step} AS bigint)"
    if name in IDS and (table != "publications"):
        return f"{column} + n.c * CAST({step} AS bigint)"
    if table == "articles" and name in {"postings", "text_key"}:
        kept = column if name == "postings" else _mixed(column, sqlite=sqlite)
        return f"CASE WHEN n.c <= {inside} THEN {kept} {'ELSE 0 ' if name == 'postings' else ''}END"
    if (table, name) == ("layers", "digest"):
        return "NULL"  # it left its feed's window
    if (table, name) == ("articles", "last_seen_at"):
        return "m.first_seen_at"
    if (name in HASHES and isinstance(kind, Integer)) or (table, name) in {
        ("fold_texts", "key"),
        ("segments", "headline"),
    }:
        return _mixed(column, sqlite=sqlite)
    if (table, name) == ("article_keys", "key"):
        return f"{column} || ':' || n.c"
    if name in {"ordered_at", "first_seen_at", "published_at"} and table in {"articles", "stories"}:
        ago = f"CASE WHEN n.c <= {inside} THEN 0 ELSE {WINDOW_DAYS} + n.c END"
        return (
            f"datetime({column}, '-' || ({ago}) || ' days') || '.000000'"
            if sqlite
            else f"{column} - ({ago}) * interval '1 day'"
        )
    return column


def _mixed(column: str, *, sqlite: bool) -> str:
    """Return a hash of its own for each copy: mixed with a number that its copy gives."""
    mask = "(n.c * 2654435761000003)" if sqlite else "hashint8extended(n.c, 7)"
    return f"((~({column} & {mask})) & ({column} | {mask}))" if sqlite else f"({column} # {mask})"


@contextmanager
def _bulk(engine: Engine, tables: list[str]) -> Iterator[Engine]:
    """Yield the store ready to take many rows: no triggers, and the indexes are made when all rows are there."""
    filling = connect(engine.url.render_as_string(hide_password=False), pool_size=1)
    if engine.dialect.name == "postgresql":
        with filling.connect() as connection:
            connection.exec_driver_sql("SET session_replication_role = replica")
            connection.exec_driver_sql("SET maintenance_work_mem = '1GB'")
            connection.exec_driver_sql("SET max_parallel_maintenance_workers = 1")
            connection.commit()
        made = _drop_in_postgresql(filling, tables)
    else:
        raw = filling.raw_connection()  # outside a transaction, which our engines always begin
        for pragma in ("cache_size = -1000000", "foreign_keys = OFF", "synchronous = OFF"):
            raw.cursor().execute(f"PRAGMA {pragma}")
        raw.close()
        made = _drop_in_sqlite(filling, tables)
    yield filling
    for statement in made:
        with filling.begin() as connection:
            connection.exec_driver_sql(statement)
    with filling.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE")
    filling.dispose()


def _drop_in_postgresql(engine: Engine, tables: list[str]) -> list[str]:
    made = []
    with engine.begin() as connection:
        for table, name, definition in connection.execute(
            text(
                "SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c "
                "WHERE c.contype = 'p' AND c.conrelid::regclass::text = ANY(:tables) "
                "AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.contype = 'f' AND f.confrelid = c.conrelid)"
            ),
            {"tables": tables},
        ).all():
            made.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
            connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
        for name, definition in connection.execute(
            text(
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(:tables) "
                "AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = indexname)"
            ),
            {"tables": tables},
        ).all():
            made.append(definition)
            connection.execute(text(f"DROP INDEX {name}"))
    return made


def _drop_in_sqlite(engine: Engine, tables: list[str]) -> list[str]:
    with engine.begin() as connection:
        found = connection.execute(
            text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        ).all()
        for name, table, _ in found:
            if table in tables:
                connection.execute(text(f"DROP INDEX {name}"))
        return [sql for _, table, sql in found if table in tables]
