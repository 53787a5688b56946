"""From what an entry says to an article's content: every field read, cleaned, cut to size and traced. Pure."""

import re
from functools import lru_cache

from services.parser.fields.credit import find_credit
from services.parser.fields.dates import parse_date
from services.parser.fields.images import read_images, read_media, with_signs
from services.parser.fields.language import declared_language, direction, shown_language
from services.parser.fields.people import SIGN_OFF_LINES, read_people, signing_people
from services.parser.fields.text import clean_characters, collapse, line
from services.parser.fields.urls import absolute, canonical
from services.parser.item import Item, Person, Window
from services.parser.words import Written, read_words
from shared.schema import Author, Content, Status

MAX_KEYWORDS = 50
MAX_SOURCE_ID_BYTES = 2000  # PostgreSQL's index rows end at 2704 bytes
_RAW_CHARS = 200
# Where a value is read from, for what no format names more exactly.
_PLACES = {
    "canonical_url": "link", "subheadline": "subtitle", "summary": "text", "byline": "byline", "authors": "byline",
    "dateline": "text", "expires_at": "expires", "subjects": "subject", "genre": "genre", "usage_terms": "usage terms",
    "section": "section", "keywords": "category", "images": "media, text", "media": "media",
    "copyright_notice": "rights", "embargoed_until": "embargo", "status_reason": "status",
}  # fmt: skip
_PLACED = {kind: {field: f"{kind} {place}" for field, place in _PLACES.items()} for kind in ("feed", "agency")}
_KILL = re.compile(
    r"^\W*(?:(?:STORY|PHOTO|COPY)\s+)?(?:KILL|KILLED|WITHDRAWN|MANDATORY KILL|BULLETIN "
    r"KILL)\s*[:\u2013\u2014-]\s*\S|^\W*STORY (?:KILLED|WITHDRAWN)\W*$"
)
_DATELINE_END = re.compile(r"\s*(?:\([^()]{2,40}\))?[\s_–—-]*$")


def read_content(item: Item, window: Window) -> Content:
    """Return what `item` says as an article's content.

    :raises Malformed: its text breaks a limit.
    """
    written = read_words(item)
    headline = line(item.headline)
    paragraphs = written.body.paragraphs if written.body else tuple(filter(None, (written.summary,)))
    language, language_from = _language(item, window, headline, paragraphs)
    signed, signed_in = _signed(item, paragraphs)
    values: dict[str, object] = {
        "canonical_url": canonical(item.origin or item.link) if item.link else None,
        "headline": headline,
        "subheadline": line(item.subheadline) if item.subheadline != item.summary else None,
        "summary": written.summary,
        "body_html": written.body.html if written.body else None,
        "body_text": written.body.text if written.body else None,
        "language": language,
        "direction": direction(language, headline or "".join(paragraphs[:1])),
    }
    values |= signed | _filed(item) | _pictures(item, written, signed) | _rights(item, window)
    if headline and _KILL.match(headline):
        values |= {"status": Status.CANCELLED, "status_reason": headline}
    values = {name: value for name, value in values.items() if value is not None and value != ()}
    values["provenance"] = _provenance(values, item, language_from) | signed_in
    return Content.model_validate(values)


def _signed(item: Item, paragraphs: tuple[str, ...]) -> tuple[dict[str, object], dict[str, str]]:
    """Return who wrote the text and the agency behind it, and where that stood if it stood in the text."""
    byline, named = signed_by(item.people, item.byline)
    authors = named or signing_people(paragraphs[-SIGN_OFF_LINES:])
    provider = line(item.credit, 100)
    credit = find_credit(
        paragraphs,
        byline=byline,
        source=line(item.source, 100) or provider or line(item.publisher, 100),
        rights=line(item.rights, 500),
        creators=tuple(one.name for one in item.people),
    )
    values: dict[str, object] = {
        "byline": byline,
        "authors": authors,
        "dateline": credit.dateline or _dateline(item.dateline),
        "credit": credit.agency or provider,
        "credit_evidence": credit.evidence or (f"provider: {provider}" if provider else None),
    }
    return values, {"authors": "text sign-off"} if authors and not named else {}


def _filed(item: Item) -> dict[str, object]:
    """Return when the article appeared, and under what."""
    keywords = keywords_of(item)
    return {
        "published_at": parse_date(item.published) if item.published else None,
        "updated_at": parse_date(item.updated) if item.updated else None,
        "expires_at": parse_date(item.expires) if item.expires else None,
        "subjects": item.subjects,
        "genre": line(item.genre, 200),
        "section": line(item.section, 200) or (keywords[0] if len(keywords) == 1 and not item.agency else None),
        "keywords": keywords,
    }


def _pictures(item: Item, written: Written, signed: dict[str, object]) -> dict[str, object]:
    """Return pictures, sound and film; a picture may bear the name that signs the text."""
    shown = read_images(item.attached, written.images.images if written.images else (), item.base)
    signs = (signed["byline"], item.source, item.publisher, item.credit, signed["credit"])
    return {
        "images": with_signs(shown, (str(sign) if sign else None for sign in signs)),
        "media": read_media(item.attached, item.base),
    }


