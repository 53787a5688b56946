"""A store filled with many articles: a few that the indexer stored, multiplied within the database.

Each copy of an article has ids, keys, times and hashes of its own, so that it stands in every index as an article of
its own would; only its words are those of its model. Articles beyond the window have no part in the fold's index.
"""

from typing import Any

from sqlalchemy import Engine, Integer, inspect, text
from sqlalchemy.types import TypeEngine

from bench.store_bulk import Multiplied, multiply_in_postgresql, multiply_in_sqlite

WINDOW_DAYS = 13  # articles in the window are spread over so many
IDS = {"article_id", "original_id", "copy_of", "a", "b", "story_id", "from_story", "anchor"}
HASHES = {"hash", "digest", "headline_hash", "text_key", "claim", "term"}
IN_WINDOW = {"postings", "fold_texts", "carriers", "claims", "terms", "pairs"}
ALONE = {"log_head", "refolding", "alembic_version"}  # tables of one row
LEFT_OUT = {"polls", "set_aside", "counters", "feeds", "publications", "furniture", *ALONE}


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
    postgresql = engine.dialect.name == "postgresql"
    if not postgresql:
        tables.remove("search_texts")  # its trigger fills it
    multiply = multiply_in_postgresql if postgresql else multiply_in_sqlite
    multiply(engine, [_multiplied(engine, table, copies, inside, step) for table in tables])
    _count_on(engine)
    return models * (copies + 1)


def _count_on(engine: Engine) -> None:
    """Let the log and the ids go on after those that were given by hand."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE log_head SET seq = (SELECT max(seq) FROM changes)"))
        if engine.dialect.name == "postgresql":
            for table in ("articles", "stories"):
                highest = f"(SELECT max(id) FROM {table})"
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {highest})"))


def _multiplied(engine: Engine, table: str, copies: int, inside: int, step: int) -> Multiplied:
    columns = inspect(engine).get_columns(table)
    sqlite = engine.dialect.name == "sqlite"
    values = (_value(table, column["name"], column["type"], inside, step, sqlite=sqlite) for column in columns)
    names = ", ".join(column["name"] for column in columns)
    return Multiplied(table, names, ", ".join(values), inside if table in IN_WINDOW else copies)


def _value(table: str, name: str, kind: TypeEngine[Any], inside: int, step: int, *, sqlite: bool) -> str:
    """Return a column of copy `n.c` of a model `m`."""
    column = f"m.{name}"
    if (name == "id" and table in {"articles", "stories"}) or name == "seq" or name in IDS:
        return f"{column} + n.c * CAST({step} AS bigint)"
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
