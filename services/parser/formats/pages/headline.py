"""A page's headline: what two places agree on, the shown one first. Pure."""

import re

from lxml import html

from services.parser.fields.text import key_of, line
from services.parser.formats.pages.meta import Meta

_TITLE_END = re.compile(r"\s+[|\u2013\u2014»·•-]\s+[^|\u2013\u2014»·•]{2,40}$")
LEAST_PART_CHARS = 15  # of a headline that stands beside its kicker
_PARTED = re.compile(r"(\s+[|\u2013\u2014»·•:-]+\s+|\s*[|»:]\s+|\s*\|\s*)")
_HEADING_TAGS = ("h1", "h2", "h3", "h4", "b", "strong", "font", "span", "div", "p", "td")
HEADLINE_CHARS = 300
_FRAME = frozenset({"nav", "aside", "footer", "form"})
_SITE_PART = re.compile(r"\s*[|\u2013\u2014»·•:-]\s*\S")

Sourced = tuple[str | None, str | None]


def read_headline(meta: Meta, root: html.HtmlElement) -> Sourced:
    """Return the headline that two places agree on, the shown one first.

    Where one place has the headline alone and another with a kicker before it or a section after it, alone is right.
    The site's name is none, unless the page has nothing else.
    """
    site = {key_of(name) for name in _site_names(meta)}
    shown = [text for element in root.iter("h1") if (text := line(element.text_content())) and key_of(text) not in site]
    name, said = meta.said("headline")
    said = _own(_without_site(line(said), meta, shown), site)
    tag_name, tag = meta.tag("og:title", "twitter:title", "parsely-title", "dc.title", "headline", "title")
    tag = _own(_without_site(line(tag), meta, shown), site)
    levelled = {key_of(text) for text in shown}
    if said and (not tag or (key_of(said) in levelled and key_of(tag) not in key_of(said))):
        return f"json-ld {name}", said
    if tag and key_of(tag) not in levelled and (part := _shown_part(tag, root)):
        return "h1", part
    if tag and said and key_of(tag) not in levelled | {key_of(said)} and len(shown) and not _alike(said, tag):
        return "h1", shown[0]
    if tag:
        return f"meta {tag_name}", tag
    if titled := _titled_part(line(meta.title), root):
        return titled
    if len(shown) == 1:
        return "h1", shown[0]
    title = _without_site(line(meta.title), meta, shown)
    if not _own(title, site) and (heading := _heading(root, site)):
        return heading
    return "title element", title


def _site_names(meta: Meta) -> list[str]:
    return [name for name in (meta.tag("og:site_name", "application-name")[1], meta.publisher) if name]


def _own(title: str | None, site: set[str]) -> str | None:
    """Return a title that is not the site's name."""
    return title if title and key_of(title) not in site else None


def _heading(root: html.HtmlElement, site: set[str]) -> Sourced | None:
    """Return the first heading that stands in no frame and is long enough for a headline."""
    for element in root.iter("h2", "h3"):
        text = line(element.text_content())
        framed = any(one.tag in _FRAME for one in element.iterancestors())
        if text and not framed and LEAST_PART_CHARS <= len(text) <= HEADLINE_CHARS and key_of(text) not in site:
            return str(element.tag), text
    return None


def _titled_part(title: str | None, root: html.HtmlElement) -> Sourced | None:
    """Return the longest part of the title element that the page shows in an element of its own: no site's name."""
    parts = _PARTED.split(title or "")  # with what parts them between
    spans = {
        key_of("".join(parts[start : end + 1])): None
        for start in range(0, len(parts), 2)
        for end in range(start, len(parts), 2)
    }
    shown: dict[str, Sourced] = {}
    for element in root.iter(*_HEADING_TAGS):
        text = line("".join(map(str, element.itertext())), 4 * HEADLINE_CHARS)
        if text and len(text) <= HEADLINE_CHARS and (key := key_of(text)) in spans:
            shown.setdefault(key, (str(element.tag), text))
    key = max(shown, key=len, default="")
    return shown[key] if len(key) * (1 if key.isascii() else 2) >= LEAST_PART_CHARS else None


def _alike(one: str, other: str) -> bool:
    """Return whether one of two headlines holds the other."""
    return key_of(one) in key_of(other) or key_of(other) in key_of(one)


def _shown_part(tag: str, root: html.HtmlElement) -> str | None:
    """Return the part of the shown headline that ends `tag`: what stands before it is a kicker."""
    key = key_of(tag)
    for element in root.iter("h1"):
        parts = [text for part in element.itertext() if (text := line(str(part)))]
        for part in parts if len(parts) > 1 else ():
            if len(part) >= LEAST_PART_CHARS and key.endswith(key_of(part)):
                return part
    return None


def _without_site(title: str | None, meta: Meta, shown: list[str]) -> str | None:
    """Return a title without the site's name at its end."""
    if not title:
        return None
    for text in shown:
        if len(text) > 10 and title.startswith(text) and _SITE_PART.match(title, len(text)):
            return text
    for site in _site_names(meta):
        found = re.search(rf"\s*[|\u2013\u2014»·•:-]\s*{re.escape(site.strip())}\s*$", title, re.IGNORECASE)
        if found and found.start():
            return title[: found.start()]
    return _TITLE_END.sub("", title) if "|" in title else title
