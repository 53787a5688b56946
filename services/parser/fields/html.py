"""HTML from strangers: allow-listed elements only, absolute http and https addresses, then text and pictures. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache, partial
from html import escape, unescape

import nh3
from lxml import etree

from services.parser.fields.text import clean_characters, collapse, has_markup
from services.parser.fields.urls import absolute
from shared.errors import Malformed
from shared.schema import Image

MAX_DEPTH = 200  # of elements that must be closed; nh3's time grows with the square of the nesting
MAX_HTML_CHARS = 1_000_000
MAX_TEXT_CHARS = 500_000

TAGS = frozenset({
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre",
    "code", "a", "em", "strong", "b", "i", "u", "s", "sub", "sup", "small", "mark", "q", "cite", "abbr", "time",
    "figure", "figcaption", "img", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "div", "span",
})  # fmt: skip
_ATTRIBUTES = {
    "a": {"href"}, "img": {"src", "alt", "width", "height"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"},
    "time": {"datetime"}, "blockquote": {"cite"}, "q": {"cite"},
}  # fmt: skip
_LINKS = {("a", "href"), ("img", "src"), ("blockquote", "cite"), ("q", "cite")}
_WITHOUT_CONTENT = frozenset({
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "form", "button", "select",
    "textarea", "audio", "video", "canvas", "head", "title", "nav",
})  # fmt: skip
_BLOCKS = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "div", "table",
    "tr", "caption", "figure", "figcaption", "hr", "thead", "tbody", "tfoot",
})  # fmt: skip
_LEFT_OUT = frozenset({"figure", "figcaption"})
_DEPTH_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
_CLOSED_BY_OTHERS = frozenset({
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup", "br", "hr", "img",
    "input", "meta", "link", "wbr", "area", "base", "col", "embed", "param", "source", "track", "html", "head", "body",
    "colgroup", "rp", "rt",
})  # fmt: skip
_LAZY = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_LAZY_SRC = re.compile(
    r"""\s(?:data-src|data-lazy-src|data-original|data-lazy|data-orig-file)\s*=\s*(["'])(?P<url>.*?)\1""",
    re.IGNORECASE | re.DOTALL,
)
_SRC = re.compile(r"""(\ssrc\s*=\s*)(["'])(?P<url>.*?)\2""", re.IGNORECASE | re.DOTALL)
_EMPTY = re.compile(r"<(p|div|span|a|strong|em|b|i|li|ul|figure)>\s*</\1>")
_PARSER = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)


@dataclass(frozen=True, slots=True)
class Body:
    """One cleaned text: its HTML, its paragraphs and its pictures."""

    html: str
    paragraphs: tuple[str, ...]
    images: tuple[Image, ...] = ()

    @property
    def text(self) -> str:
        """The paragraphs, parted by blank lines."""
        return "\n\n".join(self.paragraphs)


def depth_of(html: str, limit: int = MAX_DEPTH) -> int:
    """Return how deep the elements nest that do not end by themselves; counting stops beyond `limit`."""
    if html.count("<") <= limit:
        return 0
    depth = deepest = 0
    for found in _DEPTH_TAG.finditer(html):
        if found[3] or found[2].lower() in _CLOSED_BY_OTHERS:
            continue
        depth = max(0, depth - 1) if found[1] else depth + 1
        if depth > deepest:
            deepest = depth
            if deepest > limit:
                break
    return deepest


def clean_body(html: str, base: str | None) -> Body:
    """Return what may be shown of `html`, addresses made absolute against `base`.

    :raises Malformed: it nests deeper or is longer than any article.
    """
    if len(html) > MAX_HTML_CHARS:
        raise Malformed(f"A text of {len(html)} characters is longer than any article.")
    if not has_markup(html):
        return _plain_body(html)
    if depth_of(html) > MAX_DEPTH:
        raise Malformed(f"A text nests elements more than {MAX_DEPTH} deep, which no article needs.")
    cleaned = clean_html(html, base)
    return read_body(cleaned)


def clean_html(html: str, base: str | None) -> str:
    """Return `html` with allow-listed elements, attributes and addresses only; idempotent."""
    cleaned = _cleaner(base).clean(clean_characters(_LAZY.sub(_eager, html) if "data-" in html else html))
    while (fuller := _EMPTY.sub("", cleaned)) != cleaned:
        cleaned = fuller
    return cleaned.strip()


