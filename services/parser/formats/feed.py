"""RSS, RDF and Atom: a document split into its entries, each read only when asked for. Pure.

A well-formed document is walked as a tree. One that is not is repaired where the repair has one meaning; what is still
broken is cut at its entries' tags, so that one bad entry costs itself alone (`broken`).
"""

from functools import partial

from lxml import etree

from services.parser.fields.text import key_of, line
from services.parser.fields.urls import absolute
from services.parser.formats import broken, hubs, icons, loose, wishes, xml
from services.parser.formats.elements import XML_LANG, Fields, fields_of, first, html_of, short, text_of
from services.parser.formats.entries import Listed, link, own_base, person_of, ranked_links, read_entry, source_id
from services.parser.formats.sections import close_sections
from services.parser.item import Item, Person, Slot, Window
from shared.digests import entry_digest
from shared.errors import Malformed, NotAFeed
from shared.messages import FeedFacts

ROOTS = frozenset({"rss", "rdf", "feed", "channel", "entry"})
MAX_NAMESPACES = 200  # each stands in each entry's bytes; real feeds declare a dozen
_PERIODS_S = {"hourly": 3600, "daily": 86_400, "weekly": 7 * 86_400, "monthly": 30 * 86_400, "yearly": 365 * 86_400}
_DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
_EXCERPT_CHARS = 60_000


def read_window(text: str, url: str) -> Window:
    """Return the entries of the feed in `text`, which came from `url`.

    :raises NotAFeed: it is something else.
    :raises Malformed: it is nested too deeply, or so damaged that no entry is left.
    """
    text = close_sections(text)
    try:
        return tree_window(xml.parse(text), url)
    except etree.XMLSyntaxError:
        text = xml.repair(text)
    try:
        return tree_window(xml.parse(text), url)
    except etree.XMLSyntaxError as error:
        window = broken.read_window(text, url, tree_window)
        if xml.too_deep(error) and not any(slot.title or slot.link or slot.source_id for slot in window.slots):
            raise Malformed(
                f"The document nests elements more than {xml.MAX_DEPTH} deep, which no feed needs."
            ) from None
        return window


def tree_window(root: etree._Element, url: str) -> Window:
    """Return the entries below `root` of a well-formed feed.

    :raises NotAFeed: the root is no feed's.
    :raises Malformed: it declares namespaces without end.
    """
    root = next(root.iter("{*}rss", "{*}RDF", "{*}feed"), root) if _local(root) not in ROOTS else root
    name = _local(root)
    if name == "channel" and "href" in map(str.lower, map(str, root.attrib)):  # CDF
        return loose.read_window(etree.tostring(root, encoding="unicode"), url)
    if short(str(root.tag)) != name and (name == "rss" or (name == "feed" and _holds_entries(root))):
        _level(root)
    if name not in ROOTS:
        raise NotAFeed(f"The document is XML, but its root element <{name}> is no feed's.")
    if short(str(root.tag)).startswith("?:"):
        raise NotAFeed(f"The document is XML, but its root element {root.tag} is no feed's.")
    if len(root.nsmap) > MAX_NAMESPACES:
        raise Malformed(f"The document declares more than {MAX_NAMESPACES} namespaces, which no feed needs.")
    header = fields_of(root)
    channel = root if name in {"feed", "channel"} else next(iter(header.get("channel", ())), root)
    about = header if channel is root else fields_of(channel)
    base = own_base(root, url)
    base = own_base(channel, base) if channel is not root else base
    feed = _feed_facts(channel, about, base, header)
    entry_base = base if name == "feed" or base != url else feed.site_url or base
    authors = _feed_authors(about, feed.title) if name == "feed" else ()
    slots = [_slot(element, entry_base, authors) for element in _entries(root, name)]
    return Window(
        feed=feed,
        slots=tuple(slots),
        language=feed.language or root.get(XML_LANG),
        rights=first(about, "copyright", "rights", "dc:rights")[1],
        author=None,
    )


def _entries(root: etree._Element, name: str) -> list[etree._Element]:
    """Return the entries and tombstones in document order, by whichever format's name."""
    if name == "entry":
        return [root]
    if name == "feed":
        return [child for child in root if _is_entry(child)]
    found = [element for element in root.iter("{*}item", _DELETED) if _is_entry(element)]
    found = found or [element for element in root.iter() if _is_entry(element)]
    return [element for element in found if not any(map(_is_entry, element.iterancestors()))]


