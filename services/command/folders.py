"""Which folders of a list of feeds name a title, as an operator's word for whose feeds they hold. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from services.indexer.titles import is_section, site_key
from shared.hosts import host_of

if TYPE_CHECKING:
    from services.command.opml import Outline


def named(feeds: "Sequence[Outline]") -> "list[Outline]":
    """Return `feeds` with the publication that each one's folder names, where it names one.

    A folder is a title's unless it is a drawer: it is called what drawers are ("Sport", "World news"), or it holds
    feeds of several sites, or its site's feeds lie in several folders. What an outline says itself comes first.
    """
    titles = _titles(feeds)
    return [
        replace(feed, publication=feed.folder) if feed.publication is None and feed.folder in titles else feed
        for feed in feeds
    ]


def _titles(feeds: "Iterable[Outline]") -> set[str]:
    sites: defaultdict[str, set[str]] = defaultdict(set)
    folders: defaultdict[str, set[str]] = defaultdict(set)
    for feed in feeds:
        if feed.folder:
            sites[feed.folder].add(_site(feed))
            if key := site_key(feed.site_url or feed.url):
                folders[key].add(feed.folder)
    scattered = {folder for spread in folders.values() if len(spread) > 1 for folder in spread}
    return {
        folder
        for folder, found in sites.items()
        if len(found) == 1 and not is_section(folder) and folder not in scattered
    }


def _site(feed: "Outline") -> str:
    """Return the site of a feed; that of an inner host is its address with the port."""
    url = feed.site_url or feed.url
    return site_key(url) or host_of(url)
