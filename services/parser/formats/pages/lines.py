"""The lines of a page's text, each judged by its words and by those around it: text, or a word of the frame. Pure."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import takewhile

from lxml import etree

from services.parser.fields.furniture import (
    CLOSING_WORDS,
    OPENING_WORDS,
    is_date_line,
    is_furniture,
    is_picture_credit,
    is_sentence,
    is_wall,
    names_writer,
    opens_box,
)
from services.parser.fields.text import collapse, count_words, key_of

LEAST_TITLE_CHARS = 12  # letters; a shorter headline may stand within any line
TITLE_LINES = 8  # of the text's first lines one may repeat the headline
ABOVE_BOX = 0.6  # of the words
MAX_CLOSING_LINES = 5  # more short lines are no accident
LINKED_SHARE = 0.9  # of a line's letters; more than that in links, and it leads elsewhere
DIGITS_SHARE = 0.2  # of a date's characters
MOST_REPEATS = 2  # a line in no sentence that stands there more often is a label
WALL_WORDS, MOST_OFFERS = 20, 4  # of a wall's line, and lines of a wall
_KICKER_CHARS = 60
_TEASER_WORDS, _TEASER_MOST = 3, 30
_MACHINE = re.compile(  # a picture's address, a timestamp
    r"^(?:https?://\S+\.(?:jpe?g|png|webp|gif|avif)|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-][\d:]+)?)$"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows elsewhere and its text should not repeat, as keys (see `key_of`)."""

    headlines: tuple[str, ...] = ()
    captions: frozenset[str] = frozenset()
    descriptions: tuple[str, ...] = ()
    said: str = ""  # the article body that JSON-LD gives


@dataclass(slots=True)
class Line:
    """One line of the text, and whether it stays."""

    element: etree._Element
    text: str
    key: str
    words: int
    linked: float  # share of its letters
    kept: bool = True

    @property
    def is_sentence(self) -> bool:
        return (
            self.element.tag != "head"
            and is_sentence(self.text, self.words)
            and not is_date_line(self.text, self.words)
        )


def line_of(element: etree._Element, links: str = "ref") -> Line:
    """Return the element's line; `links` is the tag that links have in it."""
    text = collapse(etree.tostring(element, encoding="unicode", method="text", with_tail=False))
    key = key_of(text)
    linked = sum(len(key_of("".join(map(str, link.itertext())))) for link in element.iter(links))
    return Line(element, text, key, count_words(text), linked / (len(key) or 1))


def judge(lines: list[Line], shown: Shown) -> None:
    """Mark the lines that do not belong to the text."""
    often = {key for key, count in Counter(line.key for line in lines).items() if count > MOST_REPEATS}
    for at, line in enumerate(lines):
        line.kept = not (
            _repeats(line, shown.headlines, opening=at < TITLE_LINES)
            or line.key in shown.captions
            or _MACHINE.match(line.text)
            or (line.key in often and line.element.tag == "p" and not line.is_sentence)
            or _is_teaser(line)
            or is_furniture(line.text, line.words)
            or (line.element.tag == "p" and is_picture_credit(line.text, line.words))
        )
    _cut_boxes(lines)
    _cut_walls(lines)
    kept = [line for line in lines if line.kept]
    sentences = [at for at, line in enumerate(kept) if line.is_sentence]
    if sentences:
        _judge_opening(kept[: sentences[0]])
        _judge_dates(kept[:TITLE_LINES])
        _judge_closing(kept[sentences[-1] + 1 :])


def _cut_boxes(lines: list[Line]) -> None:
    """Mark all that follows a label such as "Most read", once most of the text is above it."""
    total = sum(line.words for line in lines if line.kept)
    above = 0
    for at, line in enumerate(lines):
        if above >= ABOVE_BOX * total and opens_box(line.text):
            for below in lines[at:]:
                below.kept = False
            return
        above += line.words if line.kept else 0


def _cut_walls(lines: list[Line]) -> None:
    """Mark the short lines that follow what a wall asks for: they are its offers."""
    for at, line in enumerate(lines):
        if line.words <= WALL_WORDS and is_wall(line.text):
            for below in takewhile(lambda one: one.words <= WALL_WORDS, lines[at : at + MOST_OFFERS]):
                below.kept = False


def _judge_opening(lines: list[Line]) -> None:
    """Mark what stands above the first sentence: bylines, dates, kickers; a dateline of its own and headings stay."""
    after = True  # whether the next line stays: a heading stands only above something
    for at, line in enumerate(reversed(lines)):
        dateline = at == 0 and (line.text.isupper() or line.text.endswith(":"))
        if line.element.tag == "p":
            line.kept = dateline or (line.words > OPENING_WORDS and not is_date_line(line.text, line.words))
        elif line.element.tag == "head":
            line.kept = after
        elif line.linked >= LINKED_SHARE:
            line.kept = False
        after = line.kept


def _judge_dates(lines: list[Line]) -> None:
    """Mark the lines at the top that only say when, or who: some stand below the standfirst."""
    for line in lines:
        digits = sum(map(str.isdigit, line.text)) >= DIGITS_SHARE * len(line.text)
        if line.element.tag in {"p", "item"} and (
            (digits and is_date_line(line.text, line.words)) or names_writer(line.text)
        ):
            line.kept = False


def _judge_closing(lines: list[Line]) -> None:
    """Mark what stands below the last sentence: initials, tags, buttons; a list or a table of results stays."""
    run = list(takewhile(_is_label, reversed(lines)))
    if sum(line.element.tag == "p" for line in run) <= MAX_CLOSING_LINES:
        for line in run:
            line.kept = False


def _is_label(line: Line) -> bool:
    return line.element.tag == "head" or (line.element.tag == "p" and line.words <= CLOSING_WORDS)


def _repeats(line: Line, headlines: tuple[str, ...], *, opening: bool) -> bool:
    """Return whether a line is the headline: at the top with what stands around it, below it alone and no sentence."""
    key, long = line.key, [one for one in headlines if len(one) > LEAST_TITLE_CHARS]
    if not opening:
        return key in long and not line.is_sentence
    around = [one for one in long if one in key and len(key) < len(one) + _KICKER_CHARS]
    return key in headlines or any(key.endswith(one) or not line.is_sentence for one in around)


def _is_teaser(line: Line) -> bool:
    """Return whether the whole line is a link to another text; in a list every line has to be."""
    if line.linked < LINKED_SHARE or not _TEASER_WORDS <= line.words <= _TEASER_MOST:
        return False
    around = line.element.getparent()
    if line.element.tag != "item" or around is None:
        return line.element.tag == "p" or line.text.isupper()
    return all(line_of(element).linked >= LINKED_SHARE for element in around.iter("item"))
