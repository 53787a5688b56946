"""What the agencies' XML formats have in common: elements by local name, status words, subjects, NITF bodies. Pure."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy

from lxml import etree

from services.parser.formats.elements import html_of
from services.parser.item import Attached, Item, Slot
from shared.digests import entry_digest
from shared.schema import Status, Subject

MEDIA_TOPICS = "http://cv.iptc.org/newscodes/mediatopic/"
SUBJECT_CODES = "http://cv.iptc.org/newscodes/subjectcode/"
MANY = 100  # of anything repeated within one item
_SCHEMES = {"medtop": MEDIA_TOPICS, "subj": SUBJECT_CODES}
_EXCERPT_CHARS = 60_000
_STATUSES = {
    "withheld": Status.WITHHELD,
    "hold": Status.WITHHELD,
    "embargoed": Status.USABLE,  # the embargo's own date says until when
    "canceled": Status.CANCELLED,
    "cancelled": Status.CANCELLED,
    "killed": Status.CANCELLED,
}
_QUALIFIED = re.compile(r"^.*[:/]")  # a scheme's alias or address before the word
_BEFORE_MARK = re.compile(r"\s+(?=[,;:](?:\s|$))")
_AS_HTML = {"bq": "blockquote", "hl1": "h2", "hl2": "h2", "pre": "pre", "block": "div"}


def local(element: etree._Element) -> str:
    """Return the element's name without its namespace; agencies change the latter with each version."""
    return str(element.tag).rpartition("}")[2]


def all_at(element: etree._Element, *path: str) -> list[etree._Element]:
    """Return the elements that `path` leads to, child by child."""
    found = [element]
    for step in path:
        found = [child for one in found for child in one if isinstance(child.tag, str) and local(child) == step]
    return found


def at(element: etree._Element, *path: str) -> etree._Element | None:
    """Return the first element that `path` leads to."""
    return next(iter(all_at(element, *path)), None)


def named(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield every element below with one of these names, in document order."""
    return (one for one in element.iter("{*}*") if local(one) in names)


def words(element: etree._Element | None) -> str | None:
    """Return the text within the element in one line; elements within it part words, but none from its comma."""
    if element is None:
        return None
    text = " ".join(" ".join(str(part) for part in element.itertext()).split())
    return _BEFORE_MARK.sub("", text) or None


def words_at(element: etree._Element, *path: str) -> str | None:
    """Return the text of the first element with text that `path` leads to."""
    return next((text for one in all_at(element, *path) if (text := words(one))), None)


def attribute(element: etree._Element | None, name: str) -> str | None:
    """Return an attribute's value without white space around it."""
    return ((element.get(name) or "").strip() or None) if element is not None else None


def status_of(word: str | None) -> Status:
    """Return the status that an agency's word means; one that is unknown is no reason to withhold.

    >>> status_of("stat:canceled"), status_of("http://cv.iptc.org/newscodes/pubstatusg2/withheld")
    (<Status.CANCELLED: 'cancelled'>, <Status.WITHHELD: 'withheld'>)
    """
    return _STATUSES.get(_QUALIFIED.sub("", word or "").strip().lower(), Status.USABLE)


def subject(qcode: str | None, name: str | None) -> Subject | None:
    """Return a subject by its code as NewsML-G2 abbreviates it or as an address, or by its name alone."""
    scheme, code = None, None
    if qcode:
        mark = "/" if "://" in qcode else ":"
        start, _, code = qcode.rpartition(mark)
        scheme = (start + "/" if mark == "/" else _SCHEMES.get(start, start)) or None
    return Subject(scheme=scheme, code=code or None, name=name) if code or name else None


def slot_of(element: etree._Element, item: Item, key: str | None = None) -> Slot:
    """Return the slot of an agency's item, which is `key` to the store where its own identifier tells its version."""
    written = etree.tostring(element, encoding="utf-8", with_tail=False)
    return make_slot(written, item, key)


def make_slot(written: bytes, item: Item, key: str | None = None) -> Slot:
    """Return the slot of an item that was read already: agencies' documents hold few."""
    read: Callable[[], Item] = lambda: item  # noqa: E731 - a slot's reader takes nothing and returns the item
    return Slot(
        digest=entry_digest(written),
        source_id=key or item.source_id,
        link=item.link,
        title=item.headline,
        dated=item.updated or item.published,
        read=read,
        excerpt=lambda: written.decode("utf-8", "replace")[:_EXCERPT_CHARS],
    )


def nitf_html(content: etree._Element) -> str:
    """Return NITF's `body.content` as HTML, without its media."""
    content = deepcopy(content)
    for media in list(named(content, "media")):
        if (around := media.getparent()) is not None:
            around.remove(media)
    for element in content.iter("{*}*"):
        element.tag = _AS_HTML.get(local(element), local(element))
    etree.cleanup_namespaces(content)
    return html_of(content)


def nitf_pictures(content: etree._Element) -> Iterator[Attached]:
    """Yield the pictures that NITF puts between its paragraphs."""
    for media in named(content, "media"):
        reference = at(media, "media-reference")
        if media.get("media-type") == "image" and (url := attribute(reference, "source")):
            yield Attached(
                url, "image", attribute(reference, "mime-type"), words_at(media, "media-caption"),
                words_at(media, "media-producer"), attribute(reference, "alternate-text"),
                attribute(reference, "width"), attribute(reference, "height"),
            )  # fmt: skip
