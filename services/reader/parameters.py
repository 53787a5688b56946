"""What may be asked for: the parameters of the API's and the pages' addresses, and what routes are given."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Path, Request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import Engine

from services.reader.asking import LONGEST
from services.reader.cursors import LARGEST_ID
from services.reader.queries.articles import Filters
from services.reader.queries.search import CANDIDATES
from services.reader.values import Health
from shared.errors import UsageError
from shared.settings import Settings


async def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("no calendar holds it") from None


Store = Annotated[Engine, Depends(_engine)]
Given = Annotated[Settings, Depends(_settings)]
Id = Annotated[int, Path(ge=1, le=LARGEST_ID, description="Its id.")]
OptionalId = Annotated[int | None, Field(ge=1, le=LARGEST_ID)]
Word = Annotated[str | None, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Time = Annotated[AwareDatetime, AfterValidator(_in_utc)] | None
Limit = Annotated[int, Field(ge=1, le=200, description="Items on a page.")]
Cursor = Annotated[str | None, Field(max_length=200, description="`next` of the page before.")]
IdCursor = Annotated[int | None, Field(ge=0, le=LARGEST_ID, description="`next` of the page before.")]


class Parameters(BaseModel):
    """Query parameters; one that is misspelt is an error, not a list of everything."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Narrowing(Parameters):
    """What articles, stories and what is found are narrowed down by."""

    publication: OptionalId = Field(None, description="A title's id.")
    feed: OptionalId = Field(None, description="Id of the feed that brought it first.")
    section: Word = Field(None, description="As the article has it.")
    language: Word = Field(None, description="BCP 47; `en` also finds `en-GB`.")
    credit: Word = Field(None, description="The agency, such as AP.")
    since: Time = Field(None, description="Published, or else first seen, then or later.")
    until: Time = Field(None, description="Published, or else first seen, before then.")

    def filters(self) -> Filters:
        """Return them as the queries take them."""
        return Filters(**self.model_dump(include=set(Filters.__dataclass_fields__)))


class ListParameters(Narrowing):
    """A page of articles or stories."""

    cursor: Cursor = None
    limit: Limit = 50


class ArticleParameters(ListParameters):
    """What articles are narrowed down by."""

    story: OptionalId = Field(None, description="A story's id.")
    full: bool = Field(False, description="1: with `body_html` and `body_text`.")


class SearchParameters(Narrowing):
    """What is looked for."""

    q: Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r"^[^\x00]*$")] = Field(
        description='Words, "phrases" and -words that must not be there.'
    )
    story: OptionalId = Field(None, description="A story's id.")
    cursor: Annotated[int, Field(ge=0, le=CANDIDATES, description="`next` of the page before.")] = 0
    limit: Limit = 50


class PageParameters(Parameters):
    """A page of a list that goes by number."""

    cursor: IdCursor = None
    limit: Limit = 50


class PollParameters(Parameters):
    """A page of a feed's polls."""

    cursor: Cursor = None
    limit: Limit = 50


class RevisionParameters(PageParameters):
    """A page of an article's states."""

    full: bool = Field(False, description="1: with `body_html` and `body_text`.")


class FeedParameters(PageParameters):
    """What feeds are narrowed down by."""

    health: Health | None = Field(None, description="How the feed is doing.")
    publication: OptionalId = Field(None, description="A title's id.")


class ChangeParameters(Parameters):
    """A place in the log."""

    after: Annotated[str, Field(max_length=60, description="`next` of the answer before; 0: from the start.")] = "0"
    limit: Annotated[int, Field(ge=1, le=1000, description="Lines of the log.")] = 200
    articles: bool = Field(False, description="1: with each article as it stands now.")


def said_once(request: Request) -> None:
    """Return if no parameter is given twice; of two, the last alone would count.

    :raises UsageError: one is.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise UsageError(f"The parameter `{twice}` is given more than once: ask for one after the other.")
