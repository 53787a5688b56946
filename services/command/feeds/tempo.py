"""`wireroom feeds pace` and `pages`: how often feeds are polled, how long and what for, by the operator's word."""

from typing import Annotated, Any

import typer
from sqlalchemy import update

from services.command import console
from services.command.feeds import feed_store
from services.command.feeds.choosing import Choice, none_left, taking_feeds
from services.command.feeds.opml import LONGEST_S, Pages
from services.command.stores import open_store
from services.indexer.feeds.pace import standing
from shared.among import among
from shared.database import now, writing
from shared.errors import UsageError
from shared.polling.failures import span
from shared.polling.schedule import rolls_over
from shared.settings import TOTAL_MOST_S, read_settings
from shared.tables import Feed


@taking_feeds
def pace(
    chosen: Choice,
    interval: Annotated[int | None, typer.Option(help="Poll every so many seconds.", min=1, max=LONGEST_S)] = None,
    floor: Annotated[int | None, typer.Option(help="Fewest seconds between two polls.", min=1, max=LONGEST_S)] = None,
    ceiling: Annotated[int | None, typer.Option(help="Most seconds between two polls.", min=1, max=LONGEST_S)] = None,
    timeout: Annotated[
        int | None, typer.Option(help="Seconds that an answer may take in all.", min=1, max=TOTAL_MOST_S)
    ] = None,
    adaptive: Annotated[bool, typer.Option("--adaptive", help="Forget what was set before.")] = False,
) -> None:
    """Set how often feeds are polled, and how long they are waited for. They are polled now, then at their new pace."""
    given = {"interval_s": interval, "floor_s": floor, "ceiling_s": ceiling, "timeout_s": timeout}
    changed: dict[str, Any] = {name: value for name, value in given.items() if adaptive or value is not None}
    if not changed:
        raise UsageError("Say how: --interval, --floor, --ceiling or --timeout with its seconds, or --adaptive.")
    settings = read_settings()
    with writing(open_store(settings)) as connection:
        ids = [row.id for row in chosen.rows(connection)]
        connection.execute(update(Feed).where(among(Feed.id, ids)).values(changed))
        feed_store.refresh(connection, ids)
        rows, now_s = feed_store.those(connection, among(Feed.id, ids)), now(connection).timestamp()
        for row in rows:
            if row.floor_s and row.ceiling_s and row.floor_s > row.ceiling_s:
                raise UsageError(
                    f"Feed {row.id}: its floor of {row.floor_s} s is above its ceiling of {row.ceiling_s} s."
                )
    for row in rows:
        known = standing(row, wanted=False)[0]
        if (
            within_s := rolls_over(known, known.interval_s or known.floor_s or settings.poll_floor_s, now_s)
        ) is not None:
            console.warn(
                f"feed {row.id} may list other articles within {span(within_s)}: some may be lost between polls."
            )
    if not rows:
        none_left()
        return
    many = "1 feed has" if len(rows) == 1 else f"{len(rows)} feeds have"
    where = "" if all(row.state == "active" for row in rows) else ", where active,"
    console.say(f"{many} a new pace and{where} {'is' if len(rows) == 1 else 'are'} due now.")


@taking_feeds
def pages(
    wanted: Annotated[Pages, typer.Argument(help="auto, never or always.", show_default=False)],
    chosen: Choice,
) -> None:
    """Say whether articles' pages are fetched: where a feed gives only summaries (auto), never, or always."""
    settings = read_settings()
    with writing(open_store(settings)) as connection:
        ids = [row.id for row in chosen.rows(connection)]
        changed = feed_store.set_pages(connection, ids, settings, wanted)
    if not ids:
        none_left()
        return
    how = {Pages.NEVER: "no more", Pages.AUTO: "where they give summaries", Pages.ALWAYS: "whatever they give"}[wanted]
    then = "wait no longer" if wanted is Pages.NEVER else "are due now"
    whose = "feed's" if len(ids) == 1 else "feeds'"
    console.say(f"The pages of {len(ids)} {whose} articles are fetched {how}; {changed} {then}.")
