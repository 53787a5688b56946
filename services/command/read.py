"""`wireroom articles`, `stories` and `changes`: the store, read as any reader reads it."""

from typing import Annotated

import typer

from services.command import console
from services.command.options import Json, OfStory, OfTitle
from services.command.stores import open_store
from shared.database import reading

Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")]


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`."""
    app.command(verb)(changes)


def articles(
    as_json: Json = False,
    limit: Limit = 30,
    publication: OfTitle = None,
    story: OfStory = None,
) -> None:
    """List articles, newest first; --json gives the whole of each."""
    from services.reader.queries.articles import Filters, list_articles

    filters = Filters(publication=publication, story=story)
    with reading(open_store()) as connection:
        found, _ = list_articles(connection, filters, None, limit, full=as_json)
    if as_json:
        for article in found:
            console.say(article.model_dump_json())
        return
    items = [
        {
            "id": article.id,
            "published": article.published_at or article.first_seen_at,
            "publication": article.publication.name,
            "headline": article.headline,
            "words": article.word_count,
            "story": article.story_id,
            "role": article.copy_role,
        }
        for article in found
    ]
    console.rows(items, list(items[0]) if items else [], as_json=False, empty="No articles yet.")


def stories(as_json: Json = False, limit: Limit = 30) -> None:
    """List stories with the titles that carry them, newest first."""
    from services.reader.queries.articles import Filters
    from services.reader.queries.stories import list_stories

    with reading(open_store()) as connection:
        found, _ = list_stories(connection, Filters(), None, limit)
    if as_json:
        for story in found:
            console.say(story.model_dump_json())
        return
    items = [
        {
            "id": story.id,
            "at": story.ordered_at,
            "titles": story.publications,
            "headline": story.versions[0].headline,
            "carried_by": ", ".join(version.publication.name for version in story.versions),
        }
        for story in found
    ]
    console.rows(items, list(items[0]) if items else [], as_json=False, empty="No stories yet.")


def changes(
    as_json: Json = False,
    after: Annotated[str, typer.Option(help="Only those behind this line: its seq, or SEQ@AT.")] = "0",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, in the log's order.")] = 100,
) -> None:
    """Print the change log in its order."""
    from services.reader.queries.changes import list_changes
    from shared.lines import read_line

    with reading(open_store()) as connection:
        found = list_changes(connection, read_line(after), limit, articles=False)
    if as_json:
        for change in found.changes:
            console.say(change.model_dump_json(exclude={"article"}))
        return
    columns = ("seq", "at", "kind", "article_id", "story_id", "revision", "detail")
    items = [change.model_dump() for change in found.changes]
    console.rows(items, columns, as_json=False, empty="No changes.")
