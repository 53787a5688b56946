"""OPML, the format in which feed lists travel (OPML 2.0), both ways. Pure."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.command.feeds import folders, foreign
from services.parser.formats.outlines import read_outlines, within
from shared.errors import PermanentError, UsageError
from shared.hosts import feed_address
from shared.rules import Rules
from shared.settings import TOTAL_MOST_S

LONGEST_S = 366 * 86_400  # between two polls
# Settings of a feed that travel along, by the attribute that holds each.
SECONDS = {
    "wireroomInterval": ("interval_s", LONGEST_S),
    "wireroomFloor": ("floor_s", LONGEST_S),
    "wireroomCeiling": ("ceiling_s", LONGEST_S),
    "wireroomTimeout": ("timeout_s", TOTAL_MOST_S),
}
_NOT_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
)  # XML 1.0, Char; titles from JSON may hold it
PUBLICATION = "wireroomPublication"


class Pages(StrEnum):
    """Whether the pages of a feed's articles are fetched: where it gives summaries, never, or whatever it gives."""

    AUTO = "auto"
    NEVER = "never"
    ALWAYS = "always"


RULES = {f"wireroom{name.title().replace('_', '')}": name for name in Rules.model_fields}
LISTS = ("drop", "keep", "leave_out")  # of which an attribute holds one a line
WORDS = {
    "wireroomPages": ("pages", tuple(Pages)),
    "wireroomState": ("state", ("active", "paused")),
    "wireroomHttp2": ("http2", ("no", "yes")),
}


@dataclass(frozen=True)
class Outline:
    """One feed of a list; `line` is where it stands in the file."""

    url: str
    title: str | None = None
    site_url: str | None = None
    folder: str | None = None  # its path, as `folders` writes it
    interval_s: int | None = None
    line: int = 0
    publication: str | None = None  # the title that it belongs to, by the operator's word
    floor_s: int | None = None
    ceiling_s: int | None = None
    pages: str = "auto"
    state: str = "active"
    timeout_s: int | None = None
    http2: str = "no"  # whether it is asked by it
    rules: Rules | None = None  # how it, and its articles' pages, are read
    left_out: tuple[str, ...] = ()  # attributes of other programs that say nothing here


@dataclass(frozen=True)
class Wrong:
    """A line that names no feed, and why."""

    line: int
    reason: str


def read(data: bytes, name: str = "This") -> tuple[list[Outline], list[Wrong]]:
    """Return the feeds of an OPML document, each in the folder it stands in, and what is wrong with its other lines.

    `name` is what the document is called where it is none.

    A document that is not well-formed gives what can be read of it, and the parser's complaint as a wrong line.

    :raises UsageError: it is no OPML at all.
    """
    try:
        listed = read_outlines(data)
    except PermanentError as error:
        raise UsageError(f"{name} is no OPML: {error}") from None
    feeds: list[Outline] = []
    wrong = [Wrong(line, f"It is not well-formed: {said}.") for line, said in listed.complaints]
    for one in listed.said:
        if "xmlurl" not in one.attributes:
            wrong.append(Wrong(one.line, f"The outline {one.name!r} has no xmlUrl, so it names no feed."))
            continue
        try:
            feeds.append(read_feed(one.attributes, one.name, one.folder, one.line))
        except UsageError as error:
            wrong.append(Wrong(one.line, str(error)))
    return folders.named(feeds), sorted(wrong, key=lambda one: one.line)


def read_feed(said: Mapping[str, str], name: str | None, folder: str | None, line: int) -> Outline:
    """Return the feed that an outline names, by its attributes in small letters.

    :raises UsageError: it names none, or a setting that is none.
    """
    url = feed_address(said["xmlurl"])
    said, left_out = foreign.in_our_words(said)
    return Outline(
        url=url,
        title=None if name == url else name,
        site_url=said.get("htmlurl") or None,
        folder=folder,
        line=line,
        publication=said.get(PUBLICATION.lower()) or None,
        left_out=left_out,
        **_settings(said),
    )


def _settings(said: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings that an outline holds, by the name of their field.

    :raises UsageError: one of them is none.
    """
    found: dict[str, Any] = {}
    for attribute, (field, most) in SECONDS.items():
        text = said.get(attribute.lower())
        if text is not None and not (text.isascii() and text.isdecimal() and 0 < int(text[:12]) <= most):
            raise UsageError(f"{attribute} {text!r} is no number of seconds from 1 to {most}.")
        found[field] = int(text) if text else None
    if found["floor_s"] and found["ceiling_s"] and found["floor_s"] > found["ceiling_s"]:
        raise UsageError(f"wireroomFloor {found['floor_s']} is above wireroomCeiling {found['ceiling_s']}.")
    for attribute, (field, words) in WORDS.items():
        text = said.get(attribute.lower(), words[0])
        if text not in words:
            raise UsageError(f"{attribute} {text!r} is none of {', '.join(words)}.")
        found[field] = text
    found["rules"] = _rules(said)
    return found


def _rules(said: Mapping[str, str]) -> Rules | None:
    given: dict[str, Any] = {name: said.get(attribute.lower()) for attribute, name in RULES.items()}
    if all(one is None for one in given.values()):
        return None
    from services.parser.formats.rules import read_rules  # which all that reads feeds stands behind

    return read_rules(given | {name: (given[name] or "").splitlines() for name in LISTS})


def write(feeds: Iterable[Outline]) -> bytes:
    """Return an OPML document with the feeds in their folders; reading it gives the same feeds."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = "Feeds of Wireroom"
    body = ET.SubElement(root, "body")
    made: dict[str, ET.Element] = {}
    for feed in feeds:
        parent, path = body, None
        for name in folders.steps(feed.folder or ""):
            path = within(path, name)
            if path not in made:
                made[path] = ET.SubElement(parent, "outline", text=name)
            parent = made[path]
        attributes = {"type": "rss", "text": feed.title or feed.url, "xmlUrl": feed.url}
        if feed.site_url:
            attributes["htmlUrl"] = feed.site_url
        attributes |= {name: str(value) for name, (field, _) in SECONDS.items() if (value := getattr(feed, field))}
        attributes |= {
            name: value for name, (field, words) in WORDS.items() if (value := getattr(feed, field)) in words[1:]
        }
        for attribute, name in RULES.items() if feed.rules else ():
            if rule := getattr(feed.rules, name):
                attributes[attribute] = rule if isinstance(rule, str) else "\n".join(rule)
        if feed.publication:
            attributes[PUBLICATION] = feed.publication
        ET.SubElement(parent, "outline", attributes)
    for element in root.iter():
        element.attrib = {name: _NOT_XML.sub("", value) for name, value in element.attrib.items()}
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
