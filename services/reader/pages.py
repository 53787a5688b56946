"""The web pages' routes: for readers and for operators, rendered here, readable without JavaScript."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import Connection

from services.reader.asking import LONGEST, read_question
from services.reader.cursors import read_cursor, write_cursor
from services.reader.describe import DESCRIPTION, operations
from services.reader.missing import missing_article, missing_story
from services.reader.parameters import Cursor, Given, Id, IdCursor, OptionalId, Store, Word
from services.reader.queries import articles, feeds, related, stories
from services.reader.queries.articles import Filters
from services.reader.queries.search import CANDIDATES, search
from services.reader.render import show
from services.reader.values import FoundList, Health, Story, Version
from services.reader.wording import pictures
from shared.database import reading
from shared.errors import UsageError

STORIES_SHOWN = 30
MORE_SHOWN = 5  # headlines from the same title below an article
FOUND_SHOWN = 30
FEEDS_IN_GROUP = 25
FEEDS_SHOWN = 100
REVISIONS_SHOWN = 50
router = APIRouter(include_in_schema=False)


class _Choice(BaseModel):
    """A page's parameters; those that it does not know come from other people's links and change nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _nothing_chosen(cls, value: Any) -> Any:
        return None if value == "" else value


class FrontChoice(_Choice):
    """What the front page is narrowed down to."""

    publication: OptionalId = None
    section: Word = None
    before: Cursor = None

    def older(self, cursor: str | None) -> str | None:
        """Return the address of the next page under the same choice."""
        return _address("/", publication=self.publication, section=self.section, before=cursor) if cursor else None


class FeedChoice(_Choice):
    """Which feeds are listed."""

    health: Health | None = None
    after: IdCursor = None


@router.get("/")
def front(request: Request, store: Store, choice: Annotated[FrontChoice, Query()]) -> Response:
    """The front page: stories, newest first."""
    filters = Filters(publication=choice.publication, section=choice.section)
    start = read_cursor(choice.before)
    with reading(store) as connection:
        found, end = stories.list_stories(connection, filters, start, STORIES_SHOWN)
        choices = stories.front_choices(connection)
    cards = [(story, lead(story, choice)) for story in found]
    older = choice.older(write_cursor(end))
    return show(request, "front.html", cards=cards, choice=choice, choices=choices, older=older)


def lead(story: Story, choice: FrontChoice) -> Version:
    """Return the version that stands for the story: the original, or the first that fits the choice."""

    def fits(version: Version) -> bool:
        right_title = choice.publication in (None, version.publication.id)
        return right_title and choice.section in (None, version.section)

    return next(filter(fits, story.versions), story.versions[0])


class SearchChoice(_Choice):
    """What is looked for, and where."""

    q: Annotated[str | None, Field(max_length=LONGEST, pattern=r"^[^\x00]*$")] = None
    publication: OptionalId = None
    after: Annotated[int | None, Field(ge=0, le=CANDIDATES)] = None


@router.get("/search")
def read_search(request: Request, store: Store, choice: Annotated[SearchChoice, Query()]) -> Response:
    """What has certain words, the best first."""
    with reading(store) as connection:
        facts: dict[str, Any] = {"choice": choice, "choices": stories.front_choices(connection), "wrong": None}
        try:
            found = _found(connection, choice)
        except UsageError as error:
            facts["wrong"] = str(error)
            found = FoundList(found=(), next=None)
    more = _address("/search", q=choice.q, publication=choice.publication, after=found.next) if found.next else None
    again = _address("/search", q=choice.q, publication=choice.publication if choice.after else None)
    status = 422 if facts["wrong"] else 200
    return show(request, "search.html", status, found=found.found, more=more, again=again, **facts)


def _found(connection: Connection, choice: SearchChoice) -> FoundList:
    if choice.q is None:
        return FoundList(found=(), next=None)
    filters = Filters(publication=choice.publication)
    return search(connection, read_question(choice.q), filters, choice.after or 0, FOUND_SHOWN)


@router.get("/articles/{article_id}")
def read_article(request: Request, store: Store, article_id: Id) -> Response:
    """One article."""
    with reading(store) as connection:
        found = articles.get_article(connection, article_id)
        if found is None:
            raise missing_article(connection, article_id)
        story = stories.get_story(connection, found.article.story_id)
        more = stories.latest_versions(connection, found.article.publication.id, found.article.story_id, MORE_SHOWN)
        akin = related.related_stories(connection, found.article.story_id)
    others = [version for version in story.versions if version.id != article_id] if story else []
    images = pictures(found.article.images, found.article.body_html)
    facts: dict[str, Any] = {"others": others, "images": images, "more": more, "related": akin}
    return show(request, "article.html", article=found.article, reading=found, **facts)


@router.get("/articles/{article_id}/revisions")
def read_revisions(
    request: Request, store: Store, article_id: Id, before: Annotated[IdCursor, Query()] = None
) -> Response:
    """What an article said, state by state."""
    with reading(store) as connection:
        found = articles.get_article(connection, article_id)
        if found is None:
            raise missing_article(connection, article_id)
        revisions, end = articles.list_revisions(connection, article_id, before, REVISIONS_SHOWN)
    older = _address(f"/articles/{article_id}/revisions", before=end) if end else None
    return show(request, "revisions.html", article=found.article, revisions=revisions, older=older)


@router.get("/stories/{story_id}")
def read_story(request: Request, store: Store, story_id: Id) -> Response:
    """Every version of one story."""
    with reading(store) as connection:
        story = stories.get_story(connection, story_id)
        if story is None:
            raise missing_story(request, connection, story_id)
        akin = related.related_stories(connection, story_id)
    return show(request, "story.html", story=story, lead=story.versions[0], related=akin)


@router.get("/feeds")
def read_feeds(request: Request, store: Store, settings: Given, choice: Annotated[FeedChoice, Query()]) -> Response:
    """How the feeds are doing, worst first."""
    late_after_s, end = settings.lease_s, None
    with reading(store) as connection:
        counts = feeds.count_health(connection, late_after_s)
        if choice.health is None:
            groups = feeds.group_feeds(connection, late_after_s, FEEDS_IN_GROUP)
        else:
            found, end = feeds.list_feeds(
                connection, late_after_s, health=choice.health, above=choice.after, limit=FEEDS_SHOWN
            )
            groups = {choice.health: found}
    older = _address("/feeds", health=choice.health, after=end) if end else None
    return show(request, "feeds.html", counts=counts, groups=groups, choice=choice, older=older)


@router.get("/v1/docs")
def read_docs(request: Request) -> Response:
    """The API, described for people."""
    return show(request, "docs.html", description=DESCRIPTION, operations=operations(request.app.openapi()))


def _address(path: str, **parameters: object) -> str:
    given = {name: str(value) for name, value in parameters.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path
