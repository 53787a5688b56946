"""Folders of a list of feeds: where each lies, and which of them name a title. Pure.

A folder is a path, outermost name first, with slashes between names: "Wires/Ports". A slash within a name has a
backslash before it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from services.indexer.publications.names import is_section, site_key
from services.parser.formats.outlines import BETWEEN
from shared.hosts import host_of

if TYPE_CHECKING:
    from services.command.feeds.opml import Outline


def steps(path: str) -> list[str]:
    r"""Return the names of a folder's path, outermost first.

    >>> steps(r"Wires/AC\/DC")
    ['Wires', 'AC/DC']
    """
    return [step.replace(r"\/", "/") for step in BETWEEN.split(path) if step]


def in_one_form(path: str | None) -> str | None:
    r"""Return a folder's path as it is kept: no empty names, nor blanks around them; None: no folder.

    >>> in_one_form(r" /Wires//AC\/DC/ ")
    'Wires/AC\\/DC'
    """
    return "/".join(filter(None, map(str.strip, BETWEEN.split(path or "")))) or None


def named(feeds: "Sequence[Outline]") -> "list[Outline]":
    """Return `feeds` with the publication that each one's folder names, where it names one.

    A folder is a title's unless it is a drawer: it is called what drawers are ("Sport", "World news"), or it holds
    feeds of several sites, or its site's feeds lie in several folders. What an outline says itself comes first.
    """
    titles = _titles(feeds)
    return [
        replace(feed, publication=name)
        if feed.publication is None and (name := _name(feed)) is not None and name in titles
        else feed
        for feed in feeds
    ]


def _titles(feeds: "Iterable[Outline]") -> set[str]:
    sites: defaultdict[str, set[str]] = defaultdict(set)
    folders: defaultdict[str, set[str]] = defaultdict(set)
    for feed in feeds:
        if name := _name(feed):
            sites[name].add(_site(feed))
            if key := site_key(feed.site_url or feed.url):
                folders[key].add(name)
    scattered = {folder for spread in folders.values() if len(spread) > 1 for folder in spread}
    return {
        folder
        for folder, found in sites.items()
        if len(found) == 1 and not is_section(folder) and folder not in scattered
    }


def _name(feed: "Outline") -> str | None:
    """Return the name of the folder that a feed lies in, whatever that lies in."""
    return steps(feed.folder)[-1] if feed.folder and steps(feed.folder) else None


def _site(feed: "Outline") -> str:
    """Return the site of a feed; that of an inner host is its address with the port."""
    url = feed.site_url or feed.url
    return site_key(url) or host_of(url)
