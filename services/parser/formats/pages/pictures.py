"""The pictures of an article's page, in their order, each with the caption and the credit that belong to it. Pure."""

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from lxml import etree, html

from services.parser.fields.text import count_words, line
from services.parser.fields.urls import absolute
from services.parser.formats.pages.captions import (
    MAX_TWINS,
    caption_of,
    holds_more,
    is_orphan,
    picture_words,
    titled,
    words_besides_credit,
)
from services.parser.formats.pages.meta import article_of
from shared.schema import Image

MAX_PICTURES = 500
LEAST_PIXELS = 60  # smaller ones are signs
LINK_CHARS = 15  # a link with more words than these is one to another text
CARD_LEVELS = 5  # around a picture; a card that leads elsewhere is no larger
LEAST_PARAGRAPHS, LEAST_PARAGRAPH_WORDS = 3, 20  # that an element with an article's text holds
_RATIOS = frozenset({(16, 9), (9, 16), (4, 3), (3, 4), (3, 2), (2, 3), (21, 9), (5, 4), (4, 5), (2, 1), (1, 2)})
_FRAME = re.compile(
    r"\brelated|newsletter|most-?read|outbrain|taboola|paywall|recommend|teaser|promo(?:tion)?\b|sponsor|author|autor|byline|\bbio\b",
    re.IGNORECASE,
)
_NO_PICTURE = re.compile(
    r"placeholder|lazy-?load|fallback|spacer|pixel|transparent|blank\.|/logo|[_-]logo\b|logo[_-]|newsletter|paywall|"
    r"(?<![a-z])icons?(?![a-z])|avatar|^data:|/undefined$|/null$|loader|loading|sprite|play-?store|app-?store|"
    r"(?<![a-z])qr[-_]|(?<![a-z])arrows?\d*(?![a-z])|\.svg$|gravatar|badge",
    re.IGNORECASE,
)
_OWN_TAGS = frozenset({"img", "image", "picture"})
_LATE = re.compile(r"data-(?:[a-z-]*-)?src|data-original|data-url")
_CANDIDATE = re.compile(r"(\S+)(?:\s+(\d{1,5})w|\s+[\d.]+x)?\s*(?:,\s+|,$|$|,(?=https?:|/))")
_BACKGROUND = re.compile(r"background(?:-image)?\s*:[^;]*?url\(\s*(['\"]?)(?P<url>[^'\")]+)\1\s*\)", re.IGNORECASE)
_LATE_SETS = re.compile(r"data-(?:[a-z-]*-)?srcset")


def read_figures(root: html.HtmlElement, base: str) -> list[Image]:
    """Return the pictures of the page's figures, and those in its article that stand in none."""
    article = article_of(root)
    marks = list(islice(_pictures(root), MAX_PICTURES))
    following = dict(pairwise(marks))
    every = [one for one in marks if one.tag != "figcaption"]
    within, known = set(article.iter()), frozenset(every)
    chosen = [
        one
        for one in every
        if (one in within or next(one.iterancestors("figure"), None) is not None)
        and not _leads_elsewhere(one, known)
        and not _is_beside(one)
    ]
    return [image for one in chosen if (image := _image(one, following.get(one), known, base))]


def _pictures(root: html.HtmlElement) -> Iterator[etree._Element]:
    """Yield the page's pictures and, between them, their captions.

    Pictures are `img`, sites' own elements for one (`amp-img`), and backgrounds that are said to be pictures.
    """
    backgrounds = set(root.xpath("//*[contains(@style, 'url(')]"))
    for element in root.iter():
        tag = element.tag
        if (
            tag in {"img", "figcaption"}
            or (
                isinstance(tag, str)
                and "-" in tag
                and _OWN_TAGS & set(tag.split("-"))
                and next(element.iter("img"), None) is None
            )
            or (element in backgrounds and _is_said_to_be_picture(element))
        ):
            yield element


def _is_said_to_be_picture(element: etree._Element) -> bool:
    """Return whether an element with a background is one picture: by its role (WAI-ARIA), or as its figure's only one.

    Any other background is decoration (CSS Backgrounds, 1).
    """
    if element.get("role") == "img":
        return True
    figure = next(element.iterancestors("figure"), None)
    return figure is not None and next(figure.iter("img"), None) is None


