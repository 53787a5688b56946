"""A page's main text: what trafilatura takes for it, freed of the frame's words, opened by its standfirst. Pure."""

from bisect import bisect, insort
from copy import deepcopy
from dataclasses import dataclass
from itertools import takewhile

import trafilatura
from lxml import etree, html

from services.parser.fields.furniture import (
    CLOSING_WORDS,
    OPENING_WORDS,
    is_date_line,
    is_furniture,
    is_sentence,
    names_writer,
    opens_box,
)
from services.parser.fields.text import collapse, count_words, key_of
from services.parser.formats.pageblocks import (
    ALIGNED_SHARE,
    Block,
    align,
    blocks_of,
    missing,
    same_opening,
    standfirst_of,
    trunk_of,
)

_LINES = frozenset({"p", "head", "item", "quote", "cell", "code"})
MAX_LINES = 2000  # no article has more; where a text stands among so many is not worth the time
_TITLE_LINES = 8  # of the text's first lines one may repeat the headline
_KICKER_CHARS = 60
_TEASER_WORDS, _TEASER_MOST = 3, 30
WITNESS_SHARE = 0.88  # of the words; a copy that has so many of them is one of the whole text
ABOVE_BOX = 0.6  # of the words
MAX_CLOSING_LINES = 5  # more short lines are no accident
_LINKED_SHARE = 0.9  # of a line's letters; more than that in links, and it leads elsewhere


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows elsewhere and its text should not repeat, as keys (see `key_of`)."""

    headlines: tuple[str, ...] = ()
    captions: frozenset[str] = frozenset()
    descriptions: tuple[str, ...] = ()
    said: str = ""  # the article body that JSON-LD gives


@dataclass(slots=True)
class _Line:
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


def extract(root: html.HtmlElement, url: str, shown: Shown) -> tuple[etree._Element | None, tuple[str, ...]]:
    """Return the main text in trafilatura's elements, None if there is none, and the lines that were left out."""
    found = trafilatura.bare_extraction(
        deepcopy(root), url=url, include_comments=False, include_tables=True, include_formatting=True,
        include_links=True,
    )  # fmt: skip
    if found is None or isinstance(found, dict) or found.body is None:
        return None, ()
    lines = [
        _line(element) for element in found.body.iter(*_LINES) if next(element.iterdescendants(*_LINES), None) is None
    ]
    lines = [line for line in lines if line.text]
    _judge(lines, shown)
    if len(lines) <= MAX_LINES:
        blocks = blocks_of(root)
        _cut(lines, blocks)
        _hear(lines, shown.said)
        _fill(lines, blocks, shown)
        _open(found.body, lines, blocks, shown)
    for line in lines:
        if not line.kept:
            _remove(line.element)
    return found.body, tuple(line.text for line in lines if not line.kept)


def _line(element: etree._Element, links: str = "ref") -> _Line:
    text = collapse("".join(str(part) for part in element.itertext()))
    letters = sum(map(len, text.split())) or 1
    linked = sum(len("".join("".join(str(part) for part in link.itertext()).split())) for link in element.iter(links))
    return _Line(element, text, key_of(text), count_words(text), linked / letters)


def _judge(lines: list[_Line], shown: Shown) -> None:
    """Mark the lines that do not belong to the text."""
    for at, line in enumerate(lines):
        repeats = at < _TITLE_LINES and _repeats(line.key, shown.headlines)
        line.kept = not (
            repeats or line.key in shown.captions or _is_teaser(line) or is_furniture(line.text, line.words)
        )
    _cut_boxes(lines)
    lines = [line for line in lines if line.kept]
    sentences = [at for at, line in enumerate(lines) if line.is_sentence]
    if not sentences:
        return
    _judge_opening(lines[: sentences[0]])
    _judge_closing(lines[sentences[-1] + 1 :])


