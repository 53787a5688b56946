"""The store's count of sentences: which are a publication's furniture, and whose texts lose one by it.

A sentence is furniture from the moment that articles under `HEADLINES` different headlines carry it. It is counted no
further then, so no row grows hot, and the few earlier articles that carry it are named, to be folded again in the same
commit: so what is furniture is a fact about the set of articles, whatever order they came in.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from services.indexer.fold.furniture import HEADLINES, headline_key
from shared.among import among, pairs_given
from shared.rows import insert_rows
from shared.tables import Furniture, Segment, core

AT_ONCE = 5000  # digests in one query
_FURNITURE = select(Furniture.publication_id, Furniture.digest).where(
    pairs_given(Furniture.publication_id, Furniture.digest, "digests")
)
_CARRIED = pairs_given(Segment.publication_id, Segment.digest, "digests")
_CROSSED = (
    select(Segment.publication_id, Segment.digest)
    .where(_CARRIED)
    .group_by(Segment.publication_id, Segment.digest)
    .having(func.count(Segment.headline.distinct()) >= HEADLINES)
)
_UNCOUNT = delete(core(Segment)).where(_CARRIED).returning(Segment.article_id)

Owned = tuple[int, int]  # a publication and the digest of one of its sentences
Furnished = defaultdict[int, set[int]]  # the digests of furniture by publication


@dataclass(frozen=True)
class Sentences:
    """An article's text as the sentences that are counted: each with its digest and its words."""

    article_id: int
    publication_id: int
    headline: str
    parts: tuple[tuple[int, str], ...]


def count(connection: Connection, articles: Sequence[Sentences], known: Sequence[int]) -> tuple[Furnished, set[int]]:
    """Count the sentences of `articles`; return which of them are furniture, and the ids of all articles that carry one
    which has just become that.

    `known` are those of `articles` that were counted before, under an earlier text.
    """
    if known:
        connection.execute(delete(Segment).where(among(Segment.article_id, known)))
    furniture = found(connection, articles)
    rows = [
        (one.publication_id, digest, one.article_id, key)
        for one in articles
        for key in (headline_key(one.headline),)
        for digest in {digest for digest, _ in one.parts} - furniture[one.publication_id]
    ]
    insert_rows(connection, Segment, ("publication_id", "digest", "article_id", "headline"), rows)
    carriers: set[int] = set()
    for digests in _digests(articles) if rows else ():
        crossed = [(of, digest) for of, digest in connection.execute(_CROSSED, {"digests": digests})]
        for of, digest in crossed:
            furniture[of].add(digest)
        carriers |= _promote(connection, crossed)
    return furniture, carriers


def found(connection: Connection, articles: Iterable[Sentences]) -> Furnished:
    """Return which sentences of `articles` are furniture, by publication."""
    furniture: Furnished = defaultdict(set)
    for digests in _digests(articles):
        for of, digest in connection.execute(_FURNITURE, {"digests": digests}):
            furniture[of].add(digest)
    return furniture


def _promote(connection: Connection, crossed: list[Owned]) -> set[int]:
    """Make furniture of `crossed`; return the articles that carry any of it."""
    if not crossed:
        return set()
    insert_rows(connection, Furniture, ("publication_id", "digest"), crossed)
    return set(connection.scalars(_UNCOUNT, {"digests": crossed}))


def _digests(articles: Iterable[Sentences]) -> Iterator[list[Owned]]:
    """Yield the publications' sentences, as many at once as one query takes."""
    listed = sorted({(one.publication_id, digest) for one in articles for digest, _ in one.parts})
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]
