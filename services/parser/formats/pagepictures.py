"""The pictures of an article's page, each with the caption and the credit that stand beside it. Pure."""

import re
from collections.abc import Iterator

from lxml import etree, html

from services.parser.fields.text import collapse, line
from services.parser.fields.urls import absolute
from shared.schema import Image

MAX_FIGURES = 60
_CAPTION_CHARS = 2000
_CREDIT_CLASS = re.compile(
    r"credit|copyright|source|quelle|photograph|fotograf|author|rights|agency|byline|attribution", re.IGNORECASE
)
_CAPTION_CLASS = re.compile(r"caption|bildunterschrift|legend|pie-?(?:de-?)?foto|didascalia|bildtext", re.IGNORECASE)
_NO_PICTURE = re.compile(r"placeholder|spacer|pixel|blank\.|/logo|icon|avatar|data:", re.IGNORECASE)
_SOURCES = ("src", "data-src", "data-lazy-src", "data-original", "data-original-src", "data-img-src", "data-url")
_SETS = ("srcset", "data-srcset", "data-lazy-srcset")


def read_figures(root: html.HtmlElement, base: str) -> list[Image]:
    """Return the pictures of the page's figures, and those in its article that stand in none."""
    article = next((element for path in ("//article", "//main") for element in root.xpath(path)), root)
    seen: set[etree._Element] = set()
    found = []
    for figure in list(root.iter("figure"))[:MAX_FIGURES]:
        pictures = list(figure.iter("img"))
        seen.update(pictures)
        if pictures and (image := _image(pictures[0], figure, base)):
            found.append(image)
    alone = [one for one in list(article.iter("img"))[:MAX_FIGURES] if one not in seen and not _linked_teaser(one)]
    found.extend(image for one in alone if (image := _image(one, _captioned(one), base)))
    return found


def _image(picture: etree._Element, around: etree._Element | None, base: str) -> Image | None:
    url = next(
        (url for text in _addresses(picture) if (url := absolute(text, base)) and not _NO_PICTURE.search(url)), None
    )
    if url is None:
        return None
    caption, credit = _caption(around) if around is not None else (None, None)
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
    """Return the element around a picture that holds its caption, if one of the next three does."""
    element = picture.getparent()
    for _ in range(3):
        if element is None or element.tag in {"article", "main", "body"}:
            return None
        if any(_CAPTION_CLASS.search(child.get("class") or "") for child in element.iterdescendants()):
            return element
        element = element.getparent()
    return None


def _caption(around: etree._Element) -> tuple[str | None, str | None]:
    """Return the caption, and the credit where an element of its own holds it."""
    caption = next(around.iter("figcaption"), None)
    if caption is None:
        caption = next(
            (element for element in around.iterdescendants() if _CAPTION_CLASS.search(element.get("class") or "")), None
        )
    if caption is None:
        return None, None
    credited = next((one for one in caption.iterdescendants() if _names_credit(one)), None)
    if credited is None:
        return line(_words(caption, None), _CAPTION_CHARS), None
    return line(_words(caption, credited), _CAPTION_CHARS), line(_words(credited, None), 300)


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


def _pixels(text: str | None) -> int | None:
    digits = (text or "").strip().removesuffix("px")
    return int(digits) if digits.isdecimal() and 0 < len(digits) < 6 and int(digits) else None
