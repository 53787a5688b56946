"""The store's count of sentences: which are a publication's furniture, and whose texts lose one by it.

A sentence is furniture from the moment that articles under `HEADLINES` different headlines carry it. It is counted no
further then, so no row grows hot, and the few earlier articles that carry it are named, to be folded again in the same
commit: so what is furniture is a fact about the set of articles, whatever order they came in.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from services.indexer.fold.furniture import HEADLINES, headline_key
from shared.among import among, pairs_given
from shared.rows import insert_rows
from shared.tables import Furniture, Segment, core

AT_ONCE = 5000  # digests in one query
_FURNITURE = select(Furniture.publication_id, Furniture.digest).where(
    pairs_given(Furniture.publication_id, Furniture.digest, "digests")
)
_CARRIED = pairs_given(Segment.publication_id, Segment.digest, "digests")
_HEADLINES = select(Segment.publication_id, Segment.digest, Segment.headline).where(_CARRIED).distinct()
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
    carried = list(_digests(articles))
    furniture = _found(connection, carried)
    rows = [
        (one.publication_id, digest, one.article_id, key)
        for one in articles
        for key in (headline_key(one.headline),)
        for digest in {digest for digest, _ in one.parts} - furniture[one.publication_id]
    ]
    headlines = _headlines(connection, carried)
    for of, digest, _, key in rows:
        headlines[of, digest].add(key)
    insert_rows(connection, Segment, ("publication_id", "digest", "article_id", "headline"), rows)
    crossed = sorted(owned for owned, keys in headlines.items() if len(keys) >= HEADLINES)
    for of, digest in crossed:
        furniture[of].add(digest)
    return furniture, _promote(connection, crossed)


def found(connection: Connection, articles: Iterable[Sentences]) -> Furnished:
    """Return which sentences of `articles` are furniture, by publication."""
    return _found(connection, _digests(articles))


def _found(connection: Connection, carried: Iterable[list[Owned]]) -> Furnished:
    furniture: Furnished = defaultdict(set)
    for digests in carried:
        for of, digest in connection.execute(_FURNITURE, {"digests": digests}):
            furniture[of].add(digest)
    return furniture


def _headlines(connection: Connection, carried: Iterable[list[Owned]]) -> defaultdict[Owned, set[int]]:
    """Return under which headlines each sentence was counted."""
    headlines: defaultdict[Owned, set[int]] = defaultdict(set)
    for digests in carried:
        for of, digest, key in connection.execute(_HEADLINES, {"digests": digests}):
            headlines[of, digest].add(key)
    return headlines


def _promote(connection: Connection, crossed: list[Owned]) -> set[int]:
    """Make furniture of `crossed`; return the articles that carry any of it."""
    insert_rows(connection, Furniture, ("publication_id", "digest"), crossed)
    listed = (crossed[start : start + AT_ONCE] for start in range(0, len(crossed), AT_ONCE))
    return {id_ for digests in listed for id_ in connection.scalars(_UNCOUNT, {"digests": digests})}


def _digests(articles: Iterable[Sentences]) -> Iterator[list[Owned]]:
    """Yield the publications' sentences, as many at once as one query takes."""
    listed = sorted({(one.publication_id, digest) for one in articles for digest, _ in one.parts})
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]
