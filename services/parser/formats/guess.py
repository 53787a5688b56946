"""What the articles on a page that is no feed seem to be: a rule for its items, to be offered to the operator. Pure.

A listing repeats one element, and each holds one headline that is a link. Around each such headline the largest element
is taken that holds no other one, and the selector that most of these share, if few other elements do.
"""

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree, html

from services.parser.fields.text import count_words
from services.parser.formats.selecting import Scope

LEAST = 3  # articles that make a listing
MOST = 500  # headlines that are looked at
LEAST_WORDS = 4  # of a link that is a headline where no heading is
SPARE = 1.3  # times as many elements as there are articles may be met
MOST_TRIED = 8  # selectors
_HEADINGS = ("h1", "h2", "h3", "h4")
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_FRAME = frozenset({"html", "body", "main"})


def guess(root: html.HtmlElement) -> tuple[str, int] | None:
    """Return a selector of the page's articles and how many it meets, None where it seems to list none."""
    cards = _cards(_headlines(root))
    scope = Scope(root)
    shared = Counter(name for card in cards for name in _selectors(card))
    for selector, count in sorted(shared.items(), key=lambda one: (-one[1], "." not in one[0], len(one[0])))[
        :MOST_TRIED
    ]:
        if count >= LEAST and (met := len(scope.all(selector))) <= SPARE * count:
            return selector, met
    return None


def _headlines(root: html.HtmlElement) -> list[etree._Element]:
    linked = [one for one in root.iter(*_HEADINGS) if _leads(one)][:MOST]
    if len(linked) >= LEAST:
        return linked
    return [one for one in root.iter("a") if one.get("href") and count_words(one.text_content()) >= LEAST_WORDS][:MOST]


def _leads(heading: etree._Element) -> bool:
    return next(heading.iter("a"), None) is not None or next(heading.iterancestors("a"), None) is not None


def _cards(headlines: list[etree._Element]) -> list[etree._Element]:
    """Return for each headline the largest element around it that holds no other."""
    within = Counter(around for one in headlines for around in one.iterancestors())
    cards = []
    for one in headlines:
        card = one
        for around in one.iterancestors():
            if within[around] > 1 or around.tag in _FRAME:
                break
            card = around
        cards.append(card)
    return cards


def _selectors(card: etree._Element) -> Iterator[str]:
    """Yield what selects an element: its name with each of its classes, or alone."""
    yield str(card.tag)
    yield from {f"{card.tag}.{name}": None for name in (card.get("class") or "").split() if _NAME.fullmatch(name)}
