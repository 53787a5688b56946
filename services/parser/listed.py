"""A followed list of feeds, read whole or not at all. Pure."""

from services.parser.formats.outlines import read_outlines
from shared.errors import Malformed, NotAFeed, UsageError
from shared.hosts import in_one_form, web_address
from shared.messages import PARSER, Document, Listed, Result, knows_under

MOST_LISTED = 5000  # feeds of one list
_CHARS = 500  # of a title or a folder


def read_list(document: Document, data: bytes) -> Result:
    """Return the feeds that a list names; one that is broken, or names none, says so, so that it changes nothing.

    :raises NotAFeed: it is no OPML, or names no feed.
    :raises Malformed: it is broken, breaks off or names more than `MOST_LISTED`.
    """
    try:
        outlines = read_outlines(data)
    except (NotAFeed, Malformed) as error:
        raise type(error)(f"The list is no OPML: {error}") from None
    if outlines.complaints or not document.complete:
        why = outlines.complaints[0][1] if outlines.complaints else "the answer broke off"
        raise Malformed(f"The list is not whole, so it changes nothing: {why}.")
    feeds: dict[str, Listed] = {}
    for one in outlines.said:
        if (url := _address(one.attributes.get("xmlurl"))) and url != document.target.url:
            title = (one.name or "")[:_CHARS] or None
            feeds.setdefault(
                url,
                Listed(
                    url=url,
                    title=None if title == url else title,
                    site_url=_address(one.attributes.get("htmlurl")),
                    folder=(one.folder or "")[:_CHARS] or None,
                ),
            )
    if not feeds:
        raise NotAFeed("The list names no feed, so it changes nothing.")
    if len(feeds) > MOST_LISTED:
        raise Malformed(f"The list names {len(feeds)} feeds, more than {MOST_LISTED}, so it changes nothing.")
    return Result(
        facts=document.facts,
        final_url=document.final_url,
        window="",
        listed=tuple(feeds.values()),
        parser=PARSER,
        known_under=knows_under(document.target.rules),  # which are those of the feeds that it will bring
    )


def _address(text: str | None) -> str | None:
    """Return an address of the web in its one form, None where it is none: a list from afar names no folders here."""
    try:
        return in_one_form(web_address(text)) if text else None
    except UsageError:
        return None
