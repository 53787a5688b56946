"""Documents with news, in one transaction: fence, look up, take the log's row, judge, write, fold, number.

Several documents share a transaction, since most of its cost is by statement and not by row. What could be the same
article is judged one after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine

from services.indexer import aside, settle
from services.indexer.articles import history, retention, rights
from services.indexer.articles.judge import Fresh, Repeat, Revised, Unchanged, Verdict
from services.indexer.articles.layers import leave, put_layers, relist
from services.indexer.articles.merge import merge
from services.indexer.articles.pages import hold_pages, want_pages
from services.indexer.articles.store import insert_fresh, put_keys, touch, update_revised
from services.indexer.changes import News, append, take_head
from services.indexer.feeds import gap_store, icons, sifting
from services.indexer.feeds.pace import arrival, lately, refusal
from services.indexer.pieces import Judged, Piece, apart, judge, pieces_of, wanting_pages
from services.indexer.settle import Brought, Row
from services.indexer.stories import flags
from services.indexer.stories.folding import fold
from shared.database import now, writing
from shared.http.addresses import Place, allow_list, leads_inside
from shared.messages import Kind, Result, split_digests
from shared.polling.habits import Arrival
from shared.settings import Settings


@dataclass
class _Written:
    """What a transaction has written so far, as far as the rest of it needs to know."""

    settled: list[tuple[Result, Row, Brought]] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    made: list[int] = field(default_factory=list)  # ids of new articles
    changed: list[int] = field(default_factory=list)  # ids of those that are to be folded anew
    withdrawn: list[int] = field(default_factory=list)


def commit_documents(engine: Engine, kind: Kind, results: Sequence[Result], settings: Settings) -> list[Brought]:
    """Commit the articles and the facts of fetches of one kind whose tokens still hold; return what these brought.

    :raises TransientError: the database is away.
    """
    with writing(engine) as connection:
        return write_documents(connection, kind, results, settings)


def try_document(engine: Engine, result: Result, settings: Settings) -> None:
    """Write one fetch and take it all back: shows whether the database would take it.

    :raises DBAPIError: it would not.
    """
    with writing(engine) as connection:
        write_documents(connection, result.facts.kind, [result], settings)
        connection.rollback()


def write_documents(connection: Connection, kind: Kind, results: Sequence[Result], settings: Settings) -> list[Brought]:
    """Write fetches of one kind within the caller's transaction; return what those brought whose token holds."""
    rows = settle.fence(connection, results)
    moment = now(connection)
    pieces = pieces_of(connection, kind, results, rows, moment, allow_list(settings.fetch_allow))
    if not pieces:
        settle.count(connection, "stale_results", len(results))
        return []
    # whoever locks articles holds the log's row, for folding locks them in an order of its own; pages come before it,
    # since whoever settles a page has locked that first
    if connection.dialect.name != "sqlite":  # there nobody else has written since this transaction began
        hold_pages(connection, _rewanted(connection, pieces, moment))
    last = take_head(connection)
    moment = now(connection)
    written = _Written()
    for group in apart(pieces):
        _take_in(connection, group, written, moment, settings)
    settle.settle(connection, kind, written.settled, moment, settings)
    icons.remember(connection, [(piece.result, piece.row) for piece in pieces])
    append(connection, last, [*written.news, *_fold(connection, written, moment, settings)], moment)
    settle.count(connection, "stale_results", len(results) - len(pieces))  # as all do: counters after the log's row
    return [one for _, _, one in written.settled]


def _take_in(
    connection: Connection, group: Sequence[Piece], written: _Written, moment: datetime, settings: Settings
) -> None:
    """Judge and write the entries of pieces that cannot bring the same article."""
    judged = Judged()
    verdicts = retention.keep_out(connection, judge(connection, group, moment, lock=True), moment, settings)
    for piece in group:
        counted = gap_store.judged(piece.row, verdicts[piece.source])
        row = gap_store.noticed(connection, piece.result, piece.row, counted, moment)
        judged.add(piece.source, counted)
        written.settled.append((piece.result, row, _brought(piece, counted)))
    made = _write(connection, group, judged, moment, settings)
    written.made += made
    written.changed += [one.known.id for _, one in judged.known if one.refold]
    written.withdrawn += [one.known.id for _, one in judged.revised if one.withdrawn]
    written.news += [*(News("created", id_) for id_ in made), *(_news(one, moment) for _, one in judged.revised)]


def _fold(connection: Connection, written: _Written, moment: datetime, settings: Settings) -> list[News]:
    """Fold what is new or has other words; return what that, and a killed text, changes for readers."""
    killed = flags.killed(connection, written.withdrawn)
    folding = sorted({*written.made, *written.changed})
    if not folding:
        return []
    news = fold(connection, folding, frozenset(written.made), moment, settings)
    return [*news, *flags.flag_copies(connection, killed, folding, moment)]


