"""Fetches on their way into the store: whose they are, which may go together, and what their entries mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from services.indexer.articles.judge import Fresh, Revised, Source, Unchanged, Verdict, judge_all
from services.indexer.articles.merge import PAGE
from services.indexer.articles.store import known_by_id, named
from services.indexer.feeds import gap_store
from services.indexer.publications.registry import key_of, publication_of
from services.indexer.settle import Row
from shared.http.addresses import Place
from shared.messages import PARSER, Kind, Result

log = structlog.get_logger()


@dataclass(frozen=True)
class Piece:
    """A fetch on its way into the store, whose token holds."""

    result: Result
    row: Row
    source: Source


@dataclass
class Judged:
    """What the entries of some pieces mean, each verdict with the source that speaks."""

    fresh: list[tuple[Source, Fresh]] = field(default_factory=list)
    revised: list[tuple[Source, Revised]] = field(default_factory=list)
    unchanged: list[tuple[Source, Unchanged]] = field(default_factory=list)

    def add(self, source: Source, verdicts: Iterable[Verdict]) -> None:
        """Take in one piece's verdicts; those on repeats change nothing."""
        for verdict in verdicts:
            if isinstance(verdict, Fresh):
                self.fresh.append((source, verdict))
            elif isinstance(verdict, Revised):
                self.revised.append((source, verdict))
            elif isinstance(verdict, Unchanged):
                self.unchanged.append((source, verdict))

    @property
    def known(self) -> list[tuple[Source, Revised | Unchanged]]:
        """What is said of articles that the store has."""
        return [*self.revised, *self.unchanged]


def pieces_of(
    connection: Connection,
    kind: Kind,
    results: Sequence[Result],
    rows: Mapping[tuple[Kind, int], Row],
    moment: datetime,
    allow: frozenset[Place],
) -> list[Piece]:
    """Return the fetches whose token holds, with their rows and who speaks; `allow` are the operator's inner places."""
    for result in results:
        if (kind, result.facts.id) not in rows:
            log.info("stale", id=result.facts.id, reason="its lease was given to another, or taken back")
    held = [(result, rows[kind, result.facts.id]) for result in results if (kind, result.facts.id) in rows]
    if kind is Kind.FEED:  # in one order, so that no two batches wait for each other's new publications
        held.sort(key=lambda one: key_of(one[1], one[0].feed))
    pieces = []
    for result, row in held:
        result, row = gap_store.on_detour(connection, result, row, allow)
        told = (row.lease_no, result.parser or PARSER, result.document_sha256)
        if kind is Kind.PAGE:
            source = Source(PAGE, *told, article_id=row.id)
        else:
            publication_id = publication_of(connection, row, result.feed, moment)
            source = Source(f"feed:{row.id}", *told, publication_id, row.id)
            result = _wanting_all(result) if row.pages == "always" else result
        pieces.append(Piece(result, row, source))
    return pieces


def _wanting_all(result: Result) -> Result:
    """Return a result whose articles all want their page, whatever their feed says itself."""
    entries = (
        entry
        if entry.page_wanted or entry.cancelled or not entry.url
        else entry.model_copy(update={"page_wanted": True})
        for entry in result.entries
    )
    return result.model_copy(update={"entries": tuple(entries)})


def apart(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Return `pieces` in groups that cannot bring the same article: one of each publication, or of each article."""
    groups: list[dict[tuple[int, int | None], Piece]] = []
    for piece in pieces:
        whose = (piece.source.publication_id, piece.source.article_id)
        group = next((one for one in groups if whose not in one), None)
        if group is None:
            groups.append({whose: piece})
        else:
            group[whose] = piece
    return [list(group.values()) for group in groups]


def wanting_pages(pieces: Sequence[Piece]) -> list[Piece]:
    """Return `pieces` with those of their entries alone that want a page, and without those that have none."""
    entries = [tuple(entry for entry in piece.result.entries if entry.page_wanted) for piece in pieces]
    return [
        replace(piece, result=piece.result.model_copy(update={"entries": wanting}))
        for piece, wanting in zip(pieces, entries, strict=True)
        if wanting
    ]


def judge(
    connection: Connection, pieces: Sequence[Piece], moment: datetime, *, lock: bool
) -> dict[Source, list[Verdict]]:
    """Return what the entries of each piece mean, by its source."""
    keys = [
        (piece.source.publication_id, key)
        for piece in pieces
        if piece.source.article_id is None
        for entry in piece.result.entries
        for key in entry.keys
    ]
    ids = named(connection, keys)
    known = known_by_id(connection, {*ids.values(), *(piece.source.article_id or 0 for piece in pieces)}, lock=lock)
    verdicts: dict[Source, list[Verdict]] = {}
    for piece in pieces:
        source, entries = piece.source, piece.result.entries
        if source.article_id is None:
            own = {key: known[id_] for (of, key), id_ in ids.items() if of == source.publication_id and id_ in known}
            verdicts[source] = judge_all(entries, own, source, moment)
        elif article := known.get(source.article_id):
            own = {key: article for entry in entries[:1] for key in entry.keys[:1]}
            verdicts[source] = judge_all(entries[:1], own, source, moment)
        else:
            verdicts[source] = []
    return verdicts
