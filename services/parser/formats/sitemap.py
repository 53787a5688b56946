"""Sitemaps, plain and Google News: addresses with what is said of them. Pure."""

import re
from collections.abc import Iterator
from functools import partial
from itertools import islice

from lxml import etree

from services.parser.fields.urls import absolute
from services.parser.formats import xml
from services.parser.formats.elements import Fields, fields_of, first
from services.parser.item import Attached, Item, Slot, Window
from shared.digests import entry_digest
from shared.errors import Malformed, NotAFeed
from shared.messages import FeedFacts

_EXCERPT_CHARS = 60_000
_MANY = 50
MAX_PIECES = 50_000  # addresses of one sitemap (sitemaps.org, "Sitemap index files")
_URL = re.compile(r"<url(?:\s[^<>]*)?>.*?</url\s*>", re.DOTALL)
_END = re.compile(r"</(?:[\w.-]+:)?urlset\s*>")
_USUAL = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:xhtml="http://www.w3.org/1999/xhtml" '
    'xmlns:video="http://www.google.com/schemas/sitemap-video/1.1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)


def read_window(text: str, url: str) -> Window:
    """Return the addresses that the sitemap in `text` lists.

    :raises NotAFeed: it lists other sitemaps.
    :raises Malformed: it is so damaged that no address in it is whole.
    """
    try:
        root = _parse(text)
    except etree.XMLSyntaxError as error:
        slots = tuple(_slot(element, url) for element in _whole(text))
        if not slots:
            raise Malformed(f"The sitemap is not well-formed XML: {str(error)[:100]}.") from None
        return Window(feed=FeedFacts(), slots=slots, closed=_END.search(text) is not None)
    if str(root.tag).rpartition("}")[2].lower() == "sitemapindex":
        raise NotAFeed("The document is an index of sitemaps, which names none that could be had.")
    slots = tuple(
        _slot(element, url)
        for element in root
        if isinstance(element.tag, str) and element.tag.rpartition("}")[2] == "url"
    )
    return Window(feed=FeedFacts(), slots=slots)


def _parse(text: str) -> etree._Element:
    try:
        return xml.parse(text)
    except etree.XMLSyntaxError:
        return xml.parse(xml.repair(text))


def _whole(text: str) -> Iterator[etree._Element]:
    """Yield the addresses of a damaged sitemap that are whole, each read alone."""
    for piece in islice(_URL.finditer(xml.repair(text)), MAX_PIECES):
        try:
            yield xml.parse(f"<urlset {_USUAL}>{piece[0]}</urlset>")[0]
        except etree.XMLSyntaxError:
            continue


def _slot(element: etree._Element, base: str) -> Slot:
    written = etree.tostring(element, encoding="utf-8", with_tail=False)
    fields = fields_of(element)
    news = fields_of(fields["news:news"][0]) if "news:news" in fields else {}
    dated = first(news, "news:publication_date")[1] or first(fields, "lastmod")[1]
    return Slot(
        digest=entry_digest(written),
        source_id=first(fields, "loc")[1],
        link=absolute(first(fields, "loc")[1], base),
        title=first(news, "news:title")[1],
        dated=dated,
        read=partial(_item, fields, news, base),
        excerpt=lambda: written.decode("utf-8", "replace")[:_EXCERPT_CHARS],
    )


def _item(fields: Fields, news: Fields, base: str) -> Item:
    publication = fields_of(news["news:publication"][0]) if "news:publication" in news else {}
    keywords = first(news, "news:keywords")[1] or ""
    return Item(
        source_id=first(fields, "loc")[1],
        link=absolute(first(fields, "loc")[1], base),
        base=base,
        headline=first(news, "news:title")[1],
        published=first(news, "news:publication_date")[1],
        updated=first(fields, "lastmod")[1],
        publisher=first(publication, "news:name")[1],
        language=first(publication, "news:language")[1],
        categories=tuple(word.strip() for word in keywords.split(",") if word.strip())[:_MANY],
        attached=tuple(_image(fields_of(element)) for element in fields.get("image:image", ())[:_MANY]),
        names={"headline": "news:title", "published_at": "news:publication_date", "updated_at": "lastmod"},
    )


def _image(fields: Fields) -> Attached:
    return Attached(
        first(fields, "image:loc")[1] or "", "image", caption=first(fields, "image:caption", "image:title")[1]
    )
