"""Articles and their revisions, as far as they may be read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, literal, or_, select, tuple_

from services.reader.cursors import Position
from services.reader.values import Revision
from shared.database import now
from shared.schema import Article as ArticleValue
from shared.schema import Content, PublicationRef, Status
from shared.tables import Article, Moment, Publication
from shared.tables import Revision as RevisionRow
from shared.tables import readable_articles as readable

BODIES = {"body_html", "body_text"}
FIELDS = set(ArticleValue.model_fields) - {"publication"}
REVISIONS_SHOWN = 200  # on an article's page; the API gives the rest by the page
Columns = Any  # the columns of the view or of an alias of it


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed down to; None: everything."""

    publication: int | None = None
    feed: int | None = None
    story: int | None = None
    section: str | None = None
    language: str | None = None  # BCP 47; `en` also finds `en-GB` (RFC 4647, basic filtering)
    credit: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self, columns: Columns) -> list[ColumnElement[bool]]:
        """Return what a row of `columns` must satisfy, apart from its time."""
        tests: list[ColumnElement[bool]] = []
        for value, column in (
            (self.publication, columns.publication_id),
            (self.feed, columns.feed_id),
            (self.story, columns.story_id),
            (self.section, columns.section),
            (self.credit, columns.credit),
        ):
            if value is not None:
                tests.append(column == value)
        if self.language is not None:
            inner = columns.language.startswith(f"{self.language}-", autoescape=True)
            tests.append(or_(columns.language == self.language, inner))
        return tests

    def times(self, columns: Columns) -> list[ColumnElement[bool]]:
        """Return what a row's `ordered_at` must satisfy."""
        tests = [] if self.since is None else [columns.ordered_at >= self.since]
        return tests if self.until is None else [*tests, columns.ordered_at < self.until]


@dataclass(frozen=True)
class Reading:
    """An article with what its page shows beside it."""

    article: ArticleValue
    attribution: str | None
    revisions: tuple[Revision, ...]  # newest first, without their contents


def before(columns: Columns, position: Position | None) -> list[ColumnElement[bool]]:
    """Return what lets a list go on after `position`."""
    if position is None:
        return []
    place = tuple_(literal(position.at, Moment), literal(position.id))
    return [tuple_(columns.ordered_at, columns.id) < place]


def list_articles(
    connection: Connection, filters: Filters, start: Position | None, limit: int, *, full: bool
) -> tuple[tuple[ArticleValue, ...], Position | None]:
    """Return up to `limit` articles, newest first, and where the next page starts; without bodies unless `full`."""
    at = readable.c
    query = (
        _columns(FIELDS if full else FIELDS - BODIES)
        .where(*filters.conditions(at), *filters.times(at), *before(at, start))
        .order_by(at.ordered_at.desc(), at.id.desc())
        .limit(limit + 1)
    )
    rows = connection.execute(query).mappings().all()
    end = Position(rows[limit - 1]["ordered_at"], rows[limit - 1]["id"]) if len(rows) > limit else None
    return tuple(map(_article, rows[:limit])), end


def get_articles(connection: Connection, ids: set[int]) -> dict[int, ArticleValue]:
    """Return those of the articles that may be read, by id."""
    rows = connection.execute(_columns(FIELDS).where(readable.c.id.in_(ids))).mappings()
    return {row["id"]: _article(row) for row in rows}


def get_article(connection: Connection, article_id: int) -> Reading | None:
    """Return the article with its words of attribution and its history, or None if it may not be read."""
    row = connection.execute(_columns(FIELDS).where(readable.c.id == article_id)).mappings().one_or_none()
    if row is None:
        return None
    at = RevisionRow
    history = connection.execute(
        select(at.number, at.at, at.kinds, at.content_sha256, at.source)
        .where(at.article_id == article_id)
        .order_by(at.number.desc())
        .limit(REVISIONS_SHOWN)
    ).mappings()
    revisions = tuple(Revision(**{**one, "kinds": tuple(one["kinds"])}, content=None) for one in history)
    return Reading(_article(row), row["attribution"], revisions)


def is_withdrawn(connection: Connection, article_id: int) -> bool:
    """Return whether the article existed and was cancelled: all that may be said of it."""
    return connection.scalar(select(Article.status).where(Article.id == article_id)) == Status.CANCELLED


def is_readable(connection: Connection, article_id: int) -> bool:
    """Return whether the article may be read."""
    return connection.scalar(select(readable.c.id).where(readable.c.id == article_id)) is not None


def list_revisions(
    connection: Connection, article_id: int, below: int | None, limit: int
) -> tuple[tuple[Revision, ...], int | None]:
    """Return up to `limit` states of a readable article, newest first, and where the next page starts.

    No more of each is given than the publication's terms allow, and nothing of one that itself was withheld.
    """
    at, moment = RevisionRow, now(connection)
    query = (
        select(at.number, at.at, at.kinds, at.content_sha256, at.said().label("content"), at.source, Publication.terms)
        .join(readable, readable.c.id == at.article_id)
        .join(Publication, Publication.id == readable.c.publication_id)
        .where(at.article_id == article_id, *([] if below is None else [at.number < below]))
        .order_by(at.number.desc())
        .limit(limit + 1)
    )
    rows = connection.execute(query).mappings().all()
    states = tuple(
        Revision(
            number=row["number"],
            at=row["at"],
            kinds=tuple(row["kinds"]),
            content_sha256=row["content_sha256"],
            source=row["source"],
            content=allowed(Content.model_validate(row["content"]), row["terms"], moment),
        )
        for row in rows[:limit]
    )
    return states, states[-1].number if len(rows) > limit else None


def allowed(content: Content, terms: str, moment: datetime) -> Content | None:
    """Return what may be served of an earlier state under `terms`, by the view's rules; None if it was withheld."""
    embargoed = content.embargoed_until is not None and content.embargoed_until > moment
    expired = content.expires_at is not None and content.expires_at <= moment
    if content.status != Status.USABLE or embargoed or expired:
        return None
    if terms == "full":
        return content
    left_out: dict[str, None] = dict.fromkeys(BODIES if terms == "excerpt" else BODIES | {"summary"})
    return content.model_copy(update=left_out)


def _columns(fields: set[str]) -> Select[*tuple[Any, ...]]:
    at = readable.c
    query: Select[*tuple[Any, ...]] = select(
        *(at[name] for name in sorted(fields)), at.publication_id, at.publication_name, at.attribution, at.ordered_at
    )
    return query


def _article(row: RowMapping) -> ArticleValue:
    fields = {name: value for name, value in row.items() if name in FIELDS}
    publication = PublicationRef(id=row["publication_id"], name=row["publication_name"])
    return ArticleValue.model_validate({**fields, "publication": publication})
