"""`wireroom run`, `scheduler`, `worker`, `reader` and `db`: what an operator or compose starts."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

import typer

from services.command.stores import warn_of_misspelt
from services.command.supervisor import end_with_supervisor
from shared.errors import UsageError
from shared.logging import configure
from shared.settings import Settings, read_settings

HEALTHY_WITHIN_S = 150  # a worker whose last message is older is ill: longer than any one job may take
Check = Annotated[bool, typer.Option("--check", help="Only say whether the one on this machine is healthy: 0 or 1.")]


class Stage(StrEnum):
    """A stage of the line that workers do."""

    FETCH = "fetch"
    PARSE = "parse"
    INDEX = "index"


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`."""
    if verb == "db":
        schema = typer.Typer(help="The store's schema.", no_args_is_help=True)
        schema.command()(upgrade)
        schema.callback()(lambda: None)
        app.add_typer(schema, name="db")
    else:
        verbs: dict[str, Callable[..., None]] = {"run": run, "scheduler": scheduler, "worker": worker, "reader": reader}
        app.command()(verbs[verb])


def run(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[OPML|URL]...", help="Feeds to poll; none: sample titles.")
    ] = None,
) -> None:
    """Run the whole line on this machine; Ctrl-C drains and stops."""
    from services.command.run import run as run_line

    run_line(sources or [], _start("run"))


def scheduler(check: Check = False) -> None:
    """Lease what is due, until told to stop."""
    settings = _start("scheduler")
    _need_redis(settings)
    if check:
        _tell(settings, "scheduler")
    from services.scheduler.app import serve

    raise typer.Exit(serve(settings))


def worker(stage: Stage, check: Check = False) -> None:
    """Do one stage's work, until told to stop."""
    settings = _start(stage.value)
    _need_redis(settings)
    if check:
        _tell(settings, stage.value)
    from services.command.workers import serve

    raise typer.Exit(serve(stage.value, settings))


def reader(check: Check = False) -> None:
    """Serve the store to other services and to people, until told to stop."""
    settings = _start("reader")
    if check:
        raise typer.Exit(0 if _answers(settings) else 1)
    from services.reader.app import serve

    raise typer.Exit(serve(settings))


def upgrade() -> None:
    """Bring the store to the newest schema."""
    from services.command.stores import migrate

    applied = migrate(_start("migrate"))
    typer.echo("\n".join(f"applied {one}" for one in applied) or "The schema is the newest.")


def _start(service: str) -> Settings:
    """Return the settings, once this process' log lines have their form."""
    settings = read_settings()
    warn_of_misspelt()
    configure(settings.log_level, settings.log_format, service)
    end_with_supervisor()
    return settings


def _need_redis(settings: Settings) -> None:
    if not settings.redis_url:
        raise UsageError(
            "WIREROOM_REDIS_URL is not set: name the Redis that the line runs over, or use `wireroom run`."
        )


def _tell(settings: Settings, stage: str) -> None:
    from shared.worker import healthy

    raise typer.Exit(0 if healthy(settings, stage, HEALTHY_WITHIN_S) else 1)


def _answers(settings: Settings) -> bool:
    """Return whether the reader on this machine is up and ready."""
    from services.reader.listening import address
    from shared.errors import FetchError
    from shared.http.client import Client, Limits

    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not bound
    url = address(host, settings.port)
    client = Client(Limits.from_settings(settings), [urlsplit(url).netloc], settings.user_agent)
    try:
        return client.get(url + "healthz").status == 200
    except FetchError:
        return False
