"""`wireroom feeds rules`: how a page, or JSON of any shape, is read as a feed, how its articles' pages are, and which
entries of any feed are stored.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from sqlalchemy import Connection, select

from services.command import console
from services.command.feeds import feed_store
from services.command.feeds.choosing import Choice, none_left, taking_feeds
from services.command.ruling import taking_rules
from services.command.stores import open_store
from services.indexer.feeds.sifting import Refusals
from shared.database import writing
from shared.errors import UsageError
from shared.hosts import without_password
from shared.rules import NO_RULES, Rules
from shared.settings import read_settings
from shared.tables import Article, Page

Patterns = Mapping[str, tuple[str, ...]]
SAY = (
    "Say how the feeds are to be read, such as --items 'article', or --none; or which of their entries are stored, "
    "such as --leave-out 'headline:horoscope', or --no-patterns."
)
MANY = 20  # entries in a row that were not wanted are worth a look
LAST_PAGES = 20  # of which is told how many the rule for the text met


@taking_feeds
@taking_rules
def rules(
    chosen: Choice,
    none: Annotated[bool, typer.Option("--none", help="Read them by their format again.")] = False,
    all_entries: Annotated[bool, typer.Option("--no-patterns", help="Store all their entries again.")] = False,
    rules: Rules | None = None,
) -> None:
    """Say how feeds are read, and which of their entries are stored, each in place of what was said of it before.

    They are polled now; `feeds check` and `poll` try rules.
    """
    given = rules or NO_RULES
    reading = given.reading if none or given.reading != NO_RULES else None
    patterns = given.patterns if all_entries or given.sifted else None
    if none and reading != NO_RULES:
        raise UsageError("Either --none, or the rules by which they are to be read.")
    if all_entries and given.sifted:
        raise UsageError("Either --no-patterns, or those that say which of their entries are stored.")
    if not (reading or patterns):
        raise UsageError(SAY)
    settings = read_settings()
    with writing(open_store(settings)) as connection:
        rows = chosen.rows(connection)
        pages = feed_store.give_rules(connection, rows, settings, reading, patterns)
    if not rows:
        none_left()
        return
    for row in rows if chosen.named else ():
        _tell(f"{row.id} {without_password(row.url)}", given, reading, patterns)
    if not chosen.named:
        _tell("Each of 1 feed" if len(rows) == 1 else f"Each of {len(rows)} feeds", given, reading, patterns)
    if pages:
        console.say(f"The pages of {pages} articles that they list are due again.")


def _tell(what: str, given: Rules, reading: Rules | None, patterns: Patterns | None) -> None:
    if reading is not None:
        console.say(f"{what} is read by {given.shown or 'its format alone'}.")
    if patterns is not None:
        console.say(f"{what} {given.patterns_shown if given.sifted else 'keeps everything'}.")


def in_words(row: Any) -> dict[str, Any]:
    """Return a feed's rules and patterns as people are shown them, each as it can be given again."""
    rules = Rules.model_validate(row.rules or {})
    return {"rules": rules.shown or None} | ({"patterns": rules.patterns_shown} if rules.sifted else {})


def of_feed(connection: Connection, row: Any) -> dict[str, Any]:
    """Return how many of the last pages of a feed's articles its rules for them met, of those that it has."""
    return _texts(connection, row) | _addresses(connection, row) | _refused(row)


def _refused(row: Any) -> dict[str, Any]:
    """Return how much its patterns refuse, and whether anything was wanted lately."""
    known = Refusals.read(row.unwanted)
    if known is None:
        return {}
    said = f"{known.count} {'entry' if known.count == 1 else 'entries'} since {known.since:%Y-%m-%d}"
    if known.in_row >= MANY:
        said += f"; of the last {known.in_row} none was wanted: see whether its patterns mean that"
    return {"unwanted": f"{said}; last {known.last[0].headline or known.last[0].url!r}"}


def _texts(connection: Connection, row: Any) -> dict[str, Any]:
    body = (row.rules or {}).get("body")
    if body is None:
        return {}
    query = select(Article.provenance).where(Article.feed_id == row.id, Article.body_source == "page")
    pages = connection.scalars(query.order_by(Article.id.desc()).limit(LAST_PAGES)).all()
    met = sum(page.get("body_text", "").endswith(f"page rule {body}") for page in pages)
    return {"text_by_rule": f"on {met} of the last {len(pages)} pages"}


def _addresses(connection: Connection, row: Any) -> dict[str, Any]:
    from shared.rewriting import asked_at

    if not (row.rules or {}).get("rewrite"):
        return {}
    rules = Rules.model_validate(row.rules)
    query = select(Page.url).join(Article, Article.id == Page.article_id).where(Article.feed_id == row.id)
    links = connection.scalars(query.order_by(Article.id.desc()).limit(LAST_PAGES)).all()
    made = [url for link in links if (url := asked_at(rules, link)) != link]
    such = f", such as {made[0]}" if made else ""
    return {"address_by_rule": f"for {len(made)} of the last {len(links)} pages{such}"}
