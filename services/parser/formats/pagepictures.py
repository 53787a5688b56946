"""The pictures of an article's page, each with the caption and the credit that stand beside it. Pure."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree, html

from services.parser.fields.images import split_caption
from services.parser.fields.text import collapse, line
from services.parser.fields.urls import absolute
from shared.schema import Image

MAX_FIGURES = 60
MAX_LEVELS = 8  # between a picture and the element that holds its caption too
MAX_TWINS = 2  # one picture may be there twice: for late loading and without script
_CAPTION_CHARS = 2000
_CREDIT_CLASS = re.compile(
    r"credit|copyright|source|quelle|photograph|fotograf|author|rights|agency|byline|attribution", re.IGNORECASE
)
_CAPTION_CLASS = re.compile(r"caption|bildunterschrift|legend|pie-?(?:de-?)?foto|didascalia|bildtext", re.IGNORECASE)
_FRAME = re.compile(r"\brelated|newsletter|most-?read|outbrain|taboola|paywall", re.IGNORECASE)
_NO_PICTURE = re.compile(
    r"placeholder|lazyload|fallback|spacer|pixel|transparent|blank\.|/logo|_logo|newsletter|paywall|icon|avatar|data:",
    re.IGNORECASE,
)
_SOURCES = ("data-src", "data-lazy-src", "data-original", "data-original-src", "data-img-src", "src", "data-url")
_SETS = ("srcset", "data-srcset", "data-lazy-srcset")


def read_figures(root: html.HtmlElement, base: str) -> list[Image]:
    """Return the pictures of the page's figures, and those in its article that stand in none."""
    article = next((element for path in ("//article", "//main") for element in root.xpath(path)), root)
    seen: set[etree._Element] = set()
    found = []
    for figure in list(root.iter("figure"))[:MAX_FIGURES]:
        pictures = list(figure.iter("img"))
        seen.update(pictures)
        around = figure if _words(figure, None) or not pictures else _captioned(pictures[0])
        if pictures and not _is_beside(figure) and (image := _image(pictures[0], around, base)):
            found.append(image)
    alone = [
        one
        for one in list(article.iter("img"))[:MAX_FIGURES]
        if one not in seen and not _linked_teaser(one) and not _is_beside(one)
    ]
    found.extend(image for one in alone if (image := _image(one, _captioned(one), base)))
    return found


def _image(picture: etree._Element, around: etree._Element | None, base: str) -> Image | None:
    url = next(
        (url for text in _addresses(picture) if (url := absolute(text, base)) and not _NO_PICTURE.search(url)), None
    )
    if url is None:
        return None
    caption, credit = _caption(around) if around is not None else (_below(picture), None)
    width, height = _pixels(picture.get("width")), _pixels(picture.get("height"))
    if (width is not None and width < 60) or (height is not None and height < 60):
        return None
    return Image(url=url, caption=caption, credit=credit, alt=line(picture.get("alt")), width=width, height=height)


def _addresses(picture: etree._Element) -> Iterator[str]:
    """Yield where the picture may be, the element's own address first, then those for other screens."""
    for name in _SOURCES:
        if text := picture.get(name):
            yield text
    around = picture.getparent()
    siblings = around.iter("source") if around is not None and around.tag == "picture" else ()
    for element in (picture, *siblings):
        for name in _SETS:
            if text := element.get(name):
                yield text.strip().split(" ")[0].rstrip(",")


def _captioned(picture: etree._Element) -> etree._Element | None:
    """Return the nearest element around one picture that holds words too, if these may be its caption."""
    for element in islice(picture.iterancestors(), MAX_LEVELS):
        if element.tag in {"article", "main", "body"} or len(list(element.iter("img"))) > MAX_TWINS:
            return None
        words = _words(element, None)
        if not words:
            continue
        titled = next(element.iter("h1", "h2", "h3", "h4"), None) is not None
        linked = sum(len(_words(link, None)) for link in element.iter("a"))
        return None if titled or len(words) > _CAPTION_CHARS // 2 or 2 * linked > len(words) else element
    return None


def _caption(around: etree._Element) -> tuple[str | None, str | None]:
    """Return the caption, and the credit where an element of its own holds it."""
    caption = next(around.iter("figcaption"), None)
    if caption is None:
        caption = next(
            (one for one in around.iterdescendants() if _CAPTION_CLASS.search(one.get("class") or "")), around
        )
    credits = [one for one in caption.iterdescendants() if _names_credit(one)]
    if caption is not around and not credits:
        credits = [one for one in around.iterdescendants() if _names_credit(one)]
    if not credits:
        return line(_words(caption, None), _CAPTION_CHARS), None
    return line(_words(caption, credits[0]), _CAPTION_CHARS), line(_words(credits[0], None), 300)


def _below(picture: etree._Element) -> str | None:
    """Return the line that follows a picture without a caption, if it ends with a credit as captions do."""
    element = picture
    for _ in range(MAX_LEVELS):
        after = element.getnext()
        if (element.tail or "").strip() or element.tag in {"article", "main", "body"}:
            return None
        if after is not None:
            text = line(_words(after, None), _CAPTION_CHARS)
            return text if after.tag in {"p", "div", "em", "small", "span"} and split_caption(text)[1] else None
        if (around := element.getparent()) is None:
            return None
        element = around
    return None


def _names_credit(element: etree._Element) -> bool:
    marks = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('data-testid') or ''}"
    return isinstance(element.tag, str) and _CREDIT_CLASS.search(marks) is not None


def _words(element: etree._Element, without: etree._Element | None) -> str:
    """Return the text within `element`, but for what stands within `without`."""
    left_out = set() if without is None else {without, *without.iterdescendants()}
    parts = []
    for one in element.iter():
        if isinstance(one.tag, str) and one not in left_out and one.tag not in {"script", "style", "button", "svg"}:
            parts.append(one.text or "")
        if one is not element:
            parts.append(" " if one in left_out and one is not without else one.tail or " ")
    return collapse(" ".join(parts)).strip(" |")


def _linked_teaser(picture: etree._Element) -> bool:
    """Return whether the picture leads to another text: it stands in a link that has words of its own."""
    link = next(picture.iterancestors("a"), None)
    return link is not None and len(collapse("".join(str(part) for part in link.itertext()))) > 15


def _is_beside(element: etree._Element) -> bool:
    """Return whether the element stands in the page's frame, among other articles' pictures."""
    return any(
        one.tag in {"footer", "nav"} or _FRAME.search(one.get("class") or "")
        for one in element.iterancestors()
        if one.tag not in {"html", "body", "main", "article"}
    )


def _pixels(text: str | None) -> int | None:
    digits = (text or "").strip().removesuffix("px")
    return int(digits) if digits.isdecimal() and 0 < len(digits) < 6 and int(digits) else None
