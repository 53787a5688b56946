"""Pictures, sound and film of an article: attached ones and those in its text, each once. Pure."""

import re
from collections.abc import Iterable, Sequence

from services.parser.fields.credit import agency_named
from services.parser.fields.text import key_of, line
from services.parser.fields.urls import absolute
from services.parser.item import Attached
from shared.schema import Image, Media

MAX_IMAGES = 50
MAX_MEDIA = 20
_CAPTION_CHARS = 2000
_CREDIT_CHARS = 300
_IN_BRACKETS = re.compile(r"\s*[(\[（【](?P<credit>[^()\[\]（）【】]{2,80})[)\]）】]\s*[.。]?$")
_PICTURE = (
    r"photo(?:graph(?:ie|y)?)?s?|pictures?|images?|pics?|fot[oó](?:s|ğraf|graf[ií]as?)?|fot\.|bild|bilde|billede|beeld|"
    r"zdj\.|imagen|immagine|imagem|ảnh|hình|фото|kuva|kép|zdjęcie|φωτο(?:γραφία)?|फोटो|صورة|تصوير|צילום|写真|写真提供|图片|圖片|图|圖|사진"
)
_OF = (
    r"credits?|crédits?|créditos?|crediti|copyright|source|(?:bild|foto)?quelle|(?:bild|foto)nachweis|fuente|fonte|"
    r"courtesy(?: of)?|"
    r"źródło|kaynak|nguồn|источник|المصدر|来源|來源|출처"
)
_TOLD = r"(?:by\b|von\b|[:：©/])[\s:©]*"  # parts the label from whose the picture is
_LABELLED = re.compile(
    rf"(?:(?:^|[.|,;–—-]|\s)\s*(?:(?:{_PICTURE})(?:\s+(?:{_OF}))?|(?:{_OF})(?:\s+(?:{_PICTURE}))?)\s*[:：©/]|"
    rf"(?:^|[.|,;–—-])\s*(?:{_PICTURE})\s*(?:by|von)\b|(?:^|\s)(?:fot|zdj)\.\s)[\s:©]*(?P<credit>[^.|]{{2,80}})\.?$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    rf"^(?:(?:{_PICTURE})(?:\s+(?:{_OF}))?|(?:{_OF})(?:\s+(?:{_PICTURE}))?)\s*{_TOLD}|"
    r"^(?:©|\(c\)|courtesy of\b)\s*(?:courtesy of\b\s*)?",
    re.IGNORECASE,
)
_SIGN = re.compile(r"\s*(?:©|\(c\))\s*(?P<credit>(?:[^.]|(?<=\b\w)\.|\.(?=\w)){2,160})\.?$", re.IGNORECASE)
_AGENCY = (
    r"(?:(?:getty images|getty|reuters|afp|ap(?: photo)?|associated press|epa(?:-efe)?|efe|dpa|ansa|pa wire|pa images|"
    r"pa media|shutterstock|alamy(?: stock photo)?|imago(?: images)?|istock(?:photo)?|zuma(?: press)?|"
    r"picture[ -]alliance|nurphoto|anadolu(?: agency)?|xinhua|tass|keystone|bloomberg|unsplash|pixabay|"
    r"depositphotos|adobe stock|wikimedia(?: commons)?)(?: via getty images)?"
    r"|(?:handout|pool|stringer) via (?:reuters|afp|ap|getty images|epa))"
)
_AGENCY_WORDS = tuple(sorted(set(re.findall("[a-z]+", _AGENCY))))
_NAME = r"[^.!?/|]{2,50}"
_SIGNED = re.compile(  # behind a sentence, or alone: a name and an agency parted by a stroke, or an agency alone
    rf"(?:^|[.!?…”\"»]\s+(?:/\s*)?)"
    rf"(?P<credit>(?:{_NAME}\s?/\s?)+{_AGENCY}|{_AGENCY}(?:\s?/\s?{_NAME})+|{_AGENCY})\.?$",
    re.IGNORECASE,
)
_BARRED = re.compile(r"\s+\|\s+(?P<credit>[^|]{2,80})$")
_SHOT = re.compile(
    r"(?:^|[。，、,=＝\s])(?P<credit>[^。，、,=＝\s]{2,12}(?:\s[^。，、,=＝\s]{2,4})?)\s?(?:摄|攝|撮影)$"
)
_FORMS = (  # each with whether it is sure, and what in lower case it ends in or holds: most captions hold no credit
    (_IN_BRACKETS, False, (), (")", "]", "）", "】")),
    (_LABELLED, True, (), (":", "：", "©", "/", "by", "von", "fot.", "zdj.")),
    (_SIGN, True, (), ("©", "(c)")),
    (_BARRED, False, (), ("|",)),
    (_SHOT, True, (), ("摄", "攝", "撮影")),
    (_SIGNED, True, _AGENCY_WORDS, ("/",)),
)
_SOURCE = re.compile(
    r"getty|reuters|\bap\b|associated press|\bafp\b|\bpa\b|press association|pa wire|pa images|alamy|"
    r"shutterstock|\bepa\b|\bdpa\b|imago|istock|photo|picture|image|"
    r"\bfoto|/|\bpress\b|instagram|twitter|facebook|handout|supplied|courtesy|agency|wire|file|newspaper|media|"
    r"tass|xinhua|anadolu|afp|\bap$|zuma|rex|unsplash|pixabay",
    re.IGNORECASE,
)
_PICTURES = frozenset({"image", "thumbnail"})  # what kinds of files are pictures
_SIZE = re.compile(r"[-_~]\d{2,4}x\d{2,4}(?=\.\w+$|$)")
_SIZE_PART = re.compile(  # of a path: what a server of pictures is asked for, not what picture it is
    r"(?:size|resize|[swh]\d{2,4}|w\d{2,4}h\d{2,4}|\d{2,4}x\d{0,4}|[a-z]{1,8}[=_:]\d{1,4}(?:,[a-z]{1,8}[=_:]\w{1,8})*)"
    r"(?:-[a-z]{1,3})?",
    re.IGNORECASE,
)
_ISO_DURATION = re.compile(
    r"P(?:(\d{1,4})D)?T?(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7}(?:\.\d{1,6})?)S)?", re.IGNORECASE
)
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
    low = caption.lower().rstrip(".")
    for form, sure, ends, signs in _FORMS:
        fits = low.endswith(ends) or any(map(low.__contains__, signs))
        found = form.search(caption) if fits else None
        if found and (sure or _names_source(found["credit"])):
            return caption[: found.start()].rstrip(" .|,;–—-") or None, _credit(found["credit"])
    return caption, None