@lru_cache(maxsize=256)
def signed_by(people: tuple[Person, ...], said: str | None) -> tuple[str | None, tuple[Author, ...]]:
    """Return the byline as written and the people: those named one by one, or else those in the line.

    A title has few writers, and telling names from roles takes longer than looking them up.
    """
    written, authors = read_people(people)
    if not said:
        return written, authors
    byline, named = read_people((Person(said),))
    return byline, authors or named


def takes_back(item: Item) -> bool:
    """Return whether an entry withdraws its article."""
    headline = line(item.headline)
    return item.status is Status.CANCELLED or bool(headline and _KILL.match(headline))


def _dateline(text: str | None) -> str | None:
    """Return a dateline without the agency's name and the dash that end it; a date alone is none.

    >>> _dateline("STOCKHOLM, Aug 29 (AFP) -")
    'STOCKHOLM, Aug 29'
    """
    found = line(text, 100)
    return (_DATELINE_END.sub("", found) or None) if found and not found[0].isdigit() else None


def _rights(item: Item, window: Window) -> dict[str, object]:
    """Return on what terms the article may be read, and from when; an embargo that cannot be read withholds it."""
    values: dict[str, object] = {
        "status": item.status,
        "status_reason": line(item.status_reason, 500) if item.status is not Status.USABLE else None,
        "usage_terms": line(item.usage_terms, 2000),
        "copyright_notice": line(item.rights, 500) or line(window.rights, 500),
    }
    if item.embargo is not None:
        until = parse_date(item.embargo)
        if until is None and item.status is Status.USABLE:
            said = line(item.embargo, 100)
            reason = f"Embargoed until {said!r}, which names no moment." if said else "Embargoed without an end."
            return values | {"status": Status.WITHHELD, "status_reason": reason}
        values["embargoed_until"] = until
    return values


def _language(item: Item, window: Window, headline: str | None, paragraphs: tuple[str, ...]) -> tuple[str | None, str]:
    if declared := declared_language(item.language):
        return declared, "entry"
    if declared := declared_language(window.language):
        return declared, "feed"
    return shown_language(" ".join(filter(None, (headline, *paragraphs[:3]))), window.served_language)


def keywords_of(item: Item) -> tuple[str, ...]:
    """Return what the entry is filed under, addresses aside."""
    found: dict[str, str] = {}
    for category in item.categories:
        if (name := line(category, 100)) and not (name[:4].lower() == "http" and absolute(name, None)):
            found.setdefault(name.casefold(), name)
    return tuple(found.values())[:MAX_KEYWORDS]


def _provenance(values: dict[str, object], item: Item, language_from: str) -> dict[str, str]:
    """Return where each value came from; dates are kept as written too."""
    kind = "agency" if item.agency else "feed"
    found = {field: place for field, place in _PLACED[kind].items() if field in values}
    found |= {field: f"{kind} {name}" for field, name in item.names.items() if field in values}
    if "byline" in values and not item.byline:
        found["byline"] = found.get("authors") or f"{kind} {item.names.get('authors', 'author')}"
    if "section" in values and not item.section:
        found["section"] = f"{kind} category"
    if evidence := values.get("credit_evidence"):
        found["credit"] = str(evidence).partition(":")[0]
    if item.version:
        found["version"] = item.version[:_RAW_CHARS]
    if "body_text" in values:
        found["body_text"] = f"{kind} {item.names.get('body') or item.names.get('summary', 'text')}"
    if "language" in values:
        found["language"] = language_from
    raws = {"published_raw": item.published, "updated_raw": item.updated, "embargo_raw": item.embargo}
    raws["url_raw"] = item.names.get("url_raw")
    for field, raw in raws.items():
        if raw:
            found[field] = line(raw, _RAW_CHARS) or ""
    return {field: name for field, name in found.items() if name}


def killed(item: Item) -> Content:
    """Return the content of an entry that the publisher took back (RFC 6721)."""
    by = line(item.people[0].name, _RAW_CHARS) if item.people else None
    reason = line(item.cancelled, 500)
    moment = parse_date(item.updated) if item.updated else None
    said = {
        "status_reason": "feed at:comment" if reason else None,
        "updated_at": "feed at:deleted-entry when" if moment else None,
        "withdrawn_by": by,
    }
    places = {"status": "feed at:deleted-entry"} | {name: text for name, text in said.items() if text}
    return Content(status=Status.CANCELLED, status_reason=reason, updated_at=moment, provenance=places)


def source_id_of(text: str | None) -> str | None:
    """Return the publisher's identifier as written, free of characters that no store takes; None if it is none."""
    cleaned = line_kept(text)
    return cleaned if cleaned and len(cleaned.encode()) <= MAX_SOURCE_ID_BYTES else None


def line_kept(text: str | None) -> str | None:
    """Return `text` without controls and white space at its ends."""
    if not text:
        return None
    return clean_characters(collapse(text)) or None
