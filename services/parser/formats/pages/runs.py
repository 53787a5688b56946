"""Text whose paragraphs line breaks alone part, put into paragraphs: bare in a page's box, or in what was extracted.

Pure.
"""

from collections.abc import Iterable, Sequence
from copy import deepcopy

from lxml import etree, html

from services.parser.fields.text import key_of

LEAST_CHARS = 80  # of text right in the box; a label has less
LEAST_LINES, LEAST_LINE_CHARS = 3, 60  # of what single breaks make paragraphs of; verses and addresses are shorter
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "।", "؟", '"', "”", "“", "»", "’", "」", ")")
_BOXES = ("div", "section", "article", "main", "td")
_WITHIN = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "mark", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
})  # fmt: skip

_BREAKS = ("br", "lb")  # of HTML and of what was extracted

Piece = etree._Element | str


def wrap_runs(root: html.HtmlElement) -> None:
    """Put each run of words and what stands within lines into a `p`; two breaks end it, and so does a block."""
    for box in list(root.iter(*_BOXES)):
        if (box.find("br") is not None or box.find("p") is not None) and _bare_chars(box) >= LEAST_CHARS:
            _wrap(box)


def part_lines(element: etree._Element, headlines: Sequence[str]) -> None:
    """Part a paragraph of trafilatura's at two line breaks in a row, and where it opens with a headline, at each one.

    >>> body = etree.XML("<body><p>A<lb/><lb/>B<lb/>C</p></body>")
    >>> part_lines(body[0], ())
    >>> etree.tostring(body)
    b'<body><p>A</p><p>B<lb/>C</p></body>'
    """
    around = element.getparent()
    if around is None or element.find("lb") is None:
        return
    parts = _parts(_pieces(deepcopy(element)))
    lines = _lines(parts[0]) if parts else []
    if lines and key_of("".join(map(_text, lines[0]))) in headlines:
        parts[:1] = lines
    if len(parts) > 1:
        paragraphs = list(map(_paragraph, parts))
        paragraphs[-1].tail = element.tail
        at = around.index(element)
        around[at : at + 1] = paragraphs


def _bare_chars(box: etree._Element) -> int:
    return sum(len(text.strip()) for text in (box.text, *(child.tail for child in box)) if text)


def _wrap(box: etree._Element) -> None:
    pieces = _pieces(box)
    for child in list(box):
        box.remove(child)
    box.text = None
    run: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) or _is_within(piece):
            run.append(piece)
        else:
            _close(box, run)
            box.append(piece)
    _close(box, run)


def _pieces(box: etree._Element) -> list[Piece]:
    """Return what the box holds, in order, and take the texts behind its elements off them."""
    pieces: list[Piece] = [box.text] if box.text else []
    for child in box:
        tail, child.tail = child.tail, None
        pieces += [child, tail] if tail else [child]
    return pieces


def _is_within(element: etree._Element) -> bool:
    return all(one.tag in _WITHIN for one in element.iter())


def _close(box: etree._Element, run: list[Piece]) -> None:
    """Append the run's paragraphs to the box, and empty it."""
    parts = _parts(run)
    if len(parts) == 1 and _are_paragraphs(lines := _lines(parts[0])):
        parts = lines
    box.extend(map(_paragraph, parts))
    run.clear()


def _are_paragraphs(lines: Sequence[Sequence[Piece]]) -> bool:
    """Return whether lines that single breaks part are paragraphs: several long ones, each of which ends a sentence."""
    texts = ["".join(map(_text, line)).strip() for line in lines]
    texts = [text for text in texts if text]
    return len(texts) >= LEAST_LINES and all(
        len(text) >= LEAST_LINE_CHARS and text.endswith(_SENTENCE_ENDS) for text in texts
    )


def _paragraph(part: Iterable[Piece]) -> etree._Element:
    paragraph = etree.Element("p")
    for piece in part:
        if not isinstance(piece, str):
            paragraph.append(piece)
        elif len(paragraph):
            paragraph[-1].tail = (paragraph[-1].tail or "") + piece
        else:
            paragraph.text = (paragraph.text or "") + piece
    return paragraph


def _parts(run: Iterable[Piece]) -> list[list[Piece]]:
    """Return the run parted where two breaks or more stand together; white space alone is no part."""
    parts: list[list[Piece]] = [[]]
    breaks: list[Piece] = []
    for piece in run:
        if _is_break(piece) or (breaks and _is_blank(piece)):
            breaks.append(piece)
            continue
        if sum(map(_is_break, breaks)) > 1:
            parts.append([])
        elif parts[-1]:
            parts[-1] += breaks
        breaks = []
        parts[-1].append(piece)
    return [part for part in parts if not all(map(_is_blank, part))]


def _lines(part: Iterable[Piece]) -> list[list[Piece]]:
    """Return a part's lines, without the breaks between them."""
    lines: list[list[Piece]] = [[]]
    for piece in part:
        if not _is_break(piece):
            lines[-1].append(piece)
        elif lines[-1]:
            lines.append([])
    return lines


def _is_break(piece: Piece) -> bool:
    return not isinstance(piece, str) and piece.tag in _BREAKS


def _is_blank(piece: Piece) -> bool:
    return not _text(piece).strip()


def _text(piece: Piece) -> str:
    return piece if isinstance(piece, str) else "".join(map(str, piece.itertext()))
