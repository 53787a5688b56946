"""Who wrote the article on a page: the first place that names a person, in the order of trust. Pure."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree, html

from services.parser.fields.bylines import opens_byline, without_date
from services.parser.fields.credit import agency_named
from services.parser.fields.furniture import is_date_line
from services.parser.fields.people import (
    SIGN_OFF_LINES,
    all_full_names,
    is_full_name,
    is_initials,
    names_role,
    read_people,
    signing_people,
    split_names,
)
from services.parser.fields.text import collapse, count_words, key_of, line
from services.parser.formats.pages.meta import Meta, people_of, text_of
from services.parser.item import Person
from shared.schema import Author

_TAGS = (
    "author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author", "byl", "authors",
)  # fmt: skip
_AUTHOR = "contains(., 'byline') or contains(., 'author') or contains(., 'autor')"
_AUTHOR_NAME = (
    "contains(., 'author-name') or contains(., 'author__name') or contains(., 'authorname') "
    "or contains(., 'byline__name')"
)
_PLACES = {
    "itemprop author name": "//*[@itemprop='author']//*[@itemprop='name']",
    "itemprop author": "//*[@itemprop='author']",
    "rdfa person": "//*[contains(@typeof, 'Person')]",
    "rel=author": "//a[contains(@rel, 'author')]",
    "author link": "//a[@href[contains(., '/author/') or contains(., '/authors/') or contains(., '/autor')]]",
    "author name": f"//*[@class[{_AUTHOR_NAME}]]",
    "byline": f"//*[@class[{_AUTHOR}] or @data-testid[{_AUTHOR}] or @id[{_AUTHOR}]]",
}
_BESIDE = frozenset({"aside", "footer", "nav", "form", "figure", "figcaption"})
_OTHERS = re.compile(r"comment|related|teaser|sidebar|recommend|newsletter|popular|latest|bio\b|promo", re.IGNORECASE)
_OPENS_BYLINE = re.compile(r"(?:by|von|por|par|di|door|av|af)\s+(?=[A-ZÀ-ÞА-Я])", re.IGNORECASE)
_ADDRESS = re.compile(r"^\W*(?:https?://)?(?:[\w-]+\.)+[a-z]{2,10}\W*$|^\S+@\S+$", re.IGNORECASE)
_LABEL = re.compile(
    r"^(?:by|von|author|autor(?:in)?(?:[/ ]+autor(?:in)?)?|text|words|written by|por|par|auteur|di|autore|door|"
    r"автор|текст|yazar|haber|penulis|oleh|tác giả|作者|文|撰文|كتبت?|بقلم|إعداد|الكاتب|מאת|כתב|लेखक|"
    r"συντάκτης|szerző|skribent|kirjoittaja)(?:\(?s\)?)?\s*[:：]\s*",
    re.IGNORECASE,
)
_EAST = r"[\u4e00-\u9fff々\u3040-\u30ff]"
_EASTERN_SIGNATURES = (
    re.compile(
        rf"[（(][\u4e00-\u9fff]{{0,8}}?(?:记者|記者)[\s:：]*(?P<names>{_EAST}{{2,4}}(?:[、，,\s]+{_EAST}{{2,4}})*)[)）]"
    ),
    re.compile(rf"【(?P<names>{_EAST}{{2,6}}(?:[、・]{_EAST}{{2,6}})*)】$"),
    re.compile(r"\)\s*(?P<names>[가-힣]{2,4}(?:[·\s,]+[가-힣]{2,4})*)\s*(?:기자|특파원)\s*="),
    re.compile(r"^(?:[가-힣]{2,8}[=\s])?(?P<names>[가-힣]{2,4})\s*기자(?:\s*\S+@\S+)?$"),
)
_DESK_WORDS = 5  # of a line that names a desk, at most
_MOST_BELOW = 60  # elements below a headline in which its date and its author stand
_SET_OFF = frozenset({"strong", "b", "em", "i"})
_LINE_TAGS = ("p", "div", "span", "td", "li", "h2", "h3", "h4", "h5", "h6", "address", "font", *sorted(_SET_OFF))
_LEAST_PARAGRAPHS, _SIGNED = 3, 4  # paragraphs of a text that may be signed; of these how many from either end
_PLACE_CHARS = 120  # what is longer than a byline is none
_MOST = 4  # elements of a place; a page that lists more authors lists those of other articles

People = tuple[str | None, str | None, tuple[Author, ...]]  # where they stood, the byline as written, the authors


def page_people(
    meta: Meta, root: html.HtmlElement, url: str, opening: tuple[str, ...], text: tuple[str, ...]
) -> People:
    """Return who wrote the article; `opening` are the lines that were left out of its `text`.

    Where no place names a person, the byline alone is kept, be it an agency's or the title's own.
    """
    site = _site_keys(meta, url)
    byline = place = None
    for name, people in _places(meta, root, opening, text):
        written, authors = read_people(tuple(one for one in people if not _is_site(one.name, site)))
        authors = tuple(one for one in authors if not _is_site(one.name, site))
        if authors:
            organisations = [text for text in _organisations(meta) if name.startswith("json-ld")]
            return name, ", ".join(dict.fromkeys([*filter(None, [written]), *organisations])), authors
        said = written or read_people(people)[0]
        if byline is None and said and any(map(str.isalpha, said)) and "://" not in said:
            byline, place = said, name
    if signing := signing_people((*text[-SIGN_OFF_LINES:], *opening[-SIGN_OFF_LINES:])):
        return "sign-off", byline, signing
    if organisation := next(iter(_organisations(meta)), None):
        return "json-ld author", organisation, ()
    return place, byline, ()


def _places(
    meta: Meta, root: html.HtmlElement, opening: tuple[str, ...], text: tuple[str, ...]
) -> Iterator[tuple[str, tuple[Person, ...]]]:
    yield "json-ld author", tuple(one for node in meta.nodes for one in people_of(node.get("author")))
    for name in _TAGS:
        said = (text for text in meta.tags.get(name, ()) if "/" not in text and not _ADDRESS.match(text))
        yield f"meta {name}", tuple(map(Person, said))
    yield "text", tuple(Person(text) for text in opening if _OPENS_BYLINE.match(text) and len(text) < _PLACE_CHARS)
    yield "labelled", tuple(_labelled(root))
    if any(agency_named(name) for name in _organisations(meta)):
        return  # the publisher says who wrote it, and it is no person
    for name, path in _PLACES.items():
        yield f"shown {name}", tuple(_shown(root, path))
    yield "shown beside date", tuple(_beside_date(root))
    yield "text", tuple(_in_text((*text[:2], *text[-2:], *opening[-2:])))
    yield "signature", tuple(_signatures(root, text))
    yield "line", tuple(_lines_by(root))
    yield "initials", tuple(Person(text) for text in opening[-_SIGNED:] if is_initials(text))[-1:]


def _labelled(root: html.HtmlElement) -> Iterator[Person]:
    """Yield the people of the first line that says whose names it holds: "Author: Ada Byron"."""
    for element in root.iter("p", "li", "div", "span", "dd", "address"):
        label = _label(element)
        if len(element) > _MOST or not _LABEL.match(f"{label or element.text or ''}:".lstrip()):
            continue
        text = line(" ".join(str(part) for part in element.itertext()), _PLACE_CHARS) or ""
        names = (text.removeprefix(label) if label else _LABEL.sub("", text)).strip(" :").replace(" ,", ",")
        if names != text and len(names) < _PLACE_CHARS - 2 and not _is_beside(element) and all_full_names(names):
            yield Person(names)
            return


def _label(element: etree._Element) -> str | None:
    """Return what the element's first child holds, set in bold before other words: a label."""
    first = next(iter(element), None)
    if first is None or (element.text or "").strip() or first.tag not in _SET_OFF or not (first.tail or "").strip():
        return None
    return collapse(first.text or "") or None


