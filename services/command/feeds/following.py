"""`wireroom feeds follow`, `unfollow` and `lists`: lists of feeds at an address, which are read again."""

from typing import Annotated, Any

import typer
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.orm import aliased

from services.command import console
from services.command.feeds import feed_store
from services.command.feeds.opml import LONGEST_S
from services.command.options import Json
from services.command.ruling import taking_patterns
from services.command.stores import open_store
from shared.database import now, reading, writing
from shared.errors import UsageError
from shared.hosts import lane_of, web_address, without_password
from shared.rules import Rules
from shared.settings import read_settings
from shared.tables import Feed

DAY_S = 86_400
List = Annotated[str, typer.Argument(help="Address of an OPML list.", show_default=False)]


@taking_patterns
def follow(
    url: List,
    every: Annotated[int, typer.Option(help="Seconds between two looks at it.", min=60, max=LONGEST_S)] = DAY_S,
    rules: Rules | None = None,
) -> None:
    """Follow a list of feeds: they are added, moved to its folders, and paused when it names them no more.

    Patterns are those of the feeds that it will bring.
    """
    address = web_address(url)
    with writing(open_store()) as connection:
        columns = select(Feed.id, Feed.follows, Feed.rules)
        row = connection.execute(columns.where(Feed.url == address)).one_or_none()
        if row and not row.follows:
            raise UsageError(f"{without_password(address)} is feed {row.id} already, and not followed as a list.")
        if row:
            connection.execute(update(Feed).where(Feed.id == row.id).values(interval_s=every))
            if rules:
                feed_store.give_rules(connection, [row], read_settings(), patterns=rules.patterns)
            feed_store.refresh(connection, [row.id])
        else:
            _add(connection, address, every, rules)
    console.say(f"{without_password(address)} is followed from now on, and read at once.")


def unfollow(
    name: Annotated[str, typer.Argument(help="Number or address of a followed list.", show_default=False)],
) -> None:
    """Follow a list no more. Its feeds stay as they are, as if added by hand."""
    with writing(open_store()) as connection:
        row = feed_store.find(connection, [name])[0]
        if not row.follows:
            raise UsageError(f"{row.id} is a feed, no list: `wireroom feeds lists` shows those that are followed.")
        count = connection.scalar(select(func.count()).where(Feed.list_id == row.id))
        feed_store.remove(connection, [row.id])
    console.say(f"{without_password(row.url)} is followed no more; its {count} feeds stay.")


def lists(as_json: Json = False) -> None:
    """List the lists that are followed, with how many feeds each has brought."""
    feed = aliased(Feed)
    count = select(func.count()).where(feed.list_id == Feed.id).correlate(Feed).scalar_subquery()
    columns = (Feed.id, Feed.state, Feed.last_ok_at, Feed.due_at, Feed.error, Feed.notice, Feed.url)
    with reading(open_store()) as connection:
        rows = connection.execute(select(*columns, count.label("feeds")).where(Feed.follows).order_by(Feed.id)).all()
    items: list[dict[str, Any]] = [
        {**row._mapping, "url": without_password(row.url), "error": row.error or row.notice} for row in rows
    ]
    shown = ("id", "feeds", "state", "last_ok_at", "due_at", "error", "url")
    console.rows(items, shown, as_json=as_json, empty="No list is followed: `wireroom feeds follow URL` follows one.")


def _add(connection: Connection, url: str, every: int, rules: Rules | None = None) -> None:
    moment = now(connection)
    due = {"due_at": moment, "ready_at": moment, "created_at": moment}
    said = {"follows": True, "interval_s": every, "rules": feed_store.written(rules)}
    connection.execute(insert(Feed).values(url=url, host=lane_of(url), **said, **due))
