"""Pure: the sample texts are written as on a Thursday; here their weekdays are turned to those of the day at hand."""

import re
from datetime import date

WRITTEN_ON = 3  # Thursday, as `date.weekday` counts

NAMES = (
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
)
# no boundary behind: "Wednesdays", "Dienstagabend"
ANY_NAME = re.compile(r"\b(?:" + "|".join(name for language in NAMES for name in language) + ")")


def turn(text: str, day: date) -> str:
    """Return `text` with each weekday moved on, so that its Thursday is `day`.

    >>> turn("on Tuesday; until Saturday; am Mittwochabend", date(2024, 6, 10))
    'on Saturday; until Wednesday; am Sonntagabend'
    """
    by = day.weekday() - WRITTEN_ON
    return ANY_NAME.sub(lambda found: _moved(found.group(), by), text)


def _moved(name: str, by: int) -> str:
    names = next(language for language in NAMES if name in language)
    return names[(names.index(name) + by) % 7]
