"""`wireroom feeds …`: list, show, refresh, move, pause, resume, remove; modules beside it bring the other verbs."""

from functools import partial
from typing import Annotated, Any

import typer
from sqlalchemy import ColumnElement

from services.command import console
from services.command.feeds import (
    check,
    feed_store,
    following,
    lists,
    passports,
    past,
    polls,
    pushes,
    rules,
    tempo,
    unusual,
    whatif,
)
from services.command.feeds.choosing import Choice, in_folder, none_left, taking_feeds
from services.command.options import Json
from services.command.stores import open_store
from shared.database import reading, writing
from shared.errors import UsageError
from shared.hosts import feed_address, without_password
from shared.http.passport import same_origin
from shared.tables import Feed

verbs = typer.Typer(help="The feeds that are polled.", no_args_is_help=True)
STATES = ("active", "paused", "gone", "parked")
DUE = "due now"
_INNER = {"entry_digests", "lease_token", "body_digest", "sealed"}
HIDDEN = frozenset(
    {*_INNER, "habits", "unwanted", "due_reason", "notice", "alarm_at", "backfill"}
)  # the latter are told in words


verbs.command()(lists.add)
verbs.command("import")(lists.import_)
verbs.command()(lists.export)
verbs.command()(following.follow)
verbs.command()(following.unfollow)
verbs.command()(following.lists)
verbs.command()(passports.access)
verbs.command()(passports.keys)
verbs.command()(check.check)
verbs.command()(rules.rules)
verbs.command()(tempo.pace)
verbs.command()(tempo.pages)
verbs.command()(past.backfill)
verbs.command()(polls.polls)
verbs.command()(whatif.whatif)


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`."""
    app.add_typer(verbs, name=verb)


@verbs.command("list")
def list_(
    as_json: Json = False,
    folder: Annotated[str | None, typer.Option(help="Only feeds in this folder, and in those within it: A/B.")] = None,
    state: Annotated[str | None, typer.Option(help="Only active, paused, gone or parked ones.")] = None,
) -> None:
    """List feeds with their health, those that fail first."""
    if state not in (None, *STATES):
        raise UsageError(f"--state {state!r} is none of {', '.join(STATES)}.")
    with reading(open_store()) as connection:
        tests = [] if folder is None else [in_folder(connection, folder)]
        tests += [Feed.state == state] if state else []
        items = [_item(row) for row in feed_store.those(connection, *tests)]
    columns = ("id", "publication", "state", "last_ok_at", "due_at", "failures", "error", "url")
    empty = f"No feeds are {state}." if tests else "No feeds: add some with `wireroom feeds add URL`."
    console.rows(items, columns, as_json=as_json, empty=empty)


@verbs.command()
def show(
    name: Annotated[str, typer.Argument(help="Number or address of a feed.", show_default=False)], as_json: Json = False
) -> None:
    """Show all that is known of one feed, and why it is due when it is."""
    with reading(open_store()) as connection:
        row = feed_store.find(connection, [name])[0]
        item = _item(row) | {"articles": feed_store.articles_of(connection, row.id), "why": _why(row)}
        item |= unusual.of_feed(connection, row) | pushes.of_feed(connection, row.id) | past.told(row)
        item |= rules.of_feed(connection, row)
    console.facts(item if as_json else item | rules.in_words(row), as_json=as_json)


@verbs.command()
@taking_feeds
def refresh(
    chosen: Choice,
    anew: Annotated[bool, typer.Option("--anew", help="Without conditions, and read every entry again.")] = False,
) -> None:
    """Poll feeds now; of those that are not named, the active ones."""
    _each(chosen, partial(feed_store.refresh, anew=anew), DUE, Feed.state == "active")


@verbs.command()
def move(
    name: Annotated[str, typer.Argument(help="Number or address of a feed.", show_default=False)],
    url: Annotated[str, typer.Argument(help="Its new address.", show_default=False)],
) -> None:
    """Give a feed another address. It keeps its settings and its articles, and is polled now."""
    to = feed_address(url)
    with writing(open_store()) as connection:
        row = feed_store.find(connection, [name])[0]
        feed_store.move(connection, row.id, to)
    if row.sealed and not same_origin(row.url, to):
        console.warn("its credentials are sealed for its old host: give them again with `wireroom feeds access`.")
    console.say(f"{row.id} is at {without_password(to)} from now on, and due now.")


@verbs.command()
@taking_feeds
def pause(chosen: Choice) -> None:
    """Stop polling feeds until they are resumed."""
    _each(chosen, feed_store.pause, "paused", Feed.state == "active")


@verbs.command()
@taking_feeds
def resume(chosen: Choice) -> None:
    """Poll feeds again: paused, parked or gone ones."""
    _each(chosen, feed_store.resume, "active and due now", Feed.state != "active")


@verbs.command()
@taking_feeds
def remove(
    chosen: Choice,
    yes: Annotated[bool, typer.Option("--yes", help="Remove those that are not named one by one.")] = False,
) -> None:
    """Forget feeds; their articles stay."""
    if not (chosen.named or yes):
        with reading(open_store()) as connection:
            many = len(chosen.rows(connection))
        if many:
            raise UsageError(f"{many} feeds would be removed: say --yes if that is meant.")
    _each(chosen, feed_store.remove, "removed")


def _each(chosen: Choice, change: Any, what: str, *only: ColumnElement[bool]) -> None:
    with writing(open_store()) as connection:
        rows = chosen.rows(connection, *only)
        change(connection, [row.id for row in rows])
    for row in rows if chosen.named else ():
        console.say(f"{row.id} {without_password(row.url)} is {_what(row, what)}.")
    if not rows:
        none_left(what)
    elif not chosen.named:
        console.say(f"1 feed is {what}." if len(rows) == 1 else f"{len(rows)} feeds are {what}.")


def _what(row: Any, what: str) -> str:
    """Return what a feed is now, by the state that it was in."""
    return f"{row.state}: `wireroom feeds resume {row.id}` polls it" if what == DUE and row.state != "active" else what


def _item(row: Any) -> dict[str, Any]:
    return {
        name: value for name, value in row._mapping.items() if name not in HIDDEN
    } | {
        "url": without_password(row.url),
        "detour_url": row.detour_url and without_password(row.detour_url),
        "entries": len(row.entry_digests) // 12,
        "leased": row.lease_token is not None,
    }  # fmt: skip


def _why(row: Any) -> str:
    """Return in words why a feed is due when it is."""
    if row.state != "active":
        return f"not polled: {row.state_reason or row.state}"
    if row.lease_token is not None:
        return "being polled now"
    if row.last_polled_at is None and row.due_reason is None:
        return "never polled: due at once"
    if row.wanted_at is not None:
        return "asked for, by an operator or a push: due at once, or when its floor has passed after a push"
    interval_s = row.interval_s or row.polling_s
    return str(row.due_reason or (f"every {interval_s} s" if interval_s else "due at once"))
