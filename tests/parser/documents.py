"""Documents for the parser's tests: a message around bytes, and a small feed."""

from datetime import UTC, datetime

from services.parser.look import read_feed
from shared.messages import Document, Entry, Facts, Kind, Outcome, Target, Validators
from shared.rules import Rules

URL = "https://harbour.example/feed.xml"
LEASE_ENDS = datetime(2100, 1, 1, tzinfo=UTC)


def entries_of(data: bytes, url: str, media_type: str | None, *, rules: Rules | None = None) -> list[Entry]:
    """Return every entry of a feed, repeats among them, in the order of the document."""
    return list(read_feed(data, url, media_type, rules=rules).entries)


def document(
    *,
    kind: Kind = Kind.FEED,
    url: str = URL,
    known: str = "",
    trusts_ids: bool = True,
    complete: bool = True,
    media_type: str | None = None,
    language: str | None = None,
    lease_ends: datetime = LEASE_ENDS,
) -> Document:
    """Return the message of a fetch that brought an ETag and a body digest."""
    validators = Validators(etag='"v1"', last_modified="Mon, 06 Jan 2025 08:00:00 GMT", body_digest="digest")
    return Document(
        lease_ends=lease_ends,
        facts=Facts(kind=kind, id=7, token="token", outcome=Outcome.OK, status=200, validators=validators),
        target=Target(
            kind=kind, id=7, token="token", url=url, host="harbour.example", known=known, trusts_ids=trusts_ids
        ),
        final_url=url,
        media_type=media_type,
        language=language,
        body_key="doc:feed:7:token",
        complete=complete,
    )


def item(number: int, **parts: str) -> str:
    """Return one RSS item; `parts` replace or, when empty, leave out its elements."""
    elements = {
        "title": f"Ferry number {number} sails again",
        "link": f"https://harbour.example/news/{number}",
        "guid": f"harbour-{number}",
        "pubDate": f"Mon, 06 Jan 2025 08:{number % 60:02}:00 GMT",
        "description": f"The ferry with the number {number} left the pier on time.",
        **parts,
    }
    return "<item>" + "".join(f"<{name}>{text}</{name}>" for name, text in elements.items() if text) + "</item>"


def rss(*items: str, head: str = "") -> bytes:
    """Return an RSS document of these items."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>The Harbour Post</title>'
        f"<link>https://harbour.example/</link>{head}{''.join(items)}</channel></rss>"
    ).encode()
