"""From what an entry says to an article's content: every field read, cleaned, cut to size and traced. Pure."""

import re
from functools import lru_cache
from typing import NamedTuple

from services.parser.fields.credit import find_credit
from services.parser.fields.dates import parse_date
from services.parser.fields.html import Body, clean_body
from services.parser.fields.images import read_images, read_media, with_signs
from services.parser.fields.language import declared_language, direction, shown_language
from services.parser.fields.people import SIGN_OFF_LINES, read_people, signing_people
from services.parser.fields.text import SUMMARY_CHARS, clean_characters, collapse, line
from services.parser.fields.urls import absolute, canonical
from services.parser.item import Item, Person, Window
from shared.schema import Author, Content, Status

ARTICLE_WORDS = 150  # a description of so many words is the article, not its summary
EXCERPT_WORDS = 60  # a text of fewer words in one paragraph is no whole article, wherever it stands
SEVERAL = 3  # paragraphs that make a description an article, if they hold half as many words
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
_CUT_OFF = re.compile(
    r"(?:\[(?:…|\.\.\.|&hellip;)\]|…|\.\.\.)\W*$|(?:read more|continue reading|weiterlesen|lire la suite|"
    r"leer más|read the full (?:story|article))\W{0,3}.{0,120}$",
    re.IGNORECASE,
)
_CUT_OFF_SIGNS = ("…", "...", "&hellip;", "read", "weiterlesen", "lire", "leer")  # one of them is in whatever matches
_FURNITURE = re.compile(
    r"^(?:the post .{1,300} (?:first )?appeared (?:first )?on .{1,100}|(?:read more|continue reading|read "
    r"the full story|weiterlesen|lire la suite|leer más)\b.{0,150}|(?:advertisement|anzeige|"
    r"werbung))[.\s»→>]*$",
    re.IGNORECASE,
)
_DATELINE_END = re.compile(r"\s*(?:\([^()]{2,40}\))?[\s_–—-]*$")
_FURNITURE_END = re.compile(
    r"\s*(?:The post .{1,300} (?:first )?appeared (?:first )?on .{1,100}\.?|\[?(?:…|\.\.\.)\]?\s*(?:Read "
    r"more|Continue reading|Weiterlesen|Lire la suite)\b.{0,150})$",
    re.IGNORECASE,
)


class Written(NamedTuple):
    """The words of an entry: its whole text, or what only sums it up."""

    body: Body | None
    summary: str | None
    images: Body | None  # where the pictures of the text are, whole or not


def read_content(item: Item, window: Window) -> Content:
    """Return what `item` says as an article's content.

    :raises Malformed: its text breaks a limit.
    """
    written = read_words(item)
    headline = line(item.headline)
    byline, named = _people(item.people, item.byline)
    provider = line(item.credit, 100)
    paragraphs = written.body.paragraphs if written.body else tuple(filter(None, (written.summary,)))
    authors = named or signing_people(paragraphs[-SIGN_OFF_LINES:])
    rights = line(item.rights, 500)
    credit = find_credit(
        paragraphs,
        byline=byline,
        source=line(item.source, 100) or provider or line(item.publisher, 100),
        rights=rights,
        creators=tuple(one.name for one in item.people),
    )
    language, language_from = _language(item, window, headline, paragraphs)
    keywords = _keywords(item)
    values: dict[str, object] = {
        "canonical_url": canonical(item.origin or item.link) if item.link else None,
        "headline": headline,
        "subheadline": line(item.subheadline) if item.subheadline != item.summary else None,
        "summary": written.summary,
        "body_html": written.body.html if written.body else None,
        "body_text": written.body.text if written.body else None,
        "language": language,
        "direction": direction(language, headline or "".join(paragraphs[:1])),
        "byline": byline,
        "authors": authors,
        "dateline": credit.dateline or _dateline(item.dateline),
        "credit": credit.agency or provider,
        "credit_evidence": credit.evidence or (f"provider: {provider}" if provider else None),
        "published_at": parse_date(item.published) if item.published else None,
        "updated_at": parse_date(item.updated) if item.updated else None,
        "expires_at": parse_date(item.expires) if item.expires else None,
        "subjects": item.subjects,
        "genre": line(item.genre, 200),
        "usage_terms": line(item.usage_terms, 2000),
        "section": line(item.section, 200) or (keywords[0] if len(keywords) == 1 and not item.agency else None),
        "keywords": keywords,
        "images": with_signs(
            read_images(item.attached, written.images.images if written.images else (), item.base),
            (byline, item.source, item.publisher, provider, credit.agency),
        ),
        "media": read_media(item.attached, item.base),
        "copyright_notice": rights or line(window.rights, 500),
    }
    values |= _rights(item)
    if headline and _KILL.match(headline):
        values |= {"status": Status.CANCELLED, "status_reason": headline}
    values = {name: value for name, value in values.items() if value is not None and value != ()}
    values["provenance"] = _provenance(values, item, language_from) | (
        {"authors": "text sign-off"} if authors and not named else {}
    )
    return Content.model_validate(values)


