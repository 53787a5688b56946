"""One article as a person reads it on a terminal: headline, who and when, text in lines of a width, pictures. Pure."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

from shared.rules import quoted
from shared.schema import Access, Image, Status

if TYPE_CHECKING:
    from shared.messages import Entry, Unwanted

MOST_COLUMNS = 100  # longer lines are hard to read
_LABEL_COLUMNS = 10
_EAST = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f"  # letters that are parted by no blanks
_UNBROKEN = re.compile(rf"[「『（【《〈“]*[{_EAST}]?[^{_EAST}「『（【《〈\s]*|.")  # a letter with the marks around it


def readable(entry: "Entry", columns: int, page_url: str | None = None) -> str:
    """Return the article in lines of at most `columns` characters; an address is never broken.

    `page_url` is where its page is asked for, by a rule.
    """
    width = min(columns, MOST_COLUMNS)
    content = entry.content
    title = [_wrapped(content.headline or "(no headline)", width)]
    if content.subheadline:
        title.append(_wrapped(content.subheadline, width))
    facts = [f"{label:<{_LABEL_COLUMNS}}{_hanging(text, width)}" for label, text in _facts(entry, page_url)]
    text = content.body_text or content.summary
    parts = [_wrapped(part, width) for part in (text or "(no text)").split("\n\n")]
    pictures = [f"{'picture':<{_LABEL_COLUMNS}}{_hanging(_picture(image), width)}" for image in content.images]
    blocks = ("\n".join(title), "\n".join(facts), "\n\n".join(parts), "\n".join(pictures))
    return "\n\n".join(block for block in blocks if block) + "\n\n" + "─" * width


def refused(one: "Unwanted") -> str:
    """Return in a line that the feed's patterns refuse an entry, and which of them."""
    why = f"left out by {quoted(one.by)}" if one.by else "left out, as it meets no pattern to keep"
    return f"{why}: {' '.join(filter(None, (one.headline or '(no headline)', one.url)))}"


def _facts(entry: "Entry", page_url: str | None) -> Iterator[tuple[str, str]]:
    """Yield what is known of the article, as a label and a line."""
    content = entry.content
    if content.status is not Status.USABLE:
        yield "status", ": ".join(filter(None, (content.status.value, content.status_reason)))
    if people := content.byline or ", ".join(author.name for author in content.authors):
        yield "by", people
    if content.credit:
        yield "credit", f"{content.credit} ({content.credit_evidence})" if content.credit_evidence else content.credit
    for label, moment in (
        ("published", content.published_at),
        ("updated", content.updated_at if content.updated_at != content.published_at else None),
        ("embargo", content.embargoed_until),
        ("expires", content.expires_at),
    ):
        if moment:
            yield label, f"{moment:%Y-%m-%d %H:%M} UTC"
    if not content.published_at and (raw := content.provenance.get("published_raw")):
        yield "published", f"{raw!r}, which names no moment"
    if content.section:
        yield "section", content.section
    if content.keywords:
        yield "keywords", ", ".join(content.keywords)
    if content.access is not Access.UNKNOWN:
        yield "access", content.access.value
    if entry.url:
        yield "address", entry.url
    if page_url:
        yield "page", page_url
    if content.body_text is None and content.summary is not None:
        yield "text", "only a summary; the whole text would be read from the page"


def _picture(image: Image) -> str:
    credit = f" ({image.credit})" if image.credit else ""
    return f"{image.caption or image.alt or image.url}{credit}"


def _wrapped(text: str, width: int) -> str:
    """Return `text` in lines of at most `width` columns, broken at blanks, and between the letters of the East."""
    lines, used = [""], 0
    for blank, piece in _pieces(text):
        needed = _columns(piece)
        if used and used + blank + needed > width:
            lines.append("")
            used = blank = 0
        lines[-1] += " " * blank + piece
        used += blank + needed
    return "\n".join(lines)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield what no line is broken within, and how many blanks stand before it where none is."""
    for at, word in enumerate(text.split()):
        for first, found in enumerate(_UNBROKEN.finditer(word)):
            if found[0]:
                yield int(at > 0 and first == 0), found[0]


def _columns(text: str) -> int:
    """Return how many columns of a terminal `text` takes (Unicode Standard Annex 11)."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(char) in "WF" else category(char) not in {"Mn", "Me", "Cf"} for char in text)


def _hanging(text: str, width: int) -> str:
    """Return `text` for the right of a label: its other lines begin below its first."""
    indent = " " * _LABEL_COLUMNS
    return _wrapped(text, width - _LABEL_COLUMNS).replace("\n", f"\n{indent}")
