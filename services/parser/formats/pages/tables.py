"""Tables that lay a page out, and hold its text as no table does, turned into plain elements. Pure."""

from lxml import etree, html

from services.parser.fields.text import count_words

LEAST_WORDS = 100  # of a cell that holds a text rather than a value
_PARTS = ("thead", "tbody", "tfoot", "tr", "td", "th")


def unwrap_layouts(root: html.HtmlElement) -> None:
    """Turn each table that lays out the page (HTML Standard, 4.9.1) into `div` elements.

    It says so by its role, or holds another table, a headline or a text in one of its cells.
    """
    for table in list(root.iter("table")):
        parts = [part for part in table.iter(*_PARTS) if next(part.iterancestors("table"), None) is table]
        if table.get("role") in {"presentation", "none"} or any(map(_holds_text, parts)):
            for part in (table, *parts):
                part.tag = "div"


def _holds_text(part: etree._Element) -> bool:
    if part.tag != "td":
        return False
    within = next(part.iter("table", "h1", "h2"), None)
    return within is not None or count_words("".join(map(str, part.itertext()))) >= LEAST_WORDS
