"""`wireroom publications …`: list, rename, merge, terms."""

from typing import Annotated, Any

import typer

from services.command import console
from services.command.options import NUMBER, Json
from services.command.stores import open_store
from shared.database import reading, writing
from shared.errors import UsageError
from shared.settings import read_settings

LONGEST_DAYS = 36_500
LONGEST_PACE_S = 86_400
verbs = typer.Typer(help="The titles: their names, terms and retention.", no_args_is_help=True)
Id = Annotated[
    int,
    typer.Argument(metavar="ID", help="Number from `publications list`.", parser=NUMBER, show_default=False),
]


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`."""
    app.add_typer(verbs, name=verb)


@verbs.command("list")
def list_(as_json: Json = False) -> None:
    """List titles. Says what is served of them, for how long, and how many feeds and articles they have."""
    from services.command.publication_store import listed

    with reading(open_store()) as connection:
        items = [dict(row._mapping) for row in listed(connection)]
    columns = (
        "id",
        "name",
        "feeds",
        "articles",
        "terms",
        "retention_days",
        "page_pace_s",
        "attribution",
        "site_url",
        "key",
    )
    console.rows(items, columns, as_json=as_json, empty="No titles yet: they come with the first polls of their feeds.")


@verbs.command()
def rename(publication_id: Id, name: Annotated[str, typer.Argument(help="Its name from now on.")]) -> None:
    """Give a title another name; feeds of either name find it."""
    from services.indexer.publications import registry

    if not name.strip():
        raise UsageError("A title needs a name.")
    engine = open_store()
    with writing(engine) as connection:
        registry.rename(connection, publication_id, name.strip())
    registry.tell(engine, publication_id)
    console.say(f"Publication {publication_id} is called {name.strip()!r}.")


@verbs.command()
def merge(
    into: Annotated[int, typer.Argument(help="Number of the title that stays.", parser=NUMBER)],
    others: Annotated[list[int], typer.Argument(help="Numbers of those that become part of it.", parser=NUMBER)],
) -> None:
    """Make several titles one. All feeds and articles come over; what two of them have is one article."""
    from services.indexer.publications.unite import unite

    engine, settings = open_store(), read_settings()
    for other in console.progress(others, "Merging"):
        moved = unite(engine, into, other, settings)
        console.say(f"Publication {other} is part of {into}: {moved} articles came over.")


@verbs.command()
def terms(
    publication_id: Id,
    serve: Annotated[str | None, typer.Option(help="full, excerpt (no text) or headline (no summary either).")] = None,
    retention_days: Annotated[
        int | None,
        typer.Option(help="Days that its articles are kept; 0: as the setting says.", min=0, max=LONGEST_DAYS),
    ] = None,
    attribution: Annotated[str | None, typer.Option(help='Words beside each of its articles; "": none.')] = None,
    page_pace: Annotated[
        int | None,
        typer.Option(
            help="Seconds between two of its article pages; 0: as its site allows.", min=0, max=LONGEST_PACE_S
        ),
    ] = None,
) -> None:
    """Set what is served of a title, how long it is kept, and how fast its article pages are fetched.

    Also what must stand beside each of its articles.
    """
    from services.indexer.publications import registry

    if serve not in (None, "full", "excerpt", "headline"):
        raise UsageError(f"--serve {serve!r} is none of full, excerpt and headline.")
    given = {
        "terms": serve,
        "retention_days": retention_days,
        "attribution": attribution,
        "page_pace_s": page_pace,
    }
    values: dict[str, Any] = {name: value or None for name, value in given.items() if value is not None}
    if not values:
        raise UsageError("Say what to set: --serve, --retention-days, --attribution or --page-pace.")
    anew = {"page_at": None} if page_pace is not None else {}  # what the pace before has it wait for
    engine = open_store()
    with writing(engine) as connection:
        registry.change(connection, publication_id, **values, **anew)
    if serve:
        registry.tell(engine, publication_id)
    told = ", ".join(f"{name.replace('_', ' ')} {value or '–'}" for name, value in values.items())
    console.say(f"Publication {publication_id}: {told}")
