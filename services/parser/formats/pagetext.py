"""A page's main text: what trafilatura takes for it, freed of the frame's words, opened by its standfirst. Pure."""

from copy import deepcopy
from dataclasses import dataclass
from itertools import takewhile

import trafilatura
from lxml import etree, html

from services.parser.fields.furniture import CLOSING_WORDS, OPENING_WORDS, is_furniture, is_sentence
from services.parser.fields.text import collapse, count_words, key_of

_LINES = frozenset({"p", "head", "item", "quote", "cell", "code"})
MODE = {}
_TITLE_LINES = 8  # of the text's first lines one may repeat the headline
_KICKER_CHARS = 60
_TEASER_WORDS = 3
MAX_CLOSING_LINES = 5  # more short lines are no accident
_LINKED_SHARE = 0.9  # of a line's letters; more than that in links, and it leads elsewhere


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows elsewhere and its text should not repeat, as keys (see `key_of`)."""

    headlines: tuple[str, ...] = ()
    captions: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Line:
    """One line of the text, and whether it stays."""

    element: etree._Element
    text: str
    key: str
    words: int
    linked: float
    kept: bool = True

    @property
    def is_sentence(self) -> bool:
        return self.element.tag != "head" and is_sentence(self.text, self.words)


def extract(root: html.HtmlElement, url: str, shown: Shown) -> tuple[etree._Element | None, tuple[str, ...]]:
    """Return the main text in trafilatura's elements, None if there is none, and the lines that were left out."""
    found = trafilatura.bare_extraction(
        deepcopy(root), url=url, include_comments=False, include_tables=True, include_formatting=True,
        include_links=True, **MODE,
    )  # fmt: skip
    if found is None or isinstance(found, dict) or found.body is None:
        return None, ()
    lines = [
        _line(element) for element in found.body.iter(*_LINES) if next(element.iterdescendants(*_LINES), None) is None
    ]
    lines = [line for line in lines if line.text]
    _judge(lines, shown)
    for line in lines:
        if not line.kept:
            _remove(line.element)
    return found.body, tuple(line.text for line in lines if not line.kept)


def _line(element: etree._Element) -> _Line:
    text = collapse("".join(str(part) for part in element.itertext()))
    letters = sum(map(len, text.split())) or 1
    linked = sum(len("".join("".join(str(part) for part in link.itertext()).split())) for link in element.iter("ref"))
    return _Line(element, text, key_of(text), count_words(text), linked / letters)


def _judge(lines: list[_Line], shown: Shown) -> None:
    """Mark the lines that do not belong to the text."""
    for at, line in enumerate(lines):
        repeats = at < _TITLE_LINES and _repeats(line.key, shown.headlines)
        line.kept = not (
            repeats or line.key in shown.captions or _is_teaser(line) or is_furniture(line.text, line.words)
        )
    lines = [line for line in lines if line.kept]
    sentences = [at for at, line in enumerate(lines) if line.is_sentence]
    if not sentences:
        return
    _judge_opening(lines[: sentences[0]])
    _judge_closing(lines[sentences[-1] + 1 :])


def _judge_opening(lines: list[_Line]) -> None:
    """Mark what stands above the first sentence: bylines, dates, kickers; a dateline of its own and headings stay."""
    after = True  # whether the next line stays: a heading stands only above something
    for at, line in enumerate(reversed(lines)):
        dateline = at == 0 and (line.text.isupper() or line.text.endswith(":"))
        if line.element.tag == "p":
            line.kept = line.words > OPENING_WORDS or dateline
        elif line.element.tag == "head":
            line.kept = after
        after = line.kept


def _judge_closing(lines: list[_Line]) -> None:
    """Mark what stands below the last sentence: initials, tags, buttons; a list or a table of results stays."""
    run = list(takewhile(_is_label, reversed(lines)))
    if sum(line.element.tag == "p" for line in run) <= MAX_CLOSING_LINES:
        for line in run:
            line.kept = False


def _is_label(line: _Line) -> bool:
    return line.element.tag == "head" or (line.element.tag == "p" and line.words <= CLOSING_WORDS)


def _repeats(key: str, headlines: tuple[str, ...]) -> bool:
    """Return whether a line is the headline, alone or after its kicker."""
    return any(key == one or (key.endswith(one) and len(key) < len(one) + _KICKER_CHARS) for one in headlines)


def _is_teaser(line: _Line) -> bool:
    """Return whether the whole line is a link to another text; in a list every line has to be."""
    if line.linked < _LINKED_SHARE or line.words < _TEASER_WORDS:
        return False
    around = line.element.getparent()
    if line.element.tag != "item" or around is None:
        return line.element.tag == "p"
    return all(_line(element).linked >= _LINKED_SHARE for element in around.iter("item"))


def _remove(element: etree._Element) -> None:
    """Take the element out; what follows it stays."""
    around, before = element.getparent(), element.getprevious()
    if around is None:
        return
    if element.tail and element.tail.strip():
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            around.text = (around.text or "") + element.tail
    around.remove(element)
