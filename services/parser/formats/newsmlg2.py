"""NewsML-G2: news items and packages, alone or in a news message. Pure."""

from collections.abc import Iterator

from lxml import etree

from services.parser.formats import nitf
from services.parser.formats.agency import (
    MANY,
    all_at,
    at,
    attribute,
    local,
    named,
    nitf_pictures,
    slot_of,
    status_of,
    subject,
    words,
    words_at,
)  # fmt: skip
from services.parser.formats.elements import XML_LANG, html_of
from services.parser.item import Attached, Item, Window
from shared.errors import NotAFeed
from shared.messages import FeedFacts
from shared.schema import Subject

ROOTS = frozenset({"newsMessage", "newsItem", "packageItem"})
_ITEMS = ("newsItem", "packageItem")
_SUMMARIES = ("", "drol:summary", "drol:abstract", "descRole:summary")
_CAPTIONS = ("drol:caption", "descRole:caption")


def read_window(root: etree._Element, url: str) -> Window:
    """Return the items of a message, or the one that the document is.

    :raises NotAFeed: the message carries none.
    """
    items = [root] if local(root) in _ITEMS else list(named(root, *_ITEMS))
    if not items:
        raise NotAFeed("The document is a NewsML-G2 message without news items.")
    return Window(feed=FeedFacts(), slots=tuple(slot_of(item, _item(item, url)) for item in items))


def _item(root: etree._Element, url: str) -> Item:
    meta, about = (found if (found := at(root, name)) is not None else root for name in ("itemMeta", "contentMeta"))
    rights = found if (found := at(root, "rightsInfo")) is not None else root
    embargo = at(meta, "embargoed")
    created, version_created = words_at(meta, "firstCreated"), words_at(meta, "versionCreated")
    body, pictures = _content(root)
    return Item(
        source_id=attribute(root, "guid"),
        base=url,
        headline=_headline(about),
        subheadline=_first(about, "headline", ("hlr:sub", "hld:subHeadline", "hlrole:sub")),
        summary=_first(about, "description", _SUMMARIES),
        content=body,
        published=created or words_at(about, "contentCreated") or version_created,
        updated=version_created,
        expires=words_at(meta, "expires"),
        byline=words_at(about, "by"),
        dateline=words_at(about, "dateline") or words_at(about, "located", "name"),
        credit=words_at(about, "creditline") or _party(at(meta, "provider")) or _party(at(about, "infoSource")),
        rights=words_at(rights, "copyrightNotice") or _party(at(rights, "copyrightHolder")),
        usage_terms=words_at(rights, "usageTerms"),
        language=attribute(at(about, "language"), "tag") or root.get(XML_LANG),
        categories=tuple(text for one in all_at(about, "keyword")[:MANY] if (text := words(one))),
        subjects=tuple(_subjects(about))[:MANY],
        genre=words_at(about, "genre", "name"),
        attached=(*pictures, *_pictures(root, about))[:MANY],
        status=status_of(attribute(at(meta, "pubStatus"), "qcode") or attribute(at(meta, "pubStatus"), "uri")),
        status_reason=words_at(meta, "edNote"),
        embargo=None if embargo is None else (embargo.text or "").strip(),
        version=attribute(root, "version"),
        agency=True,
        names={
            "headline": "headline", "summary": "description", "published_at": "firstCreated",
            "updated_at": "versionCreated", "body": "contentSet",
        },
    )  # fmt: skip


def _headline(about: etree._Element) -> str | None:
    """Return the headline without a role, or the main one, or the first."""
    return _first(about, "headline", ("", "hld:main", "hlr:main", "hlrole:main")) or words_at(about, "headline")


def _first(about: etree._Element, name: str, roles: tuple[str, ...]) -> str | None:
    found = all_at(about, name)
    return next((text for role in roles for one in found if one.get("role", "") == role and (text := words(one))), None)


def _party(element: etree._Element | None) -> str | None:
    """Return who is named: by name, in words, or by the code's last part."""
    if element is None:
        return None
    code = (attribute(element, "qcode") or "").rpartition(":")[2]
    return words_at(element, "name") or attribute(element, "literal") or code or None


def _subjects(about: etree._Element) -> Iterator[Subject]:
    for element in all_at(about, "subject"):
        code = attribute(element, "qcode") or attribute(element, "uri") or attribute(element, "literal")
        if found := subject(code, words_at(element, "name")):
            yield found


def _content(root: etree._Element) -> tuple[str | None, tuple[Attached, ...]]:
    """Return the longest text that the item carries, as HTML, and the pictures within it."""
    texts: list[tuple[str, tuple[Attached, ...]]] = []
    for one in (*all_at(root, "contentSet", "inlineXML"), *all_at(root, "contentSet", "inlineData")):
        if story := nitf.embedded(one):
            texts.append((story[0], tuple(nitf_pictures(story[1][0]))))
        elif words(one):
            body = next(named(one, "body"), one)
            texts.append((html_of(body), ()))
    return max(texts, key=lambda found: len(found[0]), default=(None, ()))


def _pictures(root: etree._Element, about: etree._Element) -> Iterator[Attached]:
    """Yield the item's own picture in its largest rendition."""
    remote = [
        one
        for one in all_at(root, "contentSet", "remoteContent")
        if (one.get("contenttype") or "").startswith("image/")
    ]
    remote = [one for one in remote if (one.get("href") or "").startswith("http")]
    if remote:
        largest = max(remote, key=lambda one: _number(one.get("width")))
        caption = _first(about, "description", _CAPTIONS) or words_at(about, "description")
        credit = words_at(about, "creditline") or words_at(about, "by")
        yield Attached(
            largest.get("href") or "", "image", largest.get("contenttype"), caption, credit,
            width=largest.get("width"), height=largest.get("height"),
        )  # fmt: skip


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else 0
