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
from shared.tables import Article, Page

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
    """Return how many of the last pages of a feed's articles its rules for them met, of those that it has."""
    return _texts(connection, row) | _addresses(connection, row)


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
