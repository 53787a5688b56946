"""Flags for the operator: an agency killed a text, and titles still carry their copies of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select, update
from sqlalchemy.orm import aliased

from services.indexer.articles.rights import AGENCY, readable
from services.indexer.changes import News
from shared.among import among, among_given
from shared.errors import UsageError
from shared.schema import Status
from shared.tables import Article

_SOURCE = (Article.id, Article.publication_id, Article.story_id, Article.status_reason)
_CARRIER = aliased(Article)
_KILLED_BEFORE = (
    select(*_SOURCE)
    .join(_CARRIER, _CARRIER.story_id == Article.story_id)
    .where(among_given(_CARRIER.id, "ids"), Article.status == Status.CANCELLED.value, Article.body_source == AGENCY)
)


def killed(connection: Connection, withdrawn: Sequence[int]) -> set[int]:
    """Return those of the articles, just withdrawn and not folded anew, whose copies are to be looked at.

    That is the agency's own item, or what stood for it: the original of a story that is credited to an agency.
    """
    if not withdrawn:
        return set()
    original = and_(Article.copy_role == "original", Article.credit.is_not(None))
    agencys = or_(Article.body_source == AGENCY, original)
    return set(connection.scalars(select(Article.id).where(among(Article.id, withdrawn), agencys)))


def flag_copies(connection: Connection, killed: Collection[int], changed: Collection[int], now: datetime) -> list[News]:
    """Flag readable articles of other titles in the stories of what an agency killed; return that as news.

    A copy may also come after its agency's kill: then it is among `changed`, which have their stories by now.
    """
    news = []
    for source in _sources(connection, killed, changed):
        copies = connection.scalars(
            select(Article.id).where(
                Article.story_id == source.story_id,
                Article.publication_id != source.publication_id,
                Article.flag.is_(None),
                readable(),
            )
        )
        for id_ in sorted(copies):
            why = f"Article {source.id}, whose text it carries, was killed by its agency: {source.status_reason}"
            connection.execute(update(Article).where(Article.id == id_).values(flag=why, flagged_at=now))
            news.append(News("flagged", id_, {"original": source.id, "reason": source.status_reason}))
    return news


def _sources(connection: Connection, killed: Collection[int], changed: Collection[int]) -> Sequence[Any]:
    """Return the articles that were killed: now, or before `changed` came to carry their text."""
    found = {row.id: row for row in connection.execute(_KILLED_BEFORE, {"ids": list(changed)})}
    if killed:
        found |= {row.id: row for row in connection.execute(select(*_SOURCE).where(among(Article.id, killed)))}
    return [found[id_] for id_ in sorted(found)]


def clear(connection: Connection, article_id: int) -> None:
    """Note that the operator has looked at a flagged article and lets it stand; it is not flagged again.

    :raises UsageError: it is not flagged.
    """
    flagged = and_(Article.id == article_id, Article.flagged_at.is_not(None))
    if connection.execute(update(Article).where(flagged).values(flagged_at=None)).rowcount == 0:
        raise UsageError(f"Article {article_id} is not flagged: `wireroom articles flagged` lists those that are.")
