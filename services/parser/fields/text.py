"""From markup and characters to clean text: titles, paragraphs, words. Pure."""

import codecs
import re
import unicodedata
from html import unescape

HEADLINE_CHARS = 1000
SUMMARY_CHARS = 5000
NAME_CHARS = 300

# What no text may hold: C0 and C1 controls, bidi controls, zero-width characters that carry no meaning, lone
# surrogates, non-characters. Zero-width joiner and non-joiner are letters' business in many scripts and in emoji:
# see `_JOINERS`.
_NO_TEXT = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff"
)
_BANNED = re.compile(f"[{_NO_TEXT}]")
_SUSPECT = re.compile(f"[{_NO_TEXT}\x85\u200c\u200d]")  # what is cleaned holds one; most texts hold none
_JOINED = "\u0590-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u18af\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_JOINERS = re.compile(f"(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])")
_TWICE = re.compile(  # at the first letter beyond ASCII: where that is no such pair, not all of the text can be one
    "[\x00-\x7f]*+[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_WINDOWS_1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
_TO_BYTES = {ord(char): byte for byte, char in _WINDOWS_1252.items()} | {
    code: code for code in (*range(0x80), *range(0xA0, 0x100))
}
_C1 = {byte: char for byte, char in _WINDOWS_1252.items() if ord(char) != byte}
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\u1780-\u17ff]")
_NARROW = re.compile("[\x00-\u0dff\u2000-\u2fff]*+")  # texts in which no such letter stands, told in half the time
_NO_KEY = bytes(byte for byte in range(0x80) if not chr(byte).isalnum())
_C1_FOUND = re.compile("[\x80-\x9f]")
_BANNED_ASCII = bytes(code for code in range(0x80) if _BANNED.match(chr(code)))
_SILENT = re.compile(r"<(script|style|noscript|template)\b[^<>]*>.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(
    r"</?(?:a|abbr|acronym|address|area|article|aside|audio|b|bdi|bdo|big|blockquote|body|br|button|canvas|caption|"
    r"center|cite|code|col|colgroup|dd|del|details|dfn|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|"
    r"h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|legend|li|link|main|map|mark|marquee|meta|nav|nobr|"
    r"noscript|object|ol|optgroup|option|p|param|picture|pre|q|rp|rt|ruby|s|samp|script|section|select|small|source|span|strike|strong|"
    r"style|sub|summary|sup|svg|table|tbody|td|textarea|tfoot|th|thead|time|tr|track|tt|u|ul|var|video|wbr|o:p)"
    r"(?:\s[^<>]*|/)?/?>|<!--.*?(?:-->|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_CLOSING = re.compile(r"</([A-Za-z][\w:.-]*)\s*>")
_MANY = 20  # elements of a title's own naming
_PARTING = re.compile(r"</?(?:p|div|br|li|h[1-6]|tr|blockquote)\b[^<>]*>", re.IGNORECASE)


def clean_characters(text: str) -> str:
    """Return `text` without what is no text: controls, bidi overrides, zero-width spaces, lone surrogates."""
    if text.isascii():
        if text.isprintable():
            return text
        kept = text.encode().translate(None, _BANNED_ASCII)
        return text if len(kept) == len(text) else kept.decode()
    text = mend(text)
    if _SUSPECT.search(text) is None:
        return text
    if _C1_FOUND.search(text):
        text = text.translate(_C1)
    text = _BANNED.sub("", text)
    return _JOINERS.sub("", text) if "\u200c" in text or "\u200d" in text else text


def mend(text: str) -> str:
    """Return `text` as it was before it was encoded as UTF-8 twice, where all of it was; else as it is.

    >>> mend("ZÃ¼rich"), mend("São Paulo")
    ('Zürich', 'São Paulo')
    """
    if _TWICE.match(text) is None:
        return text
    try:
        return codecs.charmap_encode(text, "strict", _TO_BYTES)[0].decode("utf-8")
    except UnicodeError:
        return text


def collapse(text: str) -> str:
    """Return `text` with each run of white space as one blank, and none at the ends."""
    if text.isprintable() and "  " not in text:  # so that blanks are all its white space
        return text.strip(" ")
    return " ".join(text.split())


def line(text: str | None, limit: int = HEADLINE_CHARS) -> str | None:
    """Return what is written in one line of markup: tags gone, entities decoded once, at most `limit` characters.

    >>> line("AT&amp;T &lt;b&gt; <b>up</b>")
    'AT&T <b> up'
    >>> line("5 < 6") and line("  ") is None
    True
    """
    if not text:
        return None
    text = text[: 4 * limit + 4000]
    if "<" in text:
        text = _TAG.sub("", _PARTING.sub(" ", _SILENT.sub("", text)))
        text = _without_own_tags(text) if "</" in text else text
    if "&" in text:
        text = unescape(text)
    if "CDATA[" in text:
        text = text.replace("<![CDATA[", "").replace("]]>", "")
    return plain(text, limit)


def plain(text: str | None, limit: int = HEADLINE_CHARS) -> str | None:
    """Return `text`, which holds no markup, cleaned, in one line and cut at a word; None if nothing is left."""
    if not text:
        return None
    text = collapse(clean_characters(text))
    if len(text) > limit:
        text = text[:limit].rsplit(" ", 1)[0] if " " in text[limit - 60 : limit] else text[:limit]
    return text or None


def has_markup(text: str) -> bool:
    """Return whether `text` holds a tag of HTML, or closes an element of whatever name."""
    return "<" in text and (_TAG.search(text) or _CLOSING.search(text)) is not None


def _without_own_tags(text: str) -> str:
    """Return `text` without the tags of elements that HTML does not know, and that are closed all the same."""
    names = "|".join(sorted({re.escape(name) for name in _CLOSING.findall(text)})[:_MANY])
    return re.sub(rf"</?(?:{names})(?:\s[^<>]*|/)?>", "", text) if names else text


def count_words(text: str) -> int:
    """Return the number of words; scripts without blanks count two characters as one."""
    return len(text.split()) + wide_letters(text) // 2


def wide_letters(text: str) -> int:
    """Return how many letters stand in `text` of scripts that part words without blanks."""
    return 0 if text.isascii() or _NARROW.fullmatch(text) else len(_WIDE.findall(text))


def normal(text: str) -> str:
    """Return `text` for comparison: compatibility forms, case and white space levelled."""
    return collapse(clean_characters(unicodedata.normalize("NFKC", text)).casefold())


def key_of(text: str) -> str:
    """Return the letters and digits of `text` alone, levelled: equal for texts that read the same."""
    if text.isascii():
        return text.lower().encode().translate(None, _NO_KEY).decode()
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
