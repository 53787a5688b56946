"""The sample titles served over HTTP on loopback, with honest validators."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import structlog

from services.command.samples.answers import Answer, Moment, answer
from services.command.samples.content import read_titles
from services.command.samples.render import feed_url
from shared.errors import UsageError

HOST = "127.0.0.1"
STOPS_WITHIN_S = 0.2
MOST_IS_OLDER = timedelta(hours=7)  # the flood reports, which say "today" most often, are about so old at the start
IDLE_S = 30  # a connection that says nothing for so long is closed

log = structlog.get_logger()


@dataclass(frozen=True)
class SampleFeed:
    """One feed of the outlet; `folder` is the publication's name, as an operator's word for whose feed it is."""

    url: str
    title: str
    folder: str


class SampleOutlet:
    """The sample titles on one port of loopback, from entering the context to leaving it.

    `started` is the moment that all dates are counted from (now, unless given; whole seconds) and `clock` returns the
    seconds since then, by which the script of changes runs.
    """

    def __init__(
        self, port: int = 0, *, started: datetime | None = None, clock: Callable[[], float] | None = None
    ) -> None:
        self.started = (started or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
        self.titles = read_titles((self.started - MOST_IS_OLDER).date())
        self._clock = clock or self._since_start
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start serving.

        :raises UsageError: the port is taken.
        """
        try:
            self._server = ThreadingHTTPServer((HOST, self._port), _handler(self._answer))
        except OSError as error:
            raise UsageError(
                f"The sample titles cannot use port {self._port}: {error.strerror}; choose another."
            ) from error
        self._port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(STOPS_WITHIN_S,), name="sample titles", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server and self._thread:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    @property
    def url(self) -> str:
        """Where the outlet stands, without a final slash; the port is known from entering the context on."""
        return f"http://{HOST}:{self._port}"

    def feeds(self) -> list[SampleFeed]:
        """Return the titles' feeds."""
        return [SampleFeed(feed_url(title, self.url), title.name, title.name) for title in self.titles]

    def _answer(self, path: str) -> Answer:
        return answer(self.titles, path, Moment(self.url, self.started, self._clock()))

    def _since_start(self) -> float:
        return (datetime.now(UTC) - self.started).total_seconds()


def unchanged(found: Answer, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Return whether the asker has what was found already (RFC 9110, 13.2.2: the tag decides, if there is one)."""
    if found.status != 200:
        return False
    if if_none_match is not None:
        tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
        return found.etag in tags or tags == ["*"]
    return if_modified_since is not None and _not_after(found.changed, if_modified_since)


def _not_after(changed: datetime, since: str) -> bool:
    try:
        known = parsedate_to_datetime(since)
    except ValueError:
        return False
    return changed <= (known if known.tzinfo else known.replace(tzinfo=UTC))


def _handler(find: Callable[[str], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "SampleOutlet"
        sys_version = ""
        timeout = IDLE_S
        wbufsize = -1  # head and body leave together, or the second waits for the acknowledgement of the first

        def do_GET(self) -> None:
            found = find(urlsplit(self.path).path)
            known = unchanged(found, self.headers["If-None-Match"], self.headers["If-Modified-Since"])
            self.send_response(304 if known else found.status)
            if found.status == 200:
                self.send_header("ETag", found.etag)
                self.send_header("Last-Modified", format_datetime(found.changed, usegmt=True))
                self.send_header("Cache-Control", "no-cache")  # asks to be asked again: the script runs in seconds
            if not known:
                self.send_header("Content-Type", f"{found.media_type}; charset=utf-8")
                self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            if not known and self.command != "HEAD":
                self.wfile.write(found.body)

        do_HEAD = do_GET  # noqa: N815 - the name that the standard library looks for

        def log_message(self, format: str, *args: object) -> None:
            log.debug("served", request=format % args)

    return Handler
