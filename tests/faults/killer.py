"""A parse worker whose process is killed by every document of an address with "killer" in it, while it reads it."""

import os
import signal
import sys

from services.command.workers import serve
from services.parser import tasks
from services.parser.document import read_document
from shared.logging import configure
from shared.messages import Document, Result
from shared.settings import read_settings


def read(document: Document, data: bytes, max_entries: int) -> Result:
    """Return what the document brings, unless it kills."""
    if "killer" in document.final_url:
        os.kill(os.getpid(), signal.SIGKILL)
    return read_document(document, data, max_entries)


if __name__ == "__main__":
    settings = read_settings()
    configure(settings.log_level, settings.log_format, "parse")
    tasks.read_document = read  # type: ignore[attr-defined]
    sys.exit(serve("parse", settings))
