"""The API's routes: the store as JSON, for programs."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from services.reader.asking import read_question
from services.reader.cursors import read_cursor, write_cursor
from services.reader.missing import missing_article, missing_story
from services.reader.parameters import (
    ArticleParameters,
    ChangeParameters,
    FeedParameters,
    Given,
    Id,
    ListParameters,
    PageParameters,
    PollParameters,
    RevisionParameters,
    SearchParameters,
    Store,
    said_once,
)
from services.reader.problems import Problem
from services.reader.queries import articles, changes, feeds, polls, related, stories
from services.reader.queries.search import search
from services.reader.render import answer
from services.reader.values import (
    ArticleList,
    ChangeList,
    FeedList,
    FoundList,
    PollList,
    PublicationList,
    RelatedList,
    RevisionList,
    Story,
    StoryList,
)
from shared.database import reading
from shared.lines import read_line
from shared.schema import Article

REFUSALS: dict[int | str, dict[str, Any]] = {
    422: {"model": Problem, "description": "A parameter is wrong; `detail` says which and why."},
    503: {"model": Problem, "description": "The store cannot be read at the moment."},
}
MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is none, or it may not be read."}
}
MOVED: dict[int | str, dict[str, Any]] = {
    301: {"model": Problem, "description": "It was folded into another story; `Location` names it."}
}
WITHDRAWN: dict[int | str, dict[str, Any]] = {
    410: {"model": Problem, "description": "Its publisher withdrew it; remove it from what you keep."}
}
PUT_BACK: dict[int | str, dict[str, Any]] = {
    410: {"model": Problem, "description": "The store was put back to a state before that place; begin anew at 0."}
}
router = APIRouter(prefix="/v1", tags=["v1"], responses=REFUSALS, dependencies=[Depends(said_once)])


@router.get("/articles", response_model=ArticleList, summary="Articles, newest first")
def list_articles(request: Request, store: Store, asked: Annotated[ArticleParameters, Query()]) -> Response:
    """Readable articles by their time of publication; without `body_html` and `body_text` unless `full=1`."""
    start = read_cursor(asked.cursor)
    with reading(store) as connection:
        found, end = articles.list_articles(connection, asked.filters(), start, asked.limit, full=asked.full)
    exclude = None if asked.full else {"articles": {"__all__": articles.BODIES}}
    return answer(request, ArticleList(articles=found, next=write_cursor(end)), exclude=exclude)


@router.get("/articles/{article_id}", response_model=Article, responses=MISSING | WITHDRAWN, summary="One article")
def get_article(request: Request, store: Store, article_id: Id) -> Response:
    """The article's newest state. The `Link` header names its revisions, its story and its page."""
    with reading(store) as connection:
        found = articles.get_article(connection, article_id)
        if found is None:
            raise missing_article(connection, article_id)
    links = (
        f'</v1/articles/{article_id}/revisions>; rel="version-history"',  # RFC 5829
        f'</v1/stories/{found.article.story_id}>; rel="collection"',
        f'</articles/{article_id}>; rel="alternate"; type="text/html"',
    )
    return answer(request, found.article, {"Link": ", ".join(links)})


@router.get(
    "/articles/{article_id}/revisions",
    response_model=RevisionList,
    responses=MISSING | WITHDRAWN,
    summary="An article's states",
)
def list_revisions(
    request: Request, store: Store, article_id: Id, asked: Annotated[RevisionParameters, Query()]
) -> Response:
    """Every state of a readable article, newest first, as far as its publication's terms allow."""
    with reading(store) as connection:
        if not articles.is_readable(connection, article_id):
            raise missing_article(connection, article_id)
        found, end = articles.list_revisions(connection, article_id, asked.cursor, asked.limit)
    exclude = None if asked.full else {"revisions": {"__all__": {"content": articles.BODIES}}}
    return answer(request, RevisionList(article_id=article_id, revisions=found, next=end), exclude=exclude)


