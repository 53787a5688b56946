"""Documents that were fetched together: the window of a bundle is that of its parts, one after another. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from services.parser.item import Item, Slot, Window
from shared.bundle import Part, place_digest, unpack
from shared.digests import entry_digest
from shared.errors import Malformed, NotAFeed, PermanentError
from shared.messages import FeedFacts

EXCERPT_CHARS = 60_000
Read = Callable[[bytes, str, str | None], Window]


def read_window(data: bytes, read: Read) -> Window:
    """Return the window of the bundle in `data`, whose parts `read` reads; a part that cannot be read is one bad entry.

    :raises Malformed: it is no bundle.
    :raises PermanentError: none of its parts can be read, and they are no files.
    """
    bundle = unpack(data)
    windows = [_window(part, read) for part in bundle.parts]
    slots = tuple(slot for window in windows for slot in window.slots)
    feed = next((window.feed for window in windows if window.feed != FeedFacts()), FeedFacts())
    first = windows[0] if windows else Window(feed=feed, slots=())
    closed = all(window.closed for window in windows)
    kept = "".join((bundle.kept, *(window.kept for window in windows)))
    passed_over = sum(window.passed_over for window in windows)
    window = replace(first, feed=feed, slots=slots, closed=closed, kept=kept, passed_over=passed_over)
    return replace(window, left_out=max(0, bundle.left_out))


def _window(part: Part, read: Read) -> Window:
    """Return a part's window; a file's entries are known by how the file was listed."""
    if part.file is None:
        return read(part.body, part.url, part.media_type)
    try:
        if not part.body:
            raise Malformed("The file cannot be had, or is larger than a document may be.")
        window = read(part.body, part.url, part.media_type)
        if window.passed_over:
            return replace(window, kept=place_digest(part.file, 0))
        if not window.slots:
            raise NotAFeed("The file holds no article.")
    except PermanentError as error:
        return Window(feed=FeedFacts(), slots=(_bad(part, error),))
    return replace(window, slots=tuple(_numbered(window.slots, part.file)))


def _numbered(slots: tuple[Slot, ...], file: str) -> Iterator[Slot]:
    """Yield the entries of a file, the last numbered 0: where not all of them fit one poll, it is not yet read."""
    for at, slot in enumerate(slots):
        yield slot._replace(digest=place_digest(file, len(slots) - 1 - at))


def _bad(part: Part, error: PermanentError) -> Slot:
    def fail() -> Item:
        raise type(error)(f"{urlsplit(part.url).path.rpartition('/')[2]}: {error}")

    digest = place_digest(part.file, 0) if part.file else entry_digest(part.body)
    text = part.body[:EXCERPT_CHARS].decode("utf-8", "replace")
    return Slot(digest, None, None, None, None, fail, lambda: text)
