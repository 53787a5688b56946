"""Where a page's text stands among its elements: what holds it, what of that is missing, the standfirst. Pure."""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

from lxml import etree, html

from services.parser.fields.text import collapse, count_words, key_of

_BLOCKS = frozenset({
    "p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "td", "th", "dt", "dd", "div", "section", "article",
    "pre", "figcaption", "header", "footer", "aside", "main", "ul", "ol", "table", "tr", "figure", "nav", "form",
    "body",
})  # fmt: skip
_HEADINGS = frozenset({"h2", "h3", "h4"})
TRUNK_SHARE = 0.85  # of the words that were found again; what one element holds of them makes it the trunk
LEAST_ALIKE = 3  # paragraphs in an element, or its like, make it one that holds the text
LEAST_HEADLINE = 12  # letters; a shorter one may end any line
LEAST_MISSING = 8  # words
FARTHEST_STANDFIRST = 30  # blocks below the headline
LEAST_STANDFIRST, MOST_STANDFIRST = 4, 90  # words
OPENING_CHARS = 30  # letters that a text shares with its description, at least
_BESIDE = frozenset({"aside", "nav", "footer", "figure", "figcaption", "form"})
_STANDFIRST = re.compile(
    r"standfirst|stand-first|sub-?title|sub-?head|sub-?line|(?<![a-z])(?:dek|deck|lede|lead|leadin|lead-text|intro|introduction|excerpt|"
    r"abstract|teaser-?text|summary|synopsis|vorspann|anriss|chapo|ch[aâ]peau|entradilla|bajada|copete|"
    r"sottotitolo|sommario|occhiello|epigraph|epigrafe|sous-?titre|strapline|tagline|ingress|manchet|underrubrik|perex|zajawka|spot|preamble|kurzfassung)(?![a-z])",
    re.IGNORECASE,
)
MAX_GAP = 200  # blocks between two lines of one text
ALIGNED_SHARE = 0.6  # of a text's words; less found again, and the page says nothing of where it stands


@dataclass(frozen=True, slots=True)
class Block:
    """One element of the page that holds words and no other block."""

    element: etree._Element
    text: str
    key: str
    words: int


def blocks_of(root: html.HtmlElement) -> list[Block]:
    """Return the page's blocks with words, in its order."""
    return [
        Block(element, text, key, count_words(text))
        for element in _leaves(root)
        if (text := _shown_text(element)) and (key := key_of(text))
    ]


def _leaves(root: html.HtmlElement) -> list[etree._Element]:
    """Return the block elements that hold no other."""
    elements = list(root.iter(*_BLOCKS))
    branches: set[etree._Element] = set()
    for element in elements:
        around = element.getparent()
        while around is not None and around not in branches:
            branches.add(around)
            around = around.getparent()
    return [element for element in elements if element not in branches]


def _shown_text(element: etree._Element) -> str:
    if len(element) == 0:
        return collapse(element.text or "")
    for end in element.iter("br"):
        end.tail = f" {end.tail or ''}"
    return collapse(etree.tostring(element, encoding="unicode", method="text", with_tail=False))


def align(keys: Sequence[str], blocks: Sequence[Block]) -> list[int | None]:
    """Return for each line of a text the place of its block, in the page's order; None where it is not found again."""
    places: dict[str, list[int]] = {}
    for at, block in enumerate(blocks):
        places.setdefault(block.key, []).append(at)
    found: list[int | None] = []
    last = -1  # the first line may stand anywhere
    for key in keys:
        own = places.get(key, [])
        after = bisect(own, last)
        nearest = own[after] if after < len(own) and (last < 0 or own[after] <= last + MAX_GAP) else None
        found.append(nearest)
        last = last if nearest is None else nearest
    return found


