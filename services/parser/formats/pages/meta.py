"""What a page's head and its JSON-LD say of the article, each fact with its source. Pure."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import chain
from typing import Any

from lxml import etree, html

from services.parser.item import Attached, Person

_ARTICLE_TYPES = re.compile(
    r"(?:Article|BlogPosting|Report|Review|LiveBlogPosting|SocialMediaPosting|AnalysisNewsArticle|VideoObject|NewsMediaObject|"
    r"Recipe|(?:Podcast|TV|Radio)Episode|WebPage)$"
)
_OTHER = ("Object", "Page")  # kinds that carry an article's facts only where no node is the article
_FACTS = ("headline", "datePublished", "articleBody")
_MICRODATA = frozenset({"headline", "alternativeheadline", "articlesection"})  # what is read from elements with text
_MAX_NODES = 2000
_MAX_SCRIPTS = 30
_MAX_SCRIPT_CHARS = 2_000_000
_TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|\]\]>|/\*\s*\]\]>\s*\*/)\s*;?\s*$"
)

_DECODER = json.JSONDecoder(strict=False)
_KIND = re.compile(r'"@type"\s*:\s*\[?\s*"(\w{3,40})"')
_STRING = r'("(?:[^"\\]|\\.){1,5000}")\s*(?=[,}\]]|\Z)'
_MEMBER = re.compile(
    r'"(headline|datePublished|dateModified|articleSection|description|inLanguage|isAccessibleForFree)"\s*:\s*'
    + _STRING
)
_AUTHOR = re.compile(r'"author"\s*:\s*\[?\s*\{[^{}]{0,200}"name"\s*:\s*' + _STRING)

_PICTURE_CREDITS = ("creditText", "copyrightHolder", "author", "creator")

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Meta:
    """The page's own words on its article, unread: see `page` for which of them counts."""

    nodes: tuple[Node, ...]  # JSON-LD articles, the best first
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)  # meta name or property, in lower case: contents
    canonical: str | None = None
    language: str | None = None
    served_language: str | None = None  # Content-Language of the answer
    title: str | None = None  # the title element
    publisher: str | None = None  # whose site it is, as JSON-LD names it
    crumbs: tuple[str, ...] = ()  # the names that a BreadcrumbList leads through, home first

    def tag(self, *names: str) -> tuple[str, str] | tuple[None, None]:
        """Return name and content of the first meta element called one of `names`."""
        return next(((name, value) for name in names for value in self.tags.get(name, ()) if value), (None, None))

    def said(self, *names: str) -> tuple[str, str] | tuple[None, None]:
        """Return name and text of the first JSON-LD member called one of `names`, over all article nodes."""
        for node in self.nodes:
            for name in names:
                if text := text_of(node.get(name)):
                    return name, text
        return None, None


def read_meta(root: html.HtmlElement, url: str) -> Meta:
    """Return what the head and the JSON-LD of the page at `url` say."""
    tags: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").strip().lower()
        if (element.get("http-equiv") or "").lower() == "content-language":
            name = "content-language"
        content = (element.get("content") or "").strip()
        if name and content and len(tags) < 500:
            tags.setdefault(name, []).append(content)
    for element in root.iterfind(".//*[@itemprop]"):
        if element.tag != "meta" and (name := element.get("itemprop", "").lower()) in _MICRODATA and name not in tags:
            tags[name] = [element.text_content().strip()]
    canonical = next(
        (element.get("href") for element in root.iter("link") if (element.get("rel") or "").lower() == "canonical"),
        None,
    )
    title = next((element.text_content().strip() for element in root.iter("title")), None)
    documents = [load(element.text or "") for element in _scripts(root)]
    named = {node["@id"]: node for node in _nodes(documents) if isinstance(node.get("@id"), str) and len(node) > 1}
    about_film = any(kind.startswith("video") for kind in tags.get("og:type", ()))
    facts = (*_FACTS, "uploadDate") if about_film else _FACTS
    told = [node for node in _nodes(documents) if _is_article(node) and any(node.get(name) for name in facts)]
    nodes = tuple(_linked(node, named) for node in _ranked(told, url))
    return Meta(
        nodes=nodes,
        tags={name: tuple(values) for name, values in tags.items()},
        canonical=canonical,
        language=root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        title=title,
        crumbs=_crumbs(documents),
        publisher=next((name for node in nodes if (name := text_of(node.get("publisher")))), None),
    )


def article_of(root: html.HtmlElement) -> html.HtmlElement:
    """Return the element that holds the article: the first called so, else the page's main part, else all of it."""
    article: html.HtmlElement = next(chain(root.iter("article"), root.iter("main")), root)
    return article


def _scripts(root: html.HtmlElement) -> list[etree._Element]:
    return [element for element in root.iter("script") if "ld+json" in (element.get("type") or "").lower()][
        :_MAX_SCRIPTS
    ]


def _nodes(documents: Iterable[Any]) -> Iterator[Node]:
    for document in documents:
        yield from walk(document)


def _is_article(node: Node) -> bool:
    return any(_ARTICLE_TYPES.search(kind) for kind in types_of(node))


def _linked(node: Node, named: dict[str, Node]) -> Node:
    """Return the node with what it only refers to by `@id` in its place (JSON-LD 1.1, 3.3)."""
    return {
        name: [_target(one, named) for one in value] if isinstance(value, list) else _target(value, named)
        for name, value in node.items()
    }


