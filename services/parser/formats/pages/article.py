"""An article's page: its main text by trafilatura, or by JSON-LD where that gives clearly more. Pure."""

import re
from dataclasses import replace

from lxml import etree, html

from services.parser.fields.html import Body, clean_html, read_body
from services.parser.fields.text import collapse, count_words, key_of
from services.parser.fields.urls import absolute, canonical
from services.parser.formats import icons
from services.parser.formats.crowded import thinned
from services.parser.formats.encoding import decode
from services.parser.formats.pages import ruled
from services.parser.formats.pages.facts import read_facts
from services.parser.formats.pages.headline import read_headline
from services.parser.formats.pages.lines import Shown
from services.parser.formats.pages.meta import Meta, read_meta, text_of
from services.parser.formats.pages.pictures import read_figures
from services.parser.formats.pages.runs import wrap_runs
from services.parser.formats.pages.tables import unwrap_layouts
from services.parser.formats.pages.text import extract
from services.parser.formats.walls import says_wall
from shared.digests import entry_digest
from shared.errors import Malformed, NotAFeed
from shared.hosts import lane_of
from shared.messages import Entry
from shared.rules import NO_RULES, Rules
from shared.schema import Image

MAX_DEPTH = 256  # libxml2's limit, beyond which it drops what follows; real pages nest less than 100 deep
_ONE_CLASS = etree.ElementDefaultClassLookup(element=html.HtmlElement)  # asks no Python which class an element has
_VOID = ("source", "track", "wbr")
LEAST_WORDS = 40  # a text of fewer words is a teaser, a wall or a mistake
FEW_WORDS = 100  # less than an article, so that a text without paragraphs is better
LEAST_CAPTION_CHARS = 12
CAPTION_WORDS = 40  # what is longer and stands beside a picture is text
_FEW_NULS = 20  # in a page's beginning: damage
_HTML = re.compile(r"<(?:!doctype|html|head|body|title|div|p|meta|article)\b", re.IGNORECASE)
_FEED = re.compile(r"(?:\s|<\?[^>]*>|<!--(?:[^-]|-(?!->))*+-->)*+<(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]")
_ELEMENTS = {
    "quote": "blockquote", "list": "ul", "item": "li", "row": "tr", "cell": "td", "del": "s", "lb": "br", "ref": "a",
    "graphic": "img", "body": "div", "main": "div",
}  # fmt: skip
_EMPHASIS = {"#b": "strong", "#i": "em", "#u": "u", "#sub": "sub", "#sup": "sup"}


# Characters that XML 1.0 (2.2) does not know: HTML's parser lets them into the tree, and no tool can write them again.
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\v\f\r")
_AS_SPACES = bytes.maketrans(b"\v\f", b"  ")
_CONTROL_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])(?![0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])(?!\d));?",
    re.IGNORECASE,
)


def read_page(
    data: bytes,
    url: str,
    media_type: str | None,
    language: str | None = None,
    rules: Rules | None = None,
    link: str | None = None,
) -> Entry:
    """Return the article on the page that came from `url`, which was served as being in `language`.

    Where it is the page of the article at `link` in another form, for printing or all on one page, that is where the
    article stands. Where `rules` say what holds its text, that is it; where they meet none, it is looked for as on any
    page.

    :raises NotAFeed: the bytes are no HTML.
    :raises Malformed: the page nests too deeply, is a wall, or holds no article.
    """
    text = _html_text(data, media_type)
    root = tree_of(text)
    own = link or url
    meta = replace(read_meta(root, own), served_language=language)
    _take_out_silent(root)
    rules = rules or NO_RULES
    ruled.take_out(root, rules)
    base = absolute(next((element.get("href") for element in root.iter("base")), None), url) or url
    meta = _of_link(meta, base, link) if link else meta
    icon = icons.of_page(root, base)
    by_rules = ruled.body_of(root, rules, base)
    unwrap_layouts(root)
    figures = read_figures(root, base)
    wrap_runs(root)
    body, left_out = (by_rules, ()) if by_rules else _body(root, own, base, meta, _shown(root, meta, figures))
    _refuse_walls(body, meta, 1 if by_rules else LEAST_WORDS)
    content = read_facts(meta, body, root, base, own, figures, left_out)
    said = ruled.origin(rules, met=by_rules is not None)
    return Entry(
        keys=(f"url:{canonical(own)}",),
        digest=entry_digest(data),
        url=absolute(own, None),
        icon=icon,
        content=content.model_copy(update={"provenance": content.provenance | said}) if said else content,
    )


def _of_link(meta: Meta, base: str, link: str) -> Meta:
    """Return what the page in another form says of the article at `link`: at its own site it stands nowhere else."""
    said = absolute(meta.canonical, base)
    return replace(meta, canonical=None) if said and lane_of(said) == lane_of(link) else meta


def _take_out_silent(root: html.HtmlElement) -> None:
    """Remove scripts, styles and drawings; a drawing that was never closed may hold the text, and stays."""
    etree.strip_elements(root, "script", "style", "template", with_tail=False)
    if all(drawing.find(".//p") is None for drawing in root.iter("svg")):
        etree.strip_elements(root, "svg", with_tail=False)


