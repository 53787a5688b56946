"""Documents looked at without a line: for the command that shows what would be stored. Pure."""

from services.parser import identity
from services.parser.document import read_entries
from services.parser.formats import page
from services.parser.formats.detect import read_listing
from shared.messages import Entry


def read_feed_bytes(data: bytes, url: str, media_type: str | None) -> list[Entry]:
    """Return every entry of the feed, repeats among them, in the order of the document.

    :raises NotAFeed: the bytes are no feed.
    :raises Malformed: they are damaged beyond use.
    """
    window = read_listing(data, url, media_type)
    identities = identity.judge(window.slots, trusts_ids=True)
    return list(read_entries(window, identities, range(len(window.slots))).entries)


def read_page_bytes(data: bytes, url: str, media_type: str | None) -> Entry:
    """Return the article on the page.

    :raises NotAFeed: the bytes are no HTML.
    :raises Malformed: they hold no article.
    """
    return page.read_page(data, url, media_type)
