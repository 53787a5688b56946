"""The scheduler's side of the store: due rows, leases, attempts, parking."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import aliased

from services.scheduler import audit, hooks, pages
from services.scheduler.backpressure import Settled
from services.scheduler.pack import Due
from shared.aside import storable
from shared.errors import Blocked
from shared.http.addresses import Place, is_among
from shared.http.passport import same_origin
from shared.messages import Kind, Target, Validators, knows_under
from shared.rewriting import asked_at, keep_to_site
from shared.rules import Rules
from shared.settings import Settings
from shared.tables import Feed, Hook, Moment, Page, Poll, SetAside, core

TICK_LOCK = 7277  # advisory lock: one tick at a time, however many schedulers run
PURGE_ROWS = 5000  # polls deleted in one transaction
# Of a feed, to ask for it; what the store knows of it beside, its habits above all, takes longer to read than that.
ASKED = (
    Feed.id, Feed.url, Feed.host, Feed.lease_token, Feed.lease_no, Feed.attempts, Feed.wanted_at, Feed.detour_url,
    Feed.parser, Feed.etag, Feed.last_modified, Feed.body_digest, Feed.entry_digests, Feed.trusts_ids, Feed.sealed,
    Feed.audited_at, Feed.distrust, Feed.follows, Feed.rules, Feed.timeout_s, Feed.http2,
)  # fmt: skip


@dataclass(frozen=True)
class Killer:
    """A row whose worker died at it while it travelled alone, once too often."""

    target: Target
    attempts: int


def alone(connection: Connection) -> bool:
    """Return whether this is the only tick under way; the lock ends with the transaction."""
    if connection.dialect.name != "postgresql":
        return True  # SQLite has one writer anyway
    return bool(connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": TICK_LOCK}))


def anything_due(connection: Connection, now: datetime) -> bool:
    """Return whether any feed, page or hook may be due: a look that takes no lock."""
    return bool(connection.scalar(_ANYTHING_DUE, {"now": now}))


_ANYTHING_DUE = select(
    or_(
        *(
            exists().where(table.state == "active", table.ready_at <= bindparam("now", type_=Moment))
            for table in (Feed, Page)
        ),
        exists().where(hooks.is_due(bindparam("now", type_=Moment))),
    )
)


def settled_lately(connection: Connection, now: datetime, lease_s: int) -> Settled:
    """Return what was settled within the last half lease."""
    row = connection.execute(
        select(func.count(), func.coalesce(func.sum(Poll.wire_bytes), 0)).where(
            Poll.at > now - timedelta(seconds=lease_s / 2)
        )
    ).one()
    return Settled(int(row[0]), int(row[1]))


def due(
    connection: Connection,
    kind: Kind,
    now: datetime,
    limit: int,
    begun: Callable[[Sequence[str]], set[str]],
    allow: frozenset[Place] = frozenset(),
) -> list[Due]:
    """Return up to `limit` rows that may be leased, locked for this transaction: feeds longest due first.

    A row of a host that is leased already waits. A row whose lease ran out counts one more attempt if its worker had
    begun on it and never ended. `allow` are the operator's inner places.
    """
    if kind is Kind.PAGE:
        rows: Sequence[Any] = pages.due_rows(connection, now, limit)
        feeds = pages.feeds_of(connection, [row.article_id for row in rows])
        targets = [_rewritten(_target(kind, row, now, feeds.get(row.article_id)), allow) for row in rows]
    else:
        rows = connection.execute(_due_feeds(), {"now": now, "most": limit}).all()
        targets = [_target(kind, row, now, row) for row in rows]
    dead = begun([row.lease_token for row in rows if row.lease_token])
    return [Due(target, row.attempts + (row.lease_token in dead)) for row, target in zip(rows, targets, strict=True)]


@cache  # it is asked each second, and takes longer to put together than to answer
def _due_feeds() -> Select[Any]:
    now = bindparam("now", type_=Moment)
    return (
        select(*ASKED)
        .where(Feed.state == "active", Feed.ready_at <= now, ~_host_leased(now))
        .order_by(Feed.ready_at)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=Feed)
    )


def _host_leased(now: Any) -> Any:
    feed, page = aliased(Feed), aliased(Page)
    return or_(
        *(
            exists().where(and_(other.host == Feed.host, other.lease_token.is_not(None), other.ready_at > now))
            for other in (feed, page)
        )
    )


def _target(kind: Kind, row: Any, now: datetime, source: Any) -> Target:
    """Return what is to be fetched for a row; `source` is that of the feed itself, of a page's feed, or None."""
    feed = kind is Kind.FEED
    rules = Rules.model_validate(source.rules) if source and source.rules else None
    asked = row.wanted_at is not None and row.wanted_at <= now  # for the feed itself
    detour = row.detour_url if feed and not asked else None  # of which nothing is known either
    current = not detour and (not feed or row.parser == knows_under(rules))
    return Target(
        kind=kind,
        id=row.id if feed else row.article_id,
        token=row.lease_token or "",
        url=detour or row.url,
        host=row.host,
        validators=Validators(etag=row.etag, last_modified=row.last_modified, body_digest=row.body_digest)
        if current
        else Validators(),
        known=row.entry_digests if feed and current else "",
        trusts_ids=row.trusts_ids if feed else True,
        sealed=source.sealed if source and (not detour or same_origin(detour, row.url)) else None,
        sealed_for=source.url if source and source.sealed and not feed else None,
        audit=feed and current and audit.is_due(row.audited_at, row.distrust, row.id + row.lease_no + 1, now),
        distrusted=feed and row.distrust > 0,
        follows=feed and row.follows,
        rules=rules,
        timeout_s=row.timeout_s if feed else None,
        http2=source.http2 if source else False,
    )


