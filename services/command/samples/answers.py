"""Pure: what the outlet answers to a path at a moment."""

from dataclasses import dataclass
from datetime import UTC, datetime

from services.command.samples import render
from services.command.samples.content import Title
from services.command.samples.edition import Edition, edition
from services.command.samples.pictures import draw
from shared.digests import entry_digest

HTML = "text/html"


@dataclass(frozen=True)
class Answer:
    """One resource as it stands: `changed` is when it last did."""

    status: int
    media_type: str
    body: bytes
    changed: datetime

    @property
    def etag(self) -> str:
        """A strong validator: equal bytes, equal tag (RFC 9110, 8.8.3)."""
        return f'"{entry_digest(self.body)}"'


@dataclass(frozen=True)
class Moment:
    """Where the outlet stands, since when, and how many seconds ago that was."""

    base: str
    started: datetime
    elapsed_s: float


def answer(titles: tuple[Title, ...], path: str, moment: Moment) -> Answer:
    """Return what stands at `path`; status 404 if nothing does, 410 for a withdrawn article's page."""
    match path.strip("/").split("/"):
        case [""]:
            return _text(200, HTML, render.outlet_page(titles, moment.base), moment.started)
        case ["feeds.opml"]:
            return _text(200, "text/x-opml", render.opml(titles, moment.base), moment.started)
        case ["robots.txt"]:
            return _text(200, "text/plain", "User-agent: *\nAllow: /\n", moment.started)
        case ["img", name]:
            return _picture(titles, name.removesuffix(".svg"), moment)
        case [slug, *rest] if len(rest) < 2:
            for title in titles:
                if title.slug == slug:
                    return _of_title(edition(title, moment.started, moment.elapsed_s), rest, moment)
    return _missing(moment)


def _of_title(printed: Edition, rest: list[str], moment: Moment) -> Answer:
    name, media_type = render.FEEDS[printed.title.format]
    if not rest:
        return _text(200, HTML, render.title_page(printed, moment.base), printed.changed)
    if rest[0] == name:
        return _text(200, media_type, render.feed(printed, moment.base), printed.changed)
    return _article(printed, rest[0].removesuffix(".html"), moment)


def _article(printed: Edition, slug: str, moment: Moment) -> Answer:
    for stone in printed.tombstones:
        if stone.piece.slug == slug:
            return _text(410, HTML, render.withdrawn_page(printed.title, stone, moment.base), stone.withdrawn)
    for entry in printed.entries:
        if entry.piece.slug == slug:
            # the links below an article follow the title's front page, so the page changes with the edition
            return _text(200, HTML, render.article_page(printed, entry, moment.base), printed.changed)
    return _missing(moment)


def _picture(titles: tuple[Title, ...], name: str, moment: Moment) -> Answer:
    for title in titles:
        for piece in title.pieces:
            if piece.picture and piece.picture.name == name:
                return _text(200, "image/svg+xml", draw(name, piece.picture.scene), moment.started)
    return _missing(moment)


def _missing(moment: Moment) -> Answer:
    return _text(404, "text/plain", "There is nothing at this address.\n", moment.started)


def _text(status: int, media_type: str, text: str, changed: datetime) -> Answer:
    return Answer(status, media_type, text.encode(), changed.astimezone(UTC))
