"""Dates as publishers write them, read as moments in UTC. Pure.

RFC 5322 with its obsolete zones (RSS), RFC 3339 and the profiles of ISO 8601 that feeds use (Atom, JSON Feed,
sitemaps), and the common variants of both. A date without an offset names no moment, and none is guessed.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from services.parser.fields.datewords import SUMMERY, ZONES, find_parts
from services.parser.fields.months import month_number
from services.parser.fields.zones import moment_in, split_zone

_CLOCK = (
    r"(?P<hour>\d\d?)(?::|[.h](?=\d\d))(?P<minute>\d\d?)"
    r"(?:(?::|(?<=\.\d\d)\.)(?P<second>\d\d?)(?:[.,](?P<fraction>\d+))?)?"
)
_HALF = r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
_AT = r"(?:(?:at|um|à|às|a las|alle(?: ore)?|ore|kl\.?|klo|om|в|о|saat|pukul|,|-|\||•)\s*)?"
_HOURS = r"(?:\s*(?:[Uu]hr|hrs?|uur))?"
_ZONE = r"\s*\(?(?P<zone>[A-Za-z]{1,5}|(?:UTC|GMT)?\s*[+-]\s*\d\d?:?\d?\d?)?\)?"
_WORD = r"[^\s\d,.()+:;/|-]+"
_DAY_NAME = rf"(?:{_WORD}(?:-{_WORD})?\.?,?\s+)?"
_OF = r"(?:(?:de|del|di|d['’]|of)\s+)?"

_ISO = re.compile(
    r"(?P<year>\d{4})[-/](?P<month>\d\d?)[-/](?P<day>\d\d?)(?:[T\s]\s*(?P<hour>\d\d?):(?P<minute>\d\d?)(?::(?P<second>\d\d?)(?:[.,](?P<fraction>\d+))?)?)?"
    r"\s*(?P<zone>Z|[A-Za-z]{2,5}|(?:UTC|GMT)?\s*[+-]\s*\d\d?:?\d?\d?(?::\d\d)?)?$"
)
_BASIC = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)T(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?P<zone>Z|[+-]\d\d:?\d\d)?$"
)
_MAIL = re.compile(
    rf"{_DAY_NAME}(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?[\s-]+{_OF}(?P<month>{_WORD})\.?,?[\s-]+{_OF}(?P<year>\d{{4}}|\d\d),?"
    rf"(?:\s+{_AT}{_CLOCK}{_HALF}{_HOURS})?{_ZONE}(?:\s*\([^)]*\))?$"
)
_SPOKEN = re.compile(
    rf"(?:{_WORD}\.?,?\s+)??(?P<month>{_WORD})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+)(?:(?P<year1>\d{{4}}),?\s*)?(?:at\s+)?"
    rf"(?:{_CLOCK}{_HALF})?\s*(?P<zone>[A-Za-z]{{1,5}}|(?:UTC|GMT)?\s*[+-]\s*\d\d?:?\d\d)?\s*(?P<year2>\d{{4}})?$"
)
_DOTTED = re.compile(  # day, month, year: no language writes dots in another order
    rf"{_DAY_NAME}(?P<day>\d\d?)\.\s?(?P<month>\d\d?)\.\s?(?P<year>\d{{4}}|\d\d),?(?:\s*{_AT}{_CLOCK}{_HOURS})?{_ZONE}$"
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?:\.?\s+|-)(?P<month>{_WORD})[\s-]+(?P<day>\d\d?)\.?,?(?:[T\s]\s*{_AT}{_CLOCK})?{_ZONE}$"
)
_EAST = re.compile(
    r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d\d?)\s*[月월]\s*(?P<day>\d\d?)\s*[日일]\s*(?:\(?[^\d\s]{1,3}\)?\s*)?"
    r"(?:(?P<hour>\d\d?)\s*[:時时시]\s*(?P<minute>\d\d)\s*[分분]?(?::(?P<second>\d\d))?)?"
    r"\s*(?P<zone>Z|[A-Za-z]{2,5}|(?:UTC|GMT)?\s*[+-]\s*\d\d?:?\d?\d?)?$"
)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])\s*(\d\d?):?(\d\d)?", re.IGNORECASE)
_YEAR_BEFORE_ZONE = re.compile(r"(?<=:\d\d)\s+(\d{4})\s+([+-]\d{4}|[A-Z]{3,4})$")  # date(1) writes them the other way
_OFFSET_FIGURES = r"[+-](?:0\d|1[0-4])"
_AS_RFC_5322 = re.compile(
    rf"(?:[A-Z][a-z][a-z], )?(\d\d) ([A-Z][a-z][a-z]) (\d{{4}}) (\d\d:\d\d:\d\d) (?:GMT|({_OFFSET_FIGURES}\d\d))"
)
_AS_RFC_3339 = re.compile(rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{{1,6}})?(?:Z|{_OFFSET_FIGURES}:\d\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_FIGURES = {name: f"{number:02}" for number, name in enumerate(_MONTHS, 1)}
_FORMS = (_ISO, _MAIL, _SPOKEN, _BASIC, _DOTTED, _YEAR_FIRST, _EAST)
_EARLIEST, _LATEST = 1970, 9999
_MAX_CHARS = 80
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")  # seconds or milliseconds since 1970, from 2001 to 2033
_OTHER_DIGITS = re.compile(r"[^\D0-9]")


@lru_cache(maxsize=4096)
def parse_date(text: str, zone: timedelta | None = None) -> datetime | None:
    """Return the moment that a date string names, in UTC, or None if it names none between 1970 and 9999.

    `zone` is how far east of Greenwich its clocks are, where the text does not say; None: not known, and not guessed.

    >>> parse_date("Mon, 06 Sep 2010 09:00:00 +0900").isoformat()
    '2010-09-06T00:00:00+00:00'
    >>> parse_date("2025-01-01 12:00:00") is None and parse_date("yesterday") is None
    True
    >>> parse_date("6. Januar 2025, 14:07 Uhr", timedelta(hours=1)).isoformat()
    '2025-01-06T13:07:00+00:00'
    >>> parse_date("2025-07-06 14:07 Europe/Berlin").isoformat()
    '2025-07-06T12:07:00+00:00'
    """
    if moment := _as_specified(text):
        return moment
    date, named = split_zone(text.strip())
    found = _parts(date)
    if found is None:
        return None
    if named and found["zone"] is None and (there := _moment(found, timedelta())):
        return moment_in(there, named)
    return _moment(found, zone)


def _as_specified(text: str) -> datetime | None:
    """Return the moment of a date that is written to the letter, as most are; None: it takes a closer look."""
    if mail := _AS_RFC_5322.fullmatch(text):
        day, month, year, clock, offset = mail.groups()
        text = f"{year}-{_MONTH_FIGURES.get(month)}-{day}T{clock}{offset or 'Z'}"
    elif not _AS_RFC_3339.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= _EARLIEST else None


def offset_of(text: str) -> timedelta | None:
    """Return how far east of Greenwich the clock of a date string is, if it says so in figures or by name."""
    found = _parts(text)
    return None if found is None or found["hour"] is None else _offset(found["zone"])


def _parts(text: str) -> dict[str, str | None] | None:
    text = text.strip()
    if not text or len(text) > _MAX_CHARS:
        return None
    if not text.isascii():
        text = (
            "".join(str(unicodedata.digit(char, "")) or char for char in text) if _OTHER_DIGITS.search(text) else text
        )
    if _EPOCH.fullmatch(text):
        moment = datetime.fromtimestamp(int(text[:10]), UTC)
        return _parts(moment.isoformat())
    text = _YEAR_BEFORE_ZONE.sub(r" \2 \1", text)
    found = next((found for form in _FORMS if (found := form.match(text))), None)
    exact = found is not None and month_number(found["month"] or "") is not None
    if found is not None and exact and (not found["zone"] or _knows(found["zone"])):
        return found.groupdict()
    loose = find_parts(text)
    return found.groupdict() if found is not None and exact and (loose is None or loose["zone"] is None) else loose


def _knows(zone: str) -> bool:
    return _OFFSET.fullmatch(zone.strip()) is not None or zone.lower() in ZONES or zone.lower() in SUMMERY


def _moment(parts: dict[str, str | None], known: timedelta | None) -> datetime | None:
    """Return the moment, in UTC, that the parts name by their own zone, or else by the one that is known."""
    year, month = _year(parts), month_number(parts["month"] or "")
    if parts["hour"] is None or month is None or not _EARLIEST <= year <= _LATEST:
        return None
    hour, second = int(parts["hour"]), min(int(parts.get("second") or 0), 59)  # a leap second is the second before it
    if half := parts.get("half"):
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    micro = int(((parts.get("fraction") or "0").lstrip(".") + "000000")[:6])
    days, hour = divmod(hour, 24) if hour == 24 and parts["minute"] == "00" else (0, hour)
    try:
        there = datetime(year, month, int(parts["day"] or 0), hour, int(parts["minute"] or 0), second, micro, UTC)
        offset = _offset(parts["zone"], there) if parts["zone"] else known
        moment = None if offset is None else there + timedelta(days=days) - offset
    except (ValueError, OverflowError):
        return None
    return moment if moment and _EARLIEST <= moment.year <= _LATEST else None


def _year(parts: dict[str, str | None]) -> int:
    text = parts.get("year") or parts.get("year1") or parts.get("year2") or "0"
    year = int(text)
    if len(text) > 2:
        return year - 543 if 2500 < year < 2700 else year  # the Buddhist era, as Thai papers count
    return year + (2000 if year < 50 else 1900)  # RFC 5322, 4.3


def _is_american_summer(there: datetime) -> bool:
    """Return whether clocks in the United States and Canada show summer time (Energy Policy Act of 2005, 110)."""
    first_sunday = 7 - there.replace(day=1).weekday()
    if there.month == 3:
        return (there.day, there.hour) >= (first_sunday + 7, 2)
    return (there.day, there.hour) < (first_sunday, 2) if there.month == 11 else 3 < there.month < 11


def _offset(zone: str | None, there: datetime | None = None) -> timedelta | None:
    """Return how far east of Greenwich `zone` is; where its name says no season, at the local time `there`."""
    if not zone:
        return None
    if minutes := _OFFSET.fullmatch(zone.strip()):
        total = 60 * int(minutes[2]) + int(minutes[3] or 0)
        return timedelta(minutes=-total if minutes[1] == "-" else total) if total <= 15 * 60 else None
    name = zone.lower()
    if there is not None and name in SUMMERY:
        return timedelta(minutes=SUMMERY[name] + 60 * _is_american_summer(there))
    return timedelta(minutes=ZONES[name]) if name in ZONES else None