def _image(
    picture: etree._Element, after: etree._Element | None, known: frozenset[etree._Element], base: str
) -> Image | None:
    url = address_of(picture, base)
    width, height = _pixels(picture.get("width")), _pixels(picture.get("height"))
    if width and height and (width, height) in _RATIOS:
        width = height = None
    if url is None or (width or LEAST_PIXELS) < LEAST_PIXELS or (height or LEAST_PIXELS) < LEAST_PIXELS:
        return None
    caption, credit = picture_words(picture, known)
    if caption is None:
        orphan = after is not None and is_orphan(after)
        caption, own = caption_of(after) if after is not None and orphan else (titled(picture), None)
        credit = credit or own
    return Image(
        url=url,
        caption=caption,
        credit=credit,
        alt=line(picture.get("alt") or picture.get("aria-label")),
        width=width,
        height=height,
    )


def address_of(picture: etree._Element, base: str) -> str | None:
    """Return where the picture is; None where there are only placeholders and signs."""
    addresses = (url for text in _addresses(picture) if (url := absolute(text, base)))
    return next((url for url in addresses if not _NO_PICTURE.search(url.split("?")[0])), None)


def _addresses(picture: etree._Element) -> Iterator[str]:
    """Yield where the picture may be: where a script would load it from, its own address, those for other screens."""
    yield from (str(text) for name, text in picture.items() if _LATE.fullmatch(str(name)))
    if own := picture.get("src"):
        yield own
    around = picture.getparent()
    siblings = around.iter("source") if around is not None and around.tag == "picture" else ()
    for element in (picture, *siblings):
        sets = ((str(name), str(text)) for name, text in element.items())
        yield from (_widest(text) for name, text in sets if name == "srcset" or _LATE_SETS.fullmatch(name))
    yield from (found["url"] for found in _BACKGROUND.finditer(picture.get("style") or ""))


def _widest(candidates: str) -> str:
    """Return the address of the widest candidate of a `srcset`, the first where no widths are given (HTML, 4.8.4.2)."""
    found = _CANDIDATE.findall(candidates)
    return max(found, key=lambda one: int(one[1] or 0))[0].rstrip(",") if found else ""


def _leads_elsewhere(picture: etree._Element, known: frozenset[etree._Element]) -> bool:
    """Return whether the picture belongs to another text: to a link with words, or a card with a linked headline."""
    link = next(picture.iterancestors("a"), None)
    if (
        link is not None
        and next(link.iter("figcaption"), None) is None
        and len(words_besides_credit(link)) > LINK_CHARS
    ):
        return True
    for element in islice(picture.iterancestors(), CARD_LEVELS):
        if element.tag in {"article", "main", "body"} and next(element.iter("h1"), None) is not None:
            return False
        if holds_more(element, known, MAX_TWINS) or next(element.iter("p"), None) is not None:
            return False
        if any(_is_linked(head) for head in element.iter("h2", "h3", "h4")):
            return True
    return False


def _is_linked(headline: etree._Element) -> bool:
    return next(headline.iter("a"), None) is not None or next(headline.iterancestors("a"), None) is not None


def _is_beside(element: etree._Element) -> bool:
    """Return whether the element stands in the page's frame, among other articles' pictures."""
    return any(
        one.tag in {"footer", "nav"} or (_FRAME.search(one.get("class") or "") and not _holds_text(one))
        for one in element.iterancestors()
        if one.tag not in {"html", "body", "main", "article"}
    )


def _holds_text(element: etree._Element) -> bool:
    """Return whether the article's own text stands within `element`, whatever its class is called."""
    if next(element.iter("h1"), None) is not None:
        return True
    long = (one for one in element.iter("p") if count_words("".join(map(str, one.itertext()))) >= LEAST_PARAGRAPH_WORDS)
    return len(list(islice(long, LEAST_PARAGRAPHS))) == LEAST_PARAGRAPHS


def _pixels(text: str | None) -> int | None:
    digits = (text or "").strip().removesuffix("px")
    return int(digits) if digits.isdecimal() and 0 < len(digits) < 6 and int(digits) else None
