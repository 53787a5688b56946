"""`wireroom`, one command: imports what the verb at hand needs, turns errors into one sentence and a status."""

import gc
import os
import sys
from importlib import import_module, metadata
from typing import Annotated

import typer
from typer.exceptions import TyperException

from shared.errors import UsageError, WireroomError

UNREAD = 141  # what shells call the status of a program whose reader left (SIGPIPE)
VERBS = {  # verb: the module that brings it, and what it does
    "run": ("processes", "Run the whole line on this machine; Ctrl-C drains and stops."),
    "scheduler": ("processes", "Lease what is due, until told to stop."),
    "worker": ("processes", "Do one stage's work, until told to stop."),
    "reader": ("processes", "Serve the store by HTTP, until told to stop."),
    "feeds": ("feeds.verbs", "The feeds that are polled."),
    "poll": ("look", "Show the articles of feeds as they are now; stores nothing."),
    "extract": ("look", "Show the articles on pages as they are now; stores nothing."),
    "fold": ("look", "Fold the articles of a file into stories."),
    "articles": ("article_verbs", "List articles; withdraw one, or show what changed in it."),
    "publications": ("publication_verbs", "The titles: their names, terms and retention."),
    "stories": ("story_verbs", "List stories with the titles that carry them, newest first."),
    "changes": ("read", "Print the change log in its order."),
    "hooks": ("hook_verbs", "Receivers that are told how the change log grows."),
    "search": ("search", "Find articles by their words, the best first."),
    "explain": ("explain", "Say all that is known of one address or article."),
    "status": ("status", "Show how the line is doing."),
    "ledger": ("ledger", "Show what polling costs each publisher."),
    "setaside": ("asides", "What could not be processed, with its reason and its bytes."),
    "db": ("processes", "The store's schema."),
}


def build(verb: str | None) -> typer.Typer:
    """Return the command with `verb` ready to run and the others as lines of its help."""
    app = typer.Typer(
        name="wireroom",
        help="News ingestion: polls feeds, normalises every article, folds syndicated copies into stories.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    for name, (module, what) in VERBS.items():
        if name == verb:
            import_module(f"services.command.{module}").add_to(app, name)
        else:
            app.command(name, help=what)(_another)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        from shared.messages import PARSER

        typer.echo(f"wireroom {metadata.version('wireroom')}, articles by {PARSER}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show which version this is.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Take what stands before the verb."""


def _another() -> None:
    """Stand for a verb that was not named first; it cannot be reached."""


def main() -> None:
    """Run the command; an error is one sentence on standard error, status 2 for wrong usage, 1 for failed work."""
    verb = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    try:
        status = _loaded(verb)(prog_name="wireroom", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(status)
    except (BrokenPipeError, SystemExit) as ended:  # Typer and Rich end with status 1 where a pipe is closed
        if not any(isinstance(error, BrokenPipeError) for error in (ended, ended.__context__)):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # where Python puts what it has not written yet
        sys.exit(UNREAD)
    except TyperException as error:
        typer.echo(_usage(error), err=True)
        sys.exit(error.exit_code)
    except UsageError as error:
        typer.echo(f"wireroom: {error}", err=True)
        sys.exit(2)
    except WireroomError as error:
        typer.echo(f"wireroom: {str(error).rstrip('.')}.", err=True)
        sys.exit(1)
    except UnicodeEncodeError as error:  # bytes of a word that are no UTF-8 come as surrogates (PEP 383)
        if not any("\udc80" <= sign <= "\udcff" for word in sys.argv for sign in word):
            raise
        typer.echo(f"wireroom: A word of the command is not written in UTF-8: {ascii(error.object)[:200]}.", err=True)
        sys.exit(2)
    except OSError as error:  # a full disk, a directory that may not be written
        place = f" at {error.filename}" if error.filename else ""
        typer.echo(f"wireroom: The machine refused it{place}: {error.strerror or error}.", err=True)
        sys.exit(1)


def _loaded(verb: str | None) -> typer.Typer:
    """Return `build(verb)`, without looking for garbage among modules, which stay: a quarter of the start."""
    gc.disable()
    try:
        return build(verb)
    finally:
        gc.freeze()
        gc.enable()


def _usage(error: TyperException) -> str:
    """Return what is wrong with the words of a command in one line, or the help of one that was named without more."""
    message = error.format_message()
    if message.startswith("Usage:"):
        return message
    message = " ".join(message.split()).replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    asked = f"{context.command_path if context else 'wireroom'} --help"
    return f"wireroom: {message.rstrip('.?')}{'?' if message.endswith('?') else '.'} See `{asked}`."