def _rewanted(connection: Connection, pieces: Sequence[Piece], moment: datetime) -> list[int]:
    """Return the articles whose pages may become due again."""
    judged = Judged()
    for source, verdicts in judge(connection, wanting_pages(pieces), moment, lock=False).items():
        judged.add(source, verdicts)
    return [one.known.id for _, one in judged.revised]


def _write(
    connection: Connection, pieces: Sequence[Piece], judged: Judged, moment: datetime, settings: Settings
) -> list[int]:
    """Write what the verdicts say; return the ids of new articles."""
    made = insert_fresh(connection, judged.fresh, moment)
    update_revised(connection, judged.revised, moment)
    put_layers(connection, [(one.known.id, source, one.layer, one.entry.digest) for source, one in judged.revised])
    touch(connection, judged.unchanged, moment)
    history.keep(connection, [one for _, one in judged.known], moment)
    listed = [(source, one) for source, one in judged.known if source.feed_id is not None]
    relist(connection, [one.known.id for _, one in listed])
    late_keys = [
        (source.publication_id, one.known.id, one.known.missing(one.entry.keys))
        for source, one in listed
        if not one.entry.cancelled
    ]
    put_keys(connection, late_keys, fresh=False)
    for piece in pieces:
        if piece.source.feed_id is not None:
            left = set(split_digests(piece.row.digests)) - set(split_digests(piece.result.window or piece.row.digests))
            leave(connection, piece.row.id, left, moment)
        aside.keep_rejected(connection, piece.result, piece.row, moment)
    if settings.fetch_pages:
        allow = allow_list(settings.fetch_allow)
        want_pages(connection, _wanted_pages(pieces, judged, made, allow), moment)
    return made


def _wanted_pages(
    pieces: Sequence[Piece], judged: Judged, made: Sequence[int], allow: frozenset[Place]
) -> dict[int, str]:
    """Return the addresses of articles whose page is wanted, by article id."""
    never = {piece.source.feed_id for piece in pieces if piece.row.pages == "never"} | {None}
    feeds = {piece.source.feed_id: piece.row.url for piece in pieces}
    wanted = {id_: (source, one.entry) for id_, (source, one) in zip(made, judged.fresh, strict=True)}
    wanted |= {one.known.id: (source, one.entry) for source, one in judged.revised if not one.withdrawn}
    return {
        id_: entry.url
        for id_, (source, entry) in wanted.items()
        if entry.page_wanted and entry.url and source.feed_id not in never
        if not leads_inside(entry.url, feeds[source.feed_id], allow)
    }


def _news(verdict: Revised, now: datetime) -> News:
    if verdict.withdrawn:
        return News("withdrawn", verdict.known.id, {"reason": verdict.head.content.status_reason})
    if not verdict.kinds:
        return News("reparsed", verdict.known.id)
    turned = "status" in verdict.kinds
    kind = rights.change_of(merge(verdict.known.layers).content, verdict.head.content, now) if turned else "revised"
    return News(kind, verdict.known.id, {"kinds": list(verdict.kinds)})


def _brought(piece: Piece, verdicts: Sequence[Verdict]) -> Brought:
    result = piece.result
    counts = {kind: sum(isinstance(one, kind) for one in verdicts) for kind in (Fresh, Revised, Repeat)}
    repeats = result.repeats + counts[Repeat]
    entries = len(split_digests(result.window or ""))
    known = entries - counts[Fresh] - counts[Revised] - repeats - len(result.rejected) - len(result.unwanted)
    siblings = sum(isinstance(one, Unchanged) and one.known.feed_id != piece.row.id for one in verdicts)
    arrivals = _came(piece, verdicts)
    return Brought(counts[Fresh], counts[Revised], max(0, known), siblings, repeats, len(result.rejected), arrivals)


def _came(piece: Piece, verdicts: Sequence[Verdict]) -> tuple[Arrival, ...]:
    """Return the articles that are new to the feed, wanted or not."""
    result, memory = piece.result, piece.row.memory
    arrivals = _arrivals(verdicts, piece.source.name)
    if piece.row.known_under not in (None, result.known_under or result.parser):  # what was refused may be stored now
        return lately((*arrivals, *map(refusal, result.unwanted)), memory)
    fresh = sifting.fresh(piece.row.unwanted, result)
    others = lately((refusal(one) for one in result.unwanted if one not in fresh), memory)
    return (*arrivals, *map(refusal, fresh), *others)


def _arrivals(verdicts: Sequence[Verdict], source: str) -> tuple[Arrival, ...]:
    """Return the articles that the feed never listed before."""
    return tuple(
        arrival(one.entry, own=isinstance(one, Fresh))
        for one in verdicts
        if isinstance(one, Fresh)
        or (isinstance(one, Revised | Unchanged) and all(layer.source != source for layer in one.known.layers))
    )
