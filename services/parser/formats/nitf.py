"""NITF 3: one story of an agency, its facts in `docdata`. Pure."""

from lxml import etree

from services.parser.formats.agency import (
    MANY,
    SUBJECT_CODES,
    all_at,
    at,
    attribute,
    named,
    nitf_html,
    nitf_pictures,
    slot_of,
    status_of,
    words,
    words_at,
)  # fmt: skip
from services.parser.formats.elements import XML_LANG
from services.parser.item import Item, Person, Window
from shared.messages import FeedFacts
from shared.schema import Subject

ROOTS = frozenset({"nitf"})


def read_window(root: etree._Element, url: str) -> Window:
    """Return the one item that the document is."""
    return Window(feed=FeedFacts(), slots=(slot_of(root, read_item(root, url)),))


def read_item(root: etree._Element, url: str) -> Item:
    """Return the story as it is written."""
    docdata = next(named(root, "docdata"), root)
    head = next(named(root, "body.head"), root)
    content = next(named(root, "body.content"), None)
    issued = attribute(at(docdata, "date.issue"), "norm")
    copyright_line = at(docdata, "doc.copyright")
    names = {"headline": "hl1", "summary": "abstract", "published_at": "date.issue", "body": "body.content"}
    return Item(
        source_id=attribute(at(docdata, "doc-id"), "id-string"),
        base=url,
        headline=words_at(head, "hedline", "hl1") or words_at(root, "head", "title"),
        subheadline=words_at(head, "hedline", "hl2"),
        summary=words_at(head, "abstract"),
        content=nitf_html(content) if content is not None else None,
        published=issued or attribute(next(named(root, "pubdata"), None), "date.publication"),
        expires=attribute(at(docdata, "date.expire"), "norm"),
        byline=words_at(head, "byline"),
        people=tuple(Person(name) for one in all_at(head, "byline", "person")[:MANY] if (name := words(one))),
        section=attribute(next(named(root, "pubdata"), None), "position.section"),
        dateline=words_at(head, "dateline", "location"),
        credit=words_at(head, "distributor") or attribute(copyright_line, "holder"),
        rights=" ".join(filter(None, (attribute(copyright_line, "year"), attribute(copyright_line, "holder")))) or None,
        usage_terms=attribute(at(docdata, "doc.rights"), "type") or attribute(at(docdata, "doc.rights"), "limitations"),
        language=root.get(XML_LANG) or root.get("baselang"),
        categories=tuple(
            key for one in all_at(docdata, "key-list", "keyword")[:MANY] if (key := attribute(one, "key"))
        ),
        subjects=_subjects(root),
        attached=() if content is None else tuple(nitf_pictures(content))[:MANY],
        status=status_of(attribute(docdata, "management-status")),
        status_reason=attribute(at(docdata, "ed-msg"), "info"),
        embargo=_embargo(
            attribute(at(docdata, "date.release"), "norm"), issued, attribute(docdata, "management-status")
        ),
        version=attribute(at(docdata, "du-key"), "version"),
        agency=True,
        names=names,
    )


def _embargo(released: str | None, issued: str | None, status: str | None) -> str | None:
    """Return the release date where it is another than that of issue, or where the item says to be embargoed."""
    if (status or "").strip().lower() == "embargoed":
        return released or ""
    return released if released != issued else None


def _subjects(root: etree._Element) -> tuple[Subject, ...]:
    found = []
    for one in named(root, "tobject.subject"):
        parts = (one.get(f"tobject.subject.{part}") for part in ("detail", "matter", "type"))
        issuer = one.get("tobject.subject.ipr", "IPTC")
        scheme = SUBJECT_CODES if issuer == "IPTC" else issuer
        code, name = attribute(one, "tobject.subject.refnum"), next(filter(None, parts), None)
        if code or name:
            found.append(Subject(scheme=scheme, code=code, name=name))
    return tuple(found[:MANY])


def embedded(element: etree._Element) -> tuple[str, tuple[etree._Element, ...]] | None:
    """Return the text of a NITF document within another, as HTML, and the element that holds its media."""
    content = next(named(element, "body.content"), None)
    return None if content is None or not words(content) else (nitf_html(content), (content,))
