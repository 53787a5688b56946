"""What was said of an article before: each source's states, kept once and bounded.

A revision is what one source said, so the set of them is the same whatever the order in which the states arrived. One
that came late, or that changed nothing of the article as a whole, is kept too, and never becomes the head.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from services.indexer.articles.judge import Known, Revised, Unchanged, Verdict
from services.indexer.articles.merge import LayerState, content_sha256
from shared.among import among
from shared.tables import Article, Revision, core

MOST = 50  # revisions kept of one article, its first and the newest; a text that changes at every poll makes 96 a day


def keep(connection: Connection, verdicts: Iterable[Verdict], now: datetime) -> None:
    """Keep what was said beside the heads that changed, and no more of an article's revisions than `MOST`."""
    verdicts = list(verdicts)
    said = [(one, state) for one in verdicts if isinstance(one, Unchanged) and (state := _unheard(one))]
    numbers = _add(connection, said, now) if said else {}
    numbers |= {one.known.id: one.known.revision + 1 for one in verdicts if isinstance(one, Revised) and one.kinds}
    for id_, newest in numbers.items():
        if newest > MOST:
            old = (Revision.number > 1, Revision.number <= newest - MOST + 1)
            connection.execute(delete(Revision).where(Revision.article_id == id_, *old))


def _unheard(verdict: Unchanged) -> LayerState | None:
    """Return what its source said, unless some source says just that."""
    state = verdict.late or verdict.layer
    if state is None or verdict.known.says(state):
        return None
    digest = content_sha256(state.content)
    return None if any(content_sha256(layer.content) == digest for layer in verdict.known.layers) else state


def _add(connection: Connection, said: list[tuple[Unchanged, LayerState]], now: datetime) -> dict[int, int]:
    """Add states that are in no revision yet; return the newest number of each article that has one more."""
    ids = sorted({one.known.id for one, _ in said})
    rows = connection.execute(
        select(Revision.article_id, Revision.content_sha256).where(among(Revision.article_id, ids))
    )
    heard = {(row.article_id, row.content_sha256) for row in rows}
    fresh = [(one, state) for one, state in said if (one.known.id, content_sha256(state.content)) not in heard]
    if not fresh:
        return {}
    connection.execute(
        insert(core(Revision)), [_row(one.known, state, one.late is not None, now) for one, state in fresh]
    )
    numbers = {one.known.id: one.known.revision + 1 for one, _ in fresh}
    for id_, number in numbers.items():
        connection.execute(update(Article).where(Article.id == id_).values(revision=number))
    return numbers


def _row(known: Known, state: LayerState, late: bool, now: datetime) -> dict[str, object]:
    return {
        "article_id": known.id,
        "number": known.revision + 1,
        "at": now,
        "content_sha256": content_sha256(state.content),
        "kinds": ["late" if late else "told"],
        "content": state.content.model_dump(mode="json", exclude_defaults=True),
        "source": state.source,
    }