def _signatures(root: html.HtmlElement, text: tuple[str, ...]) -> Iterator[Person]:
    """Yield who signs in a line of its own, set off, right above the text's first paragraph or below its last."""
    if len(text) < _LEAST_PARAGRAPHS:
        return
    first, last = {key_of(one) for one in text[:_SIGNED]}, {key_of(one) for one in text[-_SIGNED:]}
    for element in root.iter("p"):
        marked = next(iter(element), None)
        if marked is None or marked.tag not in _SET_OFF:
            continue
        written = collapse(element.text_content())
        if not written or len(written) > _PLACE_CHARS or collapse(marked.text_content()) != written:
            continue
        after, before = element.getnext(), element.getprevious()
        beside = (after is not None and key_of(after.text_content()) in first) or (
            before is not None and key_of(before.text_content()) in last
        )
        if beside and all_full_names(written):
            yield Person(" and ".join(part.strip() for part in written.split("/")))
            return


def _shown(root: html.HtmlElement, path: str) -> list[Person]:
    """Return the people that the page shows at `path`, but for other articles'; or the desk that signs there."""
    names: list[str] = []
    alike = None  # the first one's tag and class: what looks otherwise is something else
    for element in root.xpath(path)[: 4 * _MOST]:
        text = line(" ".join(str(part) for part in element.itertext()), 2 * _PLACE_CHARS)
        look = (element.tag, element.get("class"))
        if not text or len(text) >= _PLACE_CHARS or len(names) == _MOST or alike not in {None, look}:
            continue
        if _is_beside(element):
            continue
        within, told = _names_within(element), split_names(text)
        apart = any(one.startswith(f"{name} ") for name in within for one in told)  # something else follows a name
        found = [without_date(text)] if _may_be_byline(text) and not apart else within
        names += [name for name in found if name not in names]
        alike = look if found else alike
    return [Person(name) for name in names]


