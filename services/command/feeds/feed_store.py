"""The operator's hand on feeds: what the `feeds` verbs do to the store.

Whatever changes a feed's address or state takes its lease away in the same statement, so that work under way for what
it was before changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from services.command.feeds import folders
from services.command.feeds.opml import Outline, Pages
from services.command.options import LARGEST_ID
from services.indexer.articles.layers import leave
from services.indexer.articles.pages import want_pages
from services.indexer.changes import take_head
from services.indexer.feeds import moves
from services.indexer.publications import registry
from shared.among import among
from shared.database import now
from shared.errors import UsageError
from shared.hosts import in_one_form, lane_of, without_password
from shared.http.addresses import allow_list, leads_inside
from shared.messages import split_digests
from shared.rules import NO_RULES, Rules
from shared.settings import Settings
from shared.tables import Article, Feed, Page, Publication, PublicationKey

IDS_AT_ONCE = 5000  # in one statement, well under what either database takes
HERE_S = 60  # between two looks at a folder of this machine, which costs no publisher anything
_UNKNOWN = {"etag": None, "last_modified": None, "body_digest": None, "entry_digests": ""}
TAKEN_BACK = {"lease_token": None, "attempts": 0}  # what takes the lease of a feed or page away


class Added(NamedTuple):
    """What became of a feed that was to be added."""

    id: int
    url: str
    new: bool
    line: int | None  # of the list that it came from


def add(connection: Connection, feeds: Sequence[Outline], *, publication: str | None = None) -> list[Added]:
    """Add feeds, due now; return each with its number. A known feed keeps what it has."""
    moment = now(connection)
    urls = {feed.url for feed in feeds}
    known = set(connection.scalars(select(Feed.url).where(among(Feed.url, urls))))
    fresh = {feed.url: feed for feed in reversed(feeds) if feed.url not in known}  # of two the first
    names = {feed.publication or publication for feed in fresh.values()} - {None}
    named = {name: _publication(connection, name, moment) for name in sorted(filter(None, names))}
    rows: list[dict[str, Any]] = [
        {
            "url": feed.url,
            "host": lane_of(feed.url),
            "title": feed.title,
            "site_url": feed.site_url,
            "folder": folders.in_one_form(feed.folder),
            "interval_s": feed.interval_s,
            "publication_id": named.get(feed.publication or publication or ""),
            "floor_s": feed.floor_s or _here_s(feed.url),
            "ceiling_s": feed.ceiling_s or _here_s(feed.url),
            "pages": feed.pages,
            "timeout_s": feed.timeout_s,
            "http2": feed.http2 == "yes",
            "rules": written(feed.rules),
            "state": feed.state,
            "state_reason": None if feed.state == "active" else "paused in the list that it came from",
            "due_at": moment,
            "ready_at": moment,
            "created_at": moment,
        }
        for feed in reversed(fresh.values())
    ]
    if rows:
        connection.execute(insert(Feed), rows)
    ids = dict(connection.execute(select(Feed.url, Feed.id).where(among(Feed.url, urls))).all())
    return [Added(ids[feed.url], feed.url, fresh.pop(feed.url, None) is not None, feed.line or None) for feed in feeds]


def written(rules: Rules | None) -> dict[str, Any] | None:
    """Return rules as the store keeps them."""
    return rules.model_dump(mode="json", exclude_defaults=True) if rules else None


def _here_s(url: str) -> int | None:
    return HERE_S if url.startswith("file:") else None


def named_publications(connection: Connection) -> set[int]:
    """Return the ids of the publications that the operator named, which is part of what a feed is set to."""
    names = registry.name_key("") + "%"
    own = select(Publication.id).where(Publication.key.like(names))
    taken = select(PublicationKey.publication_id).where(PublicationKey.key.like(names))
    return set(connection.scalars(own.union(taken)))


def _publication(connection: Connection, name: str, moment: datetime) -> int:
    return registry.ensure(connection, registry.name_key(name), name, None, moment)


def find(connection: Connection, names: Sequence[str]) -> list[Any]:
    """Return the feeds that numbers or addresses name, each once.

    :raises UsageError: one of them names none.
    """
    found: dict[int, Any] = {}
    query = select(Feed.__table__, Publication.name.label("publication")).outerjoin(Publication)
    for name in dict.fromkeys(names):
        known = {name, in_one_form(name)}
        match = Feed.id == int(name) if name.isdecimal() and int(name) <= LARGEST_ID else Feed.url.in_(known)
        rows = connection.execute(query.where(match)).all() or _as_shown(
            connection.execute(query.where(_SECRET)), known
        )
        if not rows:
            shown = without_password(name)
            raise UsageError(f"There is no feed {shown!r}: `wireroom feeds list` shows their numbers and addresses.")
        if len(rows) > 1:
            raise UsageError(f"{name} is the address of {len(rows)} feeds: name the one that you mean by its number.")
        found[rows[0].id] = rows[0]
    return list(found.values())


_SECRET = Feed.url.contains("@")


def _as_shown(rows: Iterable[Any], known: set[str]) -> list[Any]:
    """Return the feeds whose address is a known one where it is shown, which is without user name and password."""
    return [row for row in rows if without_password(row.url) in known]


def those(connection: Connection, *tests: ColumnElement[bool]) -> list[Any]:
    """Return the feeds of which the tests hold, with their publications, those that fail first."""
    query = select(Feed.__table__, Publication.name.label("publication")).outerjoin(Publication).where(*tests)
    return list(connection.execute(query.order_by(Feed.failures.desc(), Feed.id)).all())


def beneath(connection: Connection, url: str) -> list[int]:
    """Return the ids of the feeds whose address begins with `url`."""
    return list(connection.scalars(select(Feed.id).where(Feed.url.startswith(url, autoescape=True))))


def articles_of(connection: Connection, feed_id: int) -> int:
    """Return how many articles the feed brought first."""
    return int(connection.scalar(select(func.count()).where(Article.feed_id == feed_id)) or 0)


def refresh(connection: Connection, ids: Sequence[int], *, anew: bool = False) -> None:
    """Make feeds due now, or `anew`: as if nothing were known of them; one that is leased is polled once more then."""
    moment = now(connection)
    for at in range(0, len(ids) if anew else 0, IDS_AT_ONCE):
        changed = update(Feed).where(Feed.id.in_(ids[at : at + IDS_AT_ONCE]))
        connection.execute(changed.values(**_UNKNOWN, due_at=moment, ready_at=moment, **TAKEN_BACK))
    idle = or_(Feed.lease_token.is_(None), Feed.ready_at <= moment)
    for at in range(0, len(ids), IDS_AT_ONCE):
        these = Feed.id.in_(ids[at : at + IDS_AT_ONCE])
        connection.execute(update(Feed).where(these).values(wanted_at=moment))
        connection.execute(update(Feed).where(these, idle).values(due_at=moment, ready_at=moment))


def pause(connection: Connection, ids: Sequence[int]) -> None:
    """Stop polling feeds until they are resumed."""
    words = {"state": "paused", "state_reason": "paused by the operator"}
    connection.execute(update(Feed).where(among(Feed.id, ids)).values(**words, **TAKEN_BACK))


def resume(connection: Connection, ids: Sequence[int]) -> None:
    """Poll feeds again, from now on: paused, parked or gone ones."""
    moment = now(connection)
    fresh = {"state": "active", "state_reason": None, "failures": 0, "due_at": moment, "ready_at": moment}
    connection.execute(update(Feed).where(among(Feed.id, ids)).values(**fresh, **TAKEN_BACK))


def remove(connection: Connection, ids: Sequence[int]) -> None:
    """Forget feeds; their articles stay, seen for the last time now where no other feed lists them.

    What rested because it is one of them is polled again.
    """
    moment = now(connection)
    held = select(Feed.id, Feed.entry_digests).where(among(Feed.id, ids)).order_by(Feed.id).with_for_update()
    rows = connection.execute(held).all()
    take_head(connection)  # as everyone does who locks articles
    for row in rows:
        leave(connection, row.id, split_digests(row.entry_digests), moment)
    connection.execute(update(Feed).where(among(Feed.list_id, ids)).values(list_id=None))
    connection.execute(delete(Feed).where(among(Feed.id, ids)))
    for id_ in ids:
        same = select(Feed.id).where(Feed.state == "paused", Feed.state_reason.startswith(moves.same_as(id_)))
        resume(connection, connection.scalars(same).all())


def set_pages(connection: Connection, ids: Sequence[int], settings: Settings, wanted: Pages) -> int:
    """Fetch the pages of feeds' articles from now on, or never; return how many of their articles that changes.

    Those that wait for their page then wait no more, or those wait that their feed still lists: without a text, or all.
    """
    connection.execute(update(Feed).where(among(Feed.id, ids)).values(pages=wanted.value))
    if wanted is Pages.ALWAYS and settings.fetch_pages:
        return _want(connection, ids, settings, Article.page_state == "not_needed")
    if wanted is not Pages.NEVER:
        return _want_again(connection, ids, settings) if settings.fetch_pages else 0
    theirs = Page.article_id.in_(select(Article.id).where(Article.feed_id.in_(ids)))
    waited = delete(Page).where(theirs, Page.state == "active").returning(Page.article_id)
    left = connection.scalars(waited).all()
    take_head(connection)  # as everyone does who locks articles
    connection.execute(update(Article).where(among(Article.id, left)).values(page_state="not_needed"))
    return len(left)


def _want_again(connection: Connection, ids: Sequence[int], settings: Settings) -> int:
    return _want(connection, ids, settings, Article.body_source == "none", Article.page_state == "not_needed")


def _want(connection: Connection, ids: Sequence[int], settings: Settings, *which: ColumnElement[bool]) -> int:
    """Make the pages due of those articles that their feed still lists; return how many."""
    listed = select(Article.id, Article.url, Feed.url.label("feed")).join(Feed, Feed.id == Article.feed_id)
    listed = listed.where(among(Feed.id, ids), Article.url.is_not(None), Article.last_seen_at.is_(None))
    rows = connection.execute(listed.where(Article.status == "usable", *which))
    allow = allow_list(settings.fetch_allow)
    found = {row.id: row.url for row in rows if not leads_inside(row.url, row.feed, allow)}
    take_head(connection)  # as everyone does who locks articles
    want_pages(connection, found, now(connection))
    return len(found)


def give_passport(
    connection: Connection, feed_id: int, sealed: str | None, shown: str | None, *, http2: bool = False
) -> None:
    """Let a feed be asked for in another way from now on; what it answered when asked as before counts no more."""
    moment = now(connection)
    due = {"due_at": moment, "ready_at": moment}
    changed = update(Feed).where(Feed.id == feed_id).values(sealed=sealed, sealed_shown=shown, **_UNKNOWN, **due)
    connection.execute(changed.values(http2=http2, **TAKEN_BACK))


def ask_pages_again(connection: Connection, feed_id: int, settings: Settings) -> int:
    """Make those pages due that wait or were given up, of articles that are still listed; return how many."""
    if not settings.fetch_pages:
        return 0
    return _want(
        connection, [feed_id], settings, Article.body_source == "none", Article.page_state.in_(("due", "failed"))
    )


def give_rules(
    connection: Connection,
    feeds: Sequence[Any],
    settings: Settings,
    reading: Rules | None = None,
    patterns: Mapping[str, tuple[str, ...]] | None = None,
) -> int:
    """Let feeds be read in another way from now on, or their entries stored by other patterns, or both.

    What was read of them in another way counts no more; other patterns judge all that is listed at the next poll, which
    knows it. Where it is pages that are read otherwise, those are due again of articles that are still listed; return
    how many.
    """
    before = {row.id: Rules.model_validate(row.rules or {}) for row in feeds}
    after: dict[Rules, list[int]] = defaultdict(list)
    for id_, one in before.items():
        after[(reading or one).model_copy(update=dict(patterns or one.patterns))].append(id_)
    moment = now(connection)
    anew: dict[str, Any] = {"due_at": moment, "ready_at": moment}
    anew |= ({"unmet": None, **_UNKNOWN} if reading else {}) | ({"unwanted": None} if patterns else {})
    for rules, ids in after.items():
        said = written(rules) if rules != NO_RULES else None
        connection.execute(update(Feed).where(among(Feed.id, ids)).values(rules=said, **anew, **TAKEN_BACK))
    otherwise = [id_ for id_, one in before.items() if reading and one.for_pages != reading.for_pages]
    had = Article.page_state != "not_needed"
    return _want(connection, otherwise, settings, had) if settings.fetch_pages and otherwise else 0


def move(connection: Connection, feed_id: int, url: str) -> None:
    """Give a feed another address, due now, whatever state it was in; what the old address answered counts no more.

    A pace that it has as a folder of this machine is for such folders alone.

    :raises UsageError: another feed has that address.
    """
    other = connection.scalar(select(Feed.id).where(Feed.url == url, Feed.id != feed_id))
    if other is not None:
        raise UsageError(f"Feed {other} has that address already: remove one of them.")
    row = connection.execute(select(Feed.url, Feed.floor_s, Feed.ceiling_s).where(Feed.id == feed_id)).one()
    before, after = _here_s(row.url), _here_s(url)
    if before != after and row.floor_s == row.ceiling_s == before:
        connection.execute(update(Feed).where(Feed.id == feed_id).values(floor_s=after, ceiling_s=after))
    moves.move(connection, {feed_id: url})
    resume(connection, [feed_id])