def _target(value: Any, named: dict[str, Node]) -> Any:
    if isinstance(value, dict) and set(value) == {"@id"} and isinstance(value["@id"], str):
        return named.get(value["@id"], value)
    return value


def _crumbs(documents: Iterable[Any]) -> tuple[str, ...]:
    """Return the names on the way from the home page to the article, by their positions."""
    trail = next((node for node in _nodes(documents) if "BreadcrumbList" in types_of(node)), {})
    items = trail.get("itemListElement")
    steps = [one for one in (items if isinstance(items, list) else [items])[:20] if isinstance(one, dict)]
    return tuple(name for one in steps if (name := text_of(one.get("name")) or _item_name(one.get("item"))))


def _item_name(item: Any) -> str | None:
    return text_of(item.get("name")) if isinstance(item, dict) else None


def load(text: str) -> Any:
    """Return the JSON in `text`, whatever a template left around and within it.

    Of what is beyond repair the members of an article that can still be told are returned; None if there are none.
    """
    if len(text) > _MAX_SCRIPT_CHARS:
        return None
    text = _WRAPPING.sub("", text).strip()
    for attempt in (text, _TRAILING_COMMA.sub("", text), unescape(text), text.rstrip(";,")):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return _first_value(text) or _salvaged(text)


def _first_value(text: str) -> Any:
    """Return the JSON value that the text begins with, if something else follows it."""
    try:
        return _DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def _salvaged(text: str) -> Node | None:
    """Return the members of a broken article that are whole: its own stand before those of what it names."""
    kind = _KIND.search(text)
    if kind is None or not _ARTICLE_TYPES.search(kind[1]):
        return None
    members = {found[1]: _string(found[2]) for found in reversed(list(_MEMBER.finditer(text)))}
    author = _AUTHOR.search(text)
    node = {name: value for name, value in members.items() if value} | {"@type": kind[1]}
    return node | {"author": _string(author[1])} if author else node


def _string(literal: str) -> str | None:
    try:
        return str(json.loads(literal, strict=False))
    except ValueError:
        return None


def walk(document: Any) -> Iterator[Node]:
    """Yield every object in the document, outer ones first."""
    waiting, seen = [document], 0
    while waiting and seen < _MAX_NODES:
        value = waiting.pop(0)
        seen += 1
        if isinstance(value, dict):
            yield value
            waiting += [
                value[name]
                for name in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "itemListElement", "item")
                if name in value
            ]
        elif isinstance(value, list):
            waiting += value


def types_of(node: Node) -> tuple[str, ...]:
    """Return the node's types without their namespace."""
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return tuple(kind.rsplit("/", 1)[-1] for kind in listed if isinstance(kind, str))


def _ranked(nodes: list[Node], url: str) -> list[Node]:
    """Return the nodes with the one that is about this page first: named by its address, a text, and full of facts."""
    path = url.split("?")[0].split("#")[0].rstrip("/")

    def rank(node: Node) -> tuple[bool, bool, int]:
        named = {
            str(one.get("@id") or one.get("url")) if isinstance(one, dict) else str(one)
            for one in (node.get("url"), node.get("mainEntityOfPage"), node.get("@id"))
            if one
        }
        mine = any(name.split("?")[0].split("#")[0].rstrip("/") == path for name in named)
        written = any(not kind.endswith((*_OTHER, "Review")) for kind in types_of(node))
        facts = sum(name in node for name in ("headline", "datePublished", "author", "articleBody", "image"))
        return (not (mine and facts > 1), not written, -facts)

    ranked = sorted(nodes, key=rank)
    written = [node for node in ranked if any(not kind.endswith(_OTHER) for kind in types_of(node))]
    return (written or ranked)[:3] if not written else written[:1]


def text_of(value: Any) -> str | None:
    """Return a member's text: of a list the first, of an object its value, name or address."""
    if isinstance(value, list):
        return next((text for one in value if (text := text_of(one))), None)
    if isinstance(value, dict):
        return text_of(value.get("@value") or value.get("name") or value.get("url") or value.get("@id"))
    if isinstance(value, str):
        return unescape(value).strip() or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def people_of(value: Any) -> tuple[Person, ...]:
    """Return the people that an author member names; organisations are none."""
    found: list[Person] = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            if "Organization" in types_of(one) or "NewsMediaOrganization" in types_of(one):
                continue
            if isinstance(one.get("@list"), list):
                found += people_of(one["@list"])
                continue
            names = one.get("name") or " ".join(
                filter(None, (text_of(one.get(n)) for n in ("givenName", "familyName")))
            )
            url = one.get("url") if isinstance(one.get("url"), str) else None
            found += [
                Person(name, url) for part in (names if isinstance(names, list) else [names]) if (name := text_of(part))
            ]
        elif isinstance(one, list):
            found += people_of(one)
        elif name := text_of(one):
            found.append(Person(name))
    return tuple(found)


def pictures_of(value: Any) -> Iterator[Attached]:
    """Yield the pictures that an image member names."""
    for one in (value if isinstance(value, list) else [value])[:50]:
        if isinstance(one, str):
            yield Attached(one, "image")
        elif isinstance(one, dict) and (url := text_of(one.get("url") or one.get("contentUrl"))):
            yield Attached(
                url,
                "image",
                caption=text_of(one.get("caption") or one.get("description")),
                credit=text_of(next((one[name] for name in _PICTURE_CREDITS if one.get(name)), None)),
                width=text_of(one.get("width")),
                height=text_of(one.get("height")),
            )
