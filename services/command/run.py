"""`wireroom run`: the whole line on this machine, embedded, under one supervisor."""

import fcntl
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from sqlalchemy import Engine

from services.command import console, feed_store, opml
from services.command.samples.outlet import SampleOutlet
from services.command.servers import Valkey
from services.command.stores import make_directory, open_store
from services.command.supervisor import Child, Service, drain
from shared import belt
from shared.database import reading, writing
from shared.errors import UsageError
from shared.hosts import host_of, web_address
from shared.http import Client
from shared.settings import Settings

SERVICES = (  # in the order in which they are drained
    Service("scheduler", ("scheduler",)),
    Service("fetcher", ("worker", "fetch")),
    Service("parser", ("worker", "parse")),
    Service("indexer", ("worker", "index")),
    Service("reader", ("reader",)),
)
SAMPLES = "samples.json"
LOOK_S = 0.25  # between two looks at the children
SAMPLE_INTERVAL_S = 10  # the sample titles change within a minute, so they are polled often
log = structlog.get_logger()


def run(sources: Sequence[str], settings: Settings) -> None:
    """Run the line until Ctrl-C or SIGTERM; `sources` are OPML files and feed addresses, none: the sample titles.

    :raises UsageError: a source cannot be read, another line runs in the data directory, the reader's port is taken, or
        a server cannot start.
    """
    feeds = [feed for source in sources for feed in _read(source)]
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if settings.redis_url:
        belt.connect(settings.redis_url)  # an address that nobody can read is told here, not by each of five services
    Client.from_settings(settings).close()  # as is a file of authorities that holds none
    with ExitStack() as stack:
        stack.enter_context(_alone(settings))
        settings = _with_port(settings)
        redis_url = settings.redis_url or stack.enter_context(Valkey(settings.data_dir / "belt")).url
        engine = open_store(settings, migrate=True)
        samples: dict[str, str] = {}
        outlet = _samples(engine, settings) if not feeds else None
        if outlet:
            stack.enter_context(outlet)
            _remember(outlet, settings)
            feeds = [
                opml.Outline(one.url, one.title, folder=one.folder, interval_s=SAMPLE_INTERVAL_S)
                for one in outlet.feeds()
            ]
            samples = {"WIREROOM_FETCH_ALLOW": ",".join([*settings.fetch_allow, host_of(feeds[0].url)])}
        with writing(engine) as connection:
            added = feed_store.add(connection, feeds)
        engine.dispose()
        new = sum(one.new for one in added)
        console.say(
            f"{new} feeds added, {len(added) - new} known." if feeds else "Polling the feeds that the store holds."
        )
        with _children(_environment(settings, redis_url) | samples) as children:
            console.say(f"The reader is at http://{settings.host}:{settings.port}/ (Ctrl-C drains and stops).")
            while not stop.wait(LOOK_S):
                for child in children:
                    child.keep_running()
            console.say("Draining: what is on the line is finished first.")


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Keep other lines out of the data directory; the lock ends with this process, however it goes.

    :raises UsageError: one is running there.
    """
    make_directory(settings)
    with (settings.data_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                f"Another `wireroom run` works in {settings.data_dir}: stop it, or set WIREROOM_DATA_DIR and "
                "WIREROOM_PORT."
            ) from error
        yield


@contextmanager
def _children(environment: Mapping[str, str]) -> Iterator[list[Child]]:
    children = [Child(service, environment) for service in SERVICES]
    try:
        yield children
    finally:
        drain(children)


def _environment(settings: Settings, redis_url: str) -> dict[str, str]:
    """Return the environment of the line's processes: ours, and where things are."""
    said = {
        "WIREROOM_DATA_DIR": str(settings.data_dir.resolve()),
        "WIREROOM_REDIS_URL": redis_url,
        "WIREROOM_HOST": settings.host,
        "WIREROOM_PORT": str(settings.port),
    }
    return {**os.environ, **said}


def _read(source: str) -> list[opml.Outline]:
    """Return the feeds that an OPML file or an address names; wrong lines are named and passed over."""
    if source.startswith(("http://", "https://")):
        return [opml.Outline(web_address(source))]
    try:
        data = Path(source).read_bytes()
    except OSError as error:
        raise UsageError(
            f"{source} cannot be read: {error.strerror}. Give an OPML file or a feed's address."
        ) from error
    feeds, wrong = opml.read(data, source)
    for line in wrong:
        console.warn(f"{source}:{line.line}: {line.reason}")
    if not feeds:
        raise UsageError(f"{source} names no feed.")
    return feeds


def _samples(engine: Engine, settings: Settings) -> SampleOutlet | None:
    """Return the outlet of the sample titles if the store holds no other feeds; a later run finds it where it was."""
    memory = settings.data_dir / SAMPLES
    if memory.exists():
        said = json.loads(memory.read_text())
        return SampleOutlet(said["port"], started=datetime.fromisoformat(said["started"]))
    with reading(engine) as connection:
        if feed_store.listed(connection):
            return None
    return SampleOutlet()


def _remember(outlet: SampleOutlet, settings: Settings) -> None:
    """Note where the sample titles are, for the next run: their feeds stay in the store."""
    said = {"port": urlsplit(outlet.url).port, "started": outlet.started.isoformat()}
    (settings.data_dir / SAMPLES).write_text(json.dumps(said))


def _with_port(settings: Settings) -> Settings:
    """Return settings whose port is free.

    :raises UsageError: the port is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise UsageError(
                f"The reader cannot listen on {where}: {error.strerror}. Set WIREROOM_HOST or WIREROOM_PORT."
            ) from error
        return settings.model_copy(update={"port": probe.getsockname()[1]})
