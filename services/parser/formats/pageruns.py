"""Text that stands bare in a box, its paragraphs parted by line breaks alone, put into paragraphs. Pure."""

from collections.abc import Iterable

from lxml import etree, html

LEAST_CHARS = 80  # of text right in the box; a label has less
_BOXES = ("div", "section", "article", "main", "td")
_WITHIN = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "mark", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
})  # fmt: skip

Piece = etree._Element | str


def wrap_runs(root: html.HtmlElement) -> None:
    """Put each run of words and what stands within lines into a `p`; two breaks end it, and so does a block."""
    for box in list(root.iter(*_BOXES)):
        if (box.find("br") is not None or box.find("p") is not None) and _bare_chars(box) >= LEAST_CHARS:
            _wrap(box)


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
    for part in _parts(run):
        paragraph = etree.SubElement(box, "p")
        for piece in part:
            if not isinstance(piece, str):
                paragraph.append(piece)
            elif len(paragraph):
                paragraph[-1].tail = (paragraph[-1].tail or "") + piece
            else:
                paragraph.text = (paragraph.text or "") + piece
    run.clear()


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
        else:
            parts[-1] += breaks
        breaks = []
        parts[-1].append(piece)
    return [part for part in parts if not all(map(_is_blank, part))]


def _is_break(piece: Piece) -> bool:
    return not isinstance(piece, str) and piece.tag == "br"


def _is_blank(piece: Piece) -> bool:
    return not (piece if isinstance(piece, str) else "".join(map(str, piece.itertext()))).strip()
