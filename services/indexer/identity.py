"""Which known article an entry is, if any. Pure."""

import re
from collections.abc import Mapping
from typing import Protocol, TypeVar

from shared.messages import Entry

SAME_WORDS = 0.5  # share of headline words (Jaccard) from which two headlines are one article's


class Known(Protocol):
    """What is known of an article that an entry may be."""

    @property
    def headline(self) -> str | None:
        """Its headline."""

    @property
    def source_id(self) -> str | None:
        """The publisher's identifier."""

    @property
    def url_key(self) -> str | None:
        """The key that its address gives."""


K = TypeVar("K", bound=Known)


def resolve(entry: Entry, known: Mapping[str, K]) -> K | None:
    """Return the article among `known` (by key) that `entry` is a state of, or None: it is a new one.

    The publisher's identifier decides, unless it now stands at another address over another headline: then it was
    reused. Without a known identifier the address decides, unless another identifier and another headline say that
    the address is shared. The title is the last resort.
    """
    url_key = next((key for key in entry.keys if key.startswith("url:")), None)
    for key in entry.keys:
        article = known.get(key)
        if article is None:
            continue
        if same_headline(entry.content.headline, article.headline) or entry.cancelled:
            return article
        if key.startswith("id:") and (url_key is None or article.url_key in (None, url_key)):
            return article
        if key.startswith("url:") and None in (entry.source_id, article.source_id):
            return article
    return None


def same_headline(a: str | None, b: str | None) -> bool:
    """Return whether two headlines may be one article's; one that is missing may be any."""
    first, second = _words(a), _words(b)
    if not first or not second:
        return True
    return len(first & second) / len(first | second) >= SAME_WORDS


def _words(text: str | None) -> set[str]:
    return set(re.findall(r"\w+", (text or "").casefold()))