@lru_cache(maxsize=256)
def _people(people: tuple[Person, ...], said: str | None) -> tuple[str | None, tuple[Author, ...]]:
    """Return the byline as written and the people: those named one by one, or else those in the line.

    A title has few writers, and telling names from roles takes longer than looking them up.
    """
    written, authors = read_people(people)
    if not said:
        return written, authors
    byline, named = read_people((Person(said),))
    return byline, authors or named


def _dateline(text: str | None) -> str | None:
    """Return a dateline without the agency's name and the dash that end it; a date alone is none.

    >>> _dateline("STOCKHOLM, Aug 29 (AFP) -")
    'STOCKHOLM, Aug 29'
    """
    found = line(text, 100)
    return (_DATELINE_END.sub("", found) or None) if found and not found[0].isdigit() else None


def _rights(item: Item) -> dict[str, object]:
    """Return whether the article may be read, and from when; an embargo that cannot be read withholds it."""
    reason = line(item.status_reason, 500) if item.status is not Status.USABLE else None
    values: dict[str, object] = {"status": item.status, "status_reason": reason}
    if item.embargo is not None:
        until = parse_date(item.embargo)
        if until is None and item.status is Status.USABLE:
            said = line(item.embargo, 100)
            reason = f"Embargoed until {said!r}, which names no moment." if said else "Embargoed without an end."
            return {"status": Status.WITHHELD, "status_reason": reason}
        values["embargoed_until"] = until
    return values


def read_words(item: Item) -> Written:
    """Return the entry's words: an element made for whole texts gives the body, or a description that is one."""
    content = clean_body(item.content, item.base) if item.content else None
    description = clean_body(item.summary, item.base) if item.summary and item.summary != item.content else None
    content, description = _without_furniture(content), _without_furniture(description)
    if content and not content.paragraphs:
        content = None if not content.images else content
    if content and (item.agency or _is_whole(content, EXCERPT_WORDS, 1)):
        return Written(content, _summary(description, content), content)
    # what describes a film is no article, however long
    of_medium = item.names.get("summary", "").startswith("media:")
    if description and not of_medium and _is_whole(description, ARTICLE_WORDS, SEVERAL):
        return Written(description, None, description)
    if (
        content
        and content.paragraphs
        and not _cut_off(content)
        and description
        and len(content.text) > len(description.text)
    ):
        return Written(content, _summary(description, content), content)
    short = description if description and description.paragraphs else content
    return Written(None, _summary(short, None), content if content and content.images else description)


def _without_furniture(body: Body | None) -> Body | None:
    """Return `body` without the lines that a publishing system adds at the end."""
    if body is None or not body.paragraphs:
        return body
    kept = body.paragraphs
    while kept and _FURNITURE.match(kept[-1]):
        kept = kept[:-1]
    return body if kept is body.paragraphs else Body(body.html, kept, body.images)


def _is_whole(body: Body, words: int, several: int) -> bool:
    count = body.words
    if count >= words and not (_cut_off(body) and count < 4 * ARTICLE_WORDS):
        return several == 1 or count >= ARTICLE_WORDS or len(body.paragraphs) >= several
    return several > 1 and len(body.paragraphs) >= several and count >= words // 2 and not _cut_off(body)


def _cut_off(body: Body) -> bool:
    end = body.paragraphs[-1][-300:] if body.paragraphs else ""
    low = end.lower()
    return any(map(low.__contains__, _CUT_OFF_SIGNS)) and _CUT_OFF.search(end) is not None


def _summary(short: Body | None, whole: Body | None) -> str | None:
    """Return the summary in one paragraph, unless it only repeats the whole text."""
    if short is None or not short.paragraphs:
        return None
    text = " ".join(short.paragraphs)
    if len(text) < SUMMARY_CHARS and ("…" in text or "..." in text or "appeared" in text.lower()):
        text = _FURNITURE_END.sub("", text)
    if whole is not None and text == " ".join(whole.paragraphs):
        return None
    return line_of_text(text)


def line_of_text(text: str) -> str | None:
    """Return `text`, already clean, cut to a summary's length at a word."""
    if len(text) > SUMMARY_CHARS:
        text = text[:SUMMARY_CHARS].rsplit(" ", 1)[0]
    return text or None


def _language(item: Item, window: Window, headline: str | None, paragraphs: tuple[str, ...]) -> tuple[str | None, str]:
    if declared := declared_language(item.language):
        return declared, "entry"
    if declared := declared_language(window.language):
        return declared, "feed"
    return shown_language(" ".join(filter(None, (headline, *paragraphs[:3]))), window.served_language)


def _keywords(item: Item) -> tuple[str, ...]:
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
