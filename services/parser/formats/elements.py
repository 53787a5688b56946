"""Elements of feeds by short names, whatever namespace address or prefix a publisher chose for them. Pure."""

import binascii
import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape

from lxml import etree

# By namespace address without scheme, in lower case, without a slash at the end: publishers get all three wrong.
_SPACES = {
    address: prefix
    for prefix, addresses in (
        (
            "",
            "purl.org/rss/1.0 my.netscape.com/rdf/simple/0.9 channel.netscape.com/rdf/simple/0.9 "
            "purl.org/net/rss1.1# backend.userland.com/rss backend.userland.com/rss2 "
            "blogs.law.harvard.edu/tech/rss cyber.law.harvard.edu/rss backend.userland.com/rss091 "
            "backend.userland.com/rss092 my.netscape.com/publish/formats/rss-0.91.dtd "
            "www.w3.org/2005/atom purl.org/atom/ns# example.com/newformat# example.com/necho "
            "purl.org/echo purl.org/pie uri/of/echo/namespace# www.sitemaps.org/schemas/sitemap/0.9 "
            "www.google.com/schemas/sitemap/0.84",
        ),
        ("dc:", "purl.org/dc/elements/1.1 purl.org/dc/elements/1.0"),
        ("dcterms:", "purl.org/dc/terms"),
        ("content:", "purl.org/rss/1.0/modules/content"),
        (
            "media:",
            "search.yahoo.com/mrss search.yahoo.com/mrss/rss www.rssboard.org/media-rss tools.search.yahoo.com/mrss",
        ),
        ("itunes:", "www.itunes.com/dtds/podcast-1.0.dtd"),
        ("feedburner:", "rssnamespace.org/feedburner/ext/1.0"),
        ("sy:", "purl.org/rss/1.0/modules/syndication"),
        ("at:", "purl.org/atompub/tombstones/1.0"),
        ("rdf:", "www.w3.org/1999/02/22-rdf-syntax-ns#"),
        ("xhtml:", "www.w3.org/1999/xhtml"),
        (
            "prism:",
            "prismstandard.org/namespaces/1.2/basic prismstandard.org/namespaces/basic/2.0 "
            "prismstandard.org/namespaces/basic/2.1 prismstandard.org/namespaces/basic/3.0",
        ),
        ("news:", "www.google.com/schemas/sitemap-news/0.9"),
        ("image:", "www.google.com/schemas/sitemap-image/1.1"),
        ("video:", "www.google.com/schemas/sitemap-video/1.1"),
    )
    for address in addresses.split()
}
# Names of RSS and Atom, which some publishers write with capitals of their own.
_WRITTEN = (
    "author category channel comments content copyright description enclosure entry expirationDate feed guid id image "
    "issued item language lastBuildDate link managingEditor modified pubDate published rights source subtitle summary "
    "title ttl updated url webMaster"
)
_NAMES = {name.lower(): name for name in _WRITTEN.split()}
_SCHEME = re.compile(r"^https?://", re.IGNORECASE)
_PREFIXED = re.compile(r"<(/?)[A-Za-z_][\w.-]*:(?=[A-Za-z])")
_DECLARATION = re.compile(r"""\sxmlns(?::[\w.-]+)?="[^"]*\"""")
RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"

Fields = dict[str, list[etree._Element]]


@lru_cache(maxsize=4096)
def short(tag: str) -> str:
    """Return a tag's short name: `title` for all RSS and Atom, `dc:creator`; `?:name` in unknown namespaces.

    >>> short("PubDate"), short("{http://www.w3.org/2005/Atom}title"), short("{urn:own}note")
    ('pubDate', 'title', '?:note')
    """
    if not tag.startswith("{"):
        return _NAMES.get(tag.lower(), tag)
    space, _, local = tag[1:].partition("}")
    prefix = _SPACES.get(_SCHEME.sub("", space.strip()).lower().rstrip("/"))
    return f"?:{local}" if prefix is None else prefix + local if prefix else _NAMES.get(local.lower(), local)


def fields_of(element: etree._Element) -> Fields:
    """Return the element's children by short name, each name's in document order."""
    found: Fields = {}
    for child in element:
        tag = child.tag
        if isinstance(tag, str):
            name = short(tag)
            if name in found:
                found[name].append(child)
            else:
                found[name] = [child]
    return found


def text_of(element: etree._Element) -> str:
    """Return all text within the element."""
    if len(element) == 0:
        return element.text or ""
    return "".join(str(part) for part in element.itertext())


def texts(fields: Fields, *names: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each non-empty element called one of `names`, the first name's first."""
    for name in names:
        for element in fields.get(name, ()):
            text = text_of(element).strip()
            if text:
                yield name, text


def first(fields: Fields, *names: str) -> tuple[str, str] | tuple[None, None]:
    """Return name and text of the first non-empty element called one of `names`."""
    for name in names:
        if name in fields:
            for element in fields[name]:
                if text := text_of(element).strip():
                    return name, text
    return None, None


def is_packed(element: etree._Element) -> bool:
    """Return whether the element's text is written in Base64 (Atom 0.3, 3.1.2; RFC 4287, 4.1.3.3)."""
    if element.get("mode") == "base64":
        return True
    return element.get("type") == "application/octet-stream" and short(str(element.tag)) == "content"


def _unpacked(element: etree._Element) -> str:
    """Return the text that the element holds in Base64; as it stands, where it is none."""
    text = element.text or ""
    try:
        return binascii.a2b_base64(text, strict_mode=False).decode("utf-8")
    except ValueError:
        return text


def html_of(element: etree._Element) -> str:
    """Return what the element holds as HTML: escaped markup unescaped once, markup that stands open as it is."""
    if len(element) == 0:
        text = _unpacked(element) if is_packed(element) else element.text or ""
        if "<" in text or ("&" not in text and ">" not in text):
            return text
        plain = element.get("type", "").lower() in {"text", "text/plain"} and element.get("mode") != "escaped"
        return escape(text, quote=False) if plain else text
    inside = escape(element.text or "", quote=False) + "".join(
        etree.tostring(child, encoding="unicode", method="html") for child in element
    )
    return _PREFIXED.sub(r"<\1", _DECLARATION.sub("", inside))