def _names_source(credit: str) -> bool:
    return bool(_SOURCE.search(credit) or _LABEL.match(credit) or agency_named(credit))


def read_images(attached: Sequence[Attached], in_text: Sequence[Image], base: str | None) -> tuple[Image, ...]:
    """Return the article's pictures, attached ones first; thumbnails only where nothing larger is there.

    A picture that is shown keeps the address that is shown; what is attached adds what it says more of it.
    """
    attached = [one for one in attached if one.kind in _PICTURES]
    if len(attached) + len(in_text) < 2:  # nothing that a picture may be the same as
        alone = [image for one in attached if (image := _attached_image(one, base))]
        return (*map(_with_credit, in_text), *alone)
    shown: dict[str, Image] = {}
    for image in in_text:
        _keep(shown, _name(image.url), _with_credit(image))
    found = _matched("image", attached, shown, base) if attached else {}
    if attached and not found and not shown:
        found = _matched("thumbnail", attached, shown, base)
    return tuple((found | {name: image for name, image in shown.items() if name not in found}).values())[:MAX_IMAGES]


def _with_credit(image: Image) -> Image:
    """Return a picture of the text with the credit that ends its caption."""
    if not image.caption and not image.credit:
        return image
    caption, credit = split_caption(image.caption)
    credit = _credit(image.credit) or credit
    if (caption, credit) == (image.caption, image.credit):
        return image
    return image.model_copy(update={"caption": caption, "credit": credit})


def with_signs(images: tuple[Image, ...], names: Iterable[str | None]) -> tuple[Image, ...]:
    """Return the pictures with the bracket that ends a caption as its credit, where the article bears that name too.

    `names` are those that sign it: its byline, source or agency; no list has to know them.
    """
    if not any(_may_be_signed(image) for image in images):
        return images
    keys = {key_of(name) for name in names if name}
    return tuple(_signed(image, keys) if _may_be_signed(image) else image for image in images)


def _may_be_signed(image: Image) -> bool:
    return image.credit is None and (image.caption or "").rstrip(".。").endswith((")", "]", "）", "】"))


def _signed(image: Image, keys: set[str]) -> Image:
    caption = image.caption or ""
    found = _IN_BRACKETS.search(caption)
    if found is None or key_of(found["credit"]) not in keys:
        return image
    return image.model_copy(update={"caption": caption[: found.start()] or None, "credit": found["credit"]})


def _matched(kind: str, attached: Sequence[Attached], shown: dict[str, Image], base: str | None) -> dict[str, Image]:
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
    if not credit:
        return None
    if credit[0] + credit[-1] in {"()", "[]"} and not set(credit[1:-1]) & set("()[]"):
        credit = credit[1:-1].strip()
    return _LABEL.sub("", credit) or None


def _name(url: str) -> str:
    """Return what the sizes of one picture have in common: a telling file name, else the address without its query."""
    address = _SIZE.sub("", url.split("?")[0])
    name = address.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if unique := _UUID.search(name):
        return unique[0].lower()
    digits = sum(map(str.isdigit, name))
    if digits >= 5 or (digits and len(name) >= 12):
        return name
    return "/".join(part for part in address.split("/") if not _SIZE_PART.fullmatch(part))


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
    """Return a duration in seconds, from seconds, hh:mm:ss or ISO 8601 (PT1M32S)."""
    if (iso := _ISO_DURATION.fullmatch((text or "").strip())) and any(iso.groups()):
        return sum(float(part) * size for part, size in zip(iso.groups("0"), (86400, 3600, 60, 1), strict=True))
    parts = (text or "").strip().split(":")
    if not 1 <= len(parts) <= 3 or not all(re.fullmatch(r"\d{1,7}(?:\.\d{1,6})?", part) for part in parts):
        return None
    total = 0.0
    for part in parts:
        total = 60 * total + float(part)
    return total
