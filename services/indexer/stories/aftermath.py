"""What folding leaves for readers: what each copy did to its original, and where a story that is no more went."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from services.indexer.fold.evidence import same_headline
from services.indexer.fold.stories import Role
from shared.among import among, among_given
from shared.tables import Copy, StoryMove, core

Made = tuple[float, float, bool]
_KEPT = select(Copy.article_id, Copy.cut, Copy.added, Copy.reheadlined).where(among_given(Copy.article_id, "ids"))


def keep_copies(connection: Connection, parts: Mapping[int, Role], headlines: Mapping[int, str]) -> None:
    """Keep what each copy of one story cut, added and re-headlined; write only what is new."""
    made = {id_: _made(part, headlines[id_], headlines[part.copy_of]) for id_, part in parts.items() if part.copy_of}
    rows = connection.execute(_KEPT, {"ids": list(parts)})
    kept: dict[int, Made] = {row.article_id: (row.cut, row.added, row.reheadlined) for row in rows}
    stale = [id_ for id_, was in kept.items() if made.get(id_) != was]
    if stale:
        connection.execute(delete(Copy).where(among(Copy.article_id, stale)))
    fresh = [
        {"article_id": id_, "cut": cut, "added": added, "reheadlined": reheadlined}
        for id_, (cut, added, reheadlined) in made.items()
        if kept.get(id_) != made[id_]
    ]
    if fresh:
        connection.execute(insert(core(Copy)), fresh)


def _made(part: Role, headline: str, original: str) -> Made:
    return round(part.cut, 4), round(part.added, 4), not same_headline(headline, original)


def forget_moves(connection: Connection, stories: Iterable[int]) -> None:
    """Forget that others went into stories that are no more, with all that was in them."""
    connection.execute(delete(StoryMove).where(among(StoryMove.moved_to, stories)))


def note_moves(connection: Connection, moved: Iterable[tuple[int, int]], now: datetime) -> None:
    """Note where stories that are no more went, as (story, story that took it in); older moves follow."""
    for story, moved_to in moved:
        connection.execute(update(StoryMove).where(StoryMove.moved_to == story).values(moved_to=moved_to))
        connection.execute(insert(StoryMove), {"story_id": story, "moved_to": moved_to, "at": now})
