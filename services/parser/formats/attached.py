"""What an entry of a feed attaches: Media RSS, enclosures, pictures of iTunes and of RSS itself. Pure."""

from collections.abc import Iterator

from lxml import etree

from services.parser.formats.elements import Fields, fields_of, first, text_of
from services.parser.item import Attached

RDF_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
_BESIDE = ("media:credit",)
_OF_GROUP = ("media:credit", "media:description", "media:title")  # a group is one medium, and so is what it says
_ENDINGS = {
    "image": {"jpg", "jpeg", "png", "gif", "webp", "avif", "bmp"},
    "audio": {"mp3", "m4a", "ogg", "oga", "aac", "wav", "flac"},
    "video": {"mp4", "m4v", "webm", "mov", "avi", "mpg", "mpeg"},
}


def all_attached(fields: Fields) -> Iterator[Attached]:
    """Yield every picture, sound and film beside the entry's text, as it is written."""
    for group in fields.get("media:group", []):
        inner = fields_of(group)
        yield from _one_of_each_kind(list(_media(inner, _OF_GROUP)))
    yield from _media(fields, _BESIDE)
    duration = first(fields, "itunes:duration")[1]
    for element in fields.get("enclosure", []):
        yield _file(element, element.get("url"), {}, duration)
    for element in fields.get("link", []):
        if element.get("rel", "").lower() == "enclosure":
            yield _file(element, element.get("href"), {}, element.get("duration"))
    for element in fields.get("itunes:image", []):
        yield Attached(element.get("href") or element.get("url") or text_of(element).strip(), "thumbnail")
    for element in fields.get("image", []):
        url = first(fields_of(element), "url")[1] or element.get(RDF_RESOURCE) or text_of(element).strip()
        yield Attached(url, "image", caption=first(fields_of(element), "title")[1])


def _one_of_each_kind(files: list[Attached]) -> Iterator[Attached]:
    """Yield the widest file of each kind: a group holds one medium in several forms (Media RSS 1.5.1)."""
    widest: dict[str, Attached] = {}
    for one in files:
        known = widest.setdefault(one.kind, one)
        if _width(one) > _width(known):
            widest[one.kind] = one
    yield from widest.values()


def _width(one: Attached) -> int:
    width = one.width or ""
    return int(width) if width.isdecimal() and len(width) < 6 else 0


def _media(fields: Fields, beside: tuple[str, ...]) -> Iterator[Attached]:
    """Yield what Media RSS attaches; what stands `beside` a file belongs to it unless it has its own."""
    around = {name: fields[name] for name in beside if name in fields}
    for element in fields.get("media:content", []):
        inner = fields_of(element)
        yield _file(element, element.get("url"), {**around, **inner}, element.get("duration"))
        yield from _thumbnails(inner)
    yield from _thumbnails(fields)


def _thumbnails(fields: Fields) -> Iterator[Attached]:
    for element in fields.get("media:thumbnail", []):
        url = element.get("url") or text_of(element).strip()
        yield Attached(url, "thumbnail", width=element.get("width"), height=element.get("height"))


def _file(element: etree._Element, url: str | None, inner: Fields, duration: str | None) -> Attached:
    kind = kind_of(element.get("type"), element.get("medium"), url)
    telling = ("media:description", "media:text", "media:title")
    return Attached(
        url=url or "",
        kind=kind,
        type=element.get("type"),
        caption=first(inner, *(telling if kind == "image" else telling[::-1]))[1],
        credit=first(inner, "media:credit", "media:copyright")[1],
        width=element.get("width"),
        height=element.get("height"),
        duration=duration,
    )


def kind_of(media_type: str | None, medium: str | None, url: str | None) -> str:
    """Return image, audio, video or other, by what is declared, else by how the address ends."""
    for word in (medium or "", (media_type or "").split("/")[0]):
        if word.lower() in {"image", "audio", "video"}:
            return word.lower()
    ending = (url or "").split("?")[0].rsplit(".", 1)[-1].lower()
    for kind, endings in _ENDINGS.items():
        if ending in endings:
            return kind
    return "other"