@router.get("/search", response_model=FoundList, summary="Articles that have certain words, the best first")
def search_articles(request: Request, store: Store, asked: Annotated[SearchParameters, Query()]) -> Response:
    """Readable articles that have all the words and phrases and none of the -words, without their bodies.

    Those that have them in the headline come first, then by relevance, the newer first among equals. Of more than 1,000
    that fit, those that were stored last are ranked: `since`, `until` and the other filters reach further back.
    """
    with reading(store) as connection:
        found = search(connection, read_question(asked.q), asked.filters(), asked.cursor, asked.limit)
    return answer(request, found, exclude={"found": {"__all__": {"article": articles.BODIES}}})


@router.get("/stories", response_model=StoryList, summary="Stories, newest first")
def list_stories(request: Request, store: Store, asked: Annotated[ListParameters, Query()]) -> Response:
    """Stories of which anything may be read, each with its original and its copies.

    With a filter, a story is found if one of its articles fits, and stands where the newest of these stands.
    """
    start = read_cursor(asked.cursor)
    with reading(store) as connection:
        found, end = stories.list_stories(connection, asked.filters(), start, asked.limit)
    return answer(request, StoryList(stories=found, next=write_cursor(end)))


@router.get("/stories/{story_id}", response_model=Story, responses=MISSING | MOVED, summary="One story")
def get_story(request: Request, store: Store, story_id: Id) -> Response:
    """The story's original and its copies."""
    with reading(store) as connection:
        found = stories.get_story(connection, story_id)
        if found is None:
            raise missing_story(request, connection, story_id)
    return answer(request, found)


@router.get(
    "/stories/{story_id}/related",
    response_model=RelatedList,
    responses=MISSING | MOVED,
    summary="Other stories about the same event",
)
def list_related(request: Request, store: Store, story_id: Id) -> Response:
    """Stories of the same days that share rare names and terms with a story, the most related first."""
    with reading(store) as connection:
        if stories.get_story(connection, story_id) is None:
            raise missing_story(request, connection, story_id)
        found = related.related_stories(connection, story_id)
    return answer(request, RelatedList(story_id=story_id, related=found))


@router.get("/feeds", response_model=FeedList, summary="Feeds and how they are doing")
def list_feeds(request: Request, store: Store, settings: Given, asked: Annotated[FeedParameters, Query()]) -> Response:
    """Feeds by id, each with its health, its last poll and its last error."""
    with reading(store) as connection:
        found, end = feeds.list_feeds(
            connection,
            settings.lease_s,
            health=asked.health,
            publication=asked.publication,
            above=asked.cursor,
            limit=asked.limit,
        )
    return answer(request, FeedList(feeds=found, next=end))


@router.get("/feeds/{feed_id}/polls", response_model=PollList, responses=MISSING, summary="What a feed's polls brought")
def list_polls(request: Request, store: Store, feed_id: Id, asked: Annotated[PollParameters, Query()]) -> Response:
    """The feed's polls, the last first, as long as they are kept."""
    start = read_cursor(asked.cursor)
    with reading(store) as connection:
        if not polls.is_feed(connection, feed_id):
            raise HTTPException(404, "There is no such feed.")
        found, end = polls.list_polls(connection, feed_id, start, asked.limit)
    return answer(request, PollList(feed_id=feed_id, polls=found, next=write_cursor(end)))


@router.get("/publications", response_model=PublicationList, summary="Titles")
def list_publications(request: Request, store: Store, asked: Annotated[PageParameters, Query()]) -> Response:
    """Titles by id, with what may be served of each."""
    with reading(store) as connection:
        found, end = feeds.list_publications(connection, asked.cursor, asked.limit)
    return answer(request, PublicationList(publications=found, next=end))


@router.get("/changes", response_model=ChangeList, responses=PUT_BACK, summary="The change log")
def list_changes(request: Request, store: Store, asked: Annotated[ChangeParameters, Query()]) -> Response:
    """The log in its own order. Give `next` back as `after`: no line is ever skipped."""
    with reading(store) as connection:
        found = changes.list_changes(connection, read_line(asked.after), asked.limit, articles=asked.articles)
    return answer(request, found, exclude=None if asked.articles else {"changes": {"__all__": {"article"}}})
