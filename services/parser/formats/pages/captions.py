"""What stands at a picture on a page: its caption and its credit, told apart. Pure."""

import re
from collections.abc import Iterator
from itertools import chain, islice

from lxml import etree

from services.parser.fields.images import split_caption
from services.parser.fields.text import collapse, count_words, key_of, line

MAX_LEVELS = 8  # between a picture and the element that holds its caption too
MAX_TWINS = 2  # one picture may be there twice: for late loading and without script
CAPTION_CHARS = 2000
LEAST_TITLE_WORDS = 6  # of a title attribute that is a caption; fewer are a file's name
_LOOSE_CHARS = 1000  # of words in no element of their own: more are text
LEAST_TEXT_WORDS = 12  # in a paragraph that a picture ends; fewer may still be its caption
_SAME_CHARS = 6  # letters; what a line and an alternative text share by chance is shorter
_CREDIT = re.compile(
    r"credit|copyright|source|quelle|photograph|fotograf|author|autor|rights|agency|byline|attribution", re.IGNORECASE
)
_CAPTION = re.compile(r"caption|bildunterschrift|legend|pie-?(?:de-?)?foto|didascalia|bildtext", re.IGNORECASE)
_HIDDEN = re.compile(
    r"(?<![a-z])(?:visually-?hidden|sr-only|screen-?reader(?:-text)?|offscreen|assistive)", re.IGNORECASE
)
_SILENT = frozenset({"script", "style", "button", "svg", "noscript", "template"})
_WHOLE = frozenset({"article", "main", "body", "html"})
_BRACKETED = re.compile(r"\([^()]{2,80}\)|\[[^\[\]]{2,80}\]")
_SMALL = frozenset({"small", "cite"})

Told = tuple[str | None, str | None]  # the caption and the credit


def picture_words(picture: etree._Element, is_picture: frozenset[etree._Element]) -> Told:
    """Return caption and credit of `picture`, one of `is_picture`: stated, called so, loose beside it, or below it."""
    around = list(_alone_with(picture, is_picture))
    for element in around:
        if told := _stated(element) or _called(element):
            return told
    for element in around:
        if words := words_of(element):
            told = _split(element)
            text = element.tag == "p" and count_words(words) >= LEAST_TEXT_WORDS and _ends_with(element, picture)
            return told if told[0] is None or (not text and _may_be_caption(element, words)) else (None, None)
    stated = (line(element.get("data-caption"), CAPTION_CHARS) for element in (picture, *around))
    return next(filter(None, stated), None) or _below(picture), None


def is_orphan(element: etree._Element) -> bool:
    """Return whether the element is a `figcaption` that stands in no figure: it is that of the picture before it."""
    if element.tag != "figcaption" or next(element.iterancestors("figure"), None) is not None:
        return False
    return bool(words_of(element))


def titled(picture: etree._Element) -> str | None:
    """Return the picture's title where it reads as a sentence and is not its alternative text."""
    title = line(picture.get("title"), CAPTION_CHARS)
    if not title or len(title.split()) < LEAST_TITLE_WORDS or key_of(title) == key_of(picture.get("alt") or ""):
        return None
    return title


def _alone_with(picture: etree._Element, is_picture: frozenset[etree._Element]) -> Iterator[etree._Element]:
    """Yield the elements around a picture that hold no other one, the nearest first."""
    for element in islice(picture.iterancestors(), MAX_LEVELS):
        if element.tag in _WHOLE or holds_more(element, is_picture, MAX_TWINS):
            return
        yield element


def holds_more(element: etree._Element, pictures: frozenset[etree._Element], most: int) -> bool:
    """Return whether more than `most` of the pictures stand within `element`."""
    within = (one for one in element.iter() if one in pictures)
    return next(islice(within, most, None), None) is not None


def _stated(element: etree._Element) -> Told | None:
    """Return what microdata in `element` says of the picture (schema.org ImageObject)."""
    said = {one.get("itemprop"): one.get("content") for one in element.iter("meta")}
    caption = line(said.get("caption") or said.get("description"), CAPTION_CHARS)
    credit = line(said.get("creditText") or said.get("copyrightHolder") or said.get("author"), 300)
    return (caption, credit) if caption and element.tag not in _WHOLE else None


