"""Feeds that no repair makes well-formed: cut at their entries' tags, each whole entry read alone. Pure.

An entry is parsed strictly within the header's namespaces; where that fails too, its tags are put in order first
(`balance`), and what is no XML even then is left to feedparser (`loose`). An entry that a cut-off document ends in is
not whole and is left to the next poll.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from lxml import etree

from services.parser.formats import loose, xml
from services.parser.formats.balance import NAMESPACE, balance
from services.parser.formats.elements import short
from services.parser.item import Item, Slot, Window
from shared.digests import entry_digest
from shared.errors import Malformed, NotAFeed

MAX_ENTRY_CHARS = 1_000_000
MAX_HEAD_CHARS = 100_000  # of what stands before the first entry
MAX_LOOSE = 300  # entries of one document that feedparser reads, a millisecond or more each
_EXCERPT_CHARS = 60_000
_OPEN_ROOT = re.compile(r"<(?P<name>(?:[\w.-]+:)?(?:rss|rdf|feed))\b[^<>]*>?", re.IGNORECASE)
_ENTRY = re.compile(r"<(?P<name>(?:[\w.-]+:)?(?:item|entry))(?=[\s>])[^<>]*>", re.IGNORECASE)
_CLOSES = re.compile(r"</(?:[\w.-]+:)?(?:channel|rss|rdf|feed)\s*>", re.IGNORECASE)  # what holds the entries
_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+\s*=", re.ASCII)
_DEFAULT = re.compile(r"""\sxmlns\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_DECLARED = re.compile(r"""xmlns:([\w.-]+)\s*=\s*(?:"[^"]*"|'[^']*')""")
# What publishers mean by a prefix that they forgot to declare.
_USUAL = {
    "content": "http://purl.org/rss/1.0/modules/content/", "dc": "http://purl.org/dc/elements/1.1/", "media": "http://search.yahoo.com/mrss/",
    "atom": "http://www.w3.org/2005/Atom", "atom10": "http://www.w3.org/2005/Atom", "a10": "http://www.w3.org/2005/Atom",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd", "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "rss": "http://purl.org/rss/1.0/", "dcterms": "http://purl.org/dc/terms/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/", "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}  # fmt: skip

TreeWindow = Callable[[etree._Element, str], Window]


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands around each entry, so that it can be parsed alone."""

    opening: str
    name: str
    base: str
    tree_window: TreeWindow

    def around(self, piece: str) -> str:
        """Return a document of this one entry."""
        return f"{self.opening}{piece}</{self.name}>"


def read_window(text: str, url: str, tree_window: TreeWindow) -> Window:
    """Return the whole entries of a damaged feed.

    :raises NotAFeed: there is no feed's root element.
    :raises Malformed: there is one, but nothing in it can be read.
    """
    root = _OPEN_ROOT.search(text)
    if root is None:
        raise NotAFeed("The document is no feed: it is not XML and has no feed's root element.")
    closing = re.compile(rf"</{re.escape(root['name'])}\s*>", re.IGNORECASE)
    closed = closing.search(text, root.end()) is not None
    pieces, head_end = _cut(text, root.end())
    header = _header(_start_tag(root), text[root.end() : head_end], root["name"], url, tree_window)
    opening = _with_prefixes(_clean_root(root), text[root.end() :])
    frame = _Frame(opening, root["name"], header.feed.site_url or url, tree_window)
    slots = _slots(pieces, frame)
    if not slots and not closed:
        raise Malformed("The document breaks off before its first entry ends.")
    return Window(feed=header.feed, slots=tuple(slots), closed=closed, language=header.language, rights=header.rights)


def _cut(text: str, start: int) -> tuple[list[str], int]:
    """Return the whole entries, and where the header ends; one without an end tag ends where the next one begins."""
    opens = list(_ENTRY.finditer(text, start))
    pieces: list[str] = []
    for at, opened in enumerate(opens):
        until = opens[at + 1].start() if at + 1 < len(opens) else len(text)
        end = re.compile(rf"</{re.escape(opened['name'])}\s*>", re.IGNORECASE).search(text, opened.end(), until)
        if end is not None:
            pieces.append(text[opened.start() : end.end()])
        elif at + 1 < len(opens) or (_CLOSES.search(text, opened.end())):
            close = _CLOSES.search(text, opened.end(), until)
            pieces.append(f"{text[opened.start() : close.start() if close else until]}</{opened['name']}>")
    return pieces, opens[0].start() if opens else len(text)


def _clean_root(root: re.Match[str]) -> str:
    """Return the root's start tag with its namespaces, trimmed to what they mean, and nothing else."""
    found = re.findall(r"""(xmlns(?::[\w.-]+)?)\s*=\s*(?:"([^"]*)"|'([^']*)')""", _start_tag(root))
    declared = {name: "".join((double or single).split()) for name, double, single in found}
    return (
        f"<{root['name']}"
        + "".join(f' {name}="{address}"' for name, address in declared.items() if NAMESPACE.fullmatch(address))
        + ">"
    )


def _with_prefixes(opening: str, text: str) -> str:
    declared = set(_DECLARED.findall(opening)) | {"xml", "xmlns"}
    used = {one or other for one, other in _PREFIX.findall(text)} - declared
    extra = "".join(
        f' xmlns:{prefix}="{_USUAL.get(prefix, "urn:undeclared:" + prefix)}"' for prefix in sorted(used)[:50]
    )
    return opening[:-1] + extra + ">"


def _start_tag(root: re.Match[str]) -> str:
    """Return the root's start tag without a default namespace that is no feed's, so that names count as they are."""
    found = _DEFAULT.search(root[0])
    misspelt = found and short(f"{{{(found[1] or found[2] or '').strip()}}}").startswith("?:")
    return _DEFAULT.sub("", root[0]) if misspelt else root[0]


def _header(root: str, head: str, name: str, url: str, tree_window: TreeWindow) -> Window:
    """Return the window without entries that the header makes, as far as it can be read."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, encoding="utf-8"
    )
    text = _with_prefixes(root, head) + head[:MAX_HEAD_CHARS] + f"</{name}>"
    tree = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if tree is None:
        raise Malformed("The document is a feed whose header cannot be read.")
    return tree_window(tree, url)


def _slots(pieces: list[str], frame: _Frame) -> list[Slot]:
    slots: list[Slot] = []
    left = 0
    for piece in pieces:
        if len(piece) > MAX_ENTRY_CHARS:
            slots.append(_unreadable(piece, f"The entry is {len(piece)} characters long."))
            continue
        try:
            slots += frame.tree_window(_tree(piece, frame), frame.base).slots
        except etree.XMLSyntaxError as error:
            left += 1
            slots.append(_left(piece, frame, error, left))
    return slots


def _left(piece: str, frame: _Frame, error: etree.XMLSyntaxError, place: int) -> Slot:
    """Return the slot of the `place`th entry that is no XML."""
    if xml.too_deep(error):
        return _unreadable(piece, f"The entry nests elements more than {xml.MAX_DEPTH} deep.")
    found = loose.read_entry(piece, frame.around(piece), frame.base) if place <= MAX_LOOSE else None
    return found or _unreadable(piece, f"The entry is no XML: {error}.")


def _tree(piece: str, frame: _Frame) -> etree._Element:
    """Return the tree of one entry, its tags put in order if that is what it lacks."""
    try:
        return xml.parse(frame.around(piece))
    except etree.XMLSyntaxError:
        return xml.parse(frame.around(balance(piece)))


def _unreadable(piece: str, reason: str) -> Slot:
    def read() -> Item:
        raise Malformed(reason)

    return Slot(entry_digest(piece.encode("utf-8", "replace")), None, None, None, None, read, partial(_start, piece))


def _start(piece: str) -> str:
    return piece[:_EXCERPT_CHARS]
