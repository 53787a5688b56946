"""One feed's script: what it lists, in which version, and how it answers conditional requests."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from tests.outlet.feeds import Entry, Form, Look, render
from tests.outlet.server import Reply

VALIDATORS = ("both", "etag", "modified", "none", "lying")  # lying: one ETag for ever, and 304 to whoever sends it


@dataclass
class Feed:
    """One scripted feed. Guarded by the outlet's lock."""

    title: str
    form: Form
    window: int | None
    validators: str
    summaries: bool
    entries: list[Entry] = field(default_factory=list)  # newest first
    tombstones: list[tuple[str, datetime]] = field(default_factory=list)
    version: int = 0
    changed: datetime = datetime(2020, 1, 1, tzinfo=UTC)
    rendered: tuple[int, str, bytes] = (-1, "", b"")

    def touch(self) -> None:
        """A new version, with a Last-Modified of its own although that counts whole seconds."""
        self.version += 1
        self.changed = max(datetime.now(UTC).replace(microsecond=0), self.changed + timedelta(seconds=1))
        if self.window is not None:
            del self.entries[self.window :]


def answer(feed: Feed, base: str, path: str, asked: dict[str, str]) -> Reply:
    """Return the feed as it stands, or 304 to whoever has it already."""
    etag = '"for-ever"' if feed.validators == "lying" else f'"{path.strip("/")}-{feed.version}"'
    headers = {"Content-Type": f"{feed.form.media_type}; charset=utf-8"}
    if feed.validators in {"both", "etag", "lying"}:
        headers["ETag"] = etag
    if feed.validators in {"both", "modified"}:
        headers["Last-Modified"] = format_datetime(feed.changed, usegmt=True)
    if _is_current(headers, feed, asked):
        return Reply(304, headers)
    if feed.rendered[:2] != (feed.version, base):
        look = Look(feed.title, base, path, feed.form, tuple(feed.entries), tuple(feed.tombstones), feed.summaries)
        feed.rendered = (feed.version, base, render(look))
    return Reply(200, headers, feed.rendered[2])


def _is_current(headers: dict[str, str], feed: Feed, asked: dict[str, str]) -> bool:
    """RFC 9110, 13.2.2: If-None-Match wins where both are sent."""
    if "ETag" in headers and "if-none-match" in asked:
        return headers["ETag"] in asked["if-none-match"]
    if "Last-Modified" in headers and "if-modified-since" in asked:
        return feed.changed <= parsedate_to_datetime(asked["if-modified-since"])
    return False
