"""Dates among other words: the day, the clock and the zone are looked for one by one, wherever they stand. Pure."""

import re

from services.parser.fields.months import month_number

# Minutes east of Greenwich: RFC 5322, 4.3, and zone names that mean one thing wherever newspapers use them.
ZONES = {
    "z": 0, "gmt": 0, "ut": 0, "utc": 0, "wet": 0,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
    "akst": -540, "akdt": -480,
    "hst": -600, "ast": -240, "adt": -180, "nst": -210, "ndt": -150, "brt": -180,
    "bst": 60, "cet": 60, "met": 60, "mez": 60, "west": 60, "wat": 60,
    "cest": 120, "mest": 120, "mesz": 120, "eet": 120, "cat": 120, "sast": 120,
    "eest": 180, "msk": 180, "мск": 180, "eat": 180, "trt": 180, "tsi": 180, "tsi\u0307": 180, "pkt": 300, "wib": 420,
    "hkt": 480, "sgt": 480, "myt": 480, "awst": 480, "pht": 480,
    "jst": 540, "kst": 540, "acst": 570, "aest": 600, "acdt": 630, "aedt": 660, "nzst": 720, "nzdt": 780,
    "غرينتش": 0, "جرينتش": 0,
}  # fmt: skip
SUMMERY = {"et": -300, "ct": -360, "mt": -420, "pt": -480}  # the winter's; the date tells whether it is summer

_OF = r"(?:de|del|di|d['’]|of|do|da|ta['’]|ng)"
_WORD = r"[^\W\d_]+(?:['’.-][^\W\d_]+)*"  # one way only to read a long word, or the time doubles with each letter
_DAYS = (
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|ª|ος|-?го|-?е)?[.,]?[\s-]+(?:{_OF}\s*)?(?P<month>{_WORD})[.,]?[\s-]+"
               rf"(?:{_OF}\s*)?(?P<year>\d{{4}})(?!\d)"),
    re.compile(rf"(?P<month>{_WORD})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>\d{4})[-/.]\s?(?P<month>\d{1,2})[-/.]\s?(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})(?!\d)"),
    re.compile(r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]"),
    re.compile(rf"(?P<year>\d{{4}})[.,]?\s+(?P<month>{_WORD})\s+(?P<day>\d{{1,2}})(?!\d)"),
)  # fmt: skip
_BY_SLASHES = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)")
_CLOCK = re.compile(
    r"(?<![\d:.+-])(?P<before>오전|오후|上午|下午|午前|午後)?\s*(?P<hour>\d{1,2})\s?(?:[:h時时시点]\s?|\.(?=\d\d(?![\d.])))(?P<minute>\d{2})(?!\d)"
    r"(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?[分분]?(?!\.\d)\s*(?P<half>[AaPp]\.?[Mm]\b\.?)?"
    r"(?:\s*(?:[Uu]hr|hrs?|uur|hod|óra(?:kor)?))?"
)
_OFFSET = re.compile(r"[\s(]*(?P<zone>(?:UTC|GMT)?\s?[+\u2212-]\d{1,2}(?::?\d{2})?)(?!\d)", re.IGNORECASE)
_NAMED = re.compile(r"[^\W\d_]+")
_NAMES_AFTER = 3  # words behind the clock that may be its zone: "3:15 p.m. local time ET"
_AFTERNOON = frozenset({"오후", "下午", "午後"})
_MONTHS_OF_TWO = {
    "كانون الثاني": "يناير", "كانون الأول": "ديسمبر", "تشرين الأول": "أكتوبر", "تشرين الثاني": "نوفمبر",
}  # fmt: skip
_NUMBERED = re.compile(  # 5 tháng 1 2026, 5 1月 2026
    r"(\d{1,2})\s*(?:(?:tháng|thg)\s*(?=\d)|\s(?=\d+\s?[月월]))(\d{1,2})(?:\s?[月월])?\s*,?\s*(?:năm\s*)?(\d{4})",
    re.IGNORECASE,
)

Parts = dict[str, str | None]


def find_parts(text: str) -> Parts | None:
    """Return day, month, year, clock and zone of the first date in `text`, None if no day is named.

    >>> find_parts("Published 8:15 PM GMT, Tue March 4, 2025")["hour"]
    '8'
    """
    for two, one in _MONTHS_OF_TWO.items():
        text = text.replace(two, one)
    text = _NUMBERED.sub(r"\1.\2.\3", text)
    found = _day(text)
    if found is None:
        return None
    parts, start, end = found
    rest = f"{text[:start]} {' ' * (end - start)}{text[end:]}"
    clock = min(_CLOCK.finditer(rest), key=lambda one: max(one.start() - end, start - one.end()), default=None)
    if clock is None:
        return {**parts, "hour": None, "minute": None, "zone": None}
    half = clock["half"] or ("pm" if clock["before"] in _AFTERNOON else "am" if clock["before"] else None)
    told = {name: clock[name] for name in ("hour", "minute", "second", "fraction")}
    return {**parts, **told, "half": half, "zone": _zone(rest, clock.end())}


def _day(text: str) -> tuple[Parts, int, int] | None:
    found: list[tuple[int, int, Parts]] = []
    for form in _DAYS:
        for match in form.finditer(text):
            month = match["month"]
            if month.isdigit() or month_number(month) is not None:
                found.append((match.start(), match.end(), dict(match.groupdict())))
                break
    if slashed := _BY_SLASHES.search(text):
        first, second, year = slashed.groups()
        if int(second) > 12:
            first, second = second, first
        if int(first) > 12 or first == second:  # else nobody knows which of them is the month
            found.append((slashed.start(), slashed.end(), {"day": first, "month": second, "year": year}))
    if not found:
        return None
    start, end, parts = min(found, key=lambda one: one[0])
    return parts, start, end


def _zone(text: str, at: int) -> str | None:
    """Return the zone that follows the clock which ends at `at`."""
    if offset := _OFFSET.match(text, at):
        return offset["zone"].replace("\u2212", "-")
    for _, word in zip(range(_NAMES_AFTER), _NAMED.finditer(text, at), strict=False):
        if word[0].lower() in ZONES or (word[0].isupper() and word[0].lower() in SUMMERY):
            following = _OFFSET.match(text, word.end())
            return following["zone"] if following and word[0].lower() in {"gmt", "utc"} else word[0]
    return None
