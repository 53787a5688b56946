"""Lists of feeds, as OPML 2.0 has them: each outline that may name a feed, in its folder. Pure."""

import re
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from shared.errors import Malformed, NotAFeed

BETWEEN = re.compile(r"(?<!\\)/")  # names of a folder's path


@dataclass(frozen=True)
class Said:
    """An outline that has an address, or none within: what its attributes say, by their names in small letters."""

    line: int
    name: str | None
    folder: str | None
    attributes: dict[str, str]


@dataclass
class Outlines:
    """What a list says, and what in it is not well-formed, by its line."""

    said: list[Said] = field(default_factory=list)
    complaints: list[tuple[int, str]] = field(default_factory=list)


def read_outlines(data: bytes) -> Outlines:
    """Return the outlines of an OPML document; what is not well-formed gives what can be read of it.

    :raises Malformed: it is no XML.
    :raises NotAFeed: it is no OPML.
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Malformed(f"{error.msg}.") from None
    body = None if root is None else root.find("body")
    if root is None or root.tag != "opml" or body is None:
        raise NotAFeed("it has no <opml> with a <body>.")
    found = Outlines(complaints=[(entry.line, entry.message.rstrip(".")) for entry in parser.error_log])
    _walk(body, None, found)
    return found


def within(above: str | None, name: str) -> str:
    r"""Return the path of the folder called `name` within another, None: at the top.

    >>> print(within(within(None, "Wires"), "AC/DC"))
    Wires/AC\/DC
    """
    step = name.rstrip("\\").replace("/", r"\/")
    return f"{above}/{step}" if above else step


def _walk(element: "etree._Element", folder: str | None, found: Outlines) -> None:
    for outline in element.iterchildren("outline"):
        line: int = cast("int | None", outline.sourceline) or 0
        said = {str(name).lower(): str(value) for name, value in outline.attrib.items()}  # some write xmlurl or xmlURL
        name = said.get("text") or said.get("title") or None
        if "xmlurl" in said or len(outline) == 0:
            found.said.append(Said(line, name, folder, said))
        _walk(outline, within(folder, name) if name and "xmlurl" not in said else folder, found)
