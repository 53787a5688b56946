"""One element that holds several lines, parted by line breaks, as elements of their own. Pure."""

from collections.abc import Sequence
from copy import deepcopy

from lxml import etree

from services.parser.fields.text import key_of


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
    groups: list[list[etree._Element]] = [[]]
    for line in _lines(element):
        if _said(line):
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    groups = [group for group in groups if group]
    if groups and key_of(_said(groups[0][0])) in headlines:
        groups[:1] = [[line] for line in groups[0]]
    parts = list(map(_joined, groups))
    if len(parts) > 1:
        parts[-1].tail = element.tail
        at = around.index(element)
        around[at : at + 1] = parts


def _said(line: etree._Element) -> str:
    return "".join(map(str, line.itertext())).strip()


def _lines(element: etree._Element) -> list[etree._Element]:
    """Return the element's lines, each in a copy of what it holds."""
    line = etree.Element("p")
    line.text = element.text
    lines = [line]
    for child in list(deepcopy(element)):
        if child.tag == "lb":
            line = etree.Element("p")
            line.text = child.tail
            lines.append(line)
        else:
            line.append(child)
    return lines


def _joined(lines: list[etree._Element]) -> etree._Element:
    first, *others = lines
    for line in others:
        etree.SubElement(first, "lb").tail = line.text
        first.extend(line)
    return first
