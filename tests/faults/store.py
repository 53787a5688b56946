"""What the store holds, as the fault tests ask for it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, func, select

from services.command.feeds import feed_store, opml
from shared.database import now, reading, writing
from shared.errors import TransientError
from shared.messages import Outcome
from shared.tables import Article, Change, Feed, LogHead, Poll, Revision, Story

GOOD = [outcome.value for outcome in Outcome if outcome.good]


def add(engine: Engine, *urls: str, **more: Any) -> None:
    """Add feeds, due now."""
    with writing(engine) as connection:
        feed_store.add(connection, [opml.Outline(url, **more) for url in urls])


def read(engine: Engine, statement: Any) -> Sequence[Any]:
    """Return the rows of a query."""
    with reading(engine) as connection:
        return connection.execute(statement).all()


def clock(engine: Engine) -> datetime:
    """Return the store's own time."""
    with reading(engine) as connection:
        return now(connection)


def ask(engine: Engine, statement: Any) -> Sequence[Any]:
    """Return the rows of a query, none where the store is away."""
    try:
        return read(engine, statement)
    except TransientError:
        return []


def count(engine: Engine, table: Any) -> int:
    """Return how many rows a table has."""
    return int(read(engine, select(func.count()).select_from(table))[0][0])


def feeds(engine: Engine) -> list[Any]:
    """Return all feeds."""
    return list(read(engine, select(Feed.__table__).order_by(Feed.id)))


def paths(engine: Engine) -> list[str]:
    """Return the path of every article's page, sorted, as often as it is there."""
    return sorted(urlsplit(row.url).path for row in read(engine, select(Article.url)))


def good_polls(engine: Engine, since: datetime) -> Counter[int]:
    """Return how many good polls each feed had since a moment of the store's clock."""
    query = select(Poll.target_id).where(Poll.kind == "feed", Poll.outcome.in_(GOOD), Poll.at > since)
    return Counter(row.target_id for row in ask(engine, query))


def polled_again(engine: Engine, since: datetime, times: int = 2) -> bool:
    """Return whether every feed had so many good polls since then."""
    counts = good_polls(engine, since)
    ids = [row.id for row in ask(engine, select(Feed.id))]
    return bool(ids) and all(counts[id_] >= times for id_ in ids)


def passed(engine: Engine, since: datetime, seconds: float) -> bool:
    """Return whether so much of the store's time went by."""
    return clock(engine) >= since + timedelta(seconds=seconds)


def assert_log_is_dense(connection: Connection) -> None:
    """The change log counts 1, 2, 3 … up to its head."""
    numbers = list(connection.scalars(select(Change.seq).order_by(Change.seq)))
    assert numbers == list(range(1, len(numbers) + 1))
    assert connection.scalar(select(LogHead.seq)) == len(numbers)


def assert_sound(connection: Connection) -> None:
    """Nothing in the store contradicts anything else."""
    assert_log_is_dense(connection)
    created = Counter(connection.scalars(select(Change.article_id).where(Change.kind == "created")))
    stories = {row.id: row.story_id for row in connection.execute(select(Article.id, Article.story_id))}
    assert created == Counter(stories.keys()), "an article without its line in the log, or with two"
    counted = {row.id: row for row in connection.execute(select(Story.id, Story.articles, Story.original_id))}
    assert Counter(stories.values()) == {row.id: row.articles for row in counted.values()}, "a story that miscounts"
    assert all(stories[row.original_id] == row.id for row in counted.values()), "an original outside of its story"
    states: dict[int, list[str]] = {}
    rows = select(Revision.article_id, Revision.content_sha256).order_by(Revision.article_id, Revision.number)
    for article_id, digest in connection.execute(rows):
        states.setdefault(article_id, []).append(digest)
    assert states.keys() == stories.keys()
    twice = [id_ for id_, said in states.items() if any(a == b for a, b in pairwise(said))]
    assert not twice, "two revisions in a row that say the same"
