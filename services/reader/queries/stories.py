"""Stories with the versions of them that may be read."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, exists, func, select, tuple_

from services.reader.cursors import Position
from services.reader.queries.articles import Filters, before
from services.reader.values import Story, Version
from services.reader.wording import opening
from shared.schema import CopyRole, Image, PublicationRef
from shared.tables import Copy, Publication, StoryMove
from shared.tables import Story as StoryRow
from shared.tables import readable_articles as readable

OPENING_READ = 1200  # characters of a text that are read to find its first words
SECTIONS_FROM = 500  # the newest articles name the sections that the front page offers
SECTIONS_SHOWN = 40
TITLES_SHOWN = 500

Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Choices:
    """What the front page can be narrowed down to."""

    publications: tuple[PublicationRef, ...]
    sections: tuple[str, ...]


def list_stories(
    connection: Connection, filters: Filters, start: Position | None, limit: int
) -> tuple[tuple[Story, ...], Position | None]:
    """Return up to `limit` stories that have a readable article within `filters`, and where the next page starts.

    The newest come first: by their own time, or, where there are filters, by that of the newest article within them.
    """
    query = _by_article(filters, start) if filters.conditions(readable.c) else _by_story(filters, start)
    rows = connection.execute(query.limit(limit + 1)).all()
    end = Position(rows[limit - 1].ordered_at, rows[limit - 1].id) if len(rows) > limit else None
    found = {row.story_id: row.story_time for row in rows[:limit]}
    members = _versions(connection, set(found))
    # a story can lose its last article between the two statements
    stories = tuple(_story(one, found[one], members[one]) for one in found if members[one])
    return stories, end


def get_story(connection: Connection, story_id: int) -> Story | None:
    """Return the story, or None if none of its articles may be read."""
    moment = connection.scalar(select(StoryRow.ordered_at).where(StoryRow.id == story_id))
    versions = _versions(connection, {story_id})[story_id]
    return _story(story_id, moment, versions) if moment is not None and versions else None


def get_stories(connection: Connection, ids: set[int]) -> dict[int, Story]:
    """Return those of the stories of which anything may be read, by id."""
    times = connection.execute(select(StoryRow.id, StoryRow.ordered_at).where(StoryRow.id.in_(ids)))
    versions = _versions(connection, ids)
    return {row.id: _story(row.id, row.ordered_at, versions[row.id]) for row in times if versions[row.id]}


def moved_to(connection: Connection, story_id: int) -> int | None:
    """Return the story that a story which is no more was folded into, or None if it never was."""
    return connection.scalar(select(StoryMove.moved_to).where(StoryMove.story_id == story_id))


def latest_versions(connection: Connection, publication_id: int, not_story: int, limit: int) -> tuple[Version, ...]:
    """Return a publication's newest readable articles apart from those of one story."""
    at = readable.c
    query = (
        _version_columns()
        .where(at.publication_id == publication_id, at.story_id != not_story)
        .order_by(at.ordered_at.desc(), at.id.desc())
        .limit(limit)
    )
    return tuple(_version(row) for row in connection.execute(query).mappings())


def front_choices(connection: Connection) -> Choices:
    """Return the titles, by name, and the sections of the newest articles, the fullest first."""
    titles = connection.execute(
        select(Publication.id, Publication.name).order_by(Publication.name, Publication.id).limit(TITLES_SHOWN)
    )
    at = readable.c
    newest = select(at.section).order_by(at.ordered_at.desc(), at.id.desc()).limit(SECTIONS_FROM).subquery()
    sections = connection.scalars(
        select(newest.c.section)
        .where(newest.c.section.is_not(None), newest.c.section != "")
        .group_by(newest.c.section)
        .order_by(func.count().desc(), newest.c.section)
        .limit(SECTIONS_SHOWN)
    )
    return Choices(
        tuple(PublicationRef(id=row.id, name=row.name) for row in titles),
        tuple(str(section) for section in sections),
    )


def _by_story(filters: Filters, start: Position | None) -> Rows:
    query: Rows = select(
        StoryRow.id, StoryRow.ordered_at, StoryRow.id.label("story_id"), StoryRow.ordered_at.label("story_time")
    )
    return query.where(
        exists().where(readable.c.story_id == StoryRow.id), *filters.times(StoryRow), *before(StoryRow, start)
    ).order_by(StoryRow.ordered_at.desc(), StoryRow.id.desc())


def _by_article(filters: Filters, start: Position | None) -> Rows:
    """One row a story: its newest article within the filters stands for it."""
    at, other = readable.c, readable.alias("other").c
    newer = exists().where(
        other.story_id == at.story_id,
        *filters.conditions(other),
        *filters.times(other),
        tuple_(other.ordered_at, other.id) > tuple_(at.ordered_at, at.id),
    )
    query: Rows = select(at.id, at.ordered_at, at.story_id, StoryRow.ordered_at.label("story_time"))
    return (
        query.join(StoryRow, StoryRow.id == at.story_id)
        .where(*filters.conditions(at), *filters.times(at), *before(at, start), ~newer)
        .order_by(at.ordered_at.desc(), at.id.desc())
    )


def _version_columns() -> Rows:
    at = readable.c
    query: Rows = select(
        *(at[name] for name in Version.model_fields if name in at),
        *(at.publication_id, at.publication_name, at.story_id, at.summary, at.images),
        func.substr(at.body_text, 1, OPENING_READ).label("text"),
        *(Copy.cut, Copy.added, Copy.reheadlined),
    )
    return query.outerjoin(Copy, Copy.article_id == at.id)


def _versions(connection: Connection, stories: set[int]) -> "defaultdict[int, list[Version]]":
    at = readable.c
    query = _version_columns().where(at.story_id.in_(stories)).order_by(at.ordered_at, at.id)
    found: defaultdict[int, list[Version]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        found[row["story_id"]].append(_version(row))
    return found


def _version(row: RowMapping) -> Version:
    own = {name: row[name] for name in Version.model_fields if name in row}
    return Version(
        **own,
        publication=PublicationRef(id=row["publication_id"], name=row["publication_name"]),
        opening=opening(row["summary"], row["text"]),
        image=Image.model_validate(row["images"][0]) if row["images"] else None,
    )


def _story(story_id: int, moment: object, versions: list[Version]) -> Story:
    original = next((one for one in versions if one.copy_role == CopyRole.ORIGINAL), None)
    return Story.model_validate(
        {
            "id": story_id,
            "ordered_at": moment,
            "publications": len({one.publication.id for one in versions}),
            "original": original,
            "copies": tuple(one for one in versions if one is not original),
        }
    )
