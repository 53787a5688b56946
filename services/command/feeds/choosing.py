"""Which feeds a verb is for: those that are named, or those of a folder or title, that fail, or all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import typer
from sqlalchemy import ColumnElement, Connection, func, or_, select

from services.command import console
from services.command.feeds import feed_store
from services.command.feeds.folders import in_one_form
from services.command.options import LARGEST_ID, Verb, option, taking
from services.parser.formats.outlines import BETWEEN
from shared.errors import UsageError
from shared.rules import quoted
from shared.tables import Feed, Publication

_SAY = "Name feeds by their numbers or addresses, or say --folder, --publication, --failing or --all."
_ONE_WAY = (
    "Feeds are named, or chosen by --folder, --publication and --failing, or --all of them: say one of the three."
)


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

        :raises UsageError: a name is none of a feed, or there is no such folder or title.
        """
        if self.names:
            return feed_store.find(connection, self.names)
        tests = [*only]
        if self.folder is not None:
            tests.append(in_folder(connection, self.folder))
        if self.publication is not None:
            tests.append(Feed.publication_id == _title(connection, self.publication))
        if self.failing:
            tests.append((Feed.state == "active") & (Feed.failures > 0))
        return feed_store.those(connection, *tests)


def in_folder(connection: Connection, folder: str) -> ColumnElement[bool]:
    """Return whether a feed lies in the folder, or in one within it.

    :raises UsageError: none does.
    """
    forms = {folder, in_one_form(folder) or folder}
    test = or_(Feed.folder.in_(forms), *(Feed.folder.startswith(f"{one}/", autoescape=True) for one in forms))
    if connection.scalar(select(Feed.id).where(test).limit(1)) is None:
        known = connection.scalars(select(Feed.folder).where(Feed.folder.is_not(None)).distinct())
        raise UsageError(f"No feed lies in a folder {quoted(folder)}{_meant(folder, by_word(known))}.")
    return test


def by_word(folders: Iterable[str | None]) -> dict[str, str]:
    r"""Return these folders, and those that they lie in, by their paths and by their names, in small letters.

    >>> by_word(["Dailies/Ports"])
    {'dailies': 'Dailies', 'ports': 'Dailies/Ports', 'dailies/ports': 'Dailies/Ports'}
    """
    paths = {path[:end] for path in folders if path for end in (*(at.start() for at in BETWEEN.finditer(path)), None)}
    names = {BETWEEN.split(path)[-1].lower(): path for path in sorted(paths)}
    return names | {path.lower(): path for path in sorted(paths)}


def none_left(what: str | None = None) -> None:
    """Say that there is no feed like those that were chosen, or none that is not `what` already."""
    console.say(f"Nothing to do: {f'none of these feeds is left to be {what}' if what else 'there is no such feed'}.")


def taking_feeds(verb: Verb) -> Verb:
    """Return `verb` with names of feeds and the options that choose them; it gets them as `chosen`."""
    return taking(verb, {"names": _NAMES, **_OPTIONS}, "chosen", _one_way)


def taking_some(verb: Verb) -> Verb:
    """Return `verb` with the options that choose feeds, which is for all where none is given."""
    return taking(verb, _OPTIONS, "chosen", lambda said: Choice(**said))


def _one_way(said: dict[str, Any]) -> Choice:
    """Return what was chosen.

    :raises UsageError: nothing was, or in two ways.
    """
    choice = Choice(**said | {"names": tuple(said["names"] or ())})
    ways = bool(choice.names) + choice.everything + bool(choice.folder or choice.publication or choice.failing)
    if ways != 1:
        raise UsageError(_ONE_WAY if ways else _SAY)
    return choice


_NAMES = option("names", list[str] | None, typer.Argument(help="Numbers or addresses of feeds.", show_default=False))
_FOLDER = typer.Option(help="Those in this folder, and in those within it: A/B.", show_default=False)
_TITLE = typer.Option(help="Those of this title, by its number or name.", show_default=False)
_OPTIONS = {
    "folder": option("folder", str | None, _FOLDER),
    "publication": option("publication", str | None, _TITLE),
    "failing": option("failing", bool, typer.Option("--failing", help="Those whose last poll failed."), False),
    "everything": option("everything", bool, typer.Option("--all", help="All of them."), False),
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
        meant = (
            "" if found else _meant(name, {one.lower(): one for one in connection.scalars(select(Publication.name))})
        )
        raise UsageError(f"By {name!r} {many} known{meant}: `wireroom publications list` shows their numbers.")
    return found[0]


def _meant(word: str, known: Mapping[str, str]) -> str:
    """Return what may have been meant by a word, as the end of a sentence, where something of `known` is like it."""
    near = get_close_matches(word.lower(), known, 1, 0.8)
    return f" (is {quoted(known[near[0]])} meant?)" if near else ""
