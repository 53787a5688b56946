"""The section of a page's article: as stated, as the breadcrumb leads to it, as shown, as in its path. Pure."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from lxml import etree, html

from services.parser.fields.text import key_of, line
from services.parser.formats.pages.meta import Meta, article_of
from services.parser.formats.pages.rights import linked_terms

_STATED = (
    "article:section",
    "og:article:section",
    "section",
    "parsely-section",
    "cxenseparse:section",
    "dcterms.subject",
    "articlesection",
)
_CRUMBS = "//*[contains(@class, 'breadcrumb') or contains(@id, 'breadcrumb') or contains(@aria-label, 'readcrumb')]"
_SHOWN = re.compile(
    r"(?<![a-z])(?:section(?:-?(?:name|label|title|link))?|category(?:-?(?:name|label|link))?|"
    r"kicker|rubrik|ressort|rubrique|seccion)(?![a-z])",
    re.IGNORECASE,
)
_HOME = frozenset(
    {"home", "homepage", "startseite", "start", "inicio", "accueil", "главная", "news", "forside", "hjem"}
)
_NO_SECTION = frozenset({
    "news", "article", "articles", "story", "stories", "post", "posts", "blog", "index", "content", "amp", "html",
    "page", "archive", "archives", "artikel", "noticia", "noticias", "nyheter", "nachrichten", "wp", "www", "web",
})  # fmt: skip
_PATH = re.compile(r"[^\W\d_]{3,}(?:-[^\W\d_]+){0,2}")
_MOST_CHARS = 40  # of a label; more are a sentence

Sourced = tuple[str | None, str | None]


def page_section(meta: Meta, root: html.HtmlElement, url: str, headline: str | None) -> Sourced:
    """Return where the section stood and its name."""
    for name, text in (meta.said("articleSection"), meta.tag(*_STATED)):
        if text and (section := line(text, 200)):
            return name, section
    crumbs = [text for text in (*_linked_crumbs(meta), *_shown_crumbs(root)) if _is_label(text, headline)]
    if crumbs:
        return "breadcrumb", crumbs[-1]
    if linked := next((text for text in linked_terms(root, "category") if _is_label(text, headline)), None):
        return "rel=category", linked
    if shown := next((text for text in _labels(root) if _is_label(text, headline)), None):
        return "label", shown
    first = next((part for part in urlsplit(url).path.split("/")[:-1] if part), "")
    if _PATH.fullmatch(unquote(first)) and len(first) > 3 and first.lower() not in _NO_SECTION:
        return "path", unquote(first).replace("-", " ").capitalize()
    return None, None


def _is_label(text: str, headline: str | None) -> bool:
    key = key_of(text)
    return 1 < len(text) <= _MOST_CHARS and key not in _HOME and key != key_of(headline or "")


def _linked_crumbs(meta: Meta) -> Iterator[str]:
    """Yield the names of a schema.org BreadcrumbList."""
    for entry in meta.crumbs:
        if text := line(entry, 200):
            yield text


def _shown_crumbs(root: html.HtmlElement) -> Iterator[str]:
    trail = next(iter(root.xpath(_CRUMBS)), None)
    for link in () if trail is None else trail.iter("a"):
        if text := line(link.text_content(), 200):
            yield text


def _labels(root: html.HtmlElement) -> Iterator[str]:
    """Yield what the article's head labels as its section, above the headline or beside the byline."""
    article = article_of(root)
    for element in article.iter("a", "span", "div", "p"):
        marks = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('data-testid') or ''}"
        if (
            len(element) <= 1
            and _SHOWN.search(marks)
            and not _in_menu(element)
            and (text := line(element.text_content(), 200))
        ):
            yield text


def _in_menu(element: etree._Element) -> bool:
    return any(one.tag in {"nav", "footer", "aside", "ul"} for one in element.iterancestors())
