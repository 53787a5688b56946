"""`wireroom feeds rules`: how a page, or JSON of any shape, is read as a feed, and how its articles' pages are."""

from typing import Annotated, Any

import typer
from sqlalchemy import Connection, select

from services.command import console
from services.command.feeds import feed_store
from services.command.ruling import taking_rules
from services.command.stores import open_store
from shared.database import writing
from shared.errors import UsageError
from shared.hosts import without_password
from shared.rules import Rules
from shared.settings import read_settings
from shared.tables import Article

LAST_PAGES = 20  # of which is told how many the rule for the text met


@taking_rules
def rules(
    names: Annotated[list[str], typer.Argument(help="Numbers or addresses of feeds.", show_default=False)],
    none: Annotated[bool, typer.Option("--none", help="Read them by their format again.")] = False,
    rules: Rules | None = None,
) -> None:
    """Say how feeds are read, in place of what was said before. They are polled now; `feeds check` tries rules."""
    if none == bool(rules):
        raise UsageError("Say how the feeds are to be read, such as --items 'article', or --none.")
    settings = read_settings()
    with writing(open_store(settings)) as connection:
        rows = feed_store.find(connection, names)
        pages = feed_store.give_rules(connection, rows, rules, settings)
    for row in rows:
        console.say(f"{row.id} {without_password(row.url)} is read by {rules.shown if rules else 'its format alone'}.")
    if pages:
        console.say(f"The pages of {pages} articles that they list are due again.")


def of_feed(connection: Connection, row: Any) -> dict[str, Any]:
    """Return on how many of the last pages of a feed's articles its rule for their text met it, if it has one."""
    body = (row.rules or {}).get("body")
    if body is None:
        return {}
    query = select(Article.provenance).where(Article.feed_id == row.id, Article.body_source == "page")
    pages = connection.scalars(query.order_by(Article.id.desc()).limit(LAST_PAGES)).all()
    met = sum(page.get("body_text", "").endswith(f"page rule {body}") for page in pages)
    return {"text_by_rule": f"on {met} of the last {len(pages)} pages"}