def _cut(lines: list[_Line], blocks: list[Block]) -> None:
    """Mark what follows after the element that holds nearly all of the text: other articles' teasers."""
    lines = [line for line in lines if line.kept]
    places = align([line.key for line in lines], blocks)
    found = [blocks[at] for at in places if at is not None]
    if sum(block.words for block in found) < ALIGNED_SHARE * sum(line.words for line in lines):
        return
    trunk = trunk_of(found)
    if trunk is None:
        return
    for line, at in zip(reversed(lines), reversed(places), strict=True):
        if at is None:
            continue
        if trunk in blocks[at].element.iterancestors():
            break
        line.kept = False


def _cut_boxes(lines: list[_Line]) -> None:
    """Mark all that follows a label such as "Most read", once most of the text is above it."""
    total = sum(line.words for line in lines if line.kept)
    above = 0
    for at, line in enumerate(lines):
        if above >= ABOVE_BOX * total and opens_box(line.text):
            for below in lines[at:]:
                below.kept = False
            return
        above += line.words if line.kept else 0


def _hear(lines: list[_Line], said: str) -> None:
    """Mark paragraphs that the publisher's own copy of the text (JSON-LD articleBody) lacks, if it has nearly all."""
    kept = [line for line in lines if line.kept]
    absent = [line for line in kept if line.key not in said]
    if said and sum(line.words for line in absent) <= (1 - WITNESS_SHARE) * sum(line.words for line in kept):
        for line in absent:
            line.kept = line.element.tag not in {"p", "quote"}


def _fill(lines: list[_Line], blocks: list[Block], shown: Shown) -> None:
    """Put back the paragraphs that stand as the text's others do and were left out on the way."""
    kept = [line for line in lines if line.kept]
    places = align([line.key for line in kept], blocks)
    seen = {line.key for line in lines}
    before: dict[int, _Line] = {at: line for line, at in zip(kept, places, strict=True) if at is not None}
    known = sorted(before)
    for at in missing(blocks, known):
        block = blocks[at]
        if block.key in seen or block.key in shown.captions or is_furniture(block.text, block.words):
            continue
        new = _line(deepcopy(block.element), "a")
        new.element.tail = None
        if new.linked >= _LINKED_SHARE or names_writer(new.text):
            continue
        last = known[bisect(known, at) - 1]
        _outermost(before[last].element).addnext(new.element)
        before[at] = new
        insort(known, at)


def _open(body: etree._Element, lines: list[_Line], blocks: list[Block], shown: Shown) -> None:
    """Put the standfirst before the text, unless it begins with it."""
    kept = [line for line in lines if line.kept]
    places = align([line.key for line in kept], blocks)
    first = next((at for at in places if at is not None), None)
    if first is None:
        return
    for block in reversed(standfirst_of(blocks, first, shown.headlines, shown.descriptions)):
        if (
            block.text.endswith(("...", "…"))
            or block.key in shown.captions
            or is_furniture(block.text, block.words)
            or names_writer(block.text)
        ):
            continue
        if not any(
            block.key in line.key or line.key in block.key or same_opening(block.key, line.key) for line in kept
        ):
            element = etree.Element("p")
            element.text = block.text
            body.insert(0, element)


def _judge_opening(lines: list[_Line]) -> None:
    """Mark what stands above the first sentence: bylines, dates, kickers; a dateline of its own and headings stay."""
    after = True  # whether the next line stays: a heading stands only above something
    for at, line in enumerate(reversed(lines)):
        dateline = at == 0 and (line.text.isupper() or line.text.endswith(":"))
        if line.element.tag == "p":
            line.kept = dateline or (line.words > OPENING_WORDS and not is_date_line(line.text, line.words))
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
    if line.linked < _LINKED_SHARE or not _TEASER_WORDS <= line.words <= _TEASER_MOST:
        return False
    around = line.element.getparent()
    if line.element.tag != "item" or around is None:
        return line.element.tag == "p"
    return all(_line(element).linked >= _LINKED_SHARE for element in around.iter("item"))


def _outermost(element: etree._Element) -> etree._Element:
    """Return the element of the text's own level that holds `element`."""
    around = element.getparent()
    while around is not None and around.tag != "body":
        element, around = around, around.getparent()
    return element


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
