"""Rows multiplied as fast as the database goes: keys, indexes and triggers are away until all rows are there."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from shared.database import connect

HANDS = 2  # tables at a time in PostgreSQL
SESSION = {
    "session_replication_role": "replica",  # no triggers
    "maintenance_work_mem": "1GB",
    "temp_buffers": "256MB",  # for the models of each table
    "max_parallel_maintenance_workers": 1,
}
FIRST = ("search_texts", "segments", "articles")  # they take longest


@dataclass(frozen=True)
class Multiplied:
    """A table whose rows `m` get copies, numbered `n.c` from 1."""

    table: str
    names: str  # of all columns
    values: str  # of a copy
    copies: int

    def write(self, connection: Connection) -> None:
        """Write the copies of the rows in `models`."""
        one = "(SELECT CAST(:c AS bigint) AS c) n"
        insert = text(f"INSERT INTO {self.table} ({self.names}) SELECT {self.values} FROM {one} CROSS JOIN models m")
        for number in range(1, self.copies + 1):
            connection.execute(insert, {"c": number})


def multiply_in_postgresql(engine: Engine, tables: Sequence[Multiplied]) -> None:
    """Multiply rows, two tables at a time."""
    options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    url = engine.url.update_query_dict({"options": options})
    filling = connect(url.render_as_string(hide_password=False), pool_size=HANDS)
    names = [one.table for one in tables]
    references = _take_constraints(filling, names, "f")
    keys = _take_constraints(filling, names, "pu")
    indexes = _take_indexes(filling, names)

    def work(one: Multiplied) -> None:
        _multiply_anew(filling, one)
        _execute(filling, [*keys[one.table], *indexes[one.table]])
        with filling.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"VACUUM (PROCESS_TOAST FALSE, ANALYZE) {one.table}"))

    first = sorted(tables, key=lambda one: FIRST.index(one.table) if one.table in FIRST else len(FIRST))
    _together(work, first)
    _together(lambda one: _execute(filling, references[one.table]), first)
    filling.dispose()


def _together(work: Callable[[Multiplied], None], tables: Sequence[Multiplied]) -> None:
    with ThreadPoolExecutor(HANDS) as hands:
        for done in [hands.submit(work, one) for one in tables]:
            done.result()


def _multiply_anew(engine: Engine, one: Multiplied) -> None:
    """Write a table's rows and their copies; emptied just before, it is not logged at `wal_level` minimal."""
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TEMP TABLE models ON COMMIT DROP AS SELECT * FROM {one.table}"))
        connection.execute(text(f"TRUNCATE {one.table}"))
        connection.execute(text(f"INSERT INTO {one.table} ({one.names}) SELECT {one.names} FROM models"))
        one.write(connection)


def _execute(engine: Engine, statements: Iterable[str]) -> None:
    for statement in statements:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)


def _take_constraints(engine: Engine, tables: list[str], kinds: str) -> defaultdict[str, list[str]]:
    """Drop constraints of these kinds; return what makes them anew, by table."""
    query = text(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        'WHERE contype = ANY(string_to_array(:kinds, NULL)::"char"[]) AND conrelid::regclass::text = ANY(:tables)'
    )
    made = defaultdict(list)
    with engine.begin() as connection:
        for table, name, definition in connection.execute(query, {"tables": tables, "kinds": kinds}).all():
            made[table].append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
            connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    return made


def _take_indexes(engine: Engine, tables: list[str]) -> defaultdict[str, list[str]]:
    """Drop all indexes; return what makes them anew, by table."""
    query = text("SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename = ANY(:tables)")
    made = defaultdict(list)
    with engine.begin() as connection:
        for table, name, definition in connection.execute(query, {"tables": tables}).all():
            made[table].append(definition)
            connection.execute(text(f"DROP INDEX {name}"))
    return made


def multiply_in_sqlite(engine: Engine, tables: Sequence[Multiplied]) -> None:
    """Multiply rows; a trigger keeps the full-text index meanwhile."""
    filling = connect(engine.url.render_as_string(hide_password=False), pool_size=1)
    raw = filling.raw_connection()  # outside a transaction, which our engines always begin
    for pragma in ("cache_size = -1000000", "foreign_keys = OFF", "synchronous = OFF"):
        raw.cursor().execute(f"PRAGMA {pragma}")
    raw.close()
    names = {one.table for one in tables}
    query = text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    with filling.connect() as connection:
        indexes = [(name, sql) for name, table, sql in connection.execute(query) if table in names]
    _execute(filling, [f"DROP INDEX {name}" for name, _ in indexes])
    for one in tables:
        with filling.begin() as connection:
            connection.execute(text(f"CREATE TEMP TABLE models AS SELECT * FROM {one.table}"))
            one.write(connection)
            connection.execute(text("DROP TABLE models"))
    _execute(filling, [sql for _, sql in indexes])
    _execute(filling, ["ANALYZE"])
    filling.dispose()
