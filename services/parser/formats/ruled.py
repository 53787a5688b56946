"""Documents that list articles and are no feeds, read by rules of the feed's own: pages, XML, JSON of any shape. Pure.

Of a page, what the rules take of an item is the entry: a clock or an advertisement in it makes no new one.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lxml import etree

from services.parser.formats import ruledjson, ruledpage, xml
from services.parser.formats.brokenjson import load
from services.parser.formats.pages.article import tree_of
from services.parser.formats.ruleditem import EXCERPT_CHARS, MAX_ITEMS, WITHIN, Read
from services.parser.formats.selecting import Scope, spare
from services.parser.item import Slot, Window
from shared.errors import Malformed, Unmet
from shared.jsonpath import values_at
from shared.messages import FeedFacts
from shared.rules import Rules, quoted

_XML = re.compile(r"<\?xml\b|<(?:\w+:)?(?:rss|rdf|feed|urlset)\b", re.IGNORECASE)
_PAGE = re.compile(r"<!doctype\s+html|<html\b", re.IGNORECASE)
_HEAD_CHARS = 2000
MAY_HAVE_CHANGED = "its layout may have changed"


def read_window(text: str, url: str, rules: Rules) -> Window:
    """Return the articles that `rules` find in the document from `url`.

    :raises Unmet: they find none.
    :raises Malformed: the document is damaged, or nests too much.
    """
    text = text.lstrip("\ufeff \t\r\n\x00")
    is_json = text[:1] in {"{", "["}
    if rules.in_json:
        return _json(text if is_json else _script(text, rules), url, rules)
    if is_json:
        raise Unmet(
            f"The document is JSON: a rule for its items begins with $, and {quoted(rules.items)} is a selector."
        )
    head = text[:_HEAD_CHARS]
    root = _xml(text) if _XML.match(head) and not _PAGE.search(head) else tree_of(text)
    spare(root, (getattr(rules, name) for name in ("items", "next", *WITHIN)))
    found = Scope(root).all(rules.items or "", MAX_ITEMS + 1)
    elements = [one for one in found if not isinstance(one, str)]
    _refuse(len(elements), rules)
    base = ruledpage.base_of(root, url)
    feed, language = ruledpage.facts_of(root, base, rules)
    return _window([ruledpage.read_item(one, base, rules) for one in elements], feed, language, rules)


def _json(text: str, url: str, rules: Rules) -> Window:
    document, whole = load(text)
    items = ruledjson.items_of(document, rules)
    if not items and values_at(document, rules.items or "$"):  # a search that has found nothing yet
        return Window(feed=FeedFacts(), slots=(), closed=whole)
    _refuse(len(items), rules)
    reads = [ruledjson.read_item(one, url, rules) for one in items]
    return replace(_window(reads, ruledjson.facts_of(document, url, rules), None, rules), closed=whole)


def _script(text: str, rules: Rules) -> str:
    """Return the JSON that a page holds in an element."""
    if rules.script is None:
        raise Unmet(f"The rule for items, {quoted(rules.items)}, is a path in JSON, and the document is none.")
    root = tree_of(text)
    spare(root, (rules.script,))
    found = Scope(root).first(rules.script)
    said = found if isinstance(found, str) or found is None else "".join(map(str, found.itertext()))
    if not said:
        raise Unmet(f"The rule for the script, {quoted(rules.script)}, meets nothing on the page: {MAY_HAVE_CHANGED}.")
    return said[min((at for mark in "{[" if (at := said.find(mark)) >= 0), default=0) :].rstrip("; \t\r\n")


def _xml(text: str) -> etree._Element:
    """Return the root of a document in XML; its elements go by their names alone, in whatever namespace.

    :raises Malformed: it is not well-formed.
    """
    try:
        root = xml.parse(xml.prologue_off(text))
    except etree.XMLSyntaxError:
        try:
            root = xml.parse(xml.repair(xml.prologue_off(text)))
        except etree.XMLSyntaxError as error:
            raise Malformed(f"The document is not well-formed XML: {str(error)[:100]}.") from None
    for element in root.iter("{*}*"):
        element.tag = str(element.tag).rpartition("}")[2]
    return root


def _refuse(items: int, rules: Rules) -> None:
    if not items:
        raise Unmet(f"The rule for items, {quoted(rules.items)}, meets nothing on the page: {MAY_HAVE_CHANGED}.")
    if items > MAX_ITEMS:
        raise Unmet(
            f"The rule for items, {quoted(rules.items)}, meets more than {MAX_ITEMS} elements, which no listing has."
        )


def _window(reads: Sequence[Read], feed: FeedFacts, language: str | None, rules: Rules) -> Window:
    """Return the window of the items that are articles: those with a link, a headline or a text."""
    good = [one for one in reads if _is_article(one, rules)]
    if not good:
        lacking = "link" if rules.link else "link or a headline"
        raise Unmet(
            f"The rule for items, {quoted(rules.items)}, meets {len(reads)}, but none of them has a {lacking}: "
            f"{MAY_HAVE_CHANGED}."
        )
    met = Counter(name for one in good for name in one.met)
    unmet = "; ".join(_unmet(met, len(good), rules)) or None
    return Window(feed=feed, slots=tuple(map(_slot, good)), language=language or feed.language, unmet=unmet)


def _is_article(read: Read, rules: Rules) -> bool:
    """Return whether an item is an article: where a rule says what leads to one, what it does not meet is none."""
    item = read.item
    return bool(item.link or (not rules.link and (item.headline or item.content)))


def _unmet(met: Counter[str], items: int, rules: Rules) -> Iterator[str]:
    for name in WITHIN:
        if (rule := getattr(rules, name)) and not met[name]:
            yield f"the rule for the {name}, {quoted(rule)}, meets nothing in any of {items} items"


def _slot(read: Read) -> Slot:
    item = read.item
    return Slot(
        digest=read.digest,
        source_id=item.source_id,
        link=item.link,
        title=item.headline,
        dated=item.published,
        read=lambda: item,
        excerpt=lambda: read.excerpt()[:EXCERPT_CHARS],
    )
