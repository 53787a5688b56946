"""NewsML 1: news items with nested components, the first headline's being the story. Pure."""

from collections.abc import Iterator

from lxml import etree

from services.parser.formats import nitf
from services.parser.formats.agency import (
    MANY,
    SUBJECT_CODES,
    all_at,
    at,
    attribute,
    named,
    nitf_pictures,
    slot_of,
    status_of,
    words,
    words_at,
)  # fmt: skip
from services.parser.formats.elements import XML_LANG, html_of
from services.parser.item import Attached, Item, Window
from shared.errors import NotAFeed
from shared.messages import FeedFacts
from shared.schema import Subject

ROOTS = frozenset({"NewsML"})
_SUBJECTS = ("Subject", "SubjectMatter", "SubjectDetail", "SubjectQualifier")


def read_window(root: etree._Element, url: str) -> Window:
    """Return the document's items.

    :raises NotAFeed: it carries none.
    """
    items = all_at(root, "NewsItem")
    if not items:
        raise NotAFeed("The document is NewsML without news items.")
    return Window(feed=FeedFacts(), slots=tuple(slot_of(item, _item(item, url), _key(item)) for item in items))


def _key(item: etree._Element) -> str | None:
    """Return the identifier that all revisions share (NewsML 1.2, 5.3.3)."""
    parts = (
        words_at(item, "Identification", "NewsIdentifier", name) for name in ("ProviderId", "DateId", "NewsItemId")
    )
    known = [part for part in parts if part]
    return f"urn:newsml:{':'.join(known)}" if len(known) == 3 else None


def _item(root: etree._Element, url: str) -> Item:
    management = found if (found := at(root, "NewsManagement")) is not None else root
    lines = next((one for one in named(root, "NewsLines") if at(one, "HeadLine") is not None), root)
    rights = next(named(root, "RightsMetadata"), root)
    status = attribute(at(management, "Status"), "FormalName")
    body, pictures = _content(root)
    return Item(
        source_id=words_at(root, "Identification", "NewsIdentifier", "PublicIdentifier") or _key(root),
        base=url,
        headline=words_at(lines, "HeadLine"),
        subheadline=words_at(lines, "SubHeadLine"),
        content=body,
        published=words_at(management, "FirstCreated"),
        updated=words_at(management, "ThisRevisionCreated"),
        byline=words_at(lines, "ByLine"),
        dateline=words_at(lines, "DateLine"),
        credit=words_at(lines, "CreditLine") or _party(root, "Provider") or _party(root, "Source"),
        rights=words_at(lines, "CopyrightLine") or words_at(rights, "Copyright"),
        usage_terms=words_at(rights, "UsageRights", "UsageType") or words_at(lines, "RightsLine"),
        language=_language(root),
        categories=tuple(_keywords(root, lines))[:MANY],
        subjects=tuple(
            Subject(scheme=SUBJECT_CODES, code=code)
            for code in dict.fromkeys(attribute(one, "FormalName") for one in named(root, *_SUBJECTS))
            if code
        )[:MANY],
        genre=attribute(next(named(root, "Genre"), None), "FormalName"),
        attached=(*pictures, *_pictures(root))[:MANY],
        status=status_of(status),
        status_reason=words_at(management, "Instruction"),
        embargo=_embargo(management, status),
        version=words_at(root, "Identification", "NewsIdentifier", "RevisionId"),
        agency=True,
        names={
            "headline": "HeadLine", "published_at": "FirstCreated", "updated_at": "ThisRevisionCreated",
            "body": "DataContent",
        },
    )  # fmt: skip


def _embargo(management: etree._Element, status: str | None) -> str | None:
    """Return when an embargoed item's status will change, "" where nothing says so."""
    if (status or "").lower() != "embargoed":
        return None
    return words_at(management, "StatusWillChange", "DateAndTime") or ""


def _party(root: etree._Element, role: str) -> str | None:
    return next(
        (
            name
            for one in named(root, role)
            for party in all_at(one, "Party")
            if (name := attribute(party, "FormalName"))
        ),
        None,
    )


def _language(root: etree._Element) -> str | None:
    declared = next((attribute(one, "FormalName") for one in named(root, "Language")), None)
    return declared or root.get(XML_LANG)


def _keywords(root: etree._Element, lines: etree._Element) -> Iterator[str]:
    yield from (text for one in all_at(lines, "KeywordLine") if (text := words(one)))
    for one in named(root, "Property"):
        if one.get("FormalName") == "Keyword" and (value := attribute(one, "Value")):
            yield value


def _content(root: etree._Element) -> tuple[str | None, tuple[Attached, ...]]:
    """Return the longest text that the item carries, as HTML, and the pictures within it."""
    texts: list[tuple[str, tuple[Attached, ...]]] = []
    for one in named(root, "DataContent"):
        if story := nitf.embedded(one):
            texts.append((story[0], tuple(nitf_pictures(story[1][0]))))
        elif words(one):
            texts.append((html_of(next(named(one, "body"), one)), ()))
    return max(texts, key=lambda found: len(found[0]), default=(None, ()))


def _pictures(root: etree._Element) -> Iterator[Attached]:
    """Yield the pictures that content items point to, with the caption of their component."""
    for one in named(root, "ContentItem"):
        kind = attribute(at(one, "MediaType"), "FormalName")
        if kind in {"Photo", "Graphic", "Picture"} and (one.get("Href") or "").startswith("http"):
            around = one.getparent()
            lines = at(around, "NewsLines") if around is not None else None
            yield Attached(
                one.get("Href") or "", "image", caption=None if lines is None else words_at(lines, "HeadLine"),
                credit=None if lines is None else words_at(lines, "CreditLine"),
            )  # fmt: skip
