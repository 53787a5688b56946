"""Pure: how facts are put into words for people: times, first words, roles, addresses."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlsplit

from shared.schema import CopyRole, Image

OPENING_CHARS = 280  # about two lines on a desk, four on a phone
ROLES = {
    CopyRole.ORIGINAL: "Original",
    CopyRole.COPY: "Same text",
    CopyRole.TRIM: "Shortened",
    CopyRole.LOCALISED: "Localised",
}


def opening(summary: str | None, text: str | None) -> str | None:
    """Return the summary, or the first words of the text, cut between words; None where there is neither.

    >>> opening(None, "Rain fell on the hills.\\n\\nMore is to come.")
    'Rain fell on the hills. More is to come.'
    """
    words = " ".join((summary or text or "").split())
    if len(words) <= OPENING_CHARS:
        return words or None
    return words[:OPENING_CHARS].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + " …"


def paragraphs(text: str | None) -> list[str]:
    """Return the paragraphs of a text that parts them by blank lines."""
    return [part.strip() for part in (text or "").split("\n\n") if part.strip()]


def when(moment: datetime) -> str:
    """Return a time as people write it, always in UTC.

    >>> when(datetime(2026, 3, 1, 9, 5, tzinfo=UTC))
    '1 March 2026, 09:05 UTC'
    """
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M} UTC"


def when_short(moment: datetime) -> str:
    """Return a time as it fits into a table whose heading says that it is UTC.

    >>> when_short(datetime(2026, 3, 1, 9, 5, tzinfo=UTC))
    '1 Mar 2026, 09:05'
    """
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y, %H:%M}"


def weblink(url: str | None) -> str | None:
    """Return `url` if a browser may be sent there: an http or https address, nothing that runs code.

    >>> weblink("javascript:alert(1)") is None
    True
    """
    try:
        parts = urlsplit((url or "").strip())
        return url.strip() if url and parts.scheme.lower() in {"http", "https"} and parts.hostname else None
    except ValueError:
        return None


def pictures(images: Iterable[Image], body_html: str | None) -> list[Image]:
    """Return the pictures that can be shown and do not stand in the body already, each once."""
    found: dict[str, Image] = {}
    for image in images:
        if weblink(image.url) and escape(image.url) not in (body_html or "") and image.url not in (body_html or ""):
            found.setdefault(image.url, image)
    return list(found.values())


def role(copy_role: CopyRole) -> str:
    """Return what an article is within its story, in words."""
    return ROLES[copy_role]


def marked(text: str) -> str:
    """Return our own words as HTML, what stands between backticks as code.

    >>> marked("Give `next` < 7.")
    'Give <code>next</code> &lt; 7.'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def listed(words: Iterable[str]) -> str:
    """Return words as a list in a sentence.

    >>> listed(["headline", "text", "picture"])
    'headline, text and picture'
    """
    *rest, last = list(words) or [""]
    return f"{', '.join(rest)} and {last}" if rest else last


def seconds(span: int) -> str:
    """Return a span of time in the largest unit that divides it well.

    >>> seconds(900), seconds(3600), seconds(5)
    ('15 min', '1 h', '5 s')
    """
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if span >= size and span % size == 0:
            return f"{span // size} {unit}"
    return f"{round(span / 60)} min" if span >= 600 else f"{span} s"