def _holds_entries(root: etree._Element) -> bool:
    """Return whether a feed whose namespace is misspelt holds an entry all the same."""
    return any(_local(child) == "entry" and {"title", "id"} & {_local(one) for one in child} for child in root)


def _is_entry(element: etree._Element) -> bool:
    return short(str(element.tag)) in {"item", "entry", "at:deleted-entry"}


def _level(root: etree._Element) -> None:
    """Write names of elements without the namespace of the root and, where the root is in capitals, in lower case."""
    space, _, local = str(root.tag).rpartition("}")
    for element in root.iter(f"{space}}}*" if space else "*"):
        name = str(element.tag).rpartition("}")[2]
        element.tag = name.lower() if local.isupper() else name


def _feed_authors(about: Fields, title: str | None) -> tuple[Person, ...]:
    """Return who wrote the entries that name nobody (RFC 4287, 4.2.1), unless it is the feed's own title."""
    people = (person for element in about.get("author", ()) if (person := person_of(element)))
    return tuple(one for one in people if key_of(one.name) not in key_of(title or ""))


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _slot(element: etree._Element, base: str | None, authors: tuple[Person, ...] = ()) -> Slot:
    written = etree.tostring(element, encoding="utf-8", with_tail=False)
    digest = entry_digest(written)
    if short(str(element.tag)) == "at:deleted-entry":
        return _tombstone(element, base, digest)
    fields = fields_of(element)
    near = own_base(element, base)
    origin = absolute(first(fields, "feedburner:origLink")[1], near)
    links = ranked_links(fields)
    linked = link(links, fields, near)
    title = next((text for found in fields.get("title", ()) if (text := text_of(found).strip())), None)
    identifier = source_id(element, fields)
    return Slot(
        digest=digest,
        source_id=identifier,
        link=origin or linked,
        title=title,
        dated=first(fields, "pubDate", "published", "issued", "dc:date", "updated", "modified")[1],
        read=partial(
            read_entry,
            Listed(
                element,
                fields,
                near,
                identifier,
                linked,
                origin,
                links[0][1] if links else None,
                authors,
            ),
        ),
        excerpt=partial(_excerpt, element),
    )


def _tombstone(element: etree._Element, base: str | None, digest: str) -> Slot:
    """Return the slot of an entry that the publisher took back (RFC 6721): which, when, who did it and why."""
    fields = fields_of(element)
    ref, when = (element.get("ref") or "").strip() or None, element.get("when")
    by = next((person for found in fields.get("at:by", ()) if (person := person_of(found))), None)
    item = Item(
        source_id=ref,
        link=link(ranked_links(fields), fields, own_base(element, base))
        or absolute(ref, None),  # RSS has identifiers that are addresses
        cancelled=first(fields, "at:comment")[1] or "",
        updated=when,
        people=(by,) if by else (),
    )
    return Slot(digest, ref, item.link, None, when, lambda: item, partial(_excerpt, element), cancelled=True)


def _excerpt(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode", with_tail=False)[:_EXCERPT_CHARS]


def _feed_facts(channel: etree._Element, about: Fields, base: str | None, header: Fields) -> FeedFacts:
    language = first(about, "language", "dc:language")[1] or channel.get(XML_LANG)
    return FeedFacts(
        title=line(_title(about), 300),
        site_url=link(ranked_links(about), {}, base),
        language=language.strip()[:35] if language else None,
        icon=icons.of_feed(about, header, base=base),  # RSS 1.0 has its picture beside the channel
        ttl_s=_ttl_s(about),
        **hubs.linked(about, base=base),
        **wishes.asked(about, base),
    )


def _title(about: Fields) -> str | None:
    found = (html_of(element) for name in ("title", "dc:title") for element in about.get(name, ()))
    return next((text for text in found if text.strip()), None)


def _ttl_s(about: Fields) -> int | None:
    """Return the publisher's wish: RSS `ttl` in minutes, or the syndication module's period and frequency."""
    minutes = first(about, "ttl")[1] or ""
    if minutes.isdecimal() and len(minutes) < 7:
        return int(minutes) * 60
    period = _PERIODS_S.get((first(about, "sy:updatePeriod")[1] or "").lower())
    frequency = first(about, "sy:updateFrequency")[1] or "1"
    if period and frequency.isdecimal() and int(frequency[:6]) > 0:
        return period // int(frequency[:6])
    return None
