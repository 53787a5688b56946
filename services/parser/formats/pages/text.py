"""A page's main text: what trafilatura takes for it, freed of the frame's words, opened by its standfirst. Pure."""

import re
from bisect import bisect, insort
from collections import Counter
from copy import deepcopy

import trafilatura
from lxml import etree, html

from services.parser.fields.furniture import is_furniture, names_writer
from services.parser.formats.pages.blocks import (
    ALIGNED_SHARE,
    Block,
    align,
    blocks_of,
    missing,
    same_opening,
    standfirst_of,
    trunk_of,
)
from services.parser.formats.pages.lines import LINKED_SHARE, Line, Shown, judge, line_of
from services.parser.formats.pages.runs import part_lines

_SETTINGS = deepcopy(trafilatura.settings.DEFAULT_CONFIG)
_SETTINGS.set("DEFAULT", "MIN_EXTRACTED_SIZE", "100")  # characters; a brief, or a text in Chinese, has no more
_LINES = frozenset({"p", "head", "item", "quote", "cell", "code"})
MAX_LINES = 2000  # no article has more; where a text stands among so many is not worth the time
WITNESS_SHARE = 0.88  # of the words; a copy that has so many of them is one of the whole text
BESIDE_SHARE = 0.3  # of the text's words; what holds more is no box beside it
LEAST_QUOTE_CHARS = 20  # letters and digits of one that is known again
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_BESIDE = re.compile(
    r"(?<![a-z])(?:captions?|headlines|related|newsletters?|most-?read|read-?more|more-?on|teasers?|author-?(?:bio|box|"
    r"info)|about-?author|fact-?(?:s|box)?|info-?box|call-?outs?|promo|recommend(?:ed|ations?)?|subscri(?:be|ption)|sign-?up|"
    r"comments?|share|social|outbrain|taboola|credits?|paywall-?(?:offer|message|prompt|cta|banner|overlay|box|barrier)|"
    r"regwall|upsell|offers?|cta|call-?to-?action)(?![a-z])",
    re.IGNORECASE,
)


def extract(root: html.HtmlElement, url: str, shown: Shown) -> tuple[etree._Element | None, tuple[str, ...]]:
    """Return the main text in trafilatura's elements, None if there is none, and the lines that were left out."""
    found = trafilatura.bare_extraction(
        root, url=url, include_comments=False, include_tables=True, include_formatting=True, include_links=True,
        output_format="xml",  # "python" writes the text too, which we take from the elements
        config=_SETTINGS,
    )  # fmt: skip
    if found is None or isinstance(found, dict) or found.body is None:
        return None, ()
    for element in list(found.body.iter("div")):
        if next(element.iterdescendants("div", *_LINES), None) is None:
            element.tag = "p"  # so that it is judged as one
    for element in list(found.body.iter("p")):
        part_lines(element, shown.headlines)
    lines = [
        line_of(element) for element in found.body.iter(*_LINES) if next(element.iterdescendants(*_LINES), None) is None
    ]
    lines = [line for line in lines if line.text]
    judge(lines, shown)
    _take_out_repeated_quotes(lines)
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


def _take_out_repeated_quotes(lines: list[Line]) -> None:
    """Mark quotes that only repeat what a paragraph says: they are pulled out of it to catch the eye."""
    for line in lines:
        quoted = line.element.tag == "quote" or next(line.element.iterancestors("quote"), None) is not None
        if quoted and len(line.key) >= LEAST_QUOTE_CHARS:
            line.kept = line.kept and not any(
                line.key in other.key for other in lines if len(other.key) > len(line.key)
            )


def _cut(lines: list[Line], blocks: list[Block]) -> None:
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
    _cut_beside(lines, places, blocks, trunk)


def _cut_beside(lines: list[Line], places: list[int | None], blocks: list[Block], trunk: etree._Element) -> None:
    """Mark what stands within the text's element in a box of its own: another text's link, a caption, an offer."""
    stand = [(line, blocks[at]) for line, at in zip(lines, places, strict=True) if at is not None and line.kept]
    weights: Counter[etree._Element] = Counter()
    for _, block in stand:
        weights.update(dict.fromkeys((block.element, *block.element.iterancestors()), block.words))
    most = BESIDE_SHARE * sum(block.words for _, block in stand)
    for line, block in stand:
        for around in (block.element, *block.element.iterancestors()):
            if around is trunk or weights[around] > most:
                break
            if _is_box(around):
                line.kept = False


def _is_box(element: etree._Element) -> bool:
    link = element.tag == "a" and not (element.get("href") or "#").startswith("#")
    hidden = element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "") is not None
    return link or hidden or element.tag == "figcaption" or _BESIDE.search(element.get("class") or "") is not None


def _hear(lines: list[Line], said: str) -> None:
    """Mark paragraphs that the publisher's own copy of the text (JSON-LD articleBody) lacks, if it has nearly all."""
    kept = [line for line in lines if line.kept]
    absent = [line for line in kept if line.key not in said]
    if said and sum(line.words for line in absent) <= (1 - WITNESS_SHARE) * sum(line.words for line in kept):
        for line in absent:
            line.kept = line.element.tag not in {"p", "quote"}


def _fill(lines: list[Line], blocks: list[Block], shown: Shown) -> None:
    """Put back the paragraphs that stand as the text's others do and were left out on the way."""
    kept = [line for line in lines if line.kept]
    places = align([line.key for line in kept], blocks)
    seen = {line.key for line in lines}
    before: dict[int, Line] = {at: line for line, at in zip(kept, places, strict=True) if at is not None}
    known = sorted(before)
    for at in missing(blocks, known):
        block = blocks[at]
        if block.key in seen or block.key in shown.captions or is_furniture(block.text, block.words):
            continue
        new = line_of(deepcopy(block.element), "a")
        new.element.tail = None
        if new.linked >= LINKED_SHARE or names_writer(new.text):
            continue
        last = known[bisect(known, at) - 1]
        _outermost(before[last].element).addnext(new.element)
        before[at] = new
        insort(known, at)


def _open(body: etree._Element, lines: list[Line], blocks: list[Block], shown: Shown) -> None:
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
        if not any(_says_same(block.key, line.key) for line in kept):
            element = etree.Element("p")
            element.text = block.text
            body.insert(0, element)


def _says_same(key: str, other: str) -> bool:
    """Return whether one of two texts repeats the other, or most of it."""
    return key in other or (2 * len(other) > len(key) and other in key) or same_opening(key, other)


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