def _called(element: etree._Element) -> Told | None:
    """Return what stands in the element that is a caption by its tag or its class."""
    captions = [one for one in element.iter("figcaption") if words_of(one)] or [
        one
        for one in element.iterdescendants()
        if _CAPTION.search(one.get("class") or "") and one.tag not in _SILENT and words_of(one)
    ]
    return _split(captions[0], element) if captions else None


def caption_of(element: etree._Element) -> Told:
    """Return caption and credit that stand in `element`."""
    return _split(element)


def _split(caption: etree._Element, around: etree._Element | None = None) -> Told:
    """Return what `caption` says, and the credit where an element of its own holds it, there or else in `around`."""
    credits = _credits(caption) or (_credits(around) if around is not None else [])
    if not credits:
        return line(words_of(caption), CAPTION_CHARS), None
    return line(words_of(caption, credits[0]), CAPTION_CHARS), line(words_of(credits[0]), 300)


def _credits(element: etree._Element) -> list[etree._Element]:
    named = [one for one in element.iterdescendants() if _names_credit(one) and words_of(one)]
    small = [one for one in element.iterdescendants() if one.tag in _SMALL and words_of(one)][-1:]
    bracketed = [one for one in element.iterdescendants("em", "i") if _BRACKETED.fullmatch(words_of(one))][-1:]
    return named or [one for one in (*small, *bracketed) if words_of(element, one)][:1]


def words_besides_credit(link: etree._Element) -> str:
    """Return the words in a link, but for a credit in an element of its own."""
    credits = _credits(link)
    return words_of(link, credits[0] if credits else None)


def _names_credit(element: etree._Element) -> bool:
    marks = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('data-testid') or ''}"
    return isinstance(element.tag, str) and _CREDIT.search(marks) is not None


def _may_be_caption(element: etree._Element, words: str) -> bool:
    """Return whether loose words beside a picture may be its caption: no headline, no text, no links elsewhere."""
    headed = next(element.iter("h1", "h2", "h3", "h4"), None) is not None or _is_parted(element)
    linked = sum(len(words_of(link)) for link in element.iter("a"))
    return not headed and len(words) <= _LOOSE_CHARS and 2 * linked <= len(words)


def _ends_with(paragraph: etree._Element, picture: etree._Element) -> bool:
    """Return whether nothing is said behind the picture: what is said before it is text, and a caption stands below."""
    for one in chain((picture,), picture.iterancestors()):
        if one is paragraph:
            break
        later = one.itersiblings()
        if (one.tail or "").strip() or any(words_of(after) or (after.tail or "").strip() for after in later):
            return False
    return True


def _is_parted(element: etree._Element) -> bool:
    """Return whether two line breaks in a row part the words: so texts without paragraphs are written."""
    breaks = (one for one in element.iter("br") if not (one.tail or "").strip())
    return any((after := one.getnext()) is not None and after.tag == "br" for one in breaks)


def _below(picture: etree._Element) -> str | None:
    """Return the line that follows a picture without a caption, if it ends with a credit or repeats what is shown."""
    element = picture
    for _ in range(MAX_LEVELS):
        after = element.getnext()
        if (element.tail or "").strip() or element.tag in _WHOLE:
            return None
        if after is not None:
            if after.tag not in {"p", "div", "em", "small", "span"} or next(after.iter("img"), None) is not None:
                return None
            text = line(words_of(after), CAPTION_CHARS)
            shown = key_of(picture.get("alt") or "")
            same = len(shown) >= _SAME_CHARS and key_of(text or "") == shown
            return text if same or split_caption(text)[1] else None
        if (around := element.getparent()) is None:
            return None
        element = around
    return None


def words_of(element: etree._Element, without: etree._Element | None = None) -> str:
    """Return the words that are shown within `element`, but for what stands within `without`."""
    parts: list[str] = []
    _gather(element, without, parts)
    return collapse("".join(parts)).strip(" |")


def _gather(element: etree._Element, without: etree._Element | None, parts: list[str]) -> None:
    if element is without or element.tag in _SILENT or not isinstance(element.tag, str):
        return
    if _HIDDEN.search(element.get("class") or ""):
        return
    parts.append(element.text or "")
    for child in element:
        parts.append(" " if child.tag not in {"b", "i", "em", "strong", "a", "u", "mark", "sup", "sub"} else "")
        _gather(child, without, parts)
        parts.append(child.tail or " ")
