"""Many rows at the speed of the driver: what SQLAlchemy does for each row costs more than the database's own work.

SQLite takes a statement a row, prepared once, or some rows a statement where triggers follow it; PostgreSQL takes all
rows in one statement, as an array a column. Values go through the column types' own conversions, but for bytes and
for JSON: that is given as text (`as_json`), made once and often faster.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any, cast

from pydantic import TypeAdapter
from sqlalchemy import JSON, Connection, Dialect, LargeBinary, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

from shared.among import as_array
from shared.tables import Moment, Table, core

# SQLite sets a savepoint for each statement that triggers follow, and at each FTS5 writes out what it has gathered
TOGETHER = 32  # rows of such a statement
_FOLLOWED = frozenset({"articles"})

Row = tuple[Any, ...]
_ANY: TypeAdapter[Any] = TypeAdapter(Any)


def as_json(value: object) -> str:
    """Return a value of a JSON column as the text that `insert_rows` takes."""
    return "[]" if value == () else _ANY.dump_json(value).decode()


def insert_rows(
    connection: Connection, table: type[Table], names: tuple[str, ...], rows: Sequence[Row], conflict: str = ""
) -> None:
    """Insert `rows`, whose values stand in the order of the columns `names`; other columns get their defaults.

    `conflict` is what to do with a row that is there, in SQL; in one call no two rows may be the same then.
    """
    if rows:
        unsaid = _defaults(table, names)
        names = (*names, *(name for name, _ in unsaid))
        if unsaid:
            values = tuple(value for _, value in unsaid)
            rows = [(*row, *values) for row in rows]
        statement = _insert(connection.dialect.name, table, names)
        if connection.dialect.name == "sqlite" and core(table).name in _FOLLOWED and not conflict:
            _execute_together(connection, table, names, statement, rows)
        else:
            _execute(connection, table, names, f"{statement} {conflict}", rows)


def update_rows(
    connection: Connection, table: type[Table], names: tuple[str, ...], rows: Sequence[Row], keys: int = 1
) -> None:
    """Change the columns `names` of single rows, each known by the last `keys` of the names, which are unique."""
    if rows:
        _execute(connection, table, names, _update(connection.dialect.name, table, names, keys), rows)


def new_ids(connection: Connection, table: type[Table], count: int) -> list[int]:
    """Return ids for `count` rows that are inserted next in this transaction, ascending; none is ever given again."""
    name = core(table).name
    if connection.dialect.name == "sqlite":  # the transaction holds the one lock for writing
        last = connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": name}) or 0
        return list(range(last + 1, last + 1 + count))
    query = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return sorted(connection.scalars(query, {"name": name, "count": count}))


def _execute(
    connection: Connection, table: type[Table], names: tuple[str, ...], statement: str, rows: Sequence[Row]
) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(statement, list(_as_taken(connection, table, names, rows)))
    else:
        columns = zip(*_as_taken(connection, table, names, rows), strict=True)
        connection.exec_driver_sql(statement, tuple(map(as_array, columns)))


def _execute_together(
    connection: Connection, table: type[Table], names: tuple[str, ...], statement: str, rows: Sequence[Row]
) -> None:
    taken = iter(_as_taken(connection, table, names, rows))
    more = f", ({', '.join('?' * len(names))})"
    while some := tuple(islice(taken, TOGETHER)):
        connection.exec_driver_sql(f"{statement}{more * (len(some) - 1)}", tuple(chain.from_iterable(some)))


def _as_taken(connection: Connection, table: type[Table], names: tuple[str, ...], rows: Sequence[Row]) -> Iterable[Row]:
    """Return `rows` with each value as the driver takes it."""
    conversions = _conversions(connection.dialect, table, names)
    if not any(conversions):
        return rows
    columns = zip(*rows, strict=True)
    taken = (map(convert, values) if convert else values for convert, values in zip(conversions, columns, strict=True))
    return zip(*taken, strict=True)


@lru_cache(maxsize=100)
def _defaults(table: type[Table], names: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    """Return the columns that `names` leaves out and that have a default, each with it."""
    left = [column for column in core(table).columns if column.name not in names]
    return tuple(
        (column.name, column.default.arg) for column in left if isinstance(column.default, ScalarElementColumnDefault)
    )


@lru_cache(maxsize=100)
def _insert(dialect: str, table: type[Table], names: tuple[str, ...]) -> str:
    into = f"INSERT INTO {core(table).name} ({', '.join(names)})"
    if dialect == "sqlite":
        return f"{into} VALUES ({', '.join('?' * len(names))})"
    return f"{into} SELECT * FROM {_arrays(table, names)}"  # noqa: S608 - names of columns


@lru_cache(maxsize=100)
def _update(dialect: str, table: type[Table], names: tuple[str, ...], keys: int) -> str:
    name, changing, known = core(table).name, names[:-keys], names[-keys:]
    if dialect == "sqlite":
        changed = ", ".join(f"{column} = ?" for column in changing)
        same = " AND ".join(f"{column} = ?" for column in known)
        return f"UPDATE {name} SET {changed} WHERE {same}"  # noqa: S608 - names of columns
    changed = ", ".join(f"{column} = given.{column}" for column in changing)
    same = " AND ".join(f"{name}.{column} = given.{column}" for column in known)
    given = f"{_arrays(table, names)} AS given ({', '.join(names)})"
    return f"UPDATE {name} SET {changed} FROM {given} WHERE {same}"  # noqa: S608 - likewise


def _arrays(table: type[Table], names: tuple[str, ...]) -> str:
    """Return PostgreSQL's rows of parameters, one array a column."""
    kinds = [core(table).c[name].type.compile(postgresql.dialect()) for name in names]  # type: ignore[no-untyped-call]
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})"


@lru_cache(maxsize=100)
def _conversions(dialect: Dialect, table: type[Table], names: tuple[str, ...]) -> Sequence[Callable[[Any], Any] | None]:
    """Return for each column what makes of a value what the driver takes; None: the driver takes it as it is."""
    return [_conversion(dialect, core(table).c[name].type) for name in names]


def _conversion(dialect: Dialect, kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    if isinstance(kind, JSON | LargeBinary):
        return None
    convert = cast("Callable[[Any], Any] | None", kind.dialect_impl(dialect).bind_processor(dialect))
    # most of a commit's rows have one time, and all columns of a row that hold any hold two or three
    return lru_cache(maxsize=256)(convert) if convert and isinstance(kind, Moment) else convert
