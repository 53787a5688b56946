"""One document with news, in one transaction: fence, look up, take the log's row, judge, write, fold, number."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine

from services.indexer import aside, settle
from services.indexer.articles import (
    hold_pages,
    insert_fresh,
    known_by_id,
    known_by_key,
    leave,
    put_keys,
    put_layers,
    relist,
    touch,
    update_revised,
    want_pages,
)
from services.indexer.changes import News, append, take_head
from services.indexer.judge import Fresh, Known, Repeat, Revised, Source, Unchanged, Verdict, judge_all
from services.indexer.merge import PAGE
from services.indexer.publications import publication_of
from services.indexer.settle import Brought, Row
from services.indexer.stories import fold
from shared.database import now, writing
from shared.messages import PARSER, Kind, Result, split_digests
from shared.settings import Settings

log = structlog.get_logger()


def commit_document(engine: Engine, result: Result, settings: Settings) -> Brought:
    """Commit the articles and the facts of one fetch if its token still holds; return what it brought.

    :raises TransientError: the database is away.
    """
    with writing(engine) as connection:
        return write_document(connection, result, settings)


def write_document(connection: Connection, result: Result, settings: Settings) -> Brought:
    """Write one fetch within the caller's transaction; return what it brought, nothing where its token is stale."""
    row = settle.fence(connection, [result]).get((result.facts.kind, result.facts.id))
    moment = now(connection)
    if row is None:
        settle.count(connection, "stale_results", 1)
        log.info("stale", id=result.facts.id, reason="its lease was given to another, or taken back")
        return Brought()
    page = result.facts.kind is Kind.PAGE
    publication_id = 0 if page else publication_of(connection, row, result.feed, moment)
    source = Source(PAGE if page else f"feed:{row.id}", row.lease_no, result.parser or PARSER, result.document_sha256)
    verdicts = _judge(connection, result, publication_id, source, moment, lock=False)
    # whoever locks articles holds the log's row, for folding locks them in an order of its own; pages come before it,
    # since whoever settles a page has locked that first
    hold_pages(connection, _rewanted(verdicts))
    last = take_head(connection) if verdicts else 0
    if connection.dialect.name != "sqlite":  # where another indexer may have committed while this one waited
        moment = now(connection)
        verdicts = _judge(connection, result, publication_id, source, moment, lock=True)
    brought = _brought(result, verdicts, row)
    settle.settle(connection, result.facts.kind, [(result, row, brought)], moment, settings)
    news = _write(connection, result, row, publication_id, verdicts, source, moment, settings)
    append(connection, last, news, moment)
    return brought


def _rewanted(verdicts: Sequence[Verdict]) -> list[int]:
    """Return the articles whose pages may become due again."""
    return [one.known.id for one in verdicts if isinstance(one, Revised) and one.entry.page_wanted]


def _judge(
    connection: Connection, result: Result, publication_id: int, source: Source, moment: datetime, *, lock: bool
) -> list[Verdict]:
    if result.facts.kind is Kind.PAGE:
        article = known_by_id(connection, [result.facts.id], lock=lock).get(result.facts.id)
        known: dict[str, Known] = {key: article for entry in result.entries for key in entry.keys[:1] if article}
        return judge_all(result.entries[:1], known, source, moment) if article else []
    keys = [key for entry in result.entries for key in entry.keys]
    return judge_all(result.entries, known_by_key(connection, publication_id, keys, lock=lock), source, moment)


def _write(
    connection: Connection,
    result: Result,
    row: Row,
    publication_id: int,
    verdicts: Sequence[Verdict],
    source: Source,
    moment: datetime,
    settings: Settings,
) -> list[News]:
    """Write what the verdicts say, fold what changed, and return it as news."""
    fresh = [verdict for verdict in verdicts if isinstance(verdict, Fresh)]
    revised = [verdict for verdict in verdicts if isinstance(verdict, Revised)]
    unchanged = [verdict for verdict in verdicts if isinstance(verdict, Unchanged)]
    known: list[Revised | Unchanged] = [*revised, *unchanged]
    feed_id = None if result.facts.kind is Kind.PAGE else row.id
    made = insert_fresh(connection, publication_id, row.id, fresh, source, moment)
    update_revised(connection, revised, source, moment)
    put_layers(connection, feed_id, [(one.known.id, one.layer, one.entry.digest) for one in revised])
    touch(connection, feed_id, unchanged, source, moment)
    if feed_id is not None:
        relist(connection, [one.known.id for one in known])
        old_keys = [(one.known.id, one.known.missing(one.entry.keys)) for one in known if not one.entry.cancelled]
        put_keys(connection, publication_id, old_keys, fresh=False)
        left = set(split_digests(row.digests)) - set(split_digests(result.window or row.digests))
        leave(connection, row.id, left, moment)
        _want_pages(connection, row, made, fresh, revised, moment, settings)
    aside.keep_rejected(connection, result, row, moment)
    new_ids = frozenset(id_ for id_, _ in made)
    changed = [one.known.id for one in known if one.refold]
    folded = fold(connection, [*new_ids, *changed], new_ids, moment, settings) if new_ids or changed else []
    return [*(News("created", id_) for id_, _ in made), *map(_news, revised), *folded]


def _news(verdict: Revised) -> News:
    if verdict.withdrawn:
        return News("withdrawn", verdict.known.id, {"reason": verdict.head.content.status_reason})
    if not verdict.kinds:
        return News("reparsed", verdict.known.id)
    return News("revised", verdict.known.id, {"kinds": list(verdict.kinds)})


def _want_pages(
    connection: Connection,
    row: Row,
    made: Sequence[tuple[int, int]],
    fresh: Sequence[Fresh],
    revised: Sequence[Revised],
    moment: datetime,
    settings: Settings,
) -> None:
    """Make the pages of articles due whose feed gives only a summary."""
    if not settings.fetch_pages or row.pages == "never":
        return
    wanted = {id_: one.entry.url for (id_, _), one in zip(made, fresh, strict=True) if one.entry.page_wanted}
    wanted |= {one.known.id: one.entry.url for one in revised if one.entry.page_wanted and not one.withdrawn}
    want_pages(connection, {id_: url for id_, url in wanted.items() if url}, moment)


def _brought(result: Result, verdicts: Sequence[Verdict], row: Row) -> Brought:
    counts = {kind: sum(isinstance(one, kind) for one in verdicts) for kind in (Fresh, Revised, Repeat)}
    repeats = result.repeats + counts[Repeat]
    entries = len(split_digests(result.window or ""))
    known = entries - counts[Fresh] - counts[Revised] - repeats - len(result.rejected)
    siblings = sum(isinstance(one, Unchanged) and one.known.feed_id != row.id for one in verdicts)
    return Brought(counts[Fresh], counts[Revised], max(0, known), siblings, repeats, len(result.rejected))


def try_document(engine: Engine, result: Result, settings: Settings) -> None:
    """Write one fetch and take it all back: shows whether the database would take it.

    :raises DBAPIError: it would not.
    """
    with writing(engine) as connection:
        write_document(connection, result, settings)
        connection.rollback()
