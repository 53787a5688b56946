"""Feeds as they were seen over time, replayed in their own order: nothing is lost, nothing is stored twice."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update

from shared.database import now
from shared.settings import Settings
from shared.tables import ArticleKey, Feed, Gap, Layer, Revision
from tests.corpus.replay import Recorded, Sighting, words
from tests.line.steps import Line

ROOMY = {"parse_memory_mb": 2**16}  # servers, store and line share this process

pytestmark = [pytest.mark.corpus, pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass
class Stored:
    """An article with all that it was ever known by, the headline of each revision, and the feeds that listed it."""

    id: int
    keys: set[str] = field(default_factory=set)
    headlines: list[str] = field(default_factory=list)
    feeds: set[int] = field(default_factory=set)

    def was(self, seen: Sighting) -> bool:
        """Return whether `seen` was a state of it; what several feeds list may have another feed's headline."""
        if seen.keys & self.keys:
            return seen.title in self.headlines or len(self.feeds) > 1
        ends = {key.rpartition("/")[2] for key in self.keys}  # of a link that is counted anew each time
        counted = not seen.guid and seen.link.rpartition("/")[2] in ends
        return seen.title in self.headlines and (not seen.keys or counted)


@dataclass
class Replayed:
    """One feed after its last poll."""

    name: str
    snapshots: list[list[Sighting]]
    articles: list[Stored]
    gaps: list[int]  # the polls that were recorded to show one

    def states(self) -> dict[int, list[Sighting]]:
        """Return each article's sightings in their order."""
        found: dict[int, list[Sighting]] = defaultdict(list)
        for seen in self.all():
            for article in self.of(seen)[:1]:
                found[article.id].append(seen)
        return found

    def all(self) -> Iterator[Sighting]:
        """Yield every sighting, the oldest first."""
        for snapshot in self.snapshots:
            yield from snapshot

    def of(self, seen: Sighting) -> list[Stored]:
        """Return the articles that `seen` may have been a state of, those that carried its identifier or link first."""
        own = [article for article in self.articles if article.was(seen)]
        return sorted(own, key=lambda article: (f"id:{seen.guid}" not in article.keys, not seen.keys & article.keys))


@pytest.fixture
def replayed(
    sqlite_store: Engine, belt_url: str, settings: Callable[..., Settings], corpus: Path
) -> Iterator[list[Replayed]]:
    """Every recorded feed after all of its polls."""
    with Recorded(corpus) as recorded:
        made = settings(redis_url=belt_url, fetch_allow=recorded.allow, fetch_pages=False, **ROOMY)
        line = Line(sqlite_store, belt_url, made)
        line.add(*recorded.urls.values())
        gaps: dict[int, list[int]] = defaultdict(list)
        for step in range(recorded.steps):
            recorded.step = step
            line.poll()
            for feed_id, count in line.read(select(Gap.feed_id, func.count()).group_by(Gap.feed_id)):
                gaps[feed_id] += [step] * (count - len(gaps[feed_id]))
            _look_elsewhere(line)
        yield _feeds(line, recorded, gaps)


def _look_elsewhere(line: Line) -> None:
    """Let every attempt to close a gap be made, so that the next poll is one of the feed again."""
    while line.read(select(Feed.id).where(Feed.detour_url.is_not(None))):
        line.write(
            lambda connection: (
                connection.execute(update(Feed).where(Feed.detour_url.is_not(None)).values(ready_at=now(connection)))
                and None
            )
        )
        line.tick()
        line.drain()


def _feeds(line: Line, recorded: Recorded, gaps: dict[int, list[int]]) -> list[Replayed]:
    articles: dict[int, Stored] = {}
    for id_, content in line.read(select(Revision.article_id, Revision.said()).order_by(Revision.number)):
        articles.setdefault(id_, Stored(id_)).headlines.append(words(content.get("headline")))
    for id_, key in line.read(select(ArticleKey.article_id, ArticleKey.key)):
        articles[id_].keys.add(key)
    for id_, feed_id in line.read(select(Layer.article_id, Layer.feed_id)):
        articles[id_].feeds.add(feed_id)
    ids = dict(line.read(select(Feed.url, Feed.id)))
    return [
        Replayed(
            name,
            recorded.sightings(name),
            [article for article in articles.values() if ids[url] in article.feeds],
            gaps[ids[url]],
        )
        for name, url in recorded.urls.items()
    ]


def test_every_entry_that_ever_appeared_is_stored_once_with_all_its_states(replayed: list[Replayed]) -> None:
    print()
    for feed in replayed:
        states = feed.states()
        revisions = {article.id: len(article.headlines) for article in feed.articles}
        print(
            f"  {feed.name}: {len(feed.snapshots)} polls, {sum(map(len, feed.snapshots))} entries, "
            f"{len(feed.articles)} articles, {sum(revisions.values())} revisions, "
            f"gaps at polls {feed.gaps}"
        )
        assert [seen for seen in feed.all() if not feed.of(seen)] == []
        assert _twice(feed) == {}
        assert {
            id_: (revisions[id_], _words(seen)) for id_, seen in states.items() if revisions[id_] < _words(seen)
        } == {}
        alone = [article for article in feed.articles if len(article.feeds) == 1]
        unchanged = [one.id for one in alone if len({seen.raw for seen in states.get(one.id, ())}) == 1]
        assert [id_ for id_ in unchanged if revisions[id_] > 1] == []
        assert feed.gaps == _parted(feed)
    assert len(replayed) == 49


def _twice(feed: Replayed) -> dict[str, set[int]]:
    """Return what several articles of the feed have that only one can have, with the articles."""
    owners: dict[str, set[int]] = defaultdict(set)
    for seen in feed.all():
        for proof in seen.proofs:
            owners[proof] |= {article.id for article in feed.of(seen)[:1]}
    return {proof: ids for proof, ids in owners.items() if len(ids) > 1}


def _words(seen: list[Sighting]) -> int:
    """Return how many times the words of an article were others than before, its first state included."""
    return 1 + sum((one.title, one.text) != (other.title, other.text) for one, other in pairwise(seen))


def _parted(feed: Replayed) -> list[int]:
    """Return the polls whose window shares no article with the one before."""
    windows = [frozenset().union(*(seen.names for seen in snapshot)) for snapshot in feed.snapshots]
    return [at for at, (one, other) in enumerate(pairwise(windows), 1) if not one & other]
