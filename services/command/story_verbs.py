"""`wireroom stories`: lists them; `split`, `merge` and `unpin` say which articles are together; `refold` asks."""

from collections.abc import Callable, Sequence
from math import ceil
from typing import Annotated

import typer
from sqlalchemy import Connection

from services.command import console
from services.command.options import NUMBER, Json
from services.command.read import Limit
from services.command.read import stories as list_stories
from services.command.stores import open_store
from shared.database import now, writing

StoryId = Annotated[int, typer.Argument(parser=NUMBER, metavar="STORY")]
ArticleIds = Annotated[list[int], typer.Argument(parser=NUMBER, metavar="ARTICLE...")]
Reason = Annotated[str | None, typer.Option(help="Why; kept beside the word.")]


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`."""
    stories = typer.Typer(help="List stories with the titles that carry them, newest first.")
    stories.callback(invoke_without_command=True)(listing)
    for act in (split, merge, unpin, refold):
        stories.command()(act)
    app.add_typer(stories, name=verb)


def listing(context: typer.Context, as_json: Json = False, limit: Limit = 30) -> None:
    """List stories with the titles that carry them, newest first."""
    if context.invoked_subcommand is None:
        list_stories(as_json, limit)


def split(story: StoryId, articles: ArticleIds, reason: Reason = None, as_json: Json = False) -> None:
    """Take articles out of a story into one of their own, for good. Their texts are compared no more."""
    from services.indexer.stories import pins

    _tell(
        _decide(lambda connection: pins.split(connection, story, articles, reason, now(connection)), articles), as_json
    )


def merge(
    into: Annotated[int, typer.Argument(parser=NUMBER, metavar="INTO", help="The story that stays.")],
    stories: Annotated[list[int], typer.Argument(parser=NUMBER, metavar="STORY...", help="What it takes in.")],
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """Put all articles of other stories into a story, for good."""
    from services.indexer.stories import pins

    def work(connection: Connection) -> None:
        for story in stories:
            pins.merge(connection, into, story, reason, now(connection))

    _tell(_decide(work, [], [into, *stories]), as_json)


def unpin(articles: ArticleIds, as_json: Json = False) -> None:
    """Take the word back: fold articles by their texts again."""
    from services.indexer.stories import pins

    _tell(_decide(lambda connection: pins.unpin(connection, articles), articles, refold=articles), as_json)


def refold(as_json: Json = False) -> None:
    """Fold the articles of the window again at once. Applies another threshold too; pinned ones stay."""
    from services.indexer.stories import redo
    from shared.settings import read_settings

    settings = read_settings()
    store = open_store(settings)
    batches = range(ceil(redo.begin(store, settings) / redo.AT_ONCE))
    moved = [one for _ in console.progress(batches, "Folding") for one in redo.refold_next(store, settings)[1]]
    _tell(moved, as_json)


def _decide(
    work: Callable[[Connection], None],
    articles: list[int],
    stories: list[int] | None = None,
    refold: list[int] | None = None,
) -> Sequence[tuple[int, int, int, str]]:
    """Do what the operator says in one commit with the changes that it makes; return who moved where, and how."""
    from services.indexer.stories.redo import decide
    from shared.settings import read_settings

    settings = read_settings()
    with writing(open_store(settings)) as connection:
        return decide(connection, work, articles, stories or [], refold or [], settings)


def _tell(moved: Sequence[tuple[int, int, int, str]], as_json: bool) -> None:
    """Print which articles are in another story now."""
    items = [
        {"article": article, "from_story": was, "story": story, "change": kind} for article, was, story, kind in moved
    ]
    columns = ("article", "from_story", "story", "change")
    console.rows(items, columns, as_json=as_json, empty="No article is in another story than before.")
