"""The fold's window: what lies before it is taken out of the indexes; stories and pairs stay as they are."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, select

from services.indexer.changes import take_head
from services.indexer.fold.terms import terms
from services.indexer.stories import candidates
from shared.among import among
from shared.database import now, writing
from shared.rows import insert_rows
from shared.settings import Settings
from shared.tables import Article, Claim, FoldText, Term

AT_ONCE = 500  # texts or articles in one commit


def note_terms(connection: Connection, articles: Sequence[tuple[int, str, str]], known: Sequence[int]) -> None:
    """Note by which terms articles are found as related, given as (id, headline, text); `known` were noted before."""
    if known:
        forget_terms(connection, known)
    rows = [(term, id_) for id_, headline, text in articles for term in terms(headline, text)]
    insert_rows(connection, Term, ("term", "article_id"), rows)


def forget_terms(connection: Connection, ids: Collection[int]) -> None:
    """Let no term find these articles."""
    connection.execute(delete(Term).where(among(Term.article_id, ids)))


def forget(engine: Engine, settings: Settings, batches: int) -> int:
    """Take out of the indexes what no new article can pair with any more; return how many texts and articles.

    :raises TransientError: the database is away.
    """
    total = 0
    for _ in range(batches):
        with writing(engine) as connection:
            take_head(connection)  # an indexer that has seen a text's postings must find them when it commits
            before = now(connection) - timedelta(days=settings.fold_window_days)
            done = purge_texts(connection, before) + purge_articles(connection, before)
        total += done
        if done < AT_ONCE:
            break
    return total


def purge_texts(connection: Connection, before: datetime, limit: int = AT_ONCE) -> int:
    """Take out the postings of up to `limit` texts that no article recorded since `before` has; return how many."""
    keys = connection.scalars(select(FoldText.key).where(FoldText.at < before).order_by(FoldText.at).limit(limit)).all()
    candidates.forget_texts(connection, keys)
    return len(keys)


def purge_articles(connection: Connection, before: datetime, limit: int = AT_ONCE) -> int:
    """Take out the claims and terms of up to `limit` articles first seen before `before`; return how many.

    The smallest ids were seen first, so no more is looked at than is taken out.
    """
    old: set[int] = set()
    for table in (Claim, Term):
        first = select(table.article_id).distinct().order_by(table.article_id).limit(limit).subquery()
        seen = select(Article.id).join(first, first.c.article_id == Article.id).where(Article.first_seen_at < before)
        old.update(connection.scalars(seen))
    if old:
        connection.execute(delete(Claim).where(among(Claim.article_id, old)))
        forget_terms(connection, old)
    return len(old)
