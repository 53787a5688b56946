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
from shared.among import among
from shared.rows import insert_rows
from shared.tables import Furniture, Segment

AT_ONCE = 5000  # digests in one query

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
    for publication_id, digests in _by_publication(articles) if rows else ():
        crossed = _crossed(connection, publication_id, digests)
        if crossed:
            furniture[publication_id].update(crossed)
            carriers |= _promote(connection, publication_id, crossed)
    return furniture, carriers


def found(connection: Connection, articles: Iterable[Sentences]) -> Furnished:
    """Return which sentences of `articles` are furniture, by publication."""
    furniture: Furnished = defaultdict(set)
    for publication_id, digests in _by_publication(articles):
        mine = (Furniture.publication_id == publication_id, among(Furniture.digest, digests))
        furniture[publication_id].update(connection.scalars(select(Furniture.digest).where(*mine)))
    return furniture


def _crossed(connection: Connection, publication_id: int, digests: Sequence[int]) -> Sequence[int]:
    """Return those of `digests` that enough articles carry."""
    carried = (Segment.publication_id == publication_id, among(Segment.digest, digests))
    enough = func.count(Segment.headline.distinct()) >= HEADLINES
    return connection.scalars(select(Segment.digest).where(*carried).group_by(Segment.digest).having(enough)).all()


def _promote(connection: Connection, publication_id: int, crossed: Sequence[int]) -> set[int]:
    """Make furniture of `crossed`; return the articles that carry any of it."""
    rows = [(publication_id, digest) for digest in crossed]
    insert_rows(connection, Furniture, ("publication_id", "digest"), rows)
    gone = (Segment.publication_id == publication_id, among(Segment.digest, crossed))
    return set(connection.scalars(delete(Segment).where(*gone).returning(Segment.article_id)))


def _by_publication(articles: Iterable[Sentences]) -> Iterator[tuple[int, list[int]]]:
    """Yield the digests of each publication's sentences, as many at once as one query takes."""
    digests: defaultdict[int, set[int]] = defaultdict(set)
    for one in articles:
        digests[one.publication_id].update(digest for digest, _ in one.parts)
    for publication_id, of in sorted(digests.items()):
        listed = sorted(of)
        for start in range(0, len(listed), AT_ONCE):
            yield publication_id, listed[start : start + AT_ONCE]
