"""The empty stores that the bench fills: SQLite in a file, or a PostgreSQL of its own, with its count of statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from services.command.servers import Postgres
from shared.database import connect, upgrade

STATEMENTS = 25  # that are shown


@contextmanager
def empty_store(kind: str, place: Path, *, profile: bool) -> Iterator[tuple[Engine, int | None]]:
    """Yield a migrated, empty store, and the process id of its server where it has one."""
    if kind == "sqlite":
        engine = connect(f"sqlite:///{place / 'wireroom.db'}")
        upgrade(engine)
        yield engine, None
        engine.dispose()
        return
    with Postgres(place / "pg") as cluster:
        engine = connect(cluster.url, pool_size=2)
        if profile:
            _preload(engine)
            engine.dispose()
            cluster.stop()
            cluster.start()
        upgrade(engine)
        if profile:
            with engine.begin() as connection:
                connection.execute(text("CREATE EXTENSION pg_stat_statements"))
        yield engine, int((place / "pg" / "data" / "postmaster.pid").read_text().split()[0])
        engine.dispose()


def _preload(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'"))


def forget_statements(engine: Engine) -> None:
    """Let PostgreSQL count from now on."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_stat_statements_reset()"))


def statements(engine: Engine, articles: int) -> list[str]:
    """Return a line for each of the statements that took the most time since."""
    query = text(
        "SELECT total_exec_time AS ms, calls, rows, regexp_replace(query, '\\s+', ' ', 'g') AS said "
        "FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT :most"
    )
    with engine.connect() as connection:
        found = connection.execute(query, {"most": STATEMENTS}).all()
    return [
        f"{1000 * one.ms / articles:7.0f} µs an article, {one.calls:6d} calls, {one.rows:8d} rows  {one.said[:150]}"
        for one in found
    ]
