"""`wireroom articles …`: list, withdraw, restore, diff, flagged, clear."""

from typing import Annotated

import typer

from services.command import console, read
from services.command.options import NUMBER, Json, OfStory, OfTitle
from services.command.stores import open_store
from shared.database import reading, writing
from shared.errors import UsageError
from shared.settings import read_settings

verbs = typer.Typer(help="Articles: newest first, or one of them.", invoke_without_command=True)
Id = Annotated[
    int, typer.Argument(metavar="ID", help="Its number, from `articles`.", parser=NUMBER, show_default=False)
]
From = Annotated[int | None, typer.Option("--from", help="Number of the older state.", parser=NUMBER)]
To = Annotated[int | None, typer.Option("--to", help="Number of the newer state.", parser=NUMBER)]


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`."""
    app.add_typer(verbs, name=verb)


@verbs.callback()
def articles(
    context: typer.Context,
    as_json: Json = False,
    limit: read.Limit = 30,
    publication: OfTitle = None,
    story: OfStory = None,
) -> None:
    """List articles, newest first; --json gives the whole of each."""
    if context.invoked_subcommand is None:
        read.articles(as_json, limit, publication, story)


@verbs.command()
def withdraw(
    article_id: Id,
    reason: Annotated[str, typer.Option(help="Why; readers who may know are told.", show_default=False)],
    purge: Annotated[bool, typer.Option("--purge", help="Remove its text for good; nothing brings it back.")] = False,
) -> None:
    """Withdraw an article everywhere. Its publisher has no say any more; --purge leaves nothing of its text."""
    from services.indexer.articles import withdrawal

    if not reason.strip():
        raise UsageError("Give a --reason: it is what is left to those who ask later.")
    with writing(open_store()) as connection:
        (withdrawal.purge if purge else withdrawal.withdraw)(connection, article_id, reason.strip(), read_settings())
    console.say(f"Article {article_id} is withdrawn{' and its text removed' if purge else ''}.")


@verbs.command()
def restore(article_id: Id) -> None:
    """Take your withdrawal back. The article is again what its publisher says it is."""
    from services.indexer.articles import withdrawal

    with writing(open_store()) as connection:
        withdrawal.restore(connection, article_id, read_settings())
    console.say(f"Article {article_id} is as its publisher has it.")


@verbs.command()
def diff(article_id: Id, from_: From = None, to: To = None, as_json: Json = False) -> None:
    """Show what changed between two states, word by word. [-gone-] {+new+}; without numbers, what changed last."""
    from services.command import record
    from services.reader.differences import differences
    from services.reader.queries.revisions import told

    with reading(open_store()) as connection:
        if not record.articles_of(connection, [article_id]):
            raise UsageError(f"There is no article {article_id}.")
        found = told(connection, article_id, from_, to)
    if found is None:
        raise UsageError(f"Article {article_id} has no two such states: `wireroom explain {article_id}` lists them.")
    (first, _, was), (last, source, says) = found
    changed = differences(was, says)
    if as_json:
        fields = [one.model_dump() for one in changed]
        console.facts({"older": first, "newer": last, "source": source, "differences": fields}, as_json=True)
        return
    told_by = f"as {source or 'its sources'} told it"
    if not changed:
        console.say(f"States {first} and {last}, {told_by}, have the same words and pictures.")
        return
    console.say(f"From state {first} to state {last}, {told_by}:")
    for one in changed:
        console.say(f"\n{one.field.replace('_', ' ')}:\n{''.join(_marked(run.kind, run.text) for run in one.runs)}")


def _marked(kind: str, text: str) -> str:
    """Return words as `wdiff` marks them, blanks outside of the marks."""
    words = text.strip()
    if kind == "same" or not words:
        return text
    start, end = ("[-", "-]") if kind == "removed" else ("{+", "+}")
    return text.replace(words, f"{start}{words}{end}", 1)


@verbs.command()
def flagged(as_json: Json = False) -> None:
    """List the articles that wait for your look. They copy what an agency killed."""
    from services.reader.queries.revisions import list_flagged

    with reading(open_store()) as connection:
        found = list_flagged(connection, 1000)
    if as_json:
        for one in found:
            console.say(one.model_dump_json())
        return
    items = [
        {"id": one.id, "flagged_at": one.flagged_at, "publication": one.publication.name}
        | {"headline": one.headline, "reason": one.reason}
        for one in found
    ]
    console.rows(items, list(items[0]) if items else [], as_json=False, empty="No article is flagged.")


@verbs.command()
def clear(article_id: Id) -> None:
    """Let a flagged article stand; it is not flagged again."""
    from services.indexer.stories import flags

    with writing(open_store()) as connection:
        flags.clear(connection, article_id)
    console.say(f"Article {article_id} stands.")
