"""Engines and transactions, the same on PostgreSQL and SQLite; every moment comes from the database's clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from shared.errors import TransientError, UsageError
from shared.settings import Settings
from shared.spacing import spaced

if TYPE_CHECKING:
    from alembic.config import Config

SQLITE_BUSY_MS = 30_000
_PROGRAM_LIMIT = "54"  # PostgreSQL's class of what it will never do: too long for an index, too many of something
READ = "wireroom_read"
NEWEST = "0008"  # the newest migration; known here so that only migrating imports Alembic


def store_url(settings: Settings) -> str:
    """Return the address of the store: as set, else SQLite in the data directory."""
    return settings.database_url or f"sqlite:///{settings.data_dir.resolve() / 'wireroom.db'}"


def connect(url: str, pool_size: int = 5) -> Engine:
    """Return an engine; no connection is made before the first transaction.

    :raises UsageError: the address is none that SQLAlchemy reads, or names another kind of database.
    """
    try:
        if url.startswith(("postgresql:", "postgres:")):
            url = "postgresql+psycopg:" + url.split(":", 1)[1]
        if url.startswith("postgresql"):
            return create_engine(url, pool_size=pool_size, pool_pre_ping=True, connect_args={"connect_timeout": 10})
        kind = make_url(url).get_backend_name()
        if kind != "sqlite":
            raise UsageError(f"WIREROOM_DATABASE_URL names {kind}; Wireroom keeps its store in PostgreSQL or SQLite.")
        engine = create_engine(url, connect_args={"timeout": SQLITE_BUSY_MS / 1000})
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise UsageError(
            f"WIREROOM_DATABASE_URL cannot be read: {error}. Give postgresql://… or sqlite:///…."
        ) from error
    _prepare_sqlite(engine)
    return engine


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions begin below, not when the driver thinks so
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            f"busy_timeout={SQLITE_BUSY_MS}",
            "cache_size=-32000",
            "temp_store=MEMORY",  # what a statement may have to take back: megabytes written to a file for each batch
            "wal_autocheckpoint=8000",  # pages, 32 MB: batches change the same pages of the indexes again and again
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("spaced", 1, spaced, deterministic=True)  # for what keeps the full-text index

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # a deferred transaction that turns to writing fails at once where another writes; an immediate one waits
        deferred = connection.get_execution_options().get(READ)
        connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield one transaction; commits at the end, rolls back on any error.

    :raises TransientError: the database is away, or broke the transaction to resolve a deadlock.
    """
    with _available(), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield one transaction that only reads.

    :raises TransientError: the database is away.
    """
    with _available(), engine.connect().execution_options(**{READ: True}) as connection:
        yield connection


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if (getattr(error.orig, "sqlstate", None) or "").startswith(_PROGRAM_LIMIT):
            raise
        raise TransientError(f"The database cannot do it now: {sentence(error)}") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise TransientError(f"The database went away: {sentence(error)}") from error
        raise


def sentence(error: SQLAlchemyError) -> str:
    """Return the driver's own words in one line."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return "; ".join(" ".join(line.split()) for line in str(cause).splitlines() if line.strip())[:300].rstrip(".?")


def now(connection: Connection) -> datetime:
    """Return the database's clock, also after waiting for a lock (PostgreSQL's `now()` is the transaction's start)."""
    if connection.dialect.name == "postgresql":
        moment: datetime = connection.scalar(text("SELECT clock_timestamp()"))
        return moment.astimezone(UTC)
    stamp = connection.scalar(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')"))
    return datetime.fromisoformat(str(stamp)).replace(tzinfo=UTC)


def upgrade(engine: Engine) -> list[str]:
    """Bring the store to the newest schema; return the migrations that were applied.

    :raises UsageError: the database cannot be reached or opened, or a newer version made it.
    """
    from alembic import command
    from alembic.script import ScriptDirectory

    config = migrations()
    script = ScriptDirectory.from_config(config)
    engine.dispose()  # SQLite moves what is temporary only for a connection that has held nothing temporary yet
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(7276)"))  # two migrations at once would collide
            else:
                connection.execute(text("PRAGMA temp_store=FILE"))  # an index is sorted there, which takes any memory
            before = _revision(connection)
            _refuse_newer(engine, before)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise UsageError(f"The database at {shown(engine)} cannot be opened: {sentence(error)}.") from error
    engine.dispose()  # a new connection keeps what is temporary in memory again
    if before == NEWEST:
        return []
    applied = script.iterate_revisions("head", before) if before else script.walk_revisions()
    return [f"{one.revision} {one.doc}" for one in reversed(list(applied))]


def check(engine: Engine) -> None:
    """Return if the store answers and has the newest schema.

    :raises UsageError: it does not; says which and what to do.
    """
    try:
        with reading(engine) as connection:
            current = _revision(connection)
    except (TransientError, DBAPIError) as error:
        cause = error if isinstance(error, DBAPIError) else error.__cause__
        why = sentence(cause) if isinstance(cause, SQLAlchemyError) else str(error)
        raise UsageError(f"The database at {shown(engine)} cannot be opened: {why}.") from error
    _refuse_newer(engine, current)
    if current != NEWEST:
        raise UsageError(f"The database at {shown(engine)} is not at the newest schema: run `wireroom db upgrade`.")


def _refuse_newer(engine: Engine, schema: str | None) -> None:
    if schema is not None and schema > NEWEST:
        raise UsageError(
            f"The database at {shown(engine)} has schema {schema}, and this version of Wireroom knows none above "
            f"{NEWEST}: run the version that made it, or restore a backup."
        )


def shown(engine: Engine) -> str:
    """Return the store's address without its password."""
    return engine.url.render_as_string(hide_password=True)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def migrations() -> "Config":
    """Return Alembic's settings for the store's migrations."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
