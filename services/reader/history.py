"""The API's routes to what changed in an article, and to the articles that wait for the operator's look."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from pydantic import Field

from services.reader.api import MISSING, REFUSALS, WITHDRAWN
from services.reader.cursors import LARGEST_ID
from services.reader.differences import Differences, differences
from services.reader.missing import missing_article
from services.reader.parameters import Id, Limit, Parameters, Store, said_once
from services.reader.queries import articles, revisions
from services.reader.render import answer
from services.reader.values import FlaggedList
from shared.database import reading

router = APIRouter(prefix="/v1", tags=["v1"], responses=REFUSALS, dependencies=[Depends(said_once)])
Number = Annotated[int | None, Field(ge=1, le=LARGEST_ID)]


class DiffParameters(Parameters):
    """Which two states to compare."""

    older: Number = Field(None, alias="from", description="Number of the older state; without it, the one before.")
    newer: Number = Field(None, alias="to", description="Number of the newer state; without it, the newest.")


class FlaggedParameters(Parameters):
    """How many are shown."""

    limit: Limit = 50


@router.get(
    "/articles/{article_id}/diff", response_model=Differences, responses=MISSING | WITHDRAWN, summary="What changed"
)
def get_diff(request: Request, store: Store, article_id: Id, asked: Annotated[DiffParameters, Query()]) -> Response:
    """What differs between two states of a readable article, word by word.

    Without numbers: its newest state, and what the same source said before.
    """
    with reading(store) as connection:
        if not articles.is_readable(connection, article_id):
            raise missing_article(connection, article_id)
        found = revisions.told_to_readers(connection, article_id, asked.older, asked.newer)
    if found is None:
        raise HTTPException(404, "This article has no two such states, or they may not be read.")
    (first, _, was), (last, source, says) = found
    said = differences(was, says)
    return answer(request, Differences(article_id=article_id, older=first, newer=last, source=source, differences=said))


@router.get("/flagged", response_model=FlaggedList, summary="Articles for the operator to look at")
def list_flagged(request: Request, store: Store, asked: Annotated[FlaggedParameters, Query()]) -> Response:
    """Copies of what an agency killed, the longest flagged first."""
    with reading(store) as connection:
        return answer(request, FlaggedList(articles=revisions.list_flagged(connection, asked.limit)))
