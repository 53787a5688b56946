"""Why an article is in its story, and not in another: the fold's own decisions, asked again."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, or_, select

from services.indexer.fold.furniture import segments
from services.indexer.fold.pairs import Candidate
from services.indexer.fold.reasons import reason
from services.indexer.fold.shingles import parted
from services.indexer.stories import candidates, furniture, pins
from services.indexer.stories.furniture import Sentences
from services.indexer.stories.texts import Text, as_candidates, read_texts
from shared.settings import Settings
from shared.tables import Pair, Pin, Publication

NEAR_MISS = 0.25  # of the threshold, at which a text is still named among those that were not folded
MOST_OTHERS = 10  # of those, the nearest first

Explained = dict[str, Any]


def explain(connection: Connection, article_id: int, against: Collection[int], settings: Settings) -> Explained:
    """Return how the fold sees an article: its text, its pairs with their evidence, and those it made none with.

    `against` are articles that are compared with it, whether they are candidates or not.
    """
    text = read_texts(connection, [article_id])[article_id]
    own = as_candidates({article_id: text})
    found = candidates.find(connection, own, {article_id: text.claims}, NEAR_MISS * settings.fold_threshold)
    mates = _mates(connection, article_id)
    others = read_texts(connection, (found.likely.get(article_id, set()) | mates | set(against)) - {article_id})
    names = _names(connection, [text, *others.values()])
    held = pins.pinned(connection, [article_id, *others])
    judged = [
        _compared(own[article_id], other, names[other.id], held, settings) for other in as_candidates(others).values()
    ]
    judged.sort(key=lambda one: (-one["containment"], one["article"]))
    together = [one for one in judged if one["folded"]]
    apart = [one for one in judged if not one["folded"]]
    return {
        "shingles": len(text.sketch.hashes),
        "postings": len(text.sketch.sample) if candidates.posted(own[article_id]) else 0,
        "furniture": _furniture(connection, text),
        "pinned": _pin(connection, article_id),
        "candidates": len(judged),
        "folded_with": together,
        "not_folded_with": [one for one in apart if one["article"] in against or one in apart[:MOST_OTHERS]],
    }


def _compared(
    own: Candidate, other: Candidate, name: dict[str, Any], held: Collection[int], settings: Settings
) -> Explained:
    why = reason(own, other, settings.fold_threshold, timedelta(days=settings.fold_window_days))
    pinned = sorted({own.id, other.id} & set(held))
    shared, only_here = parted(own.text, other.sketch.hashes)
    _, only_there = parted(other.text, own.sketch.hashes)
    return {
        "article": other.id,
        **name,
        "folded": why.pair is not None and not pinned,
        "evidence": why.pair.evidence if why.pair else None,
        "containment": round(why.containment, 4),
        "reason": f"the operator pinned article {pinned[0]}: it takes no computed pairs" if pinned else why.sentence,
        "shared": shared,
        "only_here": only_here,
        "only_there": only_there,
    }


def _mates(connection: Connection, article_id: int) -> set[int]:
    """Return the articles with which it makes a pair in the store."""
    rows = connection.execute(select(Pair.a, Pair.b).where(or_(Pair.a == article_id, Pair.b == article_id)))
    return {id_ for row in rows for id_ in row} - {article_id}


def _names(connection: Connection, texts: Sequence[Text]) -> dict[int, dict[str, Any]]:
    wanted = {text.publication_id for text in texts}
    names = dict(
        connection.execute(select(Publication.id, Publication.name).where(Publication.id.in_(sorted(wanted)))).all()
    )
    return {
        text.id: {"story": text.story_id, "publication": names[text.publication_id], "headline": text.headline}
        for text in texts
    }


def _pin(connection: Connection, article_id: int) -> Explained | None:
    row = connection.execute(select(Pin.anchor, Pin.at, Pin.reason).where(Pin.article_id == article_id)).first()
    return {"anchor": row.anchor, "at": row.at, "reason": row.reason} if row else None


def _furniture(connection: Connection, text: Text) -> list[str]:
    """Return the sentences of an article that are its publication's furniture, and so no part of its text."""
    parts = Sentences(text.id, text.publication_id, text.headline, tuple(segments(text.plain)))
    gone = furniture.found(connection, [parts])[text.publication_id]
    return [sentence for digest, sentence in parts.parts if digest in gone]
