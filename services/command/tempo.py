"""`wireroom feeds pace` and `pages`: how often feeds are polled, and what for, by the operator's word."""

from typing import Annotated, Any

import typer
from sqlalchemy import update

from services.command import console, feed_store
from services.command.opml import LONGEST_S, Pages
from services.command.stores import open_store
from shared.database import writing
from shared.errors import UsageError
from shared.tables import Feed


def pace(
    names: Annotated[list[str], typer.Argument(help="Numbers or addresses of feeds.", show_default=False)],
    interval: Annotated[int | None, typer.Option(help="Poll every so many seconds.", min=1, max=LONGEST_S)] = None,
    floor: Annotated[int | None, typer.Option(help="Fewest seconds between two polls.", min=1, max=LONGEST_S)] = None,
    ceiling: Annotated[int | None, typer.Option(help="Most seconds between two polls.", min=1, max=LONGEST_S)] = None,
    adaptive: Annotated[bool, typer.Option("--adaptive", help="Forget what was set before.")] = False,
) -> None:
    """Set how often feeds are polled. They are polled now, and then at their new pace."""
    given = {"interval_s": interval, "floor_s": floor, "ceiling_s": ceiling}
    changed: dict[str, Any] = {name: value for name, value in given.items() if adaptive or value is not None}
    if not changed:
        raise UsageError("Say how: --interval, --floor or --ceiling with its seconds, or --adaptive.")
    if floor is not None and ceiling is not None and floor > ceiling:
        raise UsageError(f"The floor of {floor} s is above the ceiling of {ceiling} s.")
    with writing(open_store()) as connection:
        ids = [row.id for row in feed_store.find(connection, names)]
        connection.execute(update(Feed).where(Feed.id.in_(ids)).values(changed))
        feed_store.refresh(connection, ids)
    console.say(f"{len(ids)} feeds have a new pace and are due now.")


def pages(
    wanted: Annotated[Pages, typer.Argument(help="auto or never.", show_default=False)],
    names: Annotated[list[str], typer.Argument(help="Numbers or addresses of feeds.", show_default=False)],
) -> None:
    """Say whether articles' pages are fetched: where a feed gives only summaries (auto), or never."""
    with writing(open_store()) as connection:
        ids = [row.id for row in feed_store.find(connection, names)]
        feed_store.set_pages(connection, ids, wanted.value)
    said = "where they give summaries" if wanted is Pages.AUTO else "no more"
    console.say(f"The pages of {len(ids)} feeds' articles are fetched {said}.")
