"""The fake publisher: feeds on loopback whose content a test scripts over time, and a ledger of what was served.

with Outlet() as outlet:
    first, *_ = outlet.publish("markets.xml", entries=3)
    outlet.change("markets.xml", first, headline="Markets calm")
    outlet.fail("markets.xml", status=500)
    fetch(outlet.url("markets.xml"))
    assert outlet.ledger.statuses("markets.xml") == [500]
"""

import dataclasses
import itertools
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from tests.outlet.feeds import Entry, Form, render_page
from tests.outlet.ledger import Ledger, Seen
from tests.outlet.prose import Story, story
from tests.outlet.script import VALIDATORS, Feed, answer
from tests.outlet.server import Reply, Request, Server


@dataclass
class _Manner:
    """How a path answers for a while instead of as it should."""

    reply: Reply
    times: int | None  # None: until `heal`
    over_body: bool = False  # the real answer, with the manner's timing


class Outlet:
    """A publisher on `hosts` loopback addresses (127.0.0.1 and on) under one port. Safe for threads."""

    def __init__(self, hosts: int = 1, seed: object = 0, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.ledger = Ledger()
        self._seed, self._scheme = seed, "https" if tls else "http"
        self._lock = threading.Lock()
        self._feeds: dict[str, Feed] = {}
        self._pages: dict[str, Entry] = {}
        self._files: dict[str, Reply] = {}
        self._manners: dict[str, _Manner] = {}
        self._numbers = itertools.count(1)
        self._began = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
        self._server = Server(self._answer, hosts, tls, port)
        self.port = self._server.port
        self.hosts = self._server.hosts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving."""
        self._server.close()

    def drop_connections(self) -> None:
        """Cut every connection that is open now, idle ones too."""
        self._server.drop()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return self._server.connections

    @property
    def allow(self) -> tuple[str, ...]:
        """What the safe client's allow-list must hold to reach this outlet: host:port of each address."""
        return tuple(f"{host}:{self.port}" for host in self.hosts)

    def url(self, path: str, host: int = 0) -> str:
        """Return the address of `path` on one of the outlet's hosts."""
        return f"{self._scheme}://{self.hosts[host]}:{self.port}{_rooted(path)}"

    # -- what is published

    def feed(
        self,
        path: str,
        form: str = "rss",
        *,
        title: str | None = None,
        window: int | None = None,
        validators: str = "both",
        summaries: bool = False,
    ) -> None:
        """Set a feed up or change its ways; `window` is the number of entries that it lists at most."""
        assert validators in VALIDATORS, validators
        with self._lock:
            old = self._feeds.get(_rooted(path))
            feed = Feed(title or path.rsplit(".", 1)[0].title(), Form(form), window, validators, summaries)
            if old:
                feed.entries, feed.tombstones, feed.version, feed.changed = (
                    old.entries,
                    old.tombstones,
                    old.version,
                    old.changed,
                )
            feed.touch()
            self._feeds[_rooted(path)] = feed

    def publish(
        self, path: str, entries: int | Sequence[Story | str] = 1, *, at: datetime | None = None
    ) -> list[Entry]:
        """List new entries, the last one on top, and return them; invented ones, or with the texts given."""
        if _rooted(path) not in self._feeds:
            self.feed(path)
        with self._lock:
            feed = self._feeds[_rooted(path)]
            fresh = [
                self._entry(path, text, at) for text in ([None] * entries if isinstance(entries, int) else entries)
            ]
            feed.entries[:0] = reversed(fresh)
            feed.touch()
            return fresh

    def change(self, path: str, entry: Entry | str, *, headline: str | None = None, body: str | None = None) -> Entry:
        """Give an entry a new state and return it; without texts, a body that was not there before."""
        with self._lock:
            feed, at = self._find(path, entry)
            old = feed.entries[at]
            if headline is None and body is None:
                body = story((self._seed, old.id, old.state + 1)).body
            new = dataclasses.replace(
                old,
                headline=headline or old.headline,
                body=body or old.body,
                state=old.state + 1,
                updated=old.updated + timedelta(minutes=1),
            )
            feed.entries[at] = self._pages[new.path] = new
            feed.touch()
            return new

    def remove(self, path: str, entry: Entry | str) -> None:
        """List an entry no longer, and say nothing of it."""
        with self._lock:
            feed, at = self._find(path, entry)
            del feed.entries[at]
            feed.touch()

    def cancel(self, path: str, entry: Entry | str) -> None:
        """Replace an entry by a tombstone (RFC 6721), which only Atom can say."""
        with self._lock:
            feed, at = self._find(path, entry)
            feed.tombstones.append((feed.entries.pop(at).id, datetime.now(UTC)))
            feed.touch()

    def listed(self, path: str) -> list[Entry]:
        """Return what a feed lists now, newest first."""
        with self._lock:
            return list(self._feeds[_rooted(path)].entries)

    def serve(self, path: str, body: bytes | str, media_type: str = "text/html; charset=utf-8", **headers: str) -> None:
        """Serve a document as it is; header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) else body.encode()
        with self._lock:
            self._files[_rooted(path)] = Reply(headers={"Content-Type": media_type, **named}, body=data)

    # -- how it misbehaves

    def fail(
        self, path: str, status: int = 500, *, times: int | None = None, body: bytes = b"out of order", **headers: str
    ) -> None:
        """Answer with a status, `times` times or until healed; header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._behave(path, Reply(status, {"Content-Type": "text/plain", **named}, body), times)

    def redirect(self, path: str, to: str, status: int = 302, *, times: int | None = None) -> None:
        """Send whoever asks on to another address, as given."""
        self._behave(path, Reply(status, {"Location": to}, b"moved"), times)

    def garble(self, path: str, raw: bytes, *, times: int | None = None) -> None:
        """Answer with these bytes in place of HTTP, and hang up."""
        self._behave(path, Reply(raw=raw), times)

    def cut(self, path: str, keep: int = 100, *, times: int | None = None) -> None:
        """Hang up after `keep` bytes of the body that the header fields promise."""
        self._behave(path, Reply(keep=keep), times, over_body=True)

    def delay(self, path: str, seconds: float, *, times: int | None = None) -> None:
        """Wait before answering."""
        self._behave(path, Reply(wait_s=seconds), times, over_body=True)

    def hold(self, path: str, *, times: int | None = None) -> Callable[[], None]:
        """Let whoever asks wait until what is returned is called."""
        held = threading.Event()
        self._behave(path, Reply(held=held), times, over_body=True)
        return held.set

    def drip(self, path: str, part: str = "body", every_s: float = 0.05, *, times: int | None = None) -> None:
        """Send the "head" or the "body" one byte at a time."""
        self._behave(path, Reply(drip=part, drip_s=every_s), times, over_body=True)

    def heal(self, path: str) -> None:
        """Answer as one should again."""
        with self._lock:
            self._manners.pop(_rooted(path), None)

    def _behave(self, path: str, reply: Reply, times: int | None, over_body: bool = False) -> None:
        with self._lock:
            self._manners[_rooted(path)] = _Manner(reply, times, over_body)

    # -- answering

    def _answer(self, request: Request) -> tuple[Reply, Callable[[], None]]:
        at = time.time()
        with self._lock:
            reply, states, stones = self._proper(request)
            manner = self._manner(request.path)
            if manner and manner.over_body:
                ours = manner.reply
                reply = dataclasses.replace(
                    reply, wait_s=ours.wait_s, held=ours.held, drip=ours.drip, drip_s=ours.drip_s, keep=ours.keep
                )
            elif manner:
                reply, states, stones = manner.reply, {}, frozenset()
        asked = "if-none-match" in request.headers or "if-modified-since" in request.headers
        status = 0 if reply.raw is not None else reply.status
        self.ledger.note(
            Seen(at, request.host, request.path, asked, status, request.headers, request.method, request.body)
        )

        def served() -> None:
            if reply.status == 200 and states is not None:
                self.ledger.deliver(request.path, states, stones)

        return reply, served

    def _proper(self, request: Request) -> tuple[Reply, dict[str, int] | None, frozenset[str]]:
        path = request.path.split("?")[0]
        if feed := self._feeds.get(path):
            states = {entry.id: entry.state for entry in feed.entries}
            base = f"{self._scheme}://{request.host}:{self.port}"
            return answer(feed, base, path, request.headers), states, frozenset(ref for ref, _ in feed.tombstones)
        if path in self._files:
            return self._files[path], None, frozenset()
        if entry := self._pages.get(path):
            page = render_page(entry, f"{self._scheme}://{request.host}:{self.port}")
            return Reply(headers={"Content-Type": "text/html; charset=utf-8"}, body=page), None, frozenset()
        return Reply(404, {"Content-Type": "text/plain"}, b"no such page"), None, frozenset()

    def _manner(self, path: str) -> _Manner | None:
        manner = self._manners.get(path)
        if manner and manner.times is not None:
            manner.times -= 1
            if manner.times <= 0:
                del self._manners[path]
        return manner

    def _entry(self, path: str, text: Story | str | None, at: datetime | None) -> Entry:
        number = next(self._numbers)
        made = story((self._seed, number))
        if isinstance(text, Story):
            made = text
        elif text is not None:
            made = Story(made.headline, text, made.byline)
        when = at or self._began + timedelta(seconds=number)
        name = f"{path.strip('/').rsplit('.', 1)[0].replace('/', '-')}-{number}"
        entry = Entry(
            f"tag:outlet.example,2024:{name}", made.headline, made.body, made.byline, f"/news/{name}", when, when
        )
        self._pages[entry.path] = entry
        return entry

    def _find(self, path: str, entry: Entry | str) -> tuple[Feed, int]:
        feed = self._feeds[_rooted(path)]
        wanted = entry if isinstance(entry, str) else entry.id
        return feed, next(at for at, listed in enumerate(feed.entries) if listed.id == wanted)


def _rooted(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"
