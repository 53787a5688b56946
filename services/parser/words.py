"""The words of a feed's entry: its whole text, or what only sums it up, without what publishing systems add. Pure."""

import re
from typing import NamedTuple

from services.parser.fields.html import Body, clean_body
from services.parser.fields.text import SUMMARY_CHARS
from services.parser.item import Item

ARTICLE_WORDS = 150  # a description of so many words is the article, not its summary
EXCERPT_WORDS = 60  # a text of fewer words in one paragraph is no whole article, wherever it stands
SEVERAL = 3  # paragraphs that make a description an article, if they hold half as many words
_CUT_OFF = re.compile(
    r"(?:\[(?:…|\.\.\.|&hellip;)\]|…|\.\.\.)\W*$|(?:read more|continue reading|weiterlesen|lire la suite|"
    r"leer más|read the full (?:story|article))\W{0,3}.{0,120}$",
    re.IGNORECASE,
)
_CUT_OFF_SIGNS = ("…", "...", "&hellip;", "read", "weiterlesen", "lire", "leer")  # one of them is in whatever matches
_FURNITURE = re.compile(
    r"^(?:the post .{1,300} (?:first )?appeared (?:first )?on .{1,100}|(?:read more|continue reading|read "
    r"the full story|weiterlesen|lire la suite|leer más)\b.{0,150}|(?:advertisement|anzeige|"
    r"werbung))[.\s»→>]*$",
    re.IGNORECASE,
)
_FURNITURE_END = re.compile(
    r"\s*(?:The post .{1,300} (?:first )?appeared (?:first )?on .{1,100}\.?|\[?(?:…|\.\.\.)\]?\s*(?:Read "
    r"more|Continue reading|Weiterlesen|Lire la suite)\b.{0,150})$",
    re.IGNORECASE,
)


class Written(NamedTuple):
    """The words of an entry: its whole text, or what only sums it up."""

    body: Body | None
    summary: str | None
    images: Body | None  # where the pictures of the text are, whole or not


def read_words(item: Item) -> Written:
    """Return the entry's words: an element made for whole texts gives the body, or a description that is one."""
    content = clean_body(item.content, item.base) if item.content else None
    description = clean_body(item.summary, item.base) if item.summary and item.summary != item.content else None
    content, description = _without_furniture(content), _without_furniture(description)
    if content and not content.paragraphs:
        content = None if not content.images else content
    if content and (item.agency or item.whole or _is_whole(content, EXCERPT_WORDS, 1)):
        return Written(content, _summary(description, content), content)
    # what describes a film is no article, however long
    of_medium = item.names.get("summary", "").startswith("media:")
    if description and not of_medium and _is_whole(description, ARTICLE_WORDS, SEVERAL):
        return Written(description, None, description)
    if (
        content
        and content.paragraphs
        and not _cut_off(content)
        and description
        and len(content.text) > len(description.text)
    ):
        return Written(content, _summary(description, content), content)
    short = description if description and description.paragraphs else content
    return Written(None, _summary(short, None), content if content and content.images else description)


def _without_furniture(body: Body | None) -> Body | None:
    """Return `body` without the lines that a publishing system adds at the end."""
    if body is None or not body.paragraphs:
        return body
    kept = body.paragraphs
    while kept and _FURNITURE.match(kept[-1]):
        kept = kept[:-1]
    return body if kept is body.paragraphs else Body(body.html, kept, body.images)


def _is_whole(body: Body, words: int, several: int) -> bool:
    count = body.words
    if count >= words and not (_cut_off(body) and count < 4 * ARTICLE_WORDS):
        return several == 1 or count >= ARTICLE_WORDS or len(body.paragraphs) >= several
    return several > 1 and len(body.paragraphs) >= several and count >= words // 2 and not _cut_off(body)


def _cut_off(body: Body) -> bool:
    end = body.paragraphs[-1][-300:] if body.paragraphs else ""
    low = end.lower()
    return any(map(low.__contains__, _CUT_OFF_SIGNS)) and _CUT_OFF.search(end) is not None


def _summary(short: Body | None, whole: Body | None) -> str | None:
    """Return the summary in one paragraph, unless it only repeats the whole text."""
    if short is None or not short.paragraphs:
        return None
    text = " ".join(short.paragraphs)
    if len(text) < SUMMARY_CHARS and ("…" in text or "..." in text or "appeared" in text.lower()):
        text = _FURNITURE_END.sub("", text)
    if whole is not None and text == " ".join(whole.paragraphs):
        return None
    return _cut_at_word(text)


def _cut_at_word(text: str) -> str | None:
    """Return `text`, already clean, cut to a summary's length at a word."""
    if len(text) > SUMMARY_CHARS:
        text = text[:SUMMARY_CHARS].rsplit(" ", 1)[0]
    return text or None
