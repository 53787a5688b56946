"""Documents looked at without a line: for the command that shows what would be stored. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.parser import identity
from services.parser.document import Read, read_entries
from services.parser.formats.detect import read_listing
from services.parser.formats.mail import is_mail
from services.parser.sieve import sieve_of
from shared.bundle import TYPE, unpack
from shared.messages import Entry, FeedFacts, Unwanted
from shared.packed import unpacked_if_whole
from shared.rules import Rules

_HEAD_BYTES = 4096
_FORMS = (
    ("a sitemap", rb"<(?:[\w.-]+:)?urlset[\s>]"),
    ("RSS 1.0", rb"<(?:[\w.-]+:)?RDF[\s>]"),
    ("Atom", rb"<(?:[\w.-]+:)?feed[\s>]"),
    ("JSON Feed", rb"jsonfeed\.org/version"),
    ("JSON", rb"^\s*[\[{]"),
    ("a page", rb"(?i)<(?:!doctype\s+html|html|head|body)\b"),
)
_RSS = re.compile(rb"<rss[^>]*\sversion\s*=\s*[\"']([\d.]{1,8})")
_NEWS = b"schemas/sitemap-news"


@dataclass(frozen=True)
class Looked:
    """A feed's document as a person wants to know it."""

    form: str  # RSS 2.0, Atom, JSON Feed …
    feed: FeedFacts
    entries: tuple[Entry, ...]
    trusts_ids: bool
    closed: bool  # the document came to its end
    unmet: str | None = None  # what of the rules met nothing in any entry
    unwanted: tuple[Unwanted, ...] = ()  # those of the entries that its patterns would refuse


def look(data: bytes, url: str, media_type: str | None, rules: Rules | None = None) -> Looked:
    """Return what a feed's document holds.

    :raises NotAFeed: the bytes are no feed.
    :raises Malformed: they are damaged beyond use.
    :raises Unmet: the rules find no article in them.
    """
    window = read_listing(data, url, media_type, rules)
    identities, every = identity.judge(window.slots, trusts_ids=True), range(len(window.slots))
    entries = read_entries(window, identities, every).entries
    sieve = sieve_of(rules)
    unwanted = read_entries(window, identities, every, sieve, datetime.now(UTC)).unwanted if sieve else ()
    form = f"{form_of(data, media_type)}, read by rules" if rules and rules.listed else form_of(data, media_type)
    return Looked(form, window.feed, entries, identities.trusts_ids, window.closed, window.unmet, unwanted)


def form_of(data: bytes, media_type: str | None) -> str:
    """Return what the format of a document is called, judged by its beginning."""
    if media_type == TYPE:
        parts = unpack(data).parts
        return f"{form_of(parts[0].body, None)} in {len(parts)} parts" if parts else "nothing"
    head = (unpacked_if_whole(data) or b"")[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf")
    if is_mail(head):
        return "a mail message"
    if found := _RSS.search(head):
        return f"RSS {found[1].decode()}"
    name = next((name for name, pattern in _FORMS if re.search(pattern, head)), "an agency's format")
    return "a news sitemap" if name == "a sitemap" and _NEWS in head else name


def read_feed(
    data: bytes, url: str, media_type: str | None, language: str | None = None, rules: Rules | None = None
) -> Read:
    """Return the feed's entries in the order of the document, repeats among them, and those that are not wanted.

    :raises NotAFeed: the bytes are no feed.
    :raises Malformed: they are damaged beyond use.
    :raises Unmet: the rules find no article in them.
    """
    window = replace(read_listing(data, url, media_type, rules), served_language=language)
    identities = identity.judge(window.slots, trusts_ids=True)
    return read_entries(window, identities, range(len(window.slots)), sieve_of(rules), datetime.now(UTC))