def _rewritten(page: Target, allow: frozenset[Place]) -> Target:
    """Return a page as it is asked for: at the address that its feed's rule makes of its link, if any."""
    url = asked_at(page.rules, page.url)
    if url == page.url:
        return page
    try:
        keep_to_site(page.url, url, lambda one: is_among(one, allow))
    except Blocked as error:
        return page.model_copy(update={"astray": str(error)})
    return page.model_copy(update={"url": url, "link": page.url})


def lease(connection: Connection, kind: Kind, rows: Sequence[Due], now: datetime, lease_s: int) -> list[Due]:
    """Give each row a new token until `now` plus `lease_s`; return the rows under their tokens."""
    if not rows:
        return []
    table = Feed if kind is Kind.FEED else Page
    identity = Feed.id if kind is Kind.FEED else Page.article_id
    leased = [Due(row.target.model_copy(update={"token": secrets.token_hex(16)}), row.attempts) for row in rows]
    connection.execute(
        update(core(table))
        .where(identity == bindparam("row_id"))
        .values(
            lease_token=bindparam("token"),
            lease_no=table.lease_no + 1,
            leased_at=bindparam("now", type_=Moment),
            ready_at=bindparam("until", type_=Moment),
            attempts=bindparam("deaths"),
        ),
        [
            {
                "row_id": row.target.id,
                "token": row.target.token,
                "now": now,
                "until": now + timedelta(seconds=lease_s),
                "deaths": row.attempts,
            }
            for row in leased
        ],
    )
    return leased


def park(connection: Connection, killer: Killer, data: bytes | None, now: datetime) -> None:
    """Take a row off the line for good, with the document that its worker died at."""
    table, identity = (Feed, Feed.id) if killer.target.kind is Kind.FEED else (Page, Page.article_id)
    (kept,) = storable(connection, killer.target.kind, killer.target.id, [data]) if data else [None]
    reason = f"Its worker died at it {killer.attempts} times, the last times while it travelled alone."
    connection.execute(
        update(table)
        .where(identity == killer.target.id)
        .values(state="parked", state_reason=reason, attempts=killer.attempts, lease_token=None)
    )
    connection.execute(
        insert(SetAside).values(
            at=now,
            stage="lease",
            kind=killer.target.kind,
            target_id=killer.target.id,
            url=killer.target.link or killer.target.url,
            reason=reason,
            data=kept,
        )
    )


def unblock(connection: Connection, now: datetime, allow: frozenset[Place]) -> int:
    """Make due what was refused, feeds and hooks, and stands on the operator's list of inner places now.

    Returns how many they are.
    """
    return sum(_unblock(connection, table, now, allow) for table in (Feed, Hook))


def _unblock(connection: Connection, table: type[Feed] | type[Hook], now: datetime, allow: frozenset[Place]) -> int:
    waiting = select(table.id, table.url).where(table.due_at > now, table.lease_token.is_(None))
    refused = connection.execute(waiting.where(table.state == "active", table.error_kind == "blocked"))
    ids = [row.id for row in refused if is_among(row.url, allow)]
    connection.execute(update(table).where(table.id.in_(ids)).values(due_at=now, ready_at=now))
    return len(ids)


def purge_polls(connection: Connection, now: datetime, settings: Settings) -> int:
    """Delete the oldest records of polls that are past their keeping; return how many."""
    old = select(Poll.id).where(Poll.at < now - timedelta(days=settings.poll_history_days)).limit(PURGE_ROWS)
    return connection.execute(delete(Poll).where(Poll.id.in_(old))).rowcount