def _html_text(data: bytes, media_type: str | None) -> str:
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04")):
        raise NotAFeed("The page is a file of another kind, not HTML.")
    text = decode(data, media_type)
    if text[:2000].count("\0") > _FEW_NULS:
        raise NotAFeed("The page is a file of another kind, not HTML.")
    if _FEED.match(text):
        raise NotAFeed("The page is a feed, not an article.")
    if not _HTML.search(text[:20_000]):
        raise NotAFeed("The page is not HTML.")
    return text


def tree_of(text: str) -> html.HtmlElement:
    """Return the page as a tree, whatever its markup.

    :raises Malformed: it holds no element, or nests them too deeply.
    """
    text = thinned(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        root = html.document_fromstring(_without_controls(text), parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise Malformed("The page holds no element that could be read.") from error
    if any("depth" in (entry.message or "") for entry in parser.error_log):
        raise Malformed(f"The page nests elements more than {MAX_DEPTH} deep.")
    _empty_voids(root)
    return root


def _without_controls(text: str) -> bytes:
    """Return the page in UTF-8, with spaces for vertical tabs and form feeds and nothing for other controls."""
    data = _CONTROL_REFERENCE.sub(" ", text).encode("utf-8", "replace").translate(_AS_SPACES, _CONTROLS)
    return data.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")  # U+FFFE and U+FFFF


def _empty_voids(root: html.HtmlElement) -> None:
    """Move what libxml2 put into elements that are empty in HTML 5 and that it does not know, to behind them."""
    for element in list(root.iter(*_VOID)):
        for child in reversed(element):
            element.addnext(child)
        if element.text:
            element.tail, element.text = element.text + (element.tail or ""), None


def _shown(root: html.HtmlElement, meta: Meta, figures: list[Image]) -> Shown:
    """Return headlines and captions, which are no part of the text."""
    titles = [read_headline(meta, root)[1], meta.tag("og:title")[1], meta.said("headline")[1]]
    titles += [element.text_content() for element in root.iter("h1")]
    headlines = dict.fromkeys(key for title in titles if title and (key := key_of(title)))  # a set has no order
    captions = {
        key_of(text)
        for image in figures
        for text in (image.caption, f"{image.caption} {image.credit}" if image.credit else None)
        if text and count_words(text) <= CAPTION_WORDS
    }
    said = (
        meta.said("description")[1],
        *(meta.tag(name)[1] for name in ("og:description", "description", "twitter:description")),
    )
    return Shown(
        tuple(headlines),
        frozenset(key for key in captions if len(key) > LEAST_CAPTION_CHARS),
        tuple(dict.fromkeys(key_of(text) for text in said if text)),
        key_of(text_of(meta.nodes[0].get("articleBody")) or "") if meta.nodes else "",
    )


def _body(root: html.HtmlElement, url: str, base: str, meta: Meta, shown: Shown) -> tuple[Body, tuple[str, ...]]:
    """Return the main text, or what JSON-LD gives where that is clearly more, and the lines left out of it."""
    found, left_out = extract(root, url, shown)
    body = Body("", ()) if found is None else read_body(clean_html(_as_html(found), base))
    given = text_of(meta.nodes[0].get("articleBody")) if meta.nodes else None
    words = count_words(body.text)
    parted = given is not None and ("\n" in given or "<p" in given or "<br" in given)
    if given and count_words(given) > max(LEAST_WORDS, 1.5 * words) and (parted or words < FEW_WORDS):
        return _given_body(given, base), ()
    return body, left_out


def _given_body(given: str, base: str) -> Body:
    if "<p" in given or "<br" in given:
        return read_body(clean_html(given, base))
    paragraphs = [line for part in re.split(r"\s*\n\s*\n?\s*", given) if (line := collapse(part))]
    return read_body(clean_html("".join(f"<p>{_escaped(line)}</p>" for line in paragraphs), base))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _as_html(body: etree._Element) -> str:
    """Return trafilatura's own elements as those of HTML."""
    for element in body.iter():
        if not isinstance(element.tag, str):
            continue
        tag = element.tag
        if tag == "ref" and element.get("target"):
            element.set("href", element.get("target", ""))
        if tag == "head":
            rend = element.get("rend", "h2")
            element.tag = rend if re.fullmatch(r"h[1-6]", rend) else "h2"
        elif tag == "hi":
            element.tag = _EMPHASIS.get(element.get("rend", ""), "em")
        elif tag == "list" and element.get("rend") == "ol":
            element.tag = "ol"
        elif name := _ELEMENTS.get(tag):  # others stay, be they such as lxml would not write
            element.tag = name
    return etree.tostring(body, encoding="unicode", method="html", with_tail=False)


def _refuse_walls(body: Body, meta: Meta, least_words: int) -> None:
    words = count_words(body.text)
    if says_wall(meta.title or "", body.text, words):
        raise Malformed("The page is a consent, log-in or challenge page, not an article.")
    if words < least_words:
        raise Malformed(f"The page holds no article: {words} words of text were found.")
