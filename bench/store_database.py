"""The empty stores that the bench fills: SQLite in a file, or a PostgreSQL of its own, with its count of statements."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from bench.postgres import Postgres
from shared.database import connect, upgrade

STATEMENTS = 25  # that are shown


OFFERED = {  # by a server that is to keep a million articles, see docs/operating.md
    "shared_buffers": "2GB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
}
RELAXED = {  # while a store is filled, which nobody would mind to lose
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "autovacuum": "off",
}


class Store:
    """A migrated, empty store."""

    def __init__(self, engine: Engine, cluster: Postgres | None = None, pid: Path | None = None) -> None:
        self.engine = engine
        self._cluster, self._pid = cluster, pid

    @property
    def server(self) -> int | None:
        """The process id of its server, where it has one; another one after each change of its settings."""
        return int(self._pid.read_text().split()[0]) if self._pid else None

    @contextmanager
    def relaxed(self) -> Iterator[None]:
        """Let PostgreSQL take many rows at once, as no server should that keeps anything."""
        self.restart(OFFERED | RELAXED)
        yield
        self.restart(dict.fromkeys(RELAXED, "DEFAULT") | OFFERED)

    def warm(self) -> None:
        """Have PostgreSQL's indexes at hand, as they are in a server that has run for a while."""
        if self._cluster is None:
            return
        with self.engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_prewarm"))
            connection.execute(text("SELECT sum(pg_prewarm(indexrelid::regclass)) FROM pg_stat_user_indexes"))

    def restart(self, settings: Mapping[str, str]) -> None:
        """Start PostgreSQL anew with other settings."""
        if self._cluster is None:
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name, value in settings.items():
                spelt = value if value == "DEFAULT" else f"'{value}'"
                connection.execute(text(f"ALTER SYSTEM SET {name} = {spelt}"))
            connection.execute(text("CHECKPOINT"))  # or the server would be killed while it is at it
        self.engine.dispose()
        self._cluster.stop()
        self._cluster.start()


@contextmanager
def empty_store(kind: str, place: Path, *, profile: bool) -> Iterator[Store]:
    """Yield a migrated, empty store."""
    if kind == "sqlite":
        engine = connect(f"sqlite:///{place / 'wireroom.db'}")
        upgrade(engine)
        yield Store(engine)
        engine.dispose()
        return
    with Postgres(place / "pg") as cluster:
        engine = connect(cluster.url, pool_size=2)
        store = Store(engine, cluster, place / "pg" / "data" / "postmaster.pid")
        if profile:
            store.restart({"shared_preload_libraries": "pg_stat_statements"})
        upgrade(engine)
        if profile:
            with engine.begin() as connection:
                connection.execute(text("CREATE EXTENSION pg_stat_statements"))
        yield store
        engine.dispose()


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
