"""Paragraphs and pictures of HTML that is clean: as the cleaner writes it, so that no tree is needed. Pure.

The cleaner (HTML Standard, 13.3) closes what it opens, writes names in lower case and leaves no bare `<`, `>` or `"`
where they do not delimit: what looks like a tag is one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from services.parser.fields.text import collapse, wide_letters
from shared.schema import Image

_TAG = re.compile(r"<(/?[a-z0-9]+)[^>]*>")
_PICTURE_TAG = re.compile(r"<(img|/?figure|/?figcaption)\b[^>]*>")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_PARTS = re.compile(r"\n\s*\n")
_FIGURE = re.compile(r"<figure>[^<]*+(?:<(?!/?figure>)[^<]*+)*+</figure>")  # that holds no other
_END = "\x00"  # of a line; no clean text holds one
_BLOCKS = (
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "div", "table",
    "tr", "caption", "figure", "figcaption", "hr", "thead", "tbody", "tfoot",
)  # fmt: skip
_MARKS = {mark: _END for name in _BLOCKS for mark in (name, f"/{name}")} | {"br": "\n", "/td": " ", "/th": " "}
_LEFT_OUT = ("figure", "figcaption")
_CAPTION_CHARS = 2000
_ALT_CHARS = 1000
_SMALLEST_PX = 20  # smaller ones are tracking pixels and icons


class Body(NamedTuple):
    """One cleaned text: its HTML, its paragraphs and its pictures."""

    html: str
    paragraphs: tuple[str, ...]
    images: tuple[Image, ...] = ()

    @property
    def text(self) -> str:
        """The paragraphs, parted by blank lines."""
        return "\n\n".join(self.paragraphs)

    @property
    def words(self) -> int:
        """How many words the paragraphs hold; they are collapsed, so that blanks part them and nothing else does."""
        text = self.text
        if text.isascii() or not wide_letters(text):
            return text.count(" ") + len(self.paragraphs)
        return sum(text.count(" ") + 1 + wide_letters(text) // 2 for text in self.paragraphs)


def read_body(cleaned: str) -> Body:
    """Return the paragraphs and pictures of HTML that is clean; captions belong to pictures, not to the text."""
    if not cleaned:
        return Body("", ())
    images = tuple(_images(cleaned)) if "<img" in cleaned else ()
    words = _FIGURE.sub("<hr>", cleaned) if "<fig" in cleaned else cleaned
    parts = _TAG.split(words)
    if "<fig" in words:
        parts = _without_figures(parts)
    return Body(cleaned, tuple(_lines(parts)), images)


def _without_figures(parts: list[str]) -> list[str]:
    """Return texts and tags in turn, without the texts within figures."""
    kept, outside = parts[:1], 0  # how many figures deep we are
    for tag, text in zip(parts[1::2], parts[2::2], strict=True):
        if tag in _LEFT_OUT:
            outside += 1
        elif tag[0] == "/" and tag[1:] in _LEFT_OUT:
            outside -= 1
        kept += (tag, "" if outside else text)
    return kept


def _lines(parts: list[str]) -> Iterator[str]:
    """Yield the text as lines; a block ends one, and so do two line breaks in a row: one alone is white space."""
    parts[1::2] = [_MARKS.get(tag, "") for tag in parts[1::2]]
    for text in _unescaped("".join(parts)).split(_END):
        if not text or text == "\n":  # between two blocks: every other one
            continue
        if text.isprintable() or text.count("\n") < 2:
            if line := collapse(text):
                yield line
        else:
            yield from filter(None, map(collapse, _PARTS.split(text)))


def _unescaped(text: str) -> str:
    """Return `text` without the five escapes that the cleaner writes."""
    if "&" not in text:
        return text
    text = text.replace("&nbsp;", "\u00a0").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    return text.replace("&amp;", "&")


@dataclass(slots=True)
class _Caption:
    """One caption: where its markup begins and ends."""

    start: int
    end: int = 0


@dataclass(slots=True)
class _Figure:
    """What one figure is known to hold."""

    caption: _Caption | None = None


def _images(cleaned: str) -> Iterator[Image]:
    """Yield the pictures, each with the first caption of the figure that it stands in."""
    found: list[tuple[str, _Figure | None]] = []
    figures: list[_Figure] = []
    captions: list[_Caption] = []
    for tag in _PICTURE_TAG.finditer(cleaned):
        name = tag[1]
        if name == "img":
            found.append((tag[0], figures[-1] if figures else None))
        elif name == "figure":
            figures.append(_Figure())
        elif name == "/figure":
            figures.pop()
        elif name == "figcaption":
            captions.append(_Caption(tag.end()))
            for figure in figures:
                figure.caption = figure.caption or captions[-1]
        else:
            captions.pop().end = tag.start()
    for written, around in found:
        caption = around.caption if around else None
        told = _TAG.sub("", cleaned[caption.start : caption.end]) if caption else ""
        if image := _image(dict(_ATTRIBUTE.findall(written)), told):
            yield image


def _image(attributes: dict[str, str], caption: str) -> Image | None:
    src = attributes.get("src")
    width, height = _pixels(attributes.get("width")), _pixels(attributes.get("height"))
    if not src or (width or _SMALLEST_PX) < _SMALLEST_PX or (height or _SMALLEST_PX) < _SMALLEST_PX:
        return None
    return Image(
        url=_unescaped(src),
        caption=collapse(_unescaped(caption))[:_CAPTION_CHARS] or None,
        alt=collapse(_unescaped(attributes.get("alt", "")))[:_ALT_CHARS] or None,
        width=width,
        height=height,
    )


def _pixels(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and 0 < int(text) < 100_000 else None
