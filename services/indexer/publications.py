"""Which publication a feed belongs to: by the operator's word, else its site, else its title."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.indexer.settle import Row
from shared.hosts import site_of
from shared.messages import FeedFacts
from shared.tables import Feed, Publication


def publication_of(connection: Connection, row: Row, feed: FeedFacts | None, now: datetime) -> int:
    """Return the id of the feed's publication, which is made where it is new, and remember it with the feed."""
    facts = feed or FeedFacts()
    known = {"title": facts.title, "site_url": facts.site_url, "language": facts.language}
    said: Mapping[str, Any] = {name: value for name, value in known.items() if value}
    publication_id = row.publication_id or ensure(
        connection, *_identity(row, facts), facts.site_url or row.site_url, now
    )
    if (
        row.publication_id is None
        or (facts.title or row.title) != row.title
        or facts.site_url not in (None, row.site_url)
    ):
        connection.execute(update(Feed).where(Feed.id == row.id).values(publication_id=publication_id, **said))
    return publication_id


def _identity(row: Row, facts: FeedFacts) -> tuple[str, str]:
    """Return the key and the name of a feed's publication: its site's, else that of its title, else its own."""
    title = facts.title or row.title
    site = site_of(facts.site_url or row.site_url or row.url)
    if site:
        return f"site:{site}", title or site
    return (f"name:{title.casefold()}", title) if title else (f"feed:{row.url}", row.url)


def ensure(connection: Connection, key: str, name: str, site_url: str | None, now: datetime) -> int:
    """Return the id of the publication known by `key`, which is made where it is new."""
    found = connection.scalar(select(Publication.id).where(Publication.key == key))
    if found is not None:
        return int(found)
    make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    fresh = {"key": key, "name": name[:300], "site_url": site_url, "terms": "full", "created_at": now}
    connection.execute(make(Publication).values(fresh).on_conflict_do_nothing(index_elements=[Publication.key]))
    return int(connection.scalar(select(Publication.id).where(Publication.key == key)) or 0)
