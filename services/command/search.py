"""`wireroom search`: articles that have certain words, the best first."""

from typing import Annotated

import typer

from services.command import console
from services.command.options import Json, OfStory, OfTitle
from services.command.stores import open_store
from shared.database import reading
from shared.errors import UsageError


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`; a word that begins with a minus is no option."""
    app.command(verb, context_settings={"ignore_unknown_options": True})(search)


def search(
    words: Annotated[list[str], typer.Argument(help="Words, '\"a phrase\"' and -words that must not be there.")],
    as_json: Json = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the best first.")] = 30,
    publication: OfTitle = None,
    story: OfStory = None,
    section: Annotated[str | None, typer.Option(help="Only of this section, as the articles have it.")] = None,
    language: Annotated[str | None, typer.Option(help="Only in this language; en also finds en-GB.")] = None,
) -> None:
    """Find articles that have all the words, in their headline first; --json gives the whole of each."""
    from services.reader.asking import read_question
    from services.reader.queries.articles import Filters
    from services.reader.queries.search import search as find

    misspelt = next((word for word in words if word.startswith("--")), None)
    if misspelt:
        raise UsageError(f"There is no option {misspelt}. See `wireroom search --help`.")
    asked = read_question(" ".join(words))
    filters = Filters(publication=publication, story=story, section=section, language=language)
    with reading(open_store()) as connection:
        found = find(connection, asked, filters, 0, limit).found
    if as_json:
        for one in found:
            console.say(one.model_dump_json())
        return
    items = [
        {
            "id": one.article.id,
            "published": one.article.published_at or one.article.first_seen_at,
            "publication": one.article.publication.name,
            "headline": one.article.headline,
            "text": one.snippet,
        }
        for one in found
    ]
    console.rows(items, list(items[0]) if items else [], as_json=False, empty="Nothing has all of these words.")
