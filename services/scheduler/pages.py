"""Which article pages are due: the newest first, a share for each site and title, so that no backfill starves news.

A look along the pages by their time tells which sites have a turn, and how many pages are in it. Where there are
several, the turn is divided among the titles that the site hosts: their newest in rounds. A title with a pace of its
own has one page at a time, and then none until its pace is over.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import zip_longest
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from shared.among import among
from shared.http.passport import PAGES
from shared.tables import Article, Feed, Moment, Page, Publication, core

SITE_SHARE = 20  # pages of one site at a time: spaced by half a second, its feeds wait ten seconds at most for them
ROUNDS = 8  # looks at most, each past the sites that have had their share
_ACTIVE: ColumnElement[str] = literal_column("'active'")  # in the words of the index over those alone


def due_rows(
    connection: Connection, now: datetime, limit: int, chance: Callable[[list[int]], None] = random.shuffle
) -> list[Any]:
    """Return up to `limit` pages that may be leased, locked for this transaction.

    A site of which anything is leased waits.
    `chance` orders the titles of a site that has more of them than its turn has pages.
    """
    had: set[str] = set()
    found: list[Any] = []
    for _ in range(ROUNDS):
        rows = connection.execute(_newest(), {"now": now, "most": limit, "had": sorted(had)}).all()
        turns = by_site(rows, limit - len(found))
        found += [row for site, turn in turns.items() for row in _divided(connection, site, turn, now, chance)]
        had |= {row.host for row in rows}
        if len(found) >= limit or len(rows) < limit:
            break
    return _paced(connection, found, now)


def by_site(rows: Iterable[Any], most: int, share: int = SITE_SHARE) -> dict[str, list[Any]]:
    """Return each site's turn, `most` rows together: of its rows the first so many, in the order given."""
    turns: dict[str, list[Any]] = {}
    for row in rows:
        if len(turns.get(row.host, ())) < share and most > 0:
            turns.setdefault(row.host, []).append(row)
            most -= 1
    return turns


def in_rounds(titles: Sequence[Sequence[Any]], most: int) -> list[Any]:
    """Return up to `most` rows: the first of each title, then the second of each.

    >>> in_rounds([["a1", "a2", "a3"], ["b1"], ["c1", "c2"]], 5)
    ['a1', 'b1', 'c1', 'a2', 'c2']
    """
    return [row for together in zip_longest(*titles) for row in together if row is not None][:most]


def _divided(
    connection: Connection, site: str, turn: list[Any], now: datetime, chance: Callable[[list[int]], None]
) -> list[Any]:
    """Return a site's turn, divided among its titles."""
    if len(turn) == 1:
        return turn
    titles = list(connection.scalars(_titles(), {"site": site}))
    if len(titles) == 1:
        return turn
    if len(titles) > len(turn):
        chance(titles)
    newest = [
        connection.execute(_newest_of(), {"site": site, "title": title, "now": now, "most": len(turn)}).all()
        for title in titles[: len(turn)]
    ]
    return in_rounds(newest, len(turn))


def _paced(connection: Connection, rows: list[Any], now: datetime) -> list[Any]:
    """Return the rows without those that come too soon for their title's own pace, and note when its next may come."""
    own = select(Publication.id, Publication.page_pace_s).where(Publication.page_pace_s.is_not(None))
    titles = among(Publication.id, {row.publication_id for row in rows})
    paces = {row.id: row.page_pace_s for row in connection.execute(own.where(titles))} if rows else {}
    for title, pace_s in paces.items():
        later = {"page_at": now + timedelta(seconds=pace_s)}
        connection.execute(update(core(Publication)).where(core(Publication).c.id == title).values(later))
    first = {row.publication_id: row for row in reversed(rows)}
    return [row for row in rows if row.publication_id not in paces or row is first[row.publication_id]]


@cache
def _titles() -> Select[Any]:
    """Return what asks for the titles of which a site's pages wait: each is found behind the last one in the index."""
    last = select(bindparam("before", -1, type_=BigInteger).label("title")).cte("titles", recursive=True)
    theirs = aliased(Page)
    behind = select(theirs.publication_id).where(
        theirs.state == _ACTIVE, theirs.host == bindparam("site", type_=Text), theirs.publication_id > last.c.title
    )
    following = behind.order_by(theirs.publication_id).limit(1).scalar_subquery()
    titles = last.union_all(select(following).where(last.c.title.is_not(None)))
    return select(titles.c.title).where(titles.c.title >= 0)


@cache
def _newest_of() -> Select[Any]:
    site, title = bindparam("site", type_=Text), bindparam("title", type_=BigInteger)
    return _ready().where(Page.host == site, Page.publication_id == title)


def feeds_of(connection: Connection, ids: Sequence[int]) -> dict[int, Any]:
    """Return how the feeds that brought articles let their pages be read and asked for: rules, url, sealed and http2.

    By article id, and only of feeds that say anything of it, as few do.
    """
    sealed = case((Feed.sealed.startswith(PAGES), Feed.sealed)).label("sealed")
    brought = select(Article.id, Feed.rules, Feed.url, Feed.http2, sealed).join(Feed, Feed.id == Article.feed_id)
    saying = brought.where(among(Article.id, ids), or_(Feed.rules.is_not(None), sealed.is_not(None), Feed.http2))
    return {row.id: row for row in connection.execute(saying)} if ids else {}


@cache  # it is asked each second, and takes longer to put together than to answer
def _newest() -> Select[Any]:
    now = bindparam("now", type_=Moment)
    feeds = select(Feed.host).where(Feed.lease_token.is_not(None), Feed.ready_at > now)
    pages = aliased(Page)
    leased = feeds.union_all(select(pages.host).where(pages.lease_token.is_not(None), pages.ready_at > now))
    return _ready().where(Page.host.not_in(leased), Page.host.not_in(bindparam("had", expanding=True)))


def _ready() -> Select[Any]:
    now = bindparam("now", type_=Moment)
    return (
        select(Page.__table__)
        .where(Page.state == _ACTIVE, Page.ready_at <= now)
        .where(Page.publication_id.not_in(select(Publication.id).where(Publication.page_at > now)))
        .order_by(Page.ordered_at.desc())
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=Page)
    )
