"""Which feeds a verb is for: those that are named, or those of a folder or title, that fail, or all."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any

import typer
from sqlalchemy import ColumnElement, Connection, func, or_, select

from services.command.feeds import feed_store
from services.command.options import LARGEST_ID
from shared.errors import UsageError
from shared.tables import Feed, Publication

Verb = Callable[..., None]
_SAY = "Name feeds by their numbers or addresses, or say --folder, --publication, --failing or --all."


@dataclass(frozen=True)
class Choice:
    """Feeds that a command was given."""

    names: tuple[str, ...] = ()
    folder: str | None = None
    publication: str | None = None
    failing: bool = False
    everything: bool = False

    @property
    def named(self) -> bool:
        """Whether each was named by itself."""
        return bool(self.names)

    def rows(self, connection: Connection, *only: ColumnElement[bool]) -> list[Any]:
        """Return their rows; of those that were not named, what `only` says.

        :raises UsageError: a name is none of a feed, or there is no such title.
        """
        if self.names:
            return feed_store.find(connection, self.names)
        tests = [*only]
        if self.folder is not None:
            tests.append(feed_store.in_folder(self.folder))
        if self.publication is not None:
            tests.append(Feed.publication_id == _title(connection, self.publication))
        if self.failing:
            tests.append((Feed.state == "active") & (Feed.failures > 0))
        return feed_store.those(connection, *tests)


def taking_feeds(verb: Verb) -> Verb:
    """Return `verb` with names of feeds and the options that choose them; it gets them as `chosen`."""
    return _taking(verb, {"names": _NAMES, **_OPTIONS}, needed=True)


def taking_some(verb: Verb) -> Verb:
    """Return `verb` with the options that choose feeds, which is for all where none is given."""
    return _taking(verb, _OPTIONS, needed=False)


def _taking(verb: Verb, options: dict[str, inspect.Parameter], *, needed: bool) -> Verb:
    @wraps(verb)
    def taken(**given: Any) -> None:
        said = {name: given.pop(name) for name in options}
        choice = Choice(**said | ({"names": tuple(said["names"] or ())} if needed else {}))
        ways = bool(choice.names) + choice.everything + bool(choice.folder or choice.publication or choice.failing)
        if needed and ways != 1:
            raise UsageError(_SAY)
        verb(**given, chosen=choice)

    own = [one for name, one in inspect.signature(verb, eval_str=True).parameters.items() if name != "chosen"]
    all_ = [*(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own), *options.values()]
    taken.__signature__ = inspect.Signature(all_)  # type: ignore[attr-defined]
    taken.__annotations__ = {one.name: one.annotation for one in all_}
    return taken


def _option(name: str, kind: Any, words: Any, default: Any = None) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, words])


_NAMES = _option("names", list[str] | None, typer.Argument(help="Numbers or addresses of feeds.", show_default=False))
_FOLDER = typer.Option(help="Those in this folder, and in those within it: A/B.", show_default=False)
_TITLE = typer.Option(help="Those of this title, by its number or name.", show_default=False)
_OPTIONS = {
    "folder": _option("folder", str | None, _FOLDER),
    "publication": _option("publication", str | None, _TITLE),
    "failing": _option("failing", bool, typer.Option("--failing", help="Those whose last poll failed."), False),
    "everything": _option("everything", bool, typer.Option("--all", help="All of them."), False),
}


def _title(connection: Connection, name: str) -> int:
    """Return the number of a title.

    :raises UsageError: there is none, or several are called so.
    """
    by_number = name.isascii() and name.isdecimal() and int(name) <= LARGEST_ID
    called = or_(Publication.name == name, func.lower(Publication.name) == name.lower())
    query = select(Publication.id).where(Publication.id == int(name) if by_number else called).limit(2)
    found = connection.scalars(query).all()
    if len(found) != 1:
        many = "several titles are" if found else "no title is"
        raise UsageError(f"By {name!r} {many} known: `wireroom publications list` shows their numbers.")
    return found[0]
