"""The pictures of feeds whose documents name none: those of the sites that their articles' pages are on."""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select, update

from services.indexer.settle import Row
from shared.among import among
from shared.hosts import lane_of
from shared.messages import Kind, Result
from shared.tables import Article, Feed, core


def remember(connection: Connection, pages: Iterable[tuple[Result, Row]]) -> None:
    """Keep, for feeds without a picture, that of the site of an article's page, where it is the feed's own site.

    A feed that is locked is passed over: another page will come, and whoever waits for it may wait for us.
    """
    icons = {row.id: (row.url, icon) for result, row in pages for icon in _named(result)}
    if not icons:
        return
    without = select(Feed.id, Feed.url, Feed.site_url, Article.id.label("article_id"))
    without = without.join(Article, Article.feed_id == Feed.id).where(among(Article.id, icons), Feed.icon.is_(None))
    found: dict[int, str] = {}
    for row in connection.execute(without.with_for_update(skip_locked=True, of=Feed)):
        url, icon = icons[row.article_id]
        if lane_of(url) in {lane_of(row.url), lane_of(row.site_url or "")}:
            found.setdefault(row.id, icon)
    if found:
        given = update(core(Feed)).where(core(Feed).c.id == bindparam("of")).values(icon=bindparam("named"))
        connection.execute(given, [{"of": id_, "named": icon} for id_, icon in found.items()])


def _named(result: Result) -> list[str]:
    return [one.icon for one in result.entries[:1] if one.icon] if result.facts.kind is Kind.PAGE else []
