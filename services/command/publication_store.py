"""The operator's look at publications."""

from typing import Any

from sqlalchemy import Connection, func, select

from shared.tables import Article, Feed, Publication


def listed(connection: Connection) -> list[Any]:
    """Return all publications with the numbers of their feeds and articles, by name."""
    own = Publication.id
    feeds = select(func.count()).where(Feed.publication_id == own).scalar_subquery().label("feeds")
    articles = select(func.count()).where(Article.publication_id == own).scalar_subquery().label("articles")
    columns = (own, Publication.name, Publication.terms, Publication.retention_days, Publication.page_pace_s)
    query = select(*columns, Publication.attribution, Publication.site_url, Publication.key, feeds, articles)
    return list(connection.execute(query.order_by(Publication.name, own)).all())
