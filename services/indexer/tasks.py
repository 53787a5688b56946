"""The index stage: facts of many fetches in one commit, each document with its articles in one commit of its own."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from services.indexer import aside, duties, hooks, settle
from services.indexer.articles.layers import leave
from services.indexer.changes import take_head
from services.indexer.document import commit_documents, try_document
from services.indexer.feeds import following, gap_store
from services.indexer.settle import Brought, Row
from shared.belt import Belt
from shared.database import connect, now, store_url, writing
from shared.errors import TransientError
from shared.http.addresses import allow_list
from shared.messages import Batch, Facts, Kind, Result, split_digests
from shared.queues import Publish
from shared.settings import Settings

log = structlog.get_logger()


def start(settings: Settings, belt: Belt, publish: Publish) -> Callable[[Batch], None]:
    """Return what handles one batch; it publishes nothing, for the store is the end of the line."""
    return indexer(connect(store_url(settings), pool_size=2), belt, settings)


def indexer(engine: Engine, belt: Belt, settings: Settings) -> Callable[[Batch], None]:
    """Return what commits one batch to the store behind `engine`."""

    def index(batch: Batch) -> None:
        duties.do(engine, batch.duties, settings)
        settle_hooks(engine, [result.facts for result in batch.results if result.facts.kind is Kind.HOOK])
        fetched = [result for result in batch.results if result.facts.kind is not Kind.HOOK]
        settle_facts(engine, [result for result in fetched if not result.has_news], settings)
        for kind in Kind:
            news = [result for result in fetched if result.has_news and result.facts.kind is kind]
            if news:
                _settle_documents(engine, belt, kind, news, settings)

    return index


def settle_hooks(engine: Engine, facts: Sequence[Facts]) -> None:
    """Commit what came of calls."""
    if facts:
        with writing(engine) as connection:
            _count_stale(connection, hooks.settle(connection, facts, now(connection)))


def settle_facts(engine: Engine, results: Sequence[Result], settings: Settings) -> None:
    """Commit fetches that brought no article to look at: errors, 304s, unchanged bytes, entries that only left.

    :raises DBAPIError: the database refused some of them, and took the others.
    """
    if not results:
        return
    try:
        _settle_together(engine, results, settings)
    except DBAPIError:
        if len(results) == 1:
            raise
        _each(results, lambda one: _settle_together(engine, [one], settings))


def _each(results: Sequence[Result], work: Callable[[Result], None]) -> None:
    """Do `work` for each result alone, whatever becomes of the others.

    :raises DBAPIError: the first refusal of the database, once all have had their turn.
    """
    refused = []
    for result in results:
        try:
            work(result)
        except DBAPIError as error:
            refused.append(error)
    if refused:
        raise refused[0]


def _settle_together(engine: Engine, results: Sequence[Result], settings: Settings) -> None:
    allow = allow_list(settings.fetch_allow)
    with writing(engine) as connection:
        moment = now(connection)
        rows = settle.fence(connection, results)
        if any(_locks_articles(result, rows) for result in results):
            take_head(connection)  # as everyone does who locks articles
        for kind in Kind:
            settled = [
                (*gap_store.on_detour(connection, result, rows[kind, result.facts.id], allow), _seen(result))
                for result in results
                if (result.facts.kind, result.facts.id) in rows and result.facts.kind is kind
            ]
            settle.settle(connection, kind, settled, moment, settings)
            for result, row, _ in settled:
                _left_and_rejected(connection, result, row, moment)
                if result.listed is not None and row.follows:
                    following.follow(connection, row, result.listed, moment, allow)
        _count_stale(connection, len(results) - len(rows))


def _locks_articles(result: Result, rows: Mapping[tuple[Kind, int], Row]) -> bool:
    row = rows.get((result.facts.kind, result.facts.id))
    return row is not None and (result.facts.kind is Kind.PAGE or bool(_left(result, row)))


def _seen(result: Result) -> Brought:
    entries = len(split_digests(result.window or ""))
    return Brought(
        known=max(0, entries - result.repeats - len(result.rejected)),
        repeats=result.repeats,
        set_aside=len(result.rejected),
    )


def _left_and_rejected(connection: Connection, result: Result, row: Row, moment: datetime) -> None:
    aside.keep_rejected(connection, result, row, moment)
    if result.facts.kind is Kind.FEED:
        leave(connection, row.id, _left(result, row), moment)


def _left(result: Result, row: Row) -> set[str]:
    if result.window in (None, row.digests):
        return set()
    return set(split_digests(row.digests)) - set(split_digests(result.window))


def _settle_documents(engine: Engine, belt: Belt, kind: Kind, results: Sequence[Result], settings: Settings) -> None:
    """Commit documents' articles under their tokens; what cannot be stored is set aside alone."""
    ours = belt.begin_all(result.facts.token for result in results)
    for result in results:
        if result.facts.token not in ours:
            reason = "it was begun before and never ended; the lease brings it back"
            log.info("dropped", id=result.facts.id, reason=reason)
    begun = [result for result in results if result.facts.token in ours]
    try:
        _commit(engine, kind, begun, settings)
    except TransientError:
        belt.end(*ours)
        raise
    belt.end(*ours)


def _commit(engine: Engine, kind: Kind, results: Sequence[Result], settings: Settings) -> None:
    """Commit all in one transaction; where the database refuses that, each alone, and what it refuses then, aside."""
    if not results:
        return
    try:
        commit_documents(engine, kind, results, settings)
    except DBAPIError:
        if len(results) > 1:
            _each(results, lambda one: _commit(engine, kind, [one], settings))
            return
        good = aside.without_unstorable(results[0], lambda one: try_document(engine, one, settings))
        if len(good.entries) == len(results[0].entries):
            raise
        commit_documents(engine, kind, [good], settings)


def _count_stale(connection: Connection, stale: int) -> None:
    settle.count(connection, "stale_results", stale)
    if stale:
        log.info("stale", results=stale, reason="their lease was given to another, or taken back")
