"""The text of a message as HTML: what is shown of it, without what a mailing puts around an article. Pure."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from lxml import etree, html

from services.parser.fields.furniture import is_furniture
from services.parser.fields.html import MAX_HTML_CHARS
from services.parser.fields.mailings import is_way_out, leads_to_page, says_how_to_leave, says_why_it_came
from services.parser.fields.text import collapse, count_words, key_of
from services.parser.formats.pages.article import tree_of
from services.parser.formats.pages.runs import wrap_runs
from services.parser.formats.pages.tables import unwrap_layouts
from services.parser.formats.weblinks import open_link
from shared.errors import Malformed

SMALLEST_PX = 3  # what is no larger shows nothing, and tells that the message was read
LINE_WORDS = 60  # of a line that leads to the web page; a paragraph that only speaks of one is longer
FOOT_WORDS = 120  # of a line that says how to be rid of the mailing
ICON_PX = 100  # of a picture that stands right above the foot and belongs to it
HEADLINE_BY = 5  # lines, above which a headline may be repeated
REST_WORDS = 200  # what follows that line is its foot, if it is no longer
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|max-height\s*:\s*0(?![\d.])|opacity\s*:\s*0(?![\d.])")
_SIZE = re.compile(r"(?:^|[;\s])(?:width|height)\s*:\s*(\d+)(?:px)?\s*(?:;|!|$)")
_BLOCKS = ("p", "div", "td", "th", "li", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "center",
           "caption", "figcaption", "address", "section", "article", "header", "footer", "body")  # fmt: skip
_BLOCK = frozenset({*_BLOCKS, "table", "tbody", "tr", "ul", "ol", "dl", "hr", "figure"})
_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_QUOTED = re.compile(r"^(?:> ?)+")
_BULLET = re.compile(r"^\s*(?:[-*•–·]|\d{1,2}[.)])\s+\S")


Line = tuple[html.HtmlElement, str]  # an innermost block, and its words


class Text(NamedTuple):
    """The words of a message."""

    html: str
    link: str | None = None  # to the same on the web
    language: str | None = None
    kind: str = "text/html"


def read_html(text: str, leave: Sequence[str], headline: str = "") -> Text:
    """Return what a message in HTML shows below its headline; by the addresses `leave` one leaves its list (RFC 2369).

    :raises Malformed: it nests too deeply, or is too long.
    """
    if not text.strip():
        return Text("")
    if len(text) > MAX_HTML_CHARS:
        raise Malformed(f"A text of {len(text)} characters is longer than any article.")
    root = tree_of(text)
    language = root.get("lang")
    body = root.find("body")
    root = root if body is None else body
    etree.strip_elements(root, "script", "style", "template", "title", with_tail=False)
    _take_out_unseen(root)
    unwrap_layouts(root)
    _unwrap_columns(root)
    wrap_runs(root)
    link = _take_out_furniture(root, leave, key_of(headline))
    _take_off_wrappers(root)
    inside = escape(root.text or "", quote=False) + "".join(
        etree.tostring(child, encoding="unicode", method="html") for child in root
    )
    return Text(inside.strip(), link, language)


def read_plain(
    text: str, leave: Sequence[str], headline: str = "", *, flowed: bool = False, delsp: bool = False
) -> Text:
    """Return what a message in plain text says, its signature left out; `flowed` as RFC 3676 has it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")
    if "-- " in lines:
        lines = "\n".join(lines[: lines.index("-- ")]).strip("\n").split("\n")
    paragraphs = list(_flowed(lines, delsp) if flowed else _wrapped(lines))
    written = "".join(
        f"<blockquote><p>{escape(one)}</p></blockquote>" if quoted else f"<p>{escape(one)}</p>"
        for quoted, one in paragraphs
    )
    return read_html(f"<body>{written}</body>", leave, headline)._replace(kind="text/plain") if written else Text("")


def _flowed(lines: Sequence[str], delsp: bool) -> Iterator[tuple[bool, str]]:
    """Yield whether quoted and what: a line that ends in a space goes on with the next of its depth (RFC 3676, 4)."""
    joined: list[tuple[int, str]] = []
    soft = False
    for row in lines:
        depth = len(row) - len(row.lstrip(">"))
        words = row[depth:].removeprefix(" ")
        if soft and joined and joined[-1][0] == depth:
            before = joined[-1][1]
            joined[-1] = (depth, (before[:-1] if delsp else before) + words)
        else:
            joined.append((depth, words))
        soft = words.endswith(" ")
    hard = [line for _, line in joined if line.strip()]
    if sum(not line.strip() for _, line in joined) * 4 < len(hard) or not hard:
        yield from ((depth > 0, collapse(line)) for depth, line in joined if line.strip())
    else:  # blank lines part its paragraphs, as in any other text
        yield from _wrapped([("> " if depth else "") + line for depth, line in joined])


