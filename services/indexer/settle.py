"""Settling fetches: the facts of many in one commit, fenced by their leases' tokens."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import structlog
from sqlalchemy import Connection, Select, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.indexer.feeds import gap_store, pace, push, sifting, unusual
from services.indexer.feeds.moves import move
from services.indexer.feeds.pace import Memory
from services.indexer.feeds.trust import Past, columns, moved
from shared.among import among_given
from shared.http.addresses import allow_list
from shared.messages import PARSER, Kind, Outcome, Result, split_digests
from shared.polling.habits import Arrival
from shared.polling.schedule import Plan, Standing, plan
from shared.rows import as_json, insert_rows, update_rows
from shared.settings import Settings
from shared.tables import Article, Counter, Feed, Page, Poll, core

_POLL = (
    "at",
    "kind",
    "target_id",
    "outcome",
    "status",
    "error",
    "elapsed_ms",
    "wire_bytes",
    "entries",
    "created",
    "revised",
    "known",
    "siblings",
    "repeats",
    "left_out",
    "set_aside",
    "requests",
    "unwanted",
)
log = structlog.get_logger()


@dataclass(frozen=True)
class Row:
    """A feed or page as it stood when its fetch was settled."""

    id: int
    standing: Standing
    url: str
    lease_no: int
    publication_id: int | None = None
    title: str | None = None
    site_url: str | None = None
    icon: str | None = None
    pages: str = "auto"
    digests: str = ""  # of its last window
    interval_s: int | None = None
    wanted_at: datetime | None = None  # the moment from which somebody wants it polled
    memory: Memory = field(default_factory=Memory)
    past: Past = field(default_factory=Past)
    follows: bool = False  # it is a list of feeds
    unwanted: dict[str, Any] | None = None  # what its patterns refused
    known_under: str | None = None  # the digests


@dataclass(frozen=True)
class Brought:
    """What became of a document's entries."""

    created: int = 0
    revised: int = 0
    known: int = 0
    siblings: int = 0
    repeats: int = 0
    set_aside: int = 0
    arrivals: tuple[Arrival, ...] = ()  # articles that are new to the feed's window


def fence(connection: Connection, results: Iterable[Result]) -> dict[tuple[Kind, int], Row]:
    """Return the feeds and pages of `results` that their tokens still hold, by kind and id, locked until the commit.

    The token alone decides: a row that was leased again, or taken back by the operator, is not among them.
    """
    held: dict[tuple[Kind, int], Row] = {}
    tokens = {(result.facts.kind, result.facts.id): result.facts.token for result in results}
    for kind in Kind:
        ids = sorted(id_ for (of, id_) in tokens if of is kind)
        if not ids:
            continue
        for row in connection.execute(_held(kind), {"ids": ids}).all():
            id_ = row.id if kind is Kind.FEED else row.article_id
            if row.lease_token == tokens[kind, id_]:
                held[kind, id_] = _row(kind, row)
    return held


@cache
def _held(kind: Kind) -> Select[Any]:
    """Return the query for rows by their ids, in the order of these, so that two batches never wait for each other."""
    table, identity = _table(kind)
    return select(core(table)).where(among_given(identity, "ids")).order_by(identity).with_for_update()


def _table(kind: Kind) -> tuple[Any, Any]:
    return (Feed, Feed.id) if kind is Kind.FEED else (Page, Page.article_id)


def _row(kind: Kind, row: Any) -> Row:
    wanted = row.wanted_at is not None and row.wanted_at > row.leased_at
    if kind is Kind.PAGE:
        return Row(row.article_id, Standing(row.state, row.failures, wanted=wanted), row.url, row.lease_no)
    standing, memory = pace.standing(row, wanted=wanted)
    return Row(
        id=row.id,
        standing=standing,
        url=row.url,
        lease_no=row.lease_no,
        publication_id=row.publication_id,
        title=row.title,
        site_url=row.site_url,
        icon=row.icon,
        pages=row.pages,
        digests=row.entry_digests,
        interval_s=row.interval_s,
        wanted_at=row.wanted_at,
        memory=memory,
        past=Past.of(row),
        follows=row.follows,
        unwanted=row.unwanted,
        known_under=row.parser,
    )


