"""`wireroom run`: the whole line on this machine, embedded, under one supervisor."""

import fcntl
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from services.command import console
from services.command.feeds import feed_store, opml, plain
from services.command.feeds.lists import tell_left_out
from services.command.sampling import leave_samples, sample_titles
from services.command.servers import Valkey
from services.command.stores import make_directory, open_store
from services.command.supervisor import Child, Service, drain
from services.reader.listening import address, listen
from shared import belt
from shared.database import writing
from shared.errors import UsageError
from shared.hosts import host_of, web_address
from shared.http.client import Client
from shared.settings import Settings

SERVICES = (  # in the order in which they are drained
    Service("scheduler", ("scheduler",)),
    Service("fetcher", ("worker", "fetch")),
    Service("parser", ("worker", "parse")),
    Service("indexer", ("worker", "index")),
    Service("reader", ("reader",)),
)
LOOK_S = 0.25  # between two looks at the children


def run(sources: Sequence[str], settings: Settings) -> None:
    """Run the line until Ctrl-C or SIGTERM; `sources` are OPML files and feed addresses, none: the sample titles.

    :raises UsageError: a source cannot be read, another line runs in the data directory, the reader's port is taken, or
        a server cannot start.
    """
    given = [feed for source in sources for feed in _read(source)]
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
        samples = [] if given else stack.enter_context(sample_titles(engine, settings))
        if given and leave_samples(engine, settings):
            console.say(
                f"The sample titles are left; their articles stay, unless you delete {settings.data_dir} first."
            )
        _add(engine, given or samples)
        engine.dispose()
        _supervise(_environment(settings, redis_url, samples), stop, address(settings.host, settings.port))


def _add(engine: Engine, feeds: Sequence[opml.Outline]) -> None:
    """Add the feeds and say how many were new."""
    with writing(engine) as connection:
        added = feed_store.add(connection, feeds)
    new = sum(one.new for one in added)
    console.say(f"{new} feeds added, {len(added) - new} known." if feeds else "Polling the feeds that the store holds.")


def _supervise(environment: Mapping[str, str], stop: threading.Event, reader: str) -> None:
    """Keep the line's processes running until `stop`, then drain them."""
    children = [Child(service, environment) for service in SERVICES]
    try:
        console.say(f"The reader is at {reader} (Ctrl-C drains and stops).")
        while not stop.wait(LOOK_S):
            for child in children:
                child.keep_running()
        console.say("Draining: what is on the line is finished first.")
    finally:
        drain(children)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Keep other lines out of the data directory; the lock ends with this process, however it goes.

    :raises UsageError: one is running there, or nothing can be written there.
    """
    make_directory(settings)
    try:
        lock = (settings.data_dir / "lock").open("w")
    except OSError as error:
        raise UsageError(
            f"The data directory {settings.data_dir} cannot be written: {error.strerror}. Set WIREROOM_DATA_DIR."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                f"Another `wireroom run` works in {settings.data_dir}: stop it, or set WIREROOM_DATA_DIR and "
                "WIREROOM_PORT."
            ) from error
        yield


def _environment(settings: Settings, redis_url: str, samples: Sequence[opml.Outline]) -> dict[str, str]:
    """Return the environment of the line's processes: ours, and where things are."""
    inner = {host_of(one.url) for one in samples}
    said = {
        "WIREROOM_DATA_DIR": str(settings.data_dir.resolve()),
        "WIREROOM_REDIS_URL": redis_url,
        "WIREROOM_HOST": settings.host,
        "WIREROOM_PORT": str(settings.port),
        "WIREROOM_FETCH_ALLOW": ",".join([*settings.fetch_allow, *inner]),
    }
    return {**os.environ, **said}


def _read(source: str) -> list[opml.Outline]:
    """Return the feeds that a list or an address names; wrong lines are named and passed over."""
    if source.startswith(("http://", "https://")):
        return [opml.Outline(web_address(source))]
    try:
        data = Path(source).read_bytes()
    except OSError as error:
        raise UsageError(
            f"{source} cannot be read: {error.strerror}. Give a list of feeds or a feed's address."
        ) from error
    feeds, wrong = plain.read_list(data, source)
    tell_left_out(feeds, source)
    for line in wrong:
        console.warn(f"{source}:{line.line}: {line.reason}")
    if not feeds:
        raise UsageError(f"{source} names no feed.")
    return feeds


def _with_port(settings: Settings) -> Settings:
    """Return settings whose port is free.

    :raises UsageError: the port is taken.
    """
    with listen(settings.host, settings.port) as probe:
        return settings.model_copy(update={"port": probe.getsockname()[1]})
