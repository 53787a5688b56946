"""The picture that stands for a feed or a site, where its publisher says that it is; nothing is asked for it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from services.parser.fields.urls import absolute
from services.parser.formats.elements import Fields, fields_of, text_of

_ICON, _TOUCH = "icon", frozenset({"apple-touch-icon", "apple-touch-icon-precomposed"})


def of_feed(*places: Fields, base: str | None) -> str | None:
    """Return the address of a feed's picture: small ones first, such as stand beside a name in a list.

    Atom has `icon` and `logo` (RFC 4287, 4.2.5 and 4.2.8), RSS `image`; some borrow an icon from elsewhere.
    """
    return _first((text for fields in places for text in _in_feed(fields)), base)


def _in_feed(fields: Fields) -> Iterator[str | None]:
    yield from (text_of(one) for name in ("icon", "?:icon") for one in fields.get(name, ()))
    yield from (text_of(url) for one in fields.get("image", ()) for url in fields_of(one).get("url", ()))
    yield from (text_of(one) for one in fields.get("logo", ()))
    yield from (one.get("href") for one in fields.get("itunes:image", ()))


def of_json(head: Mapping[str, Any], base: str | None) -> str | None:
    """Return the address of a JSON Feed's picture (JSON Feed 1.1: `favicon`, `icon`), or that of RSS in JSON."""
    image = head.get("image")
    said = head.get("favicon"), head.get("icon"), image.get("url") if isinstance(image, dict) else None
    return _first((one for one in said if isinstance(one, str)), base)


def of_page(root: etree._Element, base: str) -> str | None:
    """Return the address of the picture of a page's site (HTML Standard, 4.6.7.8: `icon`)."""
    links = [(set((one.get("rel") or "").lower().split()), one.get("href")) for one in root.iter("link")]
    icons = [href for rels, href in links if _ICON in rels]
    return _first([*icons, *(href for rels, href in links if rels & _TOUCH)], base)


def _first(said: Iterable[str | None], base: str | None) -> str | None:
    return next((url for one in said if (url := absolute(one, base))), None)
