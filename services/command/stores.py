"""How the command opens the store."""

import os
from functools import cache

import structlog
from sqlalchemy import Engine

from services.command import console
from services.command.supervisor import SUPERVISED
from shared.database import check, connect, store_url, upgrade
from shared.errors import UsageError
from shared.logging import configure
from shared.settings import Settings, misspelt, read_settings


def open_store(settings: Settings | None = None, *, migrate: bool = False) -> Engine:
    """Return the engine of a store that answers and has the newest schema.

    The embedded store is made where there is none yet only with `migrate`.

    :raises UsageError: there is no such store, or it is of an older schema.
    """
    settings = settings or read_settings()
    warn_of_misspelt()
    if not structlog.is_configured():  # no service: what a verb prints is its answer
        configure("WARNING", "console", "wireroom")
    if not settings.database_url:
        path = settings.data_dir / "wireroom.db"
        if not path.exists() and not migrate:
            raise UsageError(
                f"There is no store in {settings.data_dir}: start one with `wireroom run` or `wireroom db upgrade`, "
                "or set WIREROOM_DATABASE_URL."
            )
        make_directory(settings)
    engine = connect(store_url(settings))
    if migrate:
        upgrade(engine)
    else:
        check(engine)
    return engine


def make_directory(settings: Settings) -> None:
    """Make the data directory where there is none.

    :raises UsageError: it cannot be made.
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"The data directory {settings.data_dir} cannot be made: {error.strerror}. Set WIREROOM_DATA_DIR."
        ) from error


def migrate(settings: Settings) -> list[str]:
    """Bring the store to the newest schema, making it where there is none; return the migrations applied.

    :raises UsageError: the store cannot be opened.
    """
    if not settings.database_url:
        make_directory(settings)
    return upgrade(connect(store_url(settings)))


@cache  # once is enough
def warn_of_misspelt() -> None:
    """Name the variables that seem to be settings and are none; where a supervisor started us, it has."""
    for name, meant in misspelt(os.environ).items() if SUPERVISED not in os.environ else ():
        better = f"{meant} may be meant." if meant else "the README lists those that there are."
        console.warn(f"{name} is no setting and changes nothing: {better}")