def settle(
    connection: Connection,
    kind: Kind,
    settled: Sequence[tuple[Result, Row, Brought]],
    now: datetime,
    settings: Settings,
) -> None:
    """Write the facts of fetches whose rows are fenced, end their leases, and add them to the record of polls.

    What was asked for while it was leased is due from the moment that was asked for (`wanted_at`).
    """
    if not settled:
        return
    settled = [(result, _taught(result, row, brought, now), brought) for result, row, brought in settled]
    settled = gap_store.pursue(connection, settled, now, allow_list(settings.fetch_allow))
    push.remember(connection, settled, now, settings)
    plans: dict[int, Plan] = {}
    for at, (result, row, brought) in enumerate(settled):
        memory, plans[row.id] = pace.turned(row.memory, _plan(result, row, now, settings), result.facts, now)
        settled[at] = (result, replace(row, memory=memory), brought)
    news = {row.id: _news(kind, result, row, brought, plans[row.id], now) for result, row, brought in settled}
    table, identity = _table(kind)
    # rows that change the same columns go in one statement
    for names in {tuple(one) for one in news.values()}:
        rows = [(*one.values(), id_) for id_, one in news.items() if tuple(one) == names]
        update_rows(connection, table, (*names, identity.key), rows)
    _record(connection, settled, now)
    if kind is Kind.PAGE:
        _page_states(connection, plans)
        return
    for result, row, _ in settled:
        if result.facts.outcome is not Outcome.UNFETCHED:
            unusual.tell(row, news[row.id], now)
    moves = {row.id: moved(row.past, result.facts, row.url, now) for result, row, _ in settled if result.facts.moved_to}
    move(connection, {id_: url for id_, url in moves.items() if url})


def _taught(result: Result, row: Row, brought: Brought, now: datetime) -> Row:
    """Return the row as this fetch teaches it."""
    standing, memory = pace.taught(row.standing, row.memory, result, brought.arrivals, now)
    return replace(row, standing=standing, memory=memory)


def _plan(result: Result, row: Row, now: datetime, settings: Settings) -> Plan:
    planned = plan(row.standing, result.facts, settings, now.timestamp(), random.random())
    return pace.paced(row.memory, row.standing, planned, settings)


def _news(kind: Kind, result: Result, row: Row, brought: Brought, planned: Plan, now: datetime) -> dict[str, Any]:
    """Return the columns of a row that its fetch changes."""
    facts, good = result.facts, result.facts.outcome.good
    due = max(now, row.wanted_at or now) if row.standing.wanted else now + timedelta(seconds=planned.wait_s)
    news: dict[str, Any] = {
        "lease_token": None,
        "attempts": 0,
        "wanted_at": row.wanted_at if facts.outcome is Outcome.UNFETCHED else None,  # it waits for the feed itself
        "state": planned.state,
        "state_reason": planned.reason,
        "failures": planned.failures,
        "due_at": due,
        "ready_at": due,
    }
    if facts.outcome is not Outcome.UNFETCHED:
        news |= {"error": None if good else facts.error, "error_kind": None if good else facts.error_kind}
    if facts.validators is not None:
        news |= facts.validators.model_dump()
    news |= pace.detour_columns(row.memory)
    if kind is Kind.PAGE:
        return news
    news |= {name: as_json(value) for name, value in sifting.columns(row.unwanted, result, now).items()}
    if facts.outcome is Outcome.UNFETCHED:
        return news | ({"due_reason": planned.why} if planned.why else {})
    news |= {"polling_s": planned.polling_s, "last_polled_at": now} | pace.columns(row.memory, planned)
    if "habits" in news:
        news["habits"] = as_json(news["habits"])
    if good:
        news["last_ok_at"] = now
    if brought.created:
        news["last_new_at"] = now
    news |= columns(row.past, facts, brought.created + brought.revised + len(result.unwanted), now)
    if result.window is not None:
        known_under = result.known_under or result.parser
        news |= {"entry_digests": result.window, "parser": known_under, "trusts_ids": result.trusts_ids}
        if result.parser != PARSER:  # by rules of its own
            news["unmet"] = result.unmet
    return news


def _record(connection: Connection, settled: Sequence[tuple[Result, Row, Brought]], now: datetime) -> None:
    """Add a line to the record of polls for each fetch that was really made; one in a feed's stead is no poll of it."""
    lines = [
        (
            now,
            "archive" if row.memory.detour else facts.kind,
            row.id,
            facts.outcome,
            facts.status,
            facts.error,
            facts.elapsed_ms,
            facts.wire_bytes,
            len(split_digests(result.window or "")) + result.left_out,
            brought.created,
            brought.revised,
            brought.known,
            brought.siblings,
            brought.repeats,
            result.left_out,
            brought.set_aside,
            facts.requests,
            len(result.unwanted),
        )
        for result, row, brought in settled
        for facts in [(row.memory.detour and row.memory.detour.facts) or result.facts]
        if facts.outcome is not Outcome.UNFETCHED
    ]
    insert_rows(connection, Poll, _POLL, lines)


def _page_states(connection: Connection, plans: Mapping[int, Plan]) -> None:
    """Say on the articles what became of their pages."""
    for state in ("done", "failed"):
        ids = [id_ for id_, planned in plans.items() if planned.state == state]
        if ids:
            connection.execute(update(Article).where(Article.id.in_(ids)).values(page_state=state))


def count(connection: Connection, name: str, more: int) -> None:
    """Add `more` to the counter `name`."""
    if not more:
        return
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(Counter).values(name=name, value=more)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[Counter.name], set_={"value": Counter.value + statement.excluded.value}
        )
    )