def trunk_of(blocks: Sequence[Block]) -> etree._Element | None:
    """Return the deepest element that holds most words of `blocks`."""
    weights: Counter[etree._Element] = Counter()
    total = 0
    for block in blocks:
        total += block.words
        for around in block.element.iterancestors():
            weights[around] += block.words
    trunk, depth = None, -1
    for element, words in weights.items():
        if words >= TRUNK_SHARE * total and (deep := sum(1 for _ in element.iterancestors())) > depth:
            trunk, depth = element, deep
    return trunk


def missing(blocks: Sequence[Block], found: Sequence[int]) -> list[int]:
    """Return the places of paragraphs that stand as those at `found` do: in the same elements, or in their like."""
    homes: Counter[tuple[str, str]] = Counter()
    parents: Counter[etree._Element | None] = Counter()
    for at in found:
        if blocks[at].element.tag == "p":
            homes[_home(blocks[at])] += 1
            parents[blocks[at].element.getparent()] += 1
    if not found:
        return []
    known = set(found)
    likes = {home for home, count in homes.items() if count >= LEAST_ALIKE and home[1]}

    def belongs(at: int) -> bool:
        within = at < found[-1] and parents[blocks[at].element.getparent()] >= LEAST_ALIKE
        return within or _home(blocks[at]) in likes

    absent = [at for at in range(found[0] + 1, len(blocks)) if at not in known and belongs(at)]
    paragraphs = {at for at in absent if blocks[at].element.tag == "p" and blocks[at].words >= LEAST_MISSING}
    return [at for at in absent if at in paragraphs or _heads(blocks, at, known | paragraphs)]


def _heads(blocks: Sequence[Block], at: int, text: set[int]) -> bool:
    """Return whether a block is a heading of the paragraph that follows it in the same element."""
    if at + 1 not in text or blocks[at].element.tag not in _HEADINGS:
        return False
    return blocks[at].element.getparent() is blocks[at + 1].element.getparent()


def _home(block: Block) -> tuple[str, str]:
    around = block.element.getparent()
    return ("", "") if around is None else (str(around.tag), around.get("class") or "")


def standfirst_of(
    blocks: Sequence[Block], first: int, headlines: Sequence[str], descriptions: Sequence[str]
) -> tuple[Block, ...]:
    """Return what stands between the headline and the text's first block at `first` and sums the text up.

    It is what the page's own description repeats, or what its class calls a standfirst.
    """
    near = range(max(0, first - FARTHEST_STANDFIRST), first)
    start = next((at for at in near if _is_headline(blocks[at], headlines)), None)
    if start is None:
        start = next((at for at in near if blocks[at].element.tag == "h1"), None)
    if start is None:
        return ()
    between = [
        block
        for block in blocks[start + 1 : first]
        if LEAST_STANDFIRST <= block.words <= MOST_STANDFIRST and not _is_beside(block.element)
    ]
    for block in between:
        if any(same_opening(block.key, said) for said in descriptions):
            return (block,)
    called = [block for block in between if _is_called(block.element)]
    return tuple(block for block in called if block.element.getparent() is called[0].element.getparent())


def _is_headline(block: Block, headlines: Sequence[str]) -> bool:
    return block.element.tag in {"h1", "h2", "div"} and any(
        block.key == one or (len(one) > LEAST_HEADLINE and block.key.endswith(one)) for one in headlines
    )


def same_opening(key: str, other: str) -> bool:
    """Return whether one of two texts is the other, perhaps cut short."""
    length = min(len(key), len(other))
    return length >= OPENING_CHARS and key[:length] == other[:length]


def _is_called(element: etree._Element) -> bool:
    """Return whether the element or one of the two around it is called a standfirst."""
    for one in islice(chain((element,), element.iterancestors()), 3):
        if one.tag in {"article", "main", "body"}:
            return False
        marks = (
            f"{one.get('class') or ''} {one.get('itemprop') or ''} {one.get('data-testid') or ''} {one.get('id') or ''}"
        )
        if _STANDFIRST.search(marks):
            return True
    return False


def _is_beside(element: etree._Element) -> bool:
    return any(one.tag in _BESIDE for one in chain((element,), element.iterancestors()))
