"""The sample titles of `wireroom run`: served where the store holds no other feeds, gone once it is given some."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine

from services.command.feeds import feed_store
from services.command.feeds.opml import Outline
from services.command.samples.outlet import HOST, SampleOutlet
from shared.database import reading, writing
from shared.settings import Settings

MEMORY = "samples.json"  # where the titles were served and since when: their feeds stay in the store
INTERVAL_S = 10  # the sample titles change within a minute, so they are polled often


@contextmanager
def sample_titles(engine: Engine, settings: Settings) -> Iterator[list[Outline]]:
    """Serve the sample titles while in the context, and yield their feeds; none if the store holds others alone."""
    outlet = _outlet(engine, settings)
    if outlet is None:
        yield []
        return
    with outlet:
        said = {"port": urlsplit(outlet.url).port, "started": outlet.started.isoformat()}
        (settings.data_dir / MEMORY).write_text(json.dumps(said))
        yield [Outline(one.url, one.title, folder=one.folder, interval_s=INTERVAL_S) for one in outlet.feeds()]


def leave_samples(engine: Engine, settings: Settings) -> bool:
    """Remove the sample titles' feeds, since nobody serves them any more; return whether there were any."""
    memory = settings.data_dir / MEMORY
    if not memory.exists():
        return False
    with writing(engine) as connection:
        feed_store.remove(connection, feed_store.beneath(connection, f"http://{HOST}:{_said(settings)['port']}/"))
    memory.unlink()
    return True


def _outlet(engine: Engine, settings: Settings) -> SampleOutlet | None:
    if (settings.data_dir / MEMORY).exists():  # a later run finds them where they were
        said = _said(settings)
        return SampleOutlet(said["port"], started=datetime.fromisoformat(said["started"]))
    with reading(engine) as connection:
        return None if feed_store.those(connection) else SampleOutlet()


def _said(settings: Settings) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((settings.data_dir / MEMORY).read_text())
    return said
