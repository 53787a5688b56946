"""The agency behind a text, and what shows it: a mention within the text ("told Reuters") is no credit. Pure."""

import re
from functools import lru_cache
from typing import NamedTuple

from services.parser.fields.agencies import AMBIGUOUS, BY_NAME
from services.parser.fields.text import key_of

_DATELINE = re.compile(
    r"^\W{0,3}(?P<place>[^\W\d_][^()\n\u2013\u2014]{0,70}?)?\s*\((?P<agency>[^\W\d_][^()\n]{1,38})\)(?:\s*[-\u2013\u2014\u2015:.|]+\s?|\s*$|\s+(?=[A-Z\"\u201c]))"
)
_DASHED = re.compile(r"[-\u2013\u2014\u2015]\s*$")
_DASH = re.compile("[\u2013\u2014-]\\s")
_DATELINE_BARE = re.compile(
    r"^(?P<place>[A-ZÀ-Þ][^()\n\u2013\u2014:]{1,60}?),?\s+(?P<agency>[A-Z][\w.]{2,20})\s*[\u2013\u2014-]\s"
)
_DATELINES_ABROAD = (
    re.compile(r"^(?P<place>[^/\n]{2,60}?)\.?\s*/(?P<agency>[^/\n]{2,25})/\.?\s"),  # MOSCOW, March 4. /TASS/.
    re.compile(r"^(?P<place>[A-ZА-ЯЁІЇЄ]{3}[^\n.–—-]{0,40}?)\.?\s+[–—-]\s+(?P<agency>[^.–—\n]{2,30})[.–—]\s"),
    re.compile(r"^(?P<agency>[\u4e00-\u9fff]{2,3}[社网網])(?P<place>[\u4e00-\u9fff·]{1,10}?\d{1,2}月\d{1,2}日)[电電]"),
    re.compile(r"^[［\[【](?P<place>\w[^\]］】\n]{0,20}?)\s*(?P<agency>ロイター|共同|時事|AFP時事|AFP|AP)[］\]】]"),
    re.compile(r"^[(（](?P<place>[가-힣]{1,10})=(?P<agency>[가-힣A-Za-z0-9]{2,12})[)）]"),
    re.compile(r"^(?P<place>[^\W\d_][^()\n–—-]{1,40}?)\s*[–—-]\s*\((?P<agency>[^()\n]{2,30})\)"),
)
_ABROAD_PARTS = ("/", "", "", "", "", "(")  # without it none of each is there, told sooner than by the form itself
_ABROAD_SIGNS = re.compile(r"[(\[（［【电電/]|\s[–—-]\s")  # one of them is in each of these
_DATELINE_ONLY = re.compile(r"^(?P<place>[A-ZÀ-Þ][A-ZÀ-Þ'.\- ]{2,40}(?:,\s[A-Z][\w. ]{1,20})?)\s*[\u2013\u2014]\s")
_DATELINE_EAST = re.compile(r"^(?P<place>[\u4e00-\u9fff·]{2,8}\d{1,2}月\d{1,2}日)[电電]")
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright)\s*(?:\d{4}[,\s]*)?(?:by\s+)?(?P<agency>[^.,;|\d]{2,50})", re.IGNORECASE)
_TRAILING = re.compile(
    r"^[\W_]*(?:source|sources|quelle|quellen|fuente|fonte|credit|via|with (?:inputs?|files|reporting) from|with|"
    r"mit material (?:der|von)|avec|con información de|first published by|\(c\)|©|copyright)?[\s:]*(?:the\s)?"
    r"(?P<agency>[^\W\d_][^\n]{1,40}?)[\W_]*$",
    re.IGNORECASE,
)
_REUTERS_SIGNED = re.compile(
    r"^\W*(?:reporting|writing|additional reporting) by .{3,300};.*editing by ", re.IGNORECASE | re.DOTALL
)
_CONTRIBUTED = re.compile(
    r"^\W*(?:the )?(?P<agency>[A-Z][\w.&]*(?: [A-Z][\w.&]*){0,3}?)(?:['’]s?)? "
    r"(?:(?:staff|national|foreign|business|sports|science|health|political) ){0,3}"
    r"(?:writers?|reporters?|journalists?|correspondents?|editors?|producers?) .{2,240} contributed"
    r"(?: to this (?:report|story|article))?\W*$"
)
_BYLINE_PARTS = re.compile(r"\s*(?:[,/|;()]|\s[-–—]\s|\band\b|\bfor\b|\bof\b)\s*")
_SPLIT = re.compile(r"\s*(?:[/|;,&+]|\bwith\b|\band\b|\bund\b|\by\b|\bmit\b)\s*", re.IGNORECASE)
_TAIL = re.compile(r"[.!?\"”’]\s*[(\[—–-]{1,2}\s*(?P<agency>[^()\[\]]{2,30})[)\]]?\s*\.?$")
_ENDS_BYLINE = re.compile(
    r"[\s,]+(?:"
    + "|".join(re.escape(name) for name in sorted(BY_NAME, key=len, reverse=True) if " " in name)
    + r")\W*$",
    re.IGNORECASE,
)
_TRAILING_CHARS = 80
_DESK_LETTERS = 4  # of an agency's desk, or its writer's initials, behind a stroke
_NOTICE_CHARS = 300


class Credit(NamedTuple):
    """The agency, normalised; what shows it; and the dateline, if that was it."""

    agency: str | None = None
    evidence: str | None = None
    dateline: str | None = None


