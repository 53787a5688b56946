"""Which format a document is in: by its content first, then by its declaration. Pure."""

import re
from collections.abc import Callable
from functools import partial

from lxml import etree

from services.parser.formats import (
    bundle,
    feed,
    jsonfeed,
    mail,
    newsml1,
    newsmlg2,
    ninjs,
    nitf,
    ruled,
    sitemap,
    xml,
)
from services.parser.formats.encoding import decode
from services.parser.formats.guess import guess
from services.parser.formats.pages.article import tree_of
from services.parser.formats.pages.feeds import linked, tell
from services.parser.item import Window
from shared.bundle import MAIL, MAIL_CUT, TYPE
from shared.errors import Malformed, NotAFeed, Unmet
from shared.packed import unpacked
from shared.rules import Rules

_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE | re.DOTALL)
_SITEMAP = re.compile(r"<(?:[\w.-]+:)?(?:urlset|sitemapindex)[\s>]")
_FEED = re.compile(r"<(?:[\w.-]+:)?(?:rss|rdf|feed|channel|entry)[\s>]", re.IGNORECASE)
_AGENCIES: dict[str, Callable[[etree._Element, str], Window]] = {
    name: form.read_window for form in (nitf, newsmlg2, newsml1) for name in sorted(form.ROOTS)
}
_AGENCY = re.compile(rf"<(?:[\w.-]+:)?(?P<name>{'|'.join(_AGENCIES)})[\s>]")
_HEAD_CHARS = 20_000
_OFFER_CHARS = 1_000_000  # of a page that is no feed, as far as it is looked at


def read_listing(data: bytes, url: str, media_type: str | None, rules: Rules | None = None) -> Window:
    """Return the entries that a fetched document lists, by the rules for its items or else by its format.

    :raises NotAFeed: it lists nothing: a page, a picture, other XML or JSON.
    :raises Malformed: it is a feed that breaks a limit or is damaged beyond use.
    :raises Unmet: the rules find nothing in it.
    """
    read = partial(_read_one, rules=rules if rules and rules.listed else None)
    return bundle.read_window(data, read) if media_type == TYPE else read(data, url, media_type)


def _read_one(data: bytes, url: str, media_type: str | None, rules: Rules | None) -> Window:
    data = unpacked(data)
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04")):
        raise NotAFeed("The document is a file of another kind, not a feed.")
    if media_type in {MAIL, MAIL_CUT} or mail.is_mail(data):
        return mail.read_window(data, url, _read_item, cut=media_type == MAIL_CUT)
    if mail.taken_from(url):
        raise NotAFeed("The file is no message, and those of named senders alone are taken.")
    text = decode(data, media_type)
    if rules:
        try:
            return ruled.read_window(text, url, rules)
        except Unmet:
            if not _SITEMAP.search(text[:_HEAD_CHARS]):  # in which a gap is looked into
                raise
    start = text[:_HEAD_CHARS].lstrip("\ufeff \t\r\n\x00")
    if start[:1] in {"{", "["}:
        return _json(text.lstrip("\ufeff \t\r\n\x00"), url)
    start = _without_remarks(start)
    if _HTML.match(start) and not _FEED.search(start):
        named = tell(linked(text, url))
        raise NotAFeed(f"The document is an HTML page, not a feed{named}.{'' if named else _offer(text)}")
    if "<" not in start:
        raise NotAFeed("The document is plain text or binary data, not a feed.")
    text = xml.prologue_off(text)
    if _FEED.match(text):
        return feed.read_window(text, url)
    head = text[:_HEAD_CHARS]
    if _SITEMAP.search(head):
        return sitemap.read_window(text, url)
    if found := _AGENCY.search(head):
        return _agency(text, found["name"], url)
    return feed.read_window(text, url)


def _offer(page: str) -> str:
    """Return how a page that lists articles could be read; nothing where it seems to list none."""
    try:
        found = guess(tree_of(page[:_OFFER_CHARS]))
    except Malformed:
        return ""
    return f" It seems to list {found[1]} articles: with --items {found[0]!r} they are read as a feed." if found else ""


def _read_item(data: bytes, url: str) -> Window:
    """Return an agency's items in `data`.

    :raises NotAFeed: it holds none.
    :raises Malformed: it is damaged beyond use.
    """
    text = decode(data).lstrip("\ufeff \t\r\n\x00")
    if text[:1] in {"{", "["}:
        return ninjs.read_window(text, url)
    text = xml.prologue_off(text)
    if found := _AGENCY.search(text[:_HEAD_CHARS]):
        return _agency(text, found["name"], url)
    raise NotAFeed("The file is no agency's item.")


def _json(text: str, url: str) -> Window:
    try:
        return jsonfeed.read_window(text, url)
    except NotAFeed:
        return ninjs.read_window(text, url)


def _agency(text: str, name: str, url: str) -> Window:
    """Return the items of an agency's XML, whose root element is called `name`.

    :raises Malformed: it is not well-formed.
    """
    try:
        root = xml.parse(text)
    except etree.XMLSyntaxError:
        try:
            root = xml.parse(xml.repair(text))
        except etree.XMLSyntaxError as error:
            raise Malformed(f"The item is not well-formed XML: {str(error)[:100]}.") from None
    return _AGENCIES[name](root, url)


def _without_remarks(text: str) -> str:
    """Return `text` from its first element or document type on."""
    while text.startswith(("<!--", "<?")):
        end = "-->" if text.startswith("<!--") else "?>"
        text = text.partition(end)[2].lstrip()
    return text