def _names_within(element: etree._Element) -> list[str]:
    """Return the names that stand in elements of their own within a byline, beside its date and buttons."""
    leaves = (
        line(one.text, _PLACE_CHARS) for one in element.iterdescendants("a", "span", "strong", "b") if len(one) == 0
    )
    return [text for text in leaves if text and is_full_name(text)]


def _may_be_byline(text: str) -> bool:
    """Return whether a line that is called a byline names people, or a desk, and nothing else."""
    names = split_names(text)
    if names and all(is_full_name(name) for name in names) and not re.search(r"\d", without_date(text)):
        return True
    if is_initials(text):
        return True
    desk = not names and len(text.split()) <= _DESK_WORDS and names_role(text)
    return desk or _OPENS_BYLINE.match(text) is not None or (bool(names) and opens_byline(text))


def _beside_date(root: html.HtmlElement) -> Iterator[Person]:
    """Yield who is named, alone in an element, beside the date below the headline."""
    heading = next(iter(root.iter("h1")), None)
    if heading is None:
        return
    longer = 0
    for _, element in zip(range(_MOST_BELOW), heading.xpath("following::*[not(*)]"), strict=False):
        text = collapse(element.text or "").strip(" |·•,-–—")
        longer += len(text) > _PLACE_CHARS
        if longer > 1:  # the first may be the standfirst
            return
        around = element.getparent()
        if text and around is not None and is_full_name(text) and not _is_beside(element):
            rest = collapse("".join(map(str, around.itertext())).replace(text, " ", 1)).strip(" |·•,-–—")
            if is_date_line(rest, count_words(rest)):
                yield Person(text)
                return


def _lines_by(root: html.HtmlElement) -> Iterator[Person]:
    """Yield whom the first element names that says "By Ada Byron" and nothing else, however it is called."""
    for element in root.iter(*_LINE_TAGS):
        text = collapse(element.text or "") if len(element) == 0 else ""
        if len(text) >= _PLACE_CHARS or not (found := _OPENS_BYLINE.match(text)) or _is_beside(element):
            continue
        if all_full_names(text[found.end() :]):
            yield Person(text)
            return


def _in_text(lines: tuple[str, ...]) -> Iterator[Person]:
    """Yield who signs within the first or the last lines of a text, as agencies and papers of East Asia have it."""
    for one in lines:
        for form in _EASTERN_SIGNATURES:
            if found := form.search(one):
                yield from (Person(name) for name in re.split(r"[、，,·・\s]+", found["names"]) if is_full_name(name))
                return


def _is_beside(element: etree._Element) -> bool:
    return any(
        (one.tag in _BESIDE and not _ends_article(one)) or _OTHERS.search(one.get("class") or "")
        for one in (element, *element.iterancestors())
        if one.tag not in {"body", "html", "article", "main"}
    )


def _ends_article(element: etree._Element) -> bool:
    return element.tag == "footer" and next(element.iterancestors("article"), None) is not None


def _organisations(meta: Meta) -> tuple[str, ...]:
    """Return the names of organisations that JSON-LD lists as authors."""
    named = [one for node in meta.nodes for one in _list(node.get("author")) if isinstance(one, dict)]
    people = {person.name for node in meta.nodes for person in people_of(node.get("author"))}
    return tuple(name for one in named if (name := line(text_of(one.get("name")), _PLACE_CHARS)) and name not in people)


def _site_keys(meta: Meta, url: str) -> frozenset[str]:
    """Return the names of the site, as keys: it is no person."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    names = (meta.publisher, *(meta.tag(name)[1] for name in ("og:site_name", "application-name", "twitter:site")))
    return frozenset(key for name in (*names, host, *host.split(".")[:-1]) if name and len(key := key_of(name)) > 1)


def _is_site(name: str, site: frozenset[str]) -> bool:
    key = key_of(name)
    by = key_of(_OPENS_BYLINE.sub("", name))
    return _ADDRESS.match(name) is not None or any(
        key == one or by == one or (len(by) >= 6 and one.startswith(by)) or (len(one) >= 4 and "www" + one in key)
        for one in site
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
