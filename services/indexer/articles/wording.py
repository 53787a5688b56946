"""What in a text is only a clock, and what is a correction. Pure."""

import re

_NUMBER = r"(?:\d+|an?|one|two|three|few)"
_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|[smhd])"
_CLOCK = r"\d{1,2}(?:[:.h]\d{2}){1,2}\s*(?:[ap]\.?m\.?)?|\d{1,2}\s*(?:[ap]\.?m\.?|uhr|h)"
_MONTHS = (
    "jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez"
    "|janv|févr|mars|avr|juin|juil|août|déc|ene|abr|ago|dic"
)
_DAYS = "mon|tue|wed|thu|fri|sat|sun|today|yesterday|heute|gestern|aujourd'hui|hier|hoy|ayer"
_DATE = (
    rf"\d{{4}}-\d{{2}}-\d{{2}}(?:t[\d:.]+(?:z|[+-]\d{{2}}:?\d{{2}})?)?|\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?|\d{{4}}|(?:{_MONTHS})[a-zé]*\.?|(?:{_DAYS})[a-z]*"
)
_ZONE = r"gmt|utc|[a-z]{1,2}[sd]t|[cew]e?t|msk|uhr"
_AGO = rf"{_NUMBER}\s*{_UNIT}\s+ago\b"
_READERS = r"\d[\d.,]*[km]?\s+(?:comments?|views?|shares?|likes?)\b"
# read one after another, each once: nothing is tried again, however long a row of numbers is
_STAMP = re.compile(
    rf"{_AGO}|{_READERS}|{_CLOCK}|{_DATE}|(?:{_ZONE}|at|on|um|am|le|à|el|las)(?!\w)|[,|·–\s-]", re.IGNORECASE
)
_TIME = re.compile(rf"{_CLOCK}|\d{{4}}|[./-]\d\d|ago\b", re.IGNORECASE)
_LABELS = (
    *("updated", "modified", "published", "posted", "refreshed", "aktualisiert", "stand", "mis à jour", "mise à jour"),
    *("actualizado", "aggiornato", "bijgewerkt", "uppdaterad", "oppdatert", "opdateret", "обновлено"),
)
_HINTS = (*_LABELS, "ago", "vor ", "il y a", "hace ", "comment", "view", "share", "like")
# a clock is labelled, relative to now, counts its readers, or stands alone in its line
_LABEL = re.compile(rf"\b(?:{'|'.join(_LABELS)})\b\s*:?\s*", re.IGNORECASE)
_RELATIVE = re.compile(
    rf"\b{_AGO}|\bvor\s+\d+\s+(?:sekunden?|minuten?|stunden?|tagen?)\b"
    r"|\bil\s+y\s+a\s+\d+\s+(?:secondes?|minutes?|heures?|jours?)\b|\bhace\s+\d+\s+(?:segundos?|minutos?|horas?|días?)\b"
    rf"|\b{_READERS}",
    re.IGNORECASE,
)
_COUNTS = re.compile(r"\d|[aA][gG][oO]")  # no clock is without a number, but in words: "an hour ago"
EDGE_CHARS = 60  # a publisher's clock stands at an edge of a line; what stands within is prose
_CORRECTION = re.compile(
    r"(?:^|[.!?]\s{1,9}|\n)[\W_]{0,9}(?:corrections?\b|corrected\b|clarifications?\b|corrects\b|refiles?\b"
    r"|(?:this|the)\s+(?:article|story|piece|report|post|headline)\s+(?:was|has\s+been)\s+(?:amended|corrected)"
    r"|an\s+earlier\s+version\s+of\s+this|berichtigung\b|korrektur\b|in\s+einer\s+früheren\s+version|rectificatif\b"
    r"|correctif\b|corrección\b|fe\s+de\s+(?:errores|erratas)\b|rettifica\b|rectificatie\b|rättelse\b|rettelse\b"
    r"|исправление\b)[^\n]*",
    re.IGNORECASE,
)


def steady(text: str) -> str:
    """Return `text` without what changes by itself: how long ago, "updated at", a line that holds a time alone.

    >>> steady("Updated: 3 March 2024, 12:05 GMT\\nThe ferry sank at 12:05.").strip()
    'The ferry sank at 12:05.'
    """
    return "\n".join(map(_steady_line, text.split("\n"))) if _COUNTS.search(text) else text


def _steady_line(line: str) -> str:
    if len(line) > 2 * EDGE_CHARS:
        return _edge(line[:EDGE_CHARS]) + line[EDGE_CHARS:-EDGE_CHARS] + _edge(line[-EDGE_CHARS:])
    if len(line) <= EDGE_CHARS and any(map(str.isdigit, line)) and _stamps_end(line, 0) == len(line):
        return ""
    return _edge(line)


def _edge(part: str) -> str:
    if not _COUNTS.search(part):
        return part
    lower = part.lower()
    return _RELATIVE.sub("", _unlabelled(part)) if any(hint in lower for hint in _HINTS) else part


def _unlabelled(part: str) -> str:
    """Return `part` without clocks that a label announces, and their labels."""
    kept, at = "", 0
    for label in _LABEL.finditer(part):
        end = _stamps_end(part, label.end())
        if label.start() >= at and _TIME.search(part, label.end(), end):
            kept, at = kept + part[at : label.start()], end
    return kept + part[at:]


def _stamps_end(text: str, at: int) -> int:
    """Return where the row of times, dates and the words between them ends that begins at `at`."""
    while stamp := _STAMP.match(text, at):
        at = stamp.end()
    return at


def notices(text: str | None) -> frozenset[str]:
    """Return the corrections that `text` announces, each from its first word to the end of its line.

    >>> sorted(notices("The ferry sank.\\n\\nCorrection: it was saved."))
    ['correction: it was saved.']
    """
    return frozenset(found.group().strip(".!? \n").lower() + "." for found in _CORRECTION.finditer(text or ""))
