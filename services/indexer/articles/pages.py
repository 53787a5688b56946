"""Articles' pages in the store: held while their articles are written, and due where a feed gave only a summary."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from shared.among import among
from shared.hosts import lane_of
from shared.tables import Article, Page


def hold_pages(connection: Connection, ids: Sequence[int]) -> None:
    """Lock the pages of articles, in the order of their ids."""
    if ids:
        connection.execute(
            select(Page.article_id).where(among(Page.article_id, ids)).order_by(Page.article_id).with_for_update()
        )


def want_pages(connection: Connection, pages: Mapping[int, str], now: datetime) -> None:
    """Make article pages due now, also those that were fetched before; `pages` gives the address by article id."""
    rows = [
        {"article_id": id_, "url": url, "host": lane_of(url), "state": "active", "due_at": now, "ready_at": now}
        for id_, url in sorted(pages.items())
    ]
    if not rows:
        return
    statement = _upsert(connection)(Page)
    changed = {name: getattr(statement.excluded, name) for name in ("url", "host", "state", "due_at", "ready_at")}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[Page.article_id],
            set_={
                **changed,
                "lease_token": None,
                "failures": 0,
                "etag": None,
                "last_modified": None,
                "body_digest": None,
            },
        ),
        rows,
    )
    _describe(connection, pages)
    connection.execute(update(Article).where(among(Article.id, list(pages))).values(page_state="due"))


def _describe(connection: Connection, ids: Iterable[int]) -> None:
    """Give the pages of articles what their turns go by: their articles' times and titles."""
    said = {
        name: select(getattr(Article, name)).where(Article.id == Page.article_id).scalar_subquery()
        for name in ("ordered_at", "publication_id")
    }
    connection.execute(update(Page).where(among(Page.article_id, ids)).values(said))


def _upsert(connection: Connection) -> Any:
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
