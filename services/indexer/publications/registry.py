"""Which publication a feed belongs to: by the operator's word, else its site, else its title."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, exists, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite

from services.indexer.changes import News, append, take_head
from services.indexer.publications.names import name_of, site_key
from services.indexer.settle import Row
from shared.among import among
from shared.database import now, reading, writing
from shared.errors import UsageError
from shared.messages import FeedFacts
from shared.tables import Article, Feed, Publication, PublicationKey

NAME_CHARS = 300
TOLD_AT_ONCE = 1000  # lines of the log in one commit
_REMEMBERED = {"title", "site_url", "language", "icon"}  # with the feed

_FIND = union_all(
    select(Publication.id).where(Publication.key == bindparam("wanted")),
    select(PublicationKey.publication_id).where(PublicationKey.key == bindparam("wanted")),
).limit(1)


def publication_of(connection: Connection, row: Row, feed: FeedFacts | None, now: datetime) -> int:
    """Return the id of the feed's publication, which is made where it is new, and remember it with the feed."""
    facts = feed or FeedFacts()
    site_url = facts.site_url or row.site_url
    publication_id = row.publication_id or ensure(connection, *_identity(row, facts), site_url, now)
    if (
        row.publication_id is None
        or (facts.title or row.title) != row.title
        or facts.site_url not in (None, row.site_url)
        or facts.icon not in (None, row.icon)
    ):
        said = {name: value for name, value in facts.model_dump(include=_REMEMBERED).items() if value}
        connection.execute(update(Feed).where(Feed.id == row.id).values(publication_id=publication_id, **said))
        key = site_key(site_url or row.url)
        if row.publication_id is not None or key != _identity(row, facts)[0]:
            _claim(connection, publication_id, key, site_url)
    return publication_id


def key_of(row: Row, feed: FeedFacts | None) -> str:
    """Return what the feed's publication is known by where nobody has said which it is."""
    return _identity(row, feed or FeedFacts())[0]


def _identity(row: Row, facts: FeedFacts) -> tuple[str, str]:
    """Return the key and the name of a feed's publication: its site's, else that of its title, else its own."""
    title = facts.title or row.title
    name = name_of(title) if title else None
    site = site_key(facts.site_url or row.site_url or row.url)
    if site:
        return site, name or title or site.removeprefix("site:")
    return (name_key(name), name) if name else (f"feed:{row.url}", title or row.url)


def name_key(name: str) -> str:
    """Return what a publication is known by that somebody named."""
    return f"name:{name.casefold()}"


def find(connection: Connection, key: str) -> int | None:
    """Return the id of the publication known by `key`, by its own or by one that it took over."""
    return connection.scalar(_FIND, {"wanted": key})


def ensure(connection: Connection, key: str, name: str, site_url: str | None, now: datetime) -> int:
    """Return the id of the publication known by `key`, which is made where it is new."""
    found = find(connection, key)
    if found is not None:
        return found
    fresh = {"key": key, "name": name[:NAME_CHARS], "site_url": site_url, "terms": "full", "created_at": now}
    made = _insert(connection)(Publication).values(fresh).on_conflict_do_nothing(index_elements=["key"])
    return connection.scalar(made.returning(Publication.id)) or find(connection, key) or 0


def _claim(connection: Connection, publication_id: int, key: str | None, site_url: str | None) -> None:
    """Let a publication that the operator named be found by its first feed's site too, unless another has that."""
    if key is None or find(connection, key) is not None:
        return
    mine = PublicationKey.publication_id == publication_id
    if not connection.scalar(select(exists().where(mine, PublicationKey.key.startswith("site:")))):
        add_key(connection, publication_id, key)
        unsaid = (Publication.id == publication_id, Publication.site_url.is_(None))
        connection.execute(update(Publication).where(*unsaid).values(site_url=site_url))


def add_key(connection: Connection, publication_id: int, key: str) -> None:
    """Let a publication be found by another key, unless one is found by that already."""
    values = {"key": key, "publication_id": publication_id}
    connection.execute(_insert(connection)(PublicationKey).values(values).on_conflict_do_nothing())


def rename(connection: Connection, publication_id: int, name: str) -> None:
    """Give a publication another name; feeds of either name find it.

    :raises UsageError: there is no such publication, or another bears the name.
    """
    other = find(connection, name_key(name))
    if other not in (None, publication_id):
        raise UsageError(
            f"Publication {other} is called {name!r} already: `wireroom publications merge` makes them one."
        )
    change(connection, publication_id, name=name[:NAME_CHARS])
    if other is None:
        add_key(connection, publication_id, name_key(name))


def change(connection: Connection, publication_id: int, **values: Any) -> None:
    """Set a publication's name, terms, retention or attribution.

    :raises UsageError: there is no such publication.
    """
    if connection.execute(update(Publication).where(Publication.id == publication_id).values(**values)).rowcount == 0:
        raise UsageError(f"There is no publication {publication_id}: `wireroom publications list` shows their numbers.")


def tell(engine: Engine, publication_id: int) -> int:
    """Log that a title's articles are served otherwise, for those who keep copies; return how many articles that is.

    It may be interrupted; called again, it tells all of them again.
    """
    with reading(engine) as connection:
        mine = select(Article.id).where(Article.publication_id == publication_id).order_by(Article.id)
        ids = list(connection.scalars(mine))
    for start in range(0, len(ids), TOLD_AT_ONCE):
        with writing(engine) as connection:
            last = take_head(connection)
            there = connection.scalars(select(Article.id).where(among(Article.id, ids[start : start + TOLD_AT_ONCE])))
            news = [News("revised", id_, {"kinds": ["publication"]}) for id_ in sorted(there)]
            append(connection, last, news, now(connection))
    return len(ids)


def _insert(connection: Connection) -> Any:
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