@lru_cache(maxsize=64)
def _cleaner(base: str | None) -> nh3.Cleaner:
    """Return what cleans HTML whose addresses are relative to `base`; making one costs more than most texts."""
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(_WITHOUT_CONTENT),
        attributes=_ATTRIBUTES,
        attribute_filter=partial(_attribute, base),
        url_schemes={"http", "https"},
        link_rel=None,
    )


def _attribute(base: str | None, tag: str, name: str, value: str) -> str | None:
    if (tag, name) in _LINKS:
        return absolute(value, base)
    if name in {"width", "height", "colspan", "rowspan"}:
        return value if value.isdecimal() and len(value) < 6 else None
    return value


def _eager(found: re.Match[str]) -> str:
    """Return an img element that loads late as one that names its picture."""
    lazy, src = _LAZY_SRC.search(found[0]), _SRC.search(found[0])
    if not lazy:
        return found[0]
    if src is None:
        return f'<img src="{lazy["url"]}"{found[0][4:]}'
    return found[0][: src.start("url")] + lazy["url"] + found[0][src.end("url") :]


def _plain_body(text: str) -> Body:
    """Return a text without markup, its blank lines as paragraphs."""
    text = clean_characters(unescape(text) if "&" in text else text)[:MAX_TEXT_CHARS]
    paragraphs = tuple(_by_blank_lines(text)) if "\n" in text else tuple(filter(None, (collapse(text),)))
    return Body("".join(f"<p>{escape(line, quote=False)}</p>" for line in paragraphs), paragraphs)


def _by_blank_lines(text: str) -> list[str]:
    paragraphs: list[list[str]] = [[]]
    for row in text.splitlines():
        if words := collapse(row):
            paragraphs[-1].append(words)
        elif paragraphs[-1]:
            paragraphs.append([])
    return [" ".join(rows) for rows in paragraphs if rows]


def read_body(cleaned: str) -> Body:
    """Return the paragraphs and pictures of HTML that is clean; captions belong to pictures, not to the text."""
    if not cleaned:
        return Body("", ())
    root = etree.fromstring(f"<div>{cleaned}</div>".encode(), _PARSER)
    if root is None:
        return Body(cleaned, ())
    lines: list[str] = []
    pending: list[str] = []
    _walk(root, lines, pending)
    _flush(lines, pending)
    return Body(cleaned, tuple(lines), tuple(_images(root)))


def _walk(root: etree._Element, lines: list[str], pending: list[str]) -> None:
    """Collect the text below `root` as lines; an element ends the line that it stands in if it is a block."""
    outside = 0  # how many elements deep we are in what is left out
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if event == "start":
            if tag in _LEFT_OUT:
                outside += 1
            if tag in _BLOCKS:
                _flush(lines, pending)
            elif tag == "br":
                pending.append("\n")
            if element.text and not outside:
                pending.append(element.text)
            continue
        if tag in _LEFT_OUT:
            outside -= 1
        if tag in _BLOCKS:
            _flush(lines, pending)
        elif tag in {"td", "th"}:
            pending.append(" ")
        if element.tail and not outside:
            pending.append(element.tail)


def _flush(lines: list[str], pending: list[str]) -> None:
    """End the current line; two line breaks in a row part paragraphs, one is white space."""
    if not pending:
        return
    text = "".join(pending)
    pending.clear()
    parts = re.split(r"\n\s*\n", text) if text.count("\n") > 1 else [text]
    lines.extend(line for part in parts if (line := collapse(part)))


def _images(root: etree._Element) -> list[Image]:
    found: list[Image] = []
    for element in root.iter("img"):
        src = element.get("src")
        width, height = _pixels(element.get("width")), _pixels(element.get("height"))
        if src is None or (width is not None and width < 20) or (height is not None and height < 20):
            continue  # a tracking pixel or an icon
        figure = next(element.iterancestors("figure"), None)
        caption = None if figure is None else next(figure.iter("figcaption"), None)
        text = None if caption is None else collapse("".join(str(part) for part in caption.itertext())) or None
        found.append(
            Image(
                url=src,
                caption=text and text[:2000],
                alt=collapse(element.get("alt") or "")[:1000] or None,
                width=width,
                height=height,
            )
        )
    return found


def _pixels(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and 0 < int(text) < 100_000 else None
