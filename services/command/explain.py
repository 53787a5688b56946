"""`wireroom explain URL|ID`: everything known of one address, and why its article is in its story."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from services.command import console
from services.command.options import LARGEST_ID, NUMBER, JsonOfOne
from services.command.stores import open_store
from shared.database import reading
from shared.errors import UsageError
from shared.settings import Settings, read_settings

SENTENCES = 5  # of each kind that a person is shown; --json gives all
ROLES = {"original": "the original", "copy": "a copy", "trim": "a cut copy", "localised": "a localised copy"}
Facts = dict[str, Any]


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`."""
    app.command(verb)(explain)


def explain(
    name: Annotated[str, typer.Argument(metavar="URL|ID", help="An address, or an article's number.")],
    against: Annotated[
        list[int] | None, typer.Option("--against", help="Compare with this article too.", parser=NUMBER)
    ] = None,
    as_json: JsonOfOne = False,
) -> None:
    """Say all that is known of one address: who listed it, what was kept, folded or refused, and by which rule."""
    settings = read_settings()
    with reading(open_store(settings)) as connection:
        said = _said(connection, name, against or [], settings)
    if as_json:
        console.facts(said, as_json=True)
        return
    for line in _lines(said):
        console.say(line)


def _said(connection: Connection, name: str, against: Sequence[int], settings: Settings) -> Facts:
    from services.command import record

    if not name.strip():
        raise UsageError("Give an address, or an article's number.")
    number = int(name) if name.isascii() and name.isdigit() and int(name) <= LARGEST_ID else None
    if number in against:
        raise UsageError(f"Article {number} cannot be compared with itself.")
    if missing := sorted(set(against) - record.articles_of(connection, against)):
        raise UsageError(f"There is no article {missing[0]} to compare with.")
    ids = record.articles_at(connection, name) if number is None else [number]
    found = [one for id_ in ids if (one := _article(connection, id_, against, settings))]
    said: Facts = {"asked": name, "articles": found, "deleted": [], "feeds": [], "refused": [], "set_aside": []}
    if number is not None and not found:
        said["deleted"] = record.deleted(connection, number)
    if number is None:
        said |= {"feeds": record.feeds_at(connection, name), "set_aside": record.aside_at(connection, name)}
        said |= {"deleted": record.deleted_at(connection, name), "refused": record.refused_at(connection, name)}
    if not any(said[part] for part in ("articles", "deleted", "feeds", "refused", "set_aside")):
        what = f"Nothing is known of {name}" if number is None else f"There is no article {number}"
        raise UsageError(f"{what}: no feed that is polled has listed it.")
    return said


def _article(connection: Connection, article_id: int, against: Sequence[int], settings: Settings) -> Facts | None:
    from services.command import record
    from services.indexer.stories.explain import explain as explain_fold

    found = record.article(connection, article_id)
    if found is None:
        return None
    fold = explain_fold(connection, article_id, against, settings)
    return found | {"story": record.place(connection, article_id) | fold}


def _lines(said: Facts) -> Iterator[str]:
    for feed in said["feeds"]:
        yield f"Feed {feed['id']}, {feed['title'] or feed['url']}"
        yield from _facts({name: feed[name] for name in feed if name not in ("id", "title", "polls")})
        yield from _table("polls", feed["polls"])
    for one in said["refused"]:
        why = f"its pattern {one['by']!r}" if one["by"] else "it meets none of the patterns that the feed keeps by"
        of = f"feed {one['feed']}, {one['feed_url']}"
        yield f"Left out at {console.cell(one['at'])} by the rules of {of}: {why}. {one['headline'] or ''}".rstrip()
    for one in said["set_aside"]:
        yield f"Set aside as {one['id']} at {one['stage']}: {one['reason']}"
    for one in said["deleted"]:
        of = f"Article {one['article']}" if one["article"] else f"An article of {one['publication']}"
        yield f"{of} was deleted at {console.cell(one['at'])}, {one['reason']}. Polls do not bring it back."
    for article in said["articles"]:
        yield from _of_article(article)


def _of_article(article: Facts) -> Iterator[str]:
    yield f"Article {article['id']}: {article['headline'] or '(no headline)'} ({article['publication']})"
    lists = ("known_by", "seen", "page", "revisions", "log", "provenance", "story", "id", "headline", "publication")
    yield from _facts({name: value for name, value in article.items() if name not in lists})
    if article["purged_at"]:
        yield "  its text was removed for good by the operator; polls do not bring it back"
    yield f"  known by  {', '.join(article['known_by']) or 'nothing'}"
    yield from _table("seen", article["seen"])
    if article["page"]:
        yield from _table("page", [{name: value for name, value in article["page"].items() if name != "polls"}])
    yield "  fields, and where each came from"
    yield from (f"    {name}: {source}" for name, source in article["provenance"].items())
    yield from _table("revisions", article["revisions"])
    yield from _table("log", article["log"])
    yield from _of_story(article["story"])


def _of_story(story: Facts) -> Iterator[str]:
    of = f" of article {story['copy_of']}" if story["copy_of"] else ""
    yield f"Story {story['story_id']}: it is {ROLES[story['copy_role']]}{of}"
    if story["cut"] is not None:
        headline = "another headline" if story["reheadlined"] else "the same headline"
        yield f"  {story['cut']:.0%} of the original cut, {story['added']:.0%} of its own added, {headline}"
    if story["pinned"]:
        pin = story["pinned"]
        why = pin["reason"] or "no reason given"
        yield f"  pinned to article {pin['anchor']} since {console.cell(pin['at'])}: {why}"
    yield f"  {story['shingles']} shingles, {story['postings']} of them posted, {story['candidates']} candidates"
    yield from (f"  left out as furniture: {sentence}" for sentence in story["furniture"][:SENTENCES])
    for one in story["folded_with"]:
        yield from _compared("together with", one)
    for one in story["not_folded_with"]:
        yield from _compared("no copy of", one)


def _compared(how: str, one: Facts) -> Iterator[str]:
    yield f"  {how} article {one['article']} in story {one['story']} ({one['publication']}): {one['reason']}"
    for name in ("shared", "only_here", "only_there"):
        sentences = one[name]
        more = f" (and {len(sentences) - SENTENCES} more)" if len(sentences) > SENTENCES else ""
        if sentences:
            yield f"    {name.replace('_', ' ')}, {len(sentences)} sentences{more}"
            yield from (f"      {sentence}" for sentence in sentences[:SENTENCES])


def _facts(facts: Facts) -> Iterator[str]:
    return (f"  {name.replace('_', ' ')}  {console.cell(value)}" for name, value in facts.items() if value is not None)


def _table(heading: str, rows: Sequence[Facts]) -> Iterator[str]:
    if rows:
        yield f"  {heading}"
    for row in rows:
        told = (
            f"{name.replace('_', ' ')} {console.cell(value)}"
            for name, value in row.items()
            if value not in (None, "", [], {})
        )
        yield f"    {'; '.join(told)}"
