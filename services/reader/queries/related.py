"""Stories about the same event as a story, by the rare names and terms that they share."""

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import Connection, func, literal, select
from sqlalchemy.orm import aliased

from services.reader.queries.stories import get_stories
from services.reader.related import scores
from services.reader.values import Related
from shared.among import among
from shared.tables import Term
from shared.tables import readable_articles as readable

WINDOW = timedelta(days=7)  # either side of the story: an event is news for days
LOOKED_AT = 400  # articles that have one term; more of them are no rare term, whatever stories they are in


def related_stories(connection: Connection, story_id: int) -> tuple[Related, ...]:
    """Return the stories most related to a story, the best first; none where its terms were forgotten."""
    at = readable.c
    earliest = select(at.id, at.ordered_at).where(at.story_id == story_id)
    lead = connection.execute(earliest.order_by(at.copy_role != "original", at.ordered_at, at.id).limit(1)).first()
    if lead is None:
        return ()
    rare = _rare(connection, lead.id)
    near: set[int] = set()
    carriers: defaultdict[int, set[int]] = defaultdict(set)
    speakers: dict[int, int] = {story_id: lead.id}
    query = (
        select(Term.term, at.story_id, at.id, at.ordered_at)
        .join(readable, at.id == Term.article_id)
        .where(among(Term.term, rare))
        .order_by(at.id)
    )
    for term, story, article, moment in connection.execute(query) if rare else ():
        carriers[term].add(story)
        speakers.setdefault(story, article)
        if abs(moment - lead.ordered_at) <= WINDOW:
            near.add(story)
    found = scores(carriers, _sizes(connection, speakers), story_id, near, _pool(connection))
    leads = get_stories(connection, {story for _, story in found})
    return tuple(
        Related(id=story, score=round(score, 3), lead=leads[story].versions[0])
        for score, story in found
        if story in leads
    )


def _rare(connection: Connection, article_id: int) -> list[int]:
    """Return those of an article's terms that few enough articles have to look at them all."""
    own = aliased(Term)
    some = select(literal(1)).where(Term.term == own.term).limit(LOOKED_AT + 1).correlate(own).subquery()
    having = select(func.count()).select_from(some).scalar_subquery()
    return list(connection.scalars(select(own.term).where(own.article_id == article_id, having <= LOOKED_AT)))


def _pool(connection: Connection) -> int:
    """Return about how many articles the index holds: they come in the order of their ids, and leave it so."""
    first, last = connection.execute(select(func.min(Term.article_id), func.max(Term.article_id))).one()
    return 0 if first is None else int(last - first + 1)


def _sizes(connection: Connection, speakers: dict[int, int]) -> dict[int, int]:
    """Return how many terms each story has, by the article that speaks for it."""
    query = select(Term.article_id, func.count()).where(among(Term.article_id, speakers.values()))
    counts = dict(connection.execute(query.group_by(Term.article_id)).all())
    return {story: counts.get(article, 1) for story, article in speakers.items()}
