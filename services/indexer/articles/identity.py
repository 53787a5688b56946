"""Which known article an entry is, if any. Pure."""

import re
from collections.abc import Mapping, Set
from datetime import datetime
from typing import Protocol, TypeVar

from shared.messages import Entry

SAME_WORDS = 0.5  # share of headline words (Jaccard) from which two headlines are one article's
# Thai, Lao, Burmese, Khmer, Kana and Han are written without spaces: there each character counts as a word
_SPACELESS = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_SPACELESS}]|[^\W{_SPACELESS}]+")
_NUMBER = re.compile(r"\d{5,}")  # of an article in its address; shorter ones are years and pages
_DAY = re.compile(r"(?:19|20)\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])")


class Known(Protocol):
    """What is known of an article that an entry may be."""

    @property
    def headline(self) -> str | None:
        """Its headline."""

    @property
    def source_id(self) -> str | None:
        """The publisher's identifier."""

    @property
    def published_at(self) -> datetime | None:
        """When its publisher says that it was published."""

    @property
    def url_keys(self) -> Set[str]:
        """The keys that its addresses gave."""


K = TypeVar("K", bound=Known)


def resolve(entry: Entry, known: Mapping[str, K]) -> K | None:
    """Return the article among `known` (by key) that `entry` is a state of, or None: it is a new one.

    The publisher's identifier decides, unless it now stands at another address, over another headline and another date
    of publication: then it was reused. Without a known identifier the address decides, unless another identifier,
    another headline and another date say that the address is shared. The title is the last resort.
    """
    return next((article for key in entry.keys if (article := known.get(key)) and _is_state(entry, key, article)), None)


def _is_state(entry: Entry, key: str, article: Known) -> bool:
    if entry.cancelled or same_headline(entry.content.headline, article.headline) or _same_date(entry, article):
        return True
    if key.startswith("id:"):
        return _same_address(entry, article)
    return key.startswith("url:") and None in (entry.source_id, article.source_id)


def _same_date(entry: Entry, article: Known) -> bool:
    """Return whether both were published in the same minute; a full hour may stand for a day without a time."""
    moment = entry.content.published_at
    return moment is not None and moment == article.published_at and (moment.minute, moment.second) != (0, 0)


def _same_address(entry: Entry, article: Known) -> bool:
    """Return whether the entry stands where the article stands or stood: a slug may change around its number."""
    own = {key for key in entry.keys if key.startswith("url:")}
    if not own or not article.url_keys or own & article.url_keys:
        return True
    return bool(_numbers(own) & _numbers(article.url_keys))


def _numbers(keys: Set[str]) -> set[str]:
    paths = [key.partition("://")[2].partition("/")[2].partition("?")[0] for key in keys]
    return {number for path in paths for number in _NUMBER.findall(path) if not _DAY.fullmatch(number)}


def same_headline(a: str | None, b: str | None) -> bool:
    """Return whether two headlines may be one article's; one that is missing may be any."""
    first, second = _words(a), _words(b)
    if not first or not second:
        return True
    return len(first & second) / len(first | second) >= SAME_WORDS


def _words(text: str | None) -> set[str]:
    return set(_WORD.findall((text or "").casefold()))