@lru_cache(maxsize=4096)
def agency_named(text: str | None) -> str | None:
    """Return the agency that `text` names and nothing else, or None.

    >>> agency_named("The Associated Press"), agency_named("told Reuters"), agency_named("dpa/lno")
    ('AP', None, 'dpa')
    """
    if not text:
        return None
    plain = " ".join(text.split()).strip(" .,:;()[]-–—/|©").casefold()
    if found := BY_NAME.get(plain):
        return found
    agency, _, desk = plain.partition("/")
    if desk.isalpha() and len(desk) <= _DESK_LETTERS and (found := BY_NAME.get(agency)):
        return found
    parts = [part for part in _SPLIT.split(plain) if part]
    named = [BY_NAME.get(part) for part in parts]
    return named[0] if 1 < len(parts) <= 4 and all(named) else None


def is_desk(text: str) -> bool:
    """Return whether `text` names an agency where people are named; a few letters may be a person's initials."""
    plain = text.casefold().strip(" .")
    return agency_named(text) is not None and (plain not in AMBIGUOUS or text.isupper())


def without_agency(byline: str) -> str:
    """Return a byline without the agency's name that ends it after the people's.

    >>> without_agency("Ada Byron The Canadian Press"), without_agency("The Canadian Press")
    ('Ada Byron', 'The Canadian Press')
    """
    found = None if agency_named(byline) else _ENDS_BYLINE.search(byline)
    return byline[: found.start()].rstrip(" ,") if found and found.start() > 2 else byline


def find_credit(
    paragraphs: tuple[str, ...],
    *,
    byline: str | None,
    source: str | None,
    rights: str | None,
    creators: tuple[str, ...] = (),
) -> Credit:
    """Return who wrote the text, by the places where agencies sign: dateline, byline, source, last line, copyright."""
    opening = paragraphs[0][:200] if paragraphs else ""
    form = _DATELINE.match(opening) if "(" in opening else None
    abroad = _told_abroad(opening) if _ABROAD_SIGNS.search(opening) else None
    dateline = _dateline(opening, form, abroad)
    if found := _from_dateline(opening, form, abroad) or _unknown(form, (byline, source, *creators)):
        return Credit(found, f"dateline: {opening[:80]}", dateline)
    for name in creators:
        if (agency := agency_named(name)) and is_desk(name):
            return Credit(agency, f"byline: {name}", dateline)
    if byline and (agency := _in_byline(byline)):
        return Credit(agency, f"byline: {byline[:100]}", dateline)
    if agency := agency_named(source):
        return Credit(agency, f"source: {source}", dateline)
    for text in reversed(paragraphs[-3:]) if len(paragraphs) > 1 else ():
        if agency := _signed(text):
            return Credit(agency, f"last line: {text[:100]}", dateline)
    if rights and (found_rights := _COPYRIGHT.search(rights)) and (agency := agency_named(found_rights["agency"])):
        return Credit(agency, f"copyright: {rights[:100]}", dateline)
    return Credit(dateline=dateline)


def _from_dateline(opening: str, form: re.Match[str] | None, abroad: re.Match[str] | None) -> str | None:
    if form:
        return agency_named(form["agency"])
    found = _DATELINE_BARE.match(opening) if _DASH.search(opening) else None
    if found and found["agency"].casefold() not in {"us"}:
        return agency_named(found["agency"])
    return agency_named(abroad["agency"]) if abroad else None


def _told_abroad(opening: str) -> re.Match[str] | None:
    """Return the dateline in a form of its own land, where it names an agency."""
    for part, form in zip(_ABROAD_PARTS, _DATELINES_ABROAD, strict=True):
        found = form.match(opening) if part in opening else None
        if found and agency_named(found["agency"]):
            return found
    return None


def _dateline(opening: str, form: re.Match[str] | None, abroad: re.Match[str] | None) -> str | None:
    """Return the place that the text opens with, as newspapers set it before the first sentence."""
    if form and form["place"] and agency_named(form["agency"]):
        return form["place"].strip(" ,:–—-")[:100]
    if form and form["place"] and _is_place(form["place"]) and _DASHED.search(form[0]):
        return form["place"].strip(" ,:–—-")[:100]
    if abroad:
        return abroad["place"].strip(" ,:–—-")[:100]
    if found := _DATELINE_ONLY.match(opening) or _DATELINE_EAST.match(opening):
        return found["place"].strip(" ,:–—-")[:100]
    return None


def _is_place(text: str) -> bool:
    """Return whether a dateline's place is set in capitals, as agencies do; a date after it may not be."""
    return text.split(",")[0].strip().isupper()


def _unknown(form: re.Match[str] | None, signs: tuple[str | None, ...]) -> str | None:
    """Return the name in the dateline of an agency that is in no list, if the text is signed with it elsewhere too."""
    if not form or not form["place"] or not _is_place(form["place"]):
        return None
    key = key_of(form["agency"])
    return form["agency"].strip() if any(sign and key == key_of(sign) for sign in signs) else None


@lru_cache(maxsize=256)
def _in_byline(byline: str) -> str | None:
    return next(
        (agency for part in _BYLINE_PARTS.split(byline) if part and (agency := agency_named(part)) and is_desk(part)),
        None,
    )


def _signed(text: str) -> str | None:
    """Return the agency whose line this is, or that signs at its end."""
    if _REUTERS_SIGNED.match(text[:_NOTICE_CHARS]):
        return "Reuters"
    for form, limit in ((_TRAILING, _TRAILING_CHARS), (_COPYRIGHT, _NOTICE_CHARS)):
        found = form.match(text) if len(text) <= limit else None
        if found and (agency := agency_named(found["agency"])):
            return agency
    found = _CONTRIBUTED.match(text[:_NOTICE_CHARS]) if "contributed" in text else None
    if found and (agency := agency_named(found["agency"])):
        return agency
    found = _TAIL.search(text[-60:])
    return agency_named(found["agency"]) if found else None
