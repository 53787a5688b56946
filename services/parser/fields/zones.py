"""Zones by the names of the tz database ("Europe/Berlin", RFC 6557), as dates bear them at their end. Pure."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_NAMED = re.compile(
    r"\s*[\[(]?(?P<name>(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)"
    r"(?:/[A-Za-z][A-Za-z_-]{1,30}){1,2})[\])]?$"
)


def split_zone(text: str) -> tuple[str, ZoneInfo | None]:
    """Return a date without the zone's name that ends it, and the zone; as it stands, where it ends in none.

    >>> split_zone("2026-01-05 11:00 Europe/Berlin")
    ('2026-01-05 11:00', zoneinfo.ZoneInfo(key='Europe/Berlin'))
    """
    found = _NAMED.search(text) if "/" in text else None
    if found is None:
        return text, None
    try:
        return text[: found.start()], ZoneInfo(found["name"])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return text, None


def moment_in(there: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment at which the clocks of a zone show what `there` does, the first of two in autumn."""
    return there.replace(tzinfo=zone).astimezone(there.tzinfo)