def _wrapped(lines: Sequence[str]) -> Iterator[tuple[bool, str]]:
    """Yield whether quoted and what: blank lines part paragraphs, and so do marks of a list and of a quote."""
    rows: list[str] = []
    within = False
    for row in (*lines, ""):
        quoted = row.startswith(">")
        words = collapse(_QUOTED.sub("", row))
        if rows and (not words or quoted != within or _BULLET.match(words)):
            yield within, " ".join(rows)
            rows = []
        within = quoted
        rows += [words] if words else []


def _take_out_unseen(root: html.HtmlElement) -> None:
    """Remove what is hidden, such as the line for mail programs' lists, and pictures that show nothing."""
    for element in list(root.iter(etree.Element)):
        style = (element.get("style") or "").lower()
        hidden = element.get("hidden") is not None or (style and _HIDDEN.search(style) is not None)
        if hidden or (element.tag == "img" and _shows_nothing(element, style)):
            _remove(element)


def _shows_nothing(image: html.HtmlElement, style: str) -> bool:
    """Return whether a picture counts readers, or comes with the message and has no address on the web."""
    if not (image.get("src") or "").strip().lower().startswith(("https://", "http://")):
        return True
    sizes = [image.get("width") or "", image.get("height") or "", *_SIZE.findall(style)]
    return any(size.isdecimal() and int(size[:6]) <= SMALLEST_PX for size in (one.removesuffix("px") for one in sizes))


def _unwrap_columns(root: html.HtmlElement) -> None:
    """Turn each table of which no row has two cells with words into plain elements."""
    for table in list(root.iter("table")):
        if all(sum(bool("".join(cell.itertext()).strip()) for cell in row) < 2 for row in table.iter("tr")):
            for part in list(table.iter("table", "thead", "tbody", "tfoot", "tr", "td", "th")):
                part.tag = "div"


def _take_out_furniture(root: html.HtmlElement, leave: Sequence[str], headline: str) -> str | None:
    """Remove the way to the web page, the headline and the foot; return where the first leads to, if that is open."""
    link = None
    lines = list(_lines(root))
    words = [count_words(text) for _, text in lines]
    foot = None
    for at, (line, text) in enumerate(lines):
        addresses = _addresses(line, text)
        if words[at] <= FOOT_WORDS and (says_how_to_leave(text) or not set(leave).isdisjoint(addresses)):
            if sum(words[at + 1 :]) <= REST_WORDS and foot is None and at:
                foot = at
            else:
                _remove(line)
        elif words[at] <= LINE_WORDS and leads_to_page(text) and addresses:
            link = link or next(filter(None, map(open_link, addresses)), None)
            _remove(line)
        elif headline and at <= HEADLINE_BY and key_of(text) == headline:
            _remove(line)
    if foot is not None:
        _cut(root, lines, words, foot)
    for anchor in list(root.iter("a")):
        if (anchor.get("href") or "") in leave or is_way_out(anchor.get("href") or ""):
            anchor.drop_tag()
    return link


def _cut(root: html.HtmlElement, lines: Sequence[Line], words: Sequence[int], foot: int) -> None:
    """Remove the lines from `foot` on with their pictures, and those before it that belong to it."""
    while foot > 1 and (says_why_it_came(lines[foot - 1][1]) or is_furniture(lines[foot - 1][1], words[foot - 1])):
        foot -= 1
    place = {element: at for at, element in enumerate(root.iter(etree.Element))}
    text_ends, foot_begins = place[lines[foot - 1][0]], place[lines[foot][0]]
    for picture in list(root.iter("img")):
        width = (picture.get("width") or "").removesuffix("px")
        icon = width.isdecimal() and int(width[:6]) <= ICON_PX
        if place[picture] > (text_ends if icon else foot_begins):
            _remove(picture)
    for line, _ in lines[foot:]:
        _remove(line)


def _lines(root: html.HtmlElement) -> Iterator[Line]:
    """Yield the innermost blocks that hold words, and these words."""
    for block in list(root.iter(*_BLOCKS)):
        if not any(child is not block for child in block.iter(*_BLOCK)) and (
            text := collapse("".join(map(str, block.itertext())))
        ):
            yield block, text


def _addresses(line: html.HtmlElement, text: str) -> list[str]:
    return [*(str(anchor.get("href") or "").strip() for anchor in line.iter("a")), *_URL.findall(text)]


def _take_off_wrappers(root: html.HtmlElement) -> None:
    """Take off `div` elements that hold nothing, or other blocks alone."""
    for element in reversed(list(root.iter("div", "center"))):
        if element is root or element.getparent() is None:
            continue
        bare = (element.text or "").strip() or any((child.tail or "").strip() for child in element)
        if len(element) == 0 and not bare:
            _remove(element)
        elif not bare and all(child.tag in _BLOCK for child in element):
            element.drop_tag()
        elif element.tag == "center":
            element.tag = "div"


def _remove(element: html.HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()
