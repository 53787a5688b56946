"""What a feed's document asks of its pollers, and where it says that older entries are. Pure."""

from typing import Any

from services.parser.fields.urls import absolute
from services.parser.formats.elements import Fields, first, text_of

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def asked(about: Fields, base: str | None) -> dict[str, Any]:
    """Return the fields of `FeedFacts` that a channel's or feed's own elements give.

    RSS 2.0 has skipHours (0 to 23; 24 was once midnight) and skipDays. RFC 5005 links to older entries by
    `prev-archive` (section 4), a paged feed by `next` (section 3). WordPress answers `?paged=2` on every feed.
    """
    hours = {int(word) % 24 for word in _words(about, "skipHours") if word.isdecimal() and len(word) < 3}
    days = {_DAYS.index(word) for word in _words(about, "skipDays") if word in _DAYS}
    links = {str(one.get("rel") or "").lower(): one for name in ("link", "atom:link") for one in about.get(name, ())}
    older = links.get("prev-archive", links.get("next"))
    made_by = (first(about, "generator")[1] or "").lower()
    return {
        "skip_hours": tuple(sorted(hours)) if len(hours) < 24 else (),
        "skip_days": tuple(sorted(days)) if len(days) < 7 else (),
        "older_url": absolute(older.get("href"), base) if older is not None else None,
        "pages_by_number": "wordpress" in made_by,
    }


def _words(about: Fields, name: str) -> list[str]:
    return [text_of(one).strip().lower() for group in about.get(name, ()) for one in group if isinstance(one.tag, str)]
