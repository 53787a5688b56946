"""Gaps in the store: noticed at a poll, pursued by the fetches after it, closed or left open."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Connection, insert, select, update

from services.indexer.articles.judge import Fresh, Repeat, Verdict
from services.indexer.articles.layers import leave
from services.indexer.feeds import backfill, sifting
from services.indexer.feeds.gaps import AROUND, Bounds, Detour, bounds_of, narrowed, next_address, reaches
from shared.hosts import is_folder, without_password
from shared.http.addresses import Place
from shared.messages import Kind, Outcome, Result, split_digests
from shared.polling.rhythm import expected
from shared.tables import Gap, Layer

if TYPE_CHECKING:
    from services.indexer.settle import Brought, Row  # which calls what is here

_NEVER, _EVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
log = structlog.get_logger()


def on_detour(connection: Connection, result: Result, row: "Row", allow: frozenset[Place]) -> "tuple[Result, Row]":
    """Return a fetch as it is to be settled: one that was made to close a gap is narrowed to what fits into it.

    One that was made for the feed's past is narrowed to what is dated, and as old as was asked for.
    """
    url = row.memory.detour_url
    if url is None or result.facts.kind is not Kind.FEED or result.facts.outcome is Outcome.UNFETCHED:
        return result, row
    columns = select(Gap.id, Gap.from_at, Gap.to_at, Gap.tried, Gap.found)
    query = columns.where(Gap.feed_id == row.id, Gap.state == "closing").order_by(Gap.id.desc()).limit(1)
    gap = connection.execute(query).one_or_none()
    known = row.memory.backfill
    if gap is None and known and known.next_url == url:
        bounds = Bounds((known.since or _NEVER) + AROUND, _EVER)  # the operator's word has nothing around it
        page = Detour(0, bounds, (url,), 0, said=result.feed, facts=result.facts, backfills=True)
        memory = replace(row.memory, detour=page, backfill=backfill.went(known, row.url, result, allow))
        return narrowed(result, bounds), replace(row, memory=memory)
    bounds = Bounds(gap.from_at, gap.to_at) if gap else Bounds(_NEVER, _NEVER)
    tried = (*gap.tried, url) if gap else (url,)
    id_, found = (gap.id, gap.found) if gap else (0, 0)
    detour = Detour(id_, bounds, tried, found, reaches(result, bounds), result.feed, result.facts)
    return narrowed(result, bounds), replace(row, memory=replace(row.memory, detour=detour))


def judged(row: "Row", verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
    """Return what counts of a document: what was fetched to close a gap brings new articles and changes no other."""
    return [one for one in verdicts if isinstance(one, Fresh)] if row.memory.detour else verdicts


def noticed(connection: Connection, result: Result, row: "Row", verdicts: Sequence[Verdict], now: datetime) -> "Row":
    """Return the row of a feed with the gap that this poll shows: its window shares no article with the last one.

    Told before anything of the document is written. Two windows share an article where both hold an entry as it was, or
    where an entry is a state of an article that the last window listed, or of one that was refused before. A folder's
    files roll off no window.
    """
    last, window = split_digests(row.digests), split_digests(result.window or "")
    since = row.memory.last_ok_at
    if row.memory.detour or since is None or is_folder(row.url):
        return row
    if not last or not window or not set(last).isdisjoint(window):
        return row
    if sifting.refused_before(row.unwanted, result):
        return row
    ids = [one.known.id for one in verdicts if not isinstance(one, Fresh | Repeat)]
    listed = select(Layer.article_id).where(
        Layer.feed_id == row.id, Layer.digest.is_not(None), Layer.article_id.in_(ids)
    )
    if ids and connection.execute(listed.limit(1)).first():
        return row
    fresh = [one.entry.content.published_at for one in verdicts if isinstance(one, Fresh)]
    gap = bounds_of(since, (*fresh, *(one.published_at for one in result.unwanted)), now)
    return replace(row, memory=replace(row.memory, gap=gap))


def pursue(
    connection: Connection,
    settled: "Sequence[tuple[Result, Row, Brought]]",
    now: datetime,
    allow: frozenset[Place],
) -> "list[tuple[Result, Row, Brought]]":
    """Record the gaps that were noticed and what came of the attempts to close others; return where each goes next."""
    return [
        (result, _pursue(connection, result, row, brought, now, allow), brought) for result, row, brought in settled
    ]


def _pursue(
    connection: Connection, result: Result, row: "Row", brought: "Brought", now: datetime, allow: frozenset[Place]
) -> "Row":
    memory = row.memory
    if memory.detour and memory.detour.backfills:
        return _went_back(connection, result, row, memory.detour, brought, now)
    if memory.detour:
        return _went(connection, result, row, memory.detour, brought, now, allow)
    if memory.backfill:
        began = backfill.began(memory.backfill, row.url, result.feed, allow)
        row = replace(row, memory=replace(memory, backfill=began))
    return _open(connection, result, row, memory.gap, now, allow) if memory.gap else row


def _went_back(
    connection: Connection, result: Result, row: "Row", detour: Detour, brought: "Brought", now: datetime
) -> "Row":
    leave(connection, row.id, {one.digest for one in result.entries} - set(split_digests(row.digests)), now)
    known = row.memory.backfill
    if known is None:
        return row
    known = replace(known, found=known.found + brought.created)
    tried = without_password(detour.tried[-1])
    log.info("looked into the past", feed=row.id, url=tried, found=brought.created, past=known.words())
    return replace(row, memory=replace(row.memory, backfill=known))


def _open(
    connection: Connection, result: Result, row: "Row", gap: Bounds, now: datetime, allow: frozenset[Place]
) -> "Row":
    ahead = next_address(row.url, row.site_url, (), row.url, result.feed, allow)
    rhythm = row.memory.before.rhythm if row.memory.before else None
    missing = expected(rhythm, gap.from_at.timestamp(), gap.to_at.timestamp()) if rhythm else 0.0
    columns = {"from_at": gap.from_at, "to_at": gap.to_at, "expected": max(1, round(missing)), "found": 0, "tried": []}
    state = "closing" if ahead else "lost"
    connection.execute(insert(Gap).values(feed_id=row.id, at=now, state=state, **columns))
    span = {"since": gap.from_at.isoformat(), "until": gap.to_at.isoformat()}
    log.warning("gap", feed=row.id, url=without_password(row.url), **span)
    return replace(row, memory=replace(row.memory, next_url=ahead))


def _went(
    connection: Connection,
    result: Result,
    row: "Row",
    detour: Detour,
    brought: "Brought",
    now: datetime,
    allow: frozenset[Place],
) -> "Row":
    ahead = None
    if detour.gap_id and not detour.reached:
        ahead = next_address(row.url, row.site_url, detour.tried, detour.tried[-1], detour.said, allow)
    state = "closed" if detour.reached else "closing" if ahead else "lost"
    found = detour.found + brought.created
    changed = {"state": state, "found": found, "tried": list(detour.tried)}
    connection.execute(update(Gap).where(Gap.id == detour.gap_id).values(changed))
    tried = without_password(detour.tried[-1])
    log.info("looked into a gap", feed=row.id, url=tried, found=brought.created, state=state)
    leave(connection, row.id, {one.digest for one in result.entries} - set(split_digests(row.digests)), now)
    return replace(row, memory=replace(row.memory, next_url=ahead))
