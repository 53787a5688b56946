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
_SIGN = re.compile(r"\s*(?:©|\(c\))\s*(?P<credit>(?:[^.]|(?<=\b\w)\.|\.(?=\w)){2,160})\.?$", re.IGNORECASE)
_BARRED = re.compile(r"\s+\|\s+(?P<credit>[^|]{2,80})$")
_SOURCE = re.compile(
    r"getty|reuters|\bap\b|associated press|\bafp\b|\bpa\b|press association|pa wire|pa images|alamy|"
    r"shutterstock|\bepa\b|\bdpa\b|imago|istock|photo|picture|image|"
    r"\bfoto|/|\bpress\b|instagram|twitter|facebook|handout|supplied|courtesy|agency|wire|file|newspaper|media|"
    r"tass|xinhua|anadolu|afp|\bap$|zuma|rex|unsplash|pixabay",
    re.IGNORECASE,
)
_SIZE = re.compile(r"[-_~]\d{2,4}x\d{2,4}(?=\.\w+$|$)")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"(?!(?:19|20)\d{6}(?!\d))\d{6,}(?!\d)")  # no date


def split_caption(text: str | None) -> tuple[str | None, str | None]:
    """Return a caption and the credit that ends it.

    >>> split_caption("A bridge in Kyiv (REUTERS)")
    ('A bridge in Kyiv', 'REUTERS')
    """
    caption = line(text, _CAPTION_CHARS)
    if not caption:
        return None, None
    for form, sure in ((_IN_BRACKETS, False), (_LABELLED, True), (_SIGN, True), (_BARRED, False)):
        found = form.search(caption)
        if found and (sure or _SOURCE.search(found["credit"])):
            return caption[: found.start()].rstrip(" .|,;–—-") or None, _LABEL.sub("", found["credit"].strip())[
                :_CREDIT_CHARS
            ]
    return caption, None


def read_images(attached: Iterable[Attached], in_text: Iterable[Image], base: str | None) -> tuple[Image, ...]:
    """Return the article's pictures, attached ones first; thumbnails only where nothing larger is there.

    A picture that is shown keeps the address that is shown; what is attached adds what it says more of it.
    """
    attached = tuple(attached)
    shown: dict[str, Image] = {}
    for image in in_text:
        caption, credit = split_caption(image.caption)
        told = {"caption": caption, "credit": _credit(image.credit) or credit}
        _keep(shown, _name(image.url), image.model_copy(update=told))
    found = _matched("image", attached, shown, base)
    if not found and not shown:
        found = _matched("thumbnail", attached, shown, base)
    return tuple((found | {name: image for name, image in shown.items() if name not in found}).values())[:MAX_IMAGES]


def _matched(kind: str, attached: tuple[Attached, ...], shown: dict[str, Image], base: str | None) -> dict[str, Image]:
    """Return the attached pictures of a kind by name, each together with what the text shows of it.

    Where the numbers that the names of files begin with tell the shown pictures apart, they are the pictures' own.
    """
    numbers = [number for image in shown.values() if (number := _number(image.url))]
    told_apart = len(numbers) == len(set(numbers))
    by_number = {number: name for name, image in shown.items() if (number := _number(image.url))}
    found: dict[str, Image] = {}
    for one in attached:
        image = _attached_image(one, base) if one.kind == kind else None
        if image is None:
            continue
        name, number = _name(image.url), _number(image.url)
        if told_apart and number and name not in shown:
            name = by_number.setdefault(number, name)
        if name in shown and name not in found:
            found[name] = shown[name]
        _keep(found, name, image)
    return found


def _keep(found: dict[str, Image], name: str, image: Image) -> None:
    """Add `image`, or what it says more of a picture that is there already in this or another size."""
    known = found.get(name)
    if known is None:
        found[name] = image
        return
    more = {field: value for field, value in image if value is not None and getattr(known, field) is None}
    if known.width is None and known.url != image.url:  # the size of one address says nothing of another
        more = {field: value for field, value in more.items() if field not in {"width", "height"}}
    elif known.width and (image.width or 0) > known.width:
        more |= {"url": image.url, "width": image.width, "height": image.height}
    found[name] = known.model_copy(update=more)


def _credit(text: str | None) -> str | None:
    """Return a credit without the word that announces it."""
    credit = line(text, _CREDIT_CHARS)
    return _LABEL.sub("", credit) or None if credit else None


def _name(url: str) -> str:
    """Return what the sizes of one picture have in common: a telling file name, else the address without its query."""
    address = _SIZE.sub("", url.split("?")[0])
    name = address.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if unique := _UUID.search(name):
        return unique[0].lower()
    digits = sum(char.isdigit() for char in name)
    return name if digits >= 5 or (digits and len(name) >= 12) else address


def _number(url: str) -> str | None:
    """Return the number that the file's name begins with: crops of one picture share it, unless it is the article's."""
    number = _NUMBER.match(url.split("?")[0].rsplit("/", 1)[-1])
    return number[0] if number else None


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
