"""The operator's word on stories: articles that are together, or apart, whatever their texts say.

A pinned article takes no computed pairs; it is in one story with its anchor, and with all that name the same anchor.
The word holds until the operator says otherwise.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, exists, insert, select, update

from services.indexer.fold.pairs import Pair as FoldPair
from shared.among import among, among_given
from shared.errors import UsageError
from shared.tables import Article, Pair, Pin, Story

_PINNED = select(Pin.article_id).where(among_given(Pin.article_id, "ids"))
_ANCHORS = select(Pin.article_id, Pin.anchor).where(among_given(Pin.article_id, "ids")).order_by(Pin.article_id)


def pinned(connection: Connection, ids: Collection[int]) -> set[int]:
    """Return those of `ids` that the operator pinned."""
    return set(connection.scalars(_PINNED, {"ids": list(ids)})) if ids else set()


def bonds(connection: Connection, ids: Collection[int]) -> list[FoldPair]:
    """Return what connects the pinned ones of `ids` to those that they are together with."""
    found = connection.execute(_ANCHORS, {"ids": list(ids)})
    first: dict[int, int] = {id_: id_ for id_ in ids}  # an anchor that is gone is stood for by the first that names it
    bound = ((id_, first.setdefault(anchor, id_)) for id_, anchor in found.all())
    return [FoldPair(min(a, b), max(a, b), 1.0, "pin") for a, b in bound if a != b]


def split(connection: Connection, story: int, ids: Sequence[int], reason: str | None, now: datetime) -> None:
    """Pin articles of a story to a story of their own, together.

    :raises UsageError: there is no such story, an article is in another, or none would be left.
    """
    members = _members(connection, story)
    if strange := sorted(set(ids) - set(members)):
        raise UsageError(f"Article {strange[0]} is not in story {story}: `wireroom articles --story {story}` lists it.")
    rest = [id_ for id_ in members if id_ not in ids]
    if not rest:
        raise UsageError(f"Story {story} has no other article: there is nothing to split it from.")
    _pin(connection, ids, min(ids), reason, now)
    # those that were pinned to one that leaves stay
    left = (among(Pin.anchor, ids), among(Pin.article_id, rest))
    connection.execute(update(Pin).where(*left).values(anchor=min(rest)))


def merge(connection: Connection, into: int, story: int, reason: str | None, now: datetime) -> None:
    """Pin all articles of a story to the original of another.

    :raises UsageError: there is no such story, or both are the same.
    """
    if into == story:
        raise UsageError(f"Story {story} cannot be merged into itself.")
    _members(connection, into)
    anchor = connection.scalar(select(Story.original_id).where(Story.id == into))
    _pin(connection, _members(connection, story), int(anchor or 0), reason, now)


def hand_on(connection: Connection, id_: int, heir: int) -> None:
    """Let what was said of an article hold for another, which stands for it from now on; its own word goes first."""
    connection.execute(update(Pin).where(Pin.anchor == id_).values(anchor=heir))
    if not pinned(connection, [heir]):
        connection.execute(update(Pin).where(Pin.article_id == id_).values(article_id=heir))


def outlive(connection: Connection, ids: Collection[int]) -> None:
    """Let what was merged with articles that are about to go stay with another of the stories that took it in."""
    going = select(Pin.anchor, Article.story_id).join(Article, Article.id == Pin.anchor).where(among(Pin.anchor, ids))
    for anchor, story in connection.execute(going.distinct().order_by(Pin.anchor)).all():
        free = ~exists().where(Pin.article_id == Article.id)
        mates = select(Article.id).where(Article.story_id == story, Article.id.not_in(ids), free)
        heir = connection.scalar(mates.order_by(Article.id).limit(1))
        if heir is not None:
            connection.execute(update(Pin).where(Pin.anchor == anchor).values(anchor=heir))


def unpin(connection: Connection, ids: Sequence[int]) -> None:
    """Take back the operator's word on articles; they are to be folded by their texts again.

    :raises UsageError: an article is not pinned.
    """
    if free := sorted(set(ids) - pinned(connection, ids)):
        raise UsageError(f"Article {free[0]} is not pinned.")
    connection.execute(delete(Pin).where(among(Pin.article_id, ids)))


def _pin(connection: Connection, ids: Sequence[int], anchor: int, reason: str | None, now: datetime) -> None:
    connection.execute(delete(Pin).where(among(Pin.article_id, ids)))
    rows = [{"article_id": id_, "anchor": anchor, "at": now, "reason": reason} for id_ in sorted(set(ids))]
    connection.execute(insert(Pin), rows)
    unpair(connection, ids)


def unpair(connection: Connection, ids: Collection[int]) -> None:
    """Take away all pairs of articles."""
    for end in (Pair.a, Pair.b):
        connection.execute(delete(Pair).where(among(end, ids)))


def _members(connection: Connection, story: int) -> list[int]:
    members = list(connection.scalars(select(Article.id).where(Article.story_id == story).order_by(Article.id)))
    if not members:
        raise UsageError(f"There is no story {story}: `wireroom stories` lists them.")
    return members
