"""Two states of an article to compare, and the articles that wait for the operator's look."""

from typing import Any

from sqlalchemy import Connection, select

from services.reader.queries.articles import allowed
from services.reader.values import Flagged
from shared.database import now
from shared.schema import Content, PublicationRef
from shared.tables import Article, Publication, Revision
from shared.tables import readable_articles as readable

Told = tuple[int, str | None, Content]  # the revision's number, who said it, and what


def told(connection: Connection, article_id: int, older: int | None, newer: int | None) -> tuple[Told, Told] | None:
    """Return two states of an article: as asked for, else its newest, and the one that the same source said before.

    None: there are no such two. What readers may see of them is not judged here.
    """
    at = Revision
    query = (
        select(at.number, at.source, at.said().label("content"))
        .where(at.article_id == article_id)
        .order_by(at.number.desc())
    )
    rows = connection.execute(query).all()
    last = next((row for row in rows if newer in (None, row.number)), None)
    before = [row for row in rows if last is not None and (row.number < last.number or older is not None)]
    same = [row for row in before if last is not None and row.source == last.source] or before
    first = next((row for row in (same if older is None else before) if older in (None, row.number)), None)
    return (_told(first), _told(last)) if first is not None and last is not None else None


def _told(row: Any) -> Told:
    return row.number, row.source, Content.model_validate(row.content)


def told_to_readers(
    connection: Connection, article_id: int, older: int | None, newer: int | None
) -> tuple[Told, Told] | None:
    """Return two states of a readable article as `told` does, with no more of each than its terms allow."""
    terms = connection.scalar(
        select(Publication.terms)
        .join(readable, readable.c.publication_id == Publication.id)
        .where(readable.c.id == article_id)
    )
    found = told(connection, article_id, older, newer) if terms else None
    if terms is None or found is None:
        return None
    moment = now(connection)
    (first, one, was), (last, other, says) = found
    before, after = allowed(was, terms, moment), allowed(says, terms, moment)
    return ((first, one, before), (last, other, after)) if before and after else None


def list_flagged(connection: Connection, limit: int) -> tuple[Flagged, ...]:
    """Return the articles that wait for the operator's look, the longest first: what nobody can read can wait."""
    at = Article
    rows = connection.execute(
        select(at.id, at.headline, at.url, at.story_id, at.flag, at.flagged_at, at.publication_id, Publication.name)
        .join(Publication, Publication.id == at.publication_id)
        .join(readable, readable.c.id == at.id)
        .where(at.flagged_at.is_not(None))
        .order_by(at.flagged_at, at.id)
        .limit(limit)
    ).mappings()
    return tuple(
        Flagged(
            **{name: row[name] for name in ("id", "headline", "url", "story_id", "flagged_at")},
            publication=PublicationRef(id=row["publication_id"], name=row["name"]),
            reason=row["flag"],
        )
        for row in rows
    )
