"""Pictures, sound and film of an article: attached ones and those in its text, each once. Pure."""

import re
from collections.abc import Iterable

from services.parser.fields.text import line
from services.parser.fields.urls import absolute
from services.parser.item import Attached
from shared.schema import Image, Media

MAX_IMAGES = 50
MAX_MEDIA = 20
_CAPTION_CHARS = 2000
_CREDIT_CHARS = 300
_IN_BRACKETS = re.compile(r"\s*[(\[](?P<credit>[^()\[\]]{2,80})[)\]]\s*\.?$")
_LABELLED = re.compile(
    r"\s*(?:^|[.|,;–—-]|\s)\s*(?:photo(?:graph)?|picture|image|pic|fotó?|bild|ảnh|фото|kuva|zdjęcie|photographie|"
    r"crédito|crédit|credit|photo credit|image "
    r"credit|copyright|quelle|foto)s?\s*(?:by|:|©|/|von)\s*:?\s*(?P<credit>[^.|]{2,80})\.?$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:photo(?:graph)?|picture|image|pic|fotó?|bild|ảnh|фото|kuva|zdjęcie|photographie|crédito|crédit|credit|"
    r"copyright|quelle|source)s?\s*(?:by\b|:|©|von\b)\s*|^(?:©|\(c\))\s*",
    re.IGNORECASE,
)
_SIGN = re.compile(r"\s*(?:©|\(c\))\s*(?P<credit>[^.]{2,120})\.?$", re.IGNORECASE)
_SOURCE = re.compile(
    r"getty|reuters|\bap\b|associated press|\bafp\b|\bpa\b|press association|pa wire|pa images|alamy|"
    r"shutterstock|\bepa\b|\bdpa\b|imago|istock|photo|picture|image|"
    r"\bfoto|/|\bpress\b|instagram|twitter|facebook|handout|supplied|courtesy|agency|wire|file|newspaper|media|"
    r"tass|xinhua|anadolu|afp|\bap$|zuma|rex|unsplash|pixabay",
    re.IGNORECASE,
)
_SIZE = re.compile(r"[-_]\d{2,4}x\d{2,4}(?=\.\w+$)")


def split_caption(text: str | None) -> tuple[str | None, str | None]:
    """Return a caption and the credit that ends it.

    >>> split_caption("A bridge in Kyiv (REUTERS)")
    ('A bridge in Kyiv', 'REUTERS')
    """
    caption = line(text, _CAPTION_CHARS)
    if not caption:
        return None, None
    for form, sure in ((_IN_BRACKETS, False), (_LABELLED, True), (_SIGN, True)):
        found = form.search(caption)
        if found and (sure or _SOURCE.search(found["credit"])):
            return caption[: found.start()].rstrip(" .|,;–—-") or None, _LABEL.sub("", found["credit"].strip())[
                :_CREDIT_CHARS
            ]
    return caption, None


def read_images(attached: Iterable[Attached], in_text: Iterable[Image], base: str | None) -> tuple[Image, ...]:
    """Return the article's pictures, attached ones first; thumbnails only where nothing larger is there."""
    found: dict[str, Image] = {}
    attached = tuple(attached)
    for one in attached:
        if one.kind == "image" and (image := _attached_image(one, base)):
            _keep(found, image)
    for image in in_text:
        caption, credit = split_caption(image.caption)
        _keep(found, image.model_copy(update={"caption": caption, "credit": _credit(image.credit) or credit}))
    if not found:
        for one in attached:
            if one.kind == "thumbnail" and (image := _attached_image(one, base)):
                _keep(found, image)
    return tuple(found.values())[:MAX_IMAGES]


def _keep(found: dict[str, Image], image: Image) -> None:
    """Add `image`, or what it says more of a picture that is there already in this or another size."""
    key = _file_name(image.url)
    known = found.get(key)
    if known is None:
        found[key] = image
        return
    more = {name: value for name, value in image if value is not None and getattr(known, name) is None}
    if (image.width or 0) > (known.width or 0):
        more |= {"url": image.url, "width": image.width, "height": image.height}
    found[key] = known.model_copy(update=more)


def _credit(text: str | None) -> str | None:
    """Return a credit without the word that announces it."""
    credit = line(text, _CREDIT_CHARS)
    return _LABEL.sub("", credit) or None if credit else None


def _file_name(url: str) -> str:
    """Return what the sizes of one picture have in common: a telling file name, else the address without its query."""
    address = _SIZE.sub("", url.split("?")[0])
    name = address.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    digits = sum(char.isdigit() for char in name)
    return name if digits >= 5 or (digits and len(name) >= 12) else address


def _attached_image(one: Attached, base: str | None) -> Image | None:
    url = absolute(one.url, base)
    if url is None:
        return None
    caption, credit = split_caption(one.caption)
    return Image(
        url=url,
        caption=caption,
        credit=_credit(one.credit) or credit,
        alt=line(one.alt),
        width=_pixels(one.width),
        height=_pixels(one.height),
    )


def read_media(attached: Iterable[Attached], base: str | None) -> tuple[Media, ...]:
    """Return the article's sound and film."""
    found: dict[str, Media] = {}
    for one in attached:
        url = absolute(one.url, base) if one.kind in {"audio", "video"} else None
        if url:
            found.setdefault(
                url,
                Media(
                    url=url,
                    type=(one.type or one.kind)[:100],
                    duration_s=_seconds(one.duration),
                    title=line(one.caption, 300),
                ),
            )
    return tuple(found.values())[:MAX_MEDIA]


def _pixels(text: str | None) -> int | None:
    digits = (text or "").strip().removesuffix("px")
    return int(digits) if digits.isdecimal() and 0 < len(digits) < 6 and int(digits) else None


def _seconds(text: str | None) -> float | None:
    """Return a duration in seconds, from seconds or hh:mm:ss."""
    parts = (text or "").strip().split(":")
    if not 1 <= len(parts) <= 3 or not all(re.fullmatch(r"\d{1,7}(?:\.\d{1,6})?", part) for part in parts):
        return None
    total = 0.0
    for part in parts:
        total = 60 * total + float(part)
    return total
