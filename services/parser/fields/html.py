"""HTML from strangers: allow-listed elements only, absolute http and https addresses. Pure."""

import re
from functools import partial
from html import escape, unescape

import nh3

from services.parser.fields.paragraphs import Body, read_body
from services.parser.fields.text import clean_characters, collapse, has_markup
from services.parser.fields.urls import FIT_ESCAPED, URL_CHARS, absolute
from shared.errors import Malformed

__all__ = ["Body", "clean_body", "clean_html", "read_body"]

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
_LINKS = frozenset({"href", "src", "cite"})
_SIZES = frozenset({"width", "height", "colspan", "rowspan"})
_SETTLED = (
    rf' (?:href|src|cite)="(?=[^"]{{1,{URL_CHARS}}}"){FIT_ESCAPED}"| (?:alt|title|lang)="[^"]*"|'
    r' (?:width|height|colspan|rowspan)="[0-9]{1,5}"'
)
_TO_SETTLE = re.compile(  # a tag as the cleaner writes it, unless its addresses are absolute and its sizes short
    rf"<(?:a|img|blockquote|q|t[dh])(?!(?:{_SETTLED})*>) [^>]*>"
)
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_WITHOUT_CONTENT = frozenset({
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "form", "button", "select",
    "textarea", "audio", "video", "canvas", "head", "title", "nav",
})  # fmt: skip
_CLOSED_BY_OTHERS = (  # spelt so that few letters tell a name from them, which takes half the time of a list
    r"a|p|li|d[dt]|t(?:[drh]|head|body|foot|rack)|[bh]r|i(?:mg|nput)|opt(?:ion|group)|meta|link|wbr|area|base|"
    r"col(?:group)?|embed|param|source|h(?:tml|ead)|body|r[pt]"
)
_NESTING = re.compile(rf"<(/?+)(?!(?i:{_CLOSED_BY_OTHERS})[\s/>])[A-Za-z][^<>]*+(?<!/)>")
_SHORTEST_TAG = len("<b>")
_FEW = 4  # times as many tags as may nest; of more than that, never enough are shallow
_SHALLOW = ("<p>", "<p ", "<br>", "<br/>", "<br />", "<img ", "<li>", "<a ")  # opens nothing that nests
_LAZY = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_LAZY_SIGNS = ("data-src", "data-lazy", "data-orig")
_LAZY_SRC = re.compile(
    r"""\s(?:data-src|data-lazy-src|data-original|data-lazy|data-orig-file)\s*=\s*(["'])(?P<url>.*?)\1""",
    re.IGNORECASE | re.DOTALL,
)
_SRC = re.compile(r"""(\ssrc\s*=\s*)(["'])(?P<url>.*?)\2""", re.IGNORECASE | re.DOTALL)
_CODE = frozenset({"script", "style"})  # what follows one that is never closed is code as well
_ENCLOSERS = sorted(_WITHOUT_CONTENT - {"embed"})
_FIRST, _SECOND = ("".join(sorted({name[at] for name in _ENCLOSERS})) for at in (0, 1))  # two letters tell most others
_ENCLOSING = re.compile(
    rf"<(/?+)(?=[{_FIRST}{_FIRST.upper()}][{_SECOND}{_SECOND.upper()}])(?i:({'|'.join(_ENCLOSERS)}))\b[^<>]*>"
)
_EMPTY = re.compile(  # a blank within a line parts words, whatever it stands in
    r"<(?:(p|div|li|ul|figure|blockquote)>\s*</\1|(span|a|strong|em|b|i)>(?P<blank>\s*)</\2)>"
)


def nests_deeper(html: str, limit: int) -> bool:
    """Return whether elements that do not end by themselves nest deeper than `limit`."""
    if len(html) <= limit * _SHORTEST_TAG or (opened := html.count("<") - html.count("</")) <= limit:
        return False
    if opened <= _FEW * limit and opened - sum(map(html.count, _SHALLOW)) <= limit:
        return False
    tags = "".join([slash or "<" for slash in _NESTING.findall(html)])
    rest = tags
    for level in range(limit):  # each takes the innermost elements away: most texts nest a few deep
        if rest.count("<") <= limit - level:
            return False
        rest = rest.replace("</", "")
    return _deepest(tags) > limit


def _deepest(tags: str) -> int:
    """Return how deep elements nest that `<` opens and `/` closes; what closes none counts for nothing."""
    depth = deepest = 0
    for tag in tags:
        if tag == "<":
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest


def clean_body(html: str, base: str | None) -> Body:
    """Return what may be shown of `html`, addresses made absolute against `base`.

    :raises Malformed: it nests deeper or is longer than any article.
    """
    if len(html) > MAX_HTML_CHARS:
        raise Malformed(f"A text of {len(html)} characters is longer than any article.")
    if not has_markup(html):
        return _plain_body(html)
    if nests_deeper(html, MAX_DEPTH):
        raise Malformed(f"A text nests elements more than {MAX_DEPTH} deep, which no article needs.")
    cleaned = clean_html(html, base)
    return read_body(cleaned)


def clean_html(html: str, base: str | None) -> str:
    """Return `html` with allow-listed elements, attributes and addresses only; idempotent."""
    html = _LAZY.sub(_eager, html) if any(map(html.__contains__, _LAZY_SIGNS)) else html
    cleaned = _CLEANER.clean(clean_characters(_close(html) if _ENCLOSING.search(html) else html))
    cleaned = _TO_SETTLE.sub(lambda tag: _ATTRIBUTE.sub(partial(_settled, base), tag[0]), cleaned)
    while (fuller := _EMPTY.sub(r"\g<blank>", cleaned)) != cleaned:
        cleaned = fuller
    return cleaned.strip()


def _settled(base: str | None, attribute: re.Match[str]) -> str:
    """Return an attribute as it may stand: an address absolute, a size in figures; nothing where it may not."""
    name, value = attribute.groups()
    if name in _LINKS:
        url = absolute(unescape(value), base)
        return f' {name}="{escape(url, quote=False)}"' if url else ""  # no address holds a quotation mark
    return "" if name in _SIZES and not (value.isdecimal() and len(value) < 6) else attribute[0]


# One for all texts, since making one costs more than cleaning most of them. It leaves addresses as they are written but
# for their schemes: asked for each, it took a quarter of its time.
_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(_WITHOUT_CONTENT),
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https"},
    link_rel=None,
)


def _close(html: str) -> str:
    """Return `html` in which no element that goes with its content swallows the text behind it.

    HTML gives `<iframe/>` all that follows (13.2.5.40); systems that write XHTML mean one that is empty. So one that
    is written as empty, or never closed, and is no code, is closed at once.
    """
    closed: dict[str, bool] = {}  # by name: whether the next tag of that name closes one, as seen from the end
    at_once = set()
    for tag in reversed(list(_ENCLOSING.finditer(html))):
        name = tag[2].lower()
        empty = tag[0].endswith("/>") and not closed.get(name)
        if not tag[1] and (empty or (name not in closed and name not in _CODE)):
            at_once.add(tag.start())
        closed[name] = bool(tag[1])
    return _ENCLOSING.sub(lambda tag: f"{tag[0]}</{tag[2]}>" if tag.start() in at_once else tag[0], html)


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
