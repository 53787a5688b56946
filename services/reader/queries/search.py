"""Full-text search over the heads of readable articles: what has the words, and in which order it is shown.

Of more than `CANDIDATES` articles that fit, those are ranked that were stored last: a word that half the store holds
costs no more than a rare one.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, bindparam, column, func, select, text
from sqlalchemy import table as table_of
from sqlalchemy.dialects.postgresql import JSONB, TSQUERY
from sqlalchemy.exc import OperationalError

from services.reader.asking import Asked
from services.reader.queries.articles import Filters, get_articles
from services.reader.snippets import as_html, as_text, mark, snippet
from services.reader.values import Found, FoundList
from shared.errors import UsageError
from shared.schema import Article
from shared.spacing import spaced
from shared.tables import readable_articles as readable
from shared.tables import search_texts

CANDIDATES = 1000
SAMPLE = 500  # articles at least, by which it is told how common something is
STEPS = 4  # of relevance: within a step the newer article stands first
LONGEST_S = 10  # PostgreSQL gives up then; phrases of common words can take it far
QUERY_CANCELED = "57014"  # PostgreSQL's code for that
# in the order of the index's columns: headline, subheadline, summary, text; PostgreSQL names them D to A
BM25 = (10.0, 5.0, 3.0, 1.0)
RANK = "{0.1, 0.3, 0.5, 1.0}"


@dataclass(frozen=True)
class Hit:
    """An article that fits."""

    id: int
    ordered_at: datetime
    in_headline: bool  # all that was asked for stands there
    relevance: float  # the more the better


def search(connection: Connection, asked: Asked, filters: Filters, start: int, limit: int) -> FoundList:
    """Return up to `limit` articles that fit, from the one at place `start` of their order.

    :raises UsageError: it takes too long.
    """
    hits = _in_postgresql if connection.dialect.name == "postgresql" else _in_sqlite
    with _in_time():
        ids = in_order(hits(connection, asked, filters))
    shown = ids[start : start + limit]
    articles = get_articles(connection, set(shown))
    found = tuple(_found(articles[id_], asked) for id_ in shown if id_ in articles)
    return FoundList(found=found, next=start + limit if start + limit < len(ids) else None)


def in_order(hits: Sequence[Hit]) -> list[int]:
    """Return the articles' ids as they are shown.

    First those that have all of it in their headline; then by relevance, in steps of a quarter of the best; within a
    step the newest first.
    """
    ids: list[int] = []
    by_place = sorted(hits, key=lambda hit: not hit.in_headline)
    for _, group in groupby(by_place, key=lambda hit: hit.in_headline):
        tier = list(group)
        best = max(hit.relevance for hit in tier) or 1.0
        tier.sort(key=lambda hit: (round(STEPS * hit.relevance / best), hit.ordered_at, hit.id), reverse=True)
        ids += [hit.id for hit in tier]
    return ids


def _found(article: Article, asked: Asked) -> Found:
    best = snippet(article.summary, article.body_text, asked)
    return Found(
        article=article,
        headline_html=as_html(mark(article.headline or "", asked)),
        snippet=as_text(best),
        snippet_html=as_html(best),
    )


def _in_postgresql(connection: Connection, asked: Asked, filters: Filters) -> list[Hit]:
    connection.execute(text(f"SET LOCAL statement_timeout = '{LONGEST_S}s'"))
    # the words that wait to enter the index lie together; counted as read here and there, they would make the planner
    # leave the index alone and take every text out of its table for a rare word
    connection.execute(text("SET LOCAL random_page_cost = 1.1"))
    queries = _queries(connection, asked)
    if not queries:
        return []
    oldest, newest = connection.execute(
        select(
            func.coalesce(func.min(search_texts.c.article_id), 0), func.coalesce(func.max(search_texts.c.article_id), 0)
        )
    ).one()
    rows: Sequence[Any] = ()
    if reach := _reach(*_sample(connection, queries, oldest, newest)):
        rows = connection.execute(_last(queries, filters, newest - reach)).all()
    if len(rows) < CANDIDATES:
        rows = connection.execute(_last(queries, filters, 0, rare=True)).all()
    return [Hit(*one) for one in rows]


def _sample(connection: Connection, queries: Mapping[str, str], oldest: int, newest: int) -> tuple[float, float]:
    """Return about what share of the articles fits, and how many articles there are.

    The planner, which counts the thousand most common words, may be far off. The sample is spread over the store, and
    made of the same articles each time, so that they are at hand. Where many were deleted, more ids are tried.
    """
    row = search_texts.c
    step = 1 << max(0, ((newest - oldest) // SAMPLE).bit_length() - 1)
    while True:
        tried = func.generate_series(oldest // step * step, newest, step)
        fits = func.count().filter(row.words.bool_op("@@")(_any_of(queries)))
        held, fit = connection.execute(select(func.count(), fits).where(row.article_id.in_(select(tried)))).one()
        if held >= SAMPLE / 2 or step == 1:
            return fit / max(1, held), held * step
        step //= 2


def _reach(share: float, held: float) -> int:
    """Return how many articles, the last ones, to go through for `CANDIDATES` if that share of them fits; 0: none.

    It is twice as many as have them where what is asked for is as common of late as in the store. One that the index of
    words finds costs about twice what one costs that is gone through; so where they are few, all are read by that.
    """
    return int(2 * CANDIDATES / share) if 2 * share * share * held > CANDIDATES else 0


def _any_of(queries: Mapping[str, str]) -> ColumnElement[Any]:
    said = " | ".join(f"({query})" for query in sorted(set(queries.values())))
    return bindparam("any_of", said, String).cast(TSQUERY)


@contextmanager
def _in_time() -> Iterator[None]:
    """Say what to do where PostgreSQL has given up.

    :raises UsageError: it has.
    """
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != QUERY_CANCELED:
            raise
        raise UsageError(
            f"This search takes longer than {LONGEST_S} s: ask for rarer words, or narrow it down by time or by title."
        ) from error


def _last(queries: Mapping[str, str], filters: Filters, after: int, *, rare: bool = False) -> Select[Any]:
    """Return what asks for the articles behind the id `after` that fit and were stored last, at most `CANDIDATES`.

    What is known to be `rare` is looked up in the index of words: the planner, which does not know that, would go
    through the articles from the last on until so many fit, and never come to an end.
    """
    at, row = search_texts.c, readable.c
    # each article by the rules of its own language: what stems to another's word in one is no hit in the other
    own = bindparam("own", dict(queries), JSONB)[at.config].astext.cast(TSQUERY)
    last = (
        select(row.id, row.ordered_at, at.words, own.label("query"))
        .join_from(search_texts, readable, row.id == at.article_id)
        .where(at.article_id > after, at.words.bool_op("@@")(_any_of(queries)), at.words.bool_op("@@")(own))
        .where(*filters.conditions(row), *filters.times(row))
        .order_by((row.id + 0 if rare else row.id).desc())  # no index has this sum in order
        .limit(CANDIDATES)
        .subquery("last")
    )
    in_headline = func.ts_filter(last.c.words, text("'{a}'")).bool_op("@@")(last.c.query)
    relevance = func.ts_rank(text(f"'{RANK}'"), last.c.words, last.c.query, 1)  # 1: longer texts count a little less
    return select(last.c.id, last.c.ordered_at, in_headline, relevance)


def _queries(connection: Connection, asked: Asked) -> dict[str, str]:
    """Return what is asked for as a tsquery in the words of each configuration; stop words are in none."""
    rows = connection.execute(
        text(
            "SELECT cfgname, term, phraseto_tsquery(cfgname::regconfig, search_plain(term))::text AS query "
            "FROM (SELECT cfgname::text FROM pg_ts_config WHERE cfgname LIKE 'wireroom\\_%') c "
            "CROSS JOIN unnest(CAST(:terms AS text[])) term"
        ),
        {"terms": [*asked.wanted, *asked.unwanted]},
    ).all()
    said = {(config, term): query for config, term, query in rows if query}
    queries = {}
    for config in sorted({row.cfgname for row in rows}):
        wanted = [f"({said[config, term]})" for term in asked.wanted if (config, term) in said]
        unwanted = [f"!({said[config, term]})" for term in asked.unwanted if (config, term) in said]
        if wanted:
            queries[config] = " & ".join([*wanted, *unwanted])
    return queries


def _in_sqlite(connection: Connection, asked: Asked, filters: Filters) -> list[Hit]:
    match = _match(asked)
    index = table_of("search_texts", column("rowid"), column("search_texts"))
    relevance = -func.bm25(text("search_texts"), *BM25)
    row = readable.c
    rows = connection.execute(
        select(row.id, row.ordered_at, relevance)
        .join_from(index, readable, row.id == index.c.rowid)
        .where(index.c.search_texts.match(match), *filters.conditions(row), *filters.times(row))
        .order_by(index.c.rowid.desc())
        .limit(CANDIDATES)
    ).all()
    if not rows:
        return []
    headline = select(index.c.rowid).where(
        index.c.search_texts.match(f"headline : ({match})"), index.c.rowid.between(rows[-1].id, rows[0].id)
    )
    in_headline = set(connection.scalars(headline))
    return [Hit(id_, at, id_ in in_headline, relevance) for id_, at, relevance in rows]


def _match(asked: Asked) -> str:
    """Return what is asked for in the language of FTS5; a quoted term is a phrase of what its tokenizer makes of it."""
    wanted, unwanted = (
        [f'"{spaced(term)}"' for term in terms]
        for terms in (asked.wanted, asked.unwanted)  # which hold no quotation marks
    )
    matches = " AND ".join(wanted)
    return f"({matches}) NOT ({' OR '.join(unwanted)})" if unwanted else matches
