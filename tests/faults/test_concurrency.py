"""Eight indexer processes at once: the same stories whatever the order, and nobody waits for each other in a ring."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine, func, select

from bench.postgres import Postgres
from services.indexer.fold.file import fold_file
from services.parser.document import read_document
from services.scheduler.store import due, lease
from shared.belt import Belt
from shared.database import connect, now, reading, writing
from shared.messages import Batch, Document, Facts, Kind, Outcome, Target, Validators
from shared.queues import INDEX
from shared.settings import Settings
from shared.tables import Article, Feed, Publication, Story
from shared.worker import celery_app, publisher
from tests.faults import store
from tests.faults.conftest import belt_of
from tests.faults.processes import Processes, until
from tests.faults.wire import base, copy, document, moved, rewritten
from tests.outlet.feeds import Entry

PROCESSES = 8
TEXTS = 20
TITLES = 10
FEED_ENTRIES = 2  # so that a hundred documents come at once
ROUNDS = 2
KILLS = 8  # a round, until all is stored
SIBLINGS = 3  # feeds of one title that list the same articles
STATES = 4  # of every entry, one after another
REVISING = 3  # titles that write their articles anew, while the others change what no reader sees
PATIENCE_S = 120

pytestmark = [pytest.mark.slow, pytest.mark.timeout(4 * PATIENCE_S)]

Documents = Mapping[str, tuple[int, Sequence[Entry]]]  # by the feed's address: the title and what it lists
Picture = frozenset[frozenset[tuple[str, str, str | None]]]


class Indexers:
    """A store, and eight processes that index into it what `index` puts on the belt."""

    def __init__(self, engine: Engine, belt: Belt, settings: Settings, processes: Processes) -> None:
        self.engine, self._belt, self._settings, self._processes = engine, belt, settings, processes
        self._publish = publisher(celery_app(settings, "test"), belt)

    def index(self, documents: Documents, dice: random.Random) -> None:
        """Take documents through the parser, put them on the belt in some order, and return when all are settled."""
        held = self._leases()
        read = [self._read(held[url], title, entries) for url, (title, entries) in documents.items()]
        dice.shuffle(read)
        for batch in read:
            self._publish(INDEX, batch)
        self._processes.up()
        settled = select(func.count()).where(Feed.lease_token.is_not(None))
        until(lambda: store.read(self.engine, settled)[0][0] == 0, PATIENCE_S, self._processes.said)

    def index_through_kills(self, documents: Documents, dice: random.Random, kills: int) -> None:
        """Do the same while one process after another is killed; what they held is put on the belt again."""
        self._processes.up()
        (worker,) = self._processes.of("index")
        waiting, days = set(documents), 0
        while waiting:
            days += 1
            held = self._leases(days)
            for url in sorted(waiting, key=lambda _: dice.random()):
                self._publish(INDEX, self._read(held[url], *documents[url]))
            for _ in range(kills):
                before = len(self._unpolled())
                until(lambda before=before: len(self._unpolled()) < before or self._idle(), PATIENCE_S)
                worker.kill_child(dice)
            until(self._idle, PATIENCE_S, self._processes.said)
            waiting = self._unpolled()

    def _unpolled(self) -> set[str]:
        return {row.url for row in store.read(self.engine, select(Feed.url).where(Feed.last_polled_at.is_(None)))}

    def _idle(self) -> bool:
        return self._belt.load().feeds == 0

    def _leases(self, days: int = 1) -> dict[str, Target]:
        """Lease every feed as it will be due in so many days: a lease given for one day has run out in two."""
        with writing(self.engine) as connection:
            later = now(connection) + timedelta(days=days)
            rows = due(connection, Kind.FEED, later, 1000, lambda _: set())
            leased = lease(connection, Kind.FEED, rows, later, self._settings.lease_s)
        return {one.target.url: one.target for one in leased}

    def _read(self, target: Target, title: int, entries: Sequence[Entry]) -> Batch:
        data = document(title, urlsplit(target.url).path, entries)
        facts = Facts(
            kind=Kind.FEED, id=target.id, token=target.token, outcome=Outcome.OK, validators=Validators(etag='"1"')
        )
        ends = datetime.now(UTC) + timedelta(hours=1)
        job = Document(lease_ends=ends, facts=facts, target=target, final_url=target.url, body_key="")
        return Batch(results=(read_document(job, data, 100),))


MakeIndexers = Callable[[Sequence[str]], AbstractContextManager[Indexers]]


@pytest.fixture
def indexers(
    postgres: Postgres, _postgres_template: str, fast: Callable[..., Settings], start: Callable[..., Processes]
) -> MakeIndexers:
    """What makes an empty store with these feeds and eight processes for it."""

    @contextmanager
    def make(urls: Sequence[str]) -> Iterator[Indexers]:
        postgres.start()
        url = postgres.create_database(_postgres_template)
        engine = connect(url)
        store.add(engine, *urls)
        settings = fast(database_url=url, lease_s=300, index_processes=PROCESSES)
        processes = start(settings, index=1)
        yield Indexers(engine, belt_of(settings), settings, processes)
        processes.down("index")
        engine.dispose()
        postgres.drop_database(url)

    return make


def test_eight_indexers_make_the_same_stories_in_whatever_order_the_copies_come(
    indexers: MakeIndexers, postgres: Postgres
) -> None:
    said_before = log(postgres)
    pictures = []
    for seed in range(ROUNDS):
        dice = random.Random(seed)
        documents = scattered(dice)
        with indexers(list(documents)) as running:
            running.index(documents, dice)
            pictures.append(picture(running.engine))
            with reading(running.engine) as connection:
                store.assert_sound(connection)
    assert texts_of(pictures[0]) == [{f"text{text:02}"} for text in range(TEXTS)]
    assert [len(story) for story in pictures[0]] == [TITLES] * TEXTS
    for other in pictures[1:]:
        assert pictures[0] ^ other == frozenset(), "another order made other stories"
    assert "deadlock" not in log(postgres)[len(said_before) :]


def test_indexers_killed_at_random_make_the_stories_of_the_fold_over_the_heads(indexers: MakeIndexers) -> None:
    dice = random.Random(11)
    documents = scattered(dice)
    with indexers(list(documents)) as running:
        running.index_through_kills(documents, dice, KILLS)
        assert store.count(running.engine, Article) == TITLES * TEXTS
        with reading(running.engine) as connection:
            store.assert_sound(connection)
        assert together(running.engine) == folded_heads(running.engine)


def test_indexers_that_revise_and_touch_the_same_stories_never_deadlock(
    indexers: MakeIndexers, postgres: Postgres
) -> None:
    said_before = log(postgres)
    dice = random.Random(7)
    entries = {title: [copy(text, title) for text in dice.sample(range(TEXTS), TEXTS)] for title in range(TITLES)}
    feeds = {f"{base(title)}/feed{number}.atom": title for title in entries for number in range(SIBLINGS)}
    with indexers(list(feeds)) as running:
        for state in range(STATES):
            running.index({url: (title, entries[title]) for url, title in feeds.items()}, dice)
            revising = dice.sample(range(TITLES), REVISING)
            for title, listed in entries.items():
                change = rewritten if title in revising else moved
                entries[title] = [change(one, state + 1) for one in listed]
        assert store.count(running.engine, Article) == TITLES * TEXTS
        assert store.count(running.engine, Story) == TEXTS
    assert "deadlock" not in log(postgres)[len(said_before) :]


def scattered(dice: random.Random) -> dict[str, tuple[int, list[Entry]]]:
    """Return every title's copies in small feeds, each text in another feed each time."""
    documents = {}
    for title in range(TITLES):
        texts = dice.sample(range(TEXTS), TEXTS)
        for at in range(0, TEXTS, FEED_ENTRIES):
            listed = [copy(text, title) for text in texts[at : at + FEED_ENTRIES]]
            documents[f"{base(title)}/feed{at}.atom"] = (title, listed)
    return documents


def picture(engine: Engine) -> Picture:
    """Return the stories: which articles are together, in which role, copied from which."""
    columns = (Article.id, Article.source_id, Article.story_id, Article.copy_role, Article.copy_of)
    rows = store.read(engine, select(*columns))
    names = {row.id: row.source_id for row in rows}
    stories: dict[int, set[tuple[str, str, str | None]]] = defaultdict(set)
    for row in rows:
        stories[row.story_id].add((row.source_id, row.copy_role, names.get(row.copy_of)))
    return frozenset(frozenset(members) for members in stories.values())


def together(engine: Engine) -> set[frozenset[int]]:
    """Return which articles are in one story."""
    stories: dict[int, set[int]] = defaultdict(set)
    for row in store.read(engine, select(Article.id, Article.story_id)):
        stories[row.story_id].add(row.id)
    return set(map(frozenset, stories.values()))


def folded_heads(engine: Engine) -> set[frozenset[int]]:
    """Return which articles the fold over a file of the store's heads puts together."""
    columns = (Article.id, Article.headline, Article.body_text, Article.ordered_at, Article.url, Article.canonical_url)
    lines = (
        {
            "id": row.id,
            "publisher": row.name,
            "title": row.headline,
            "text": row.body_text,
            "published_at": row.ordered_at.isoformat(),
            "url": row.url,
            "canonical_url": row.canonical_url,
        }
        for row in store.read(engine, select(*columns, Publication.name).join(Publication))
    )
    stories: dict[object, set[int]] = defaultdict(set)
    for told in fold_file(lines):
        stories[told["story"]].add(int(str(told["id"])))
    return set(map(frozenset, stories.values()))


def texts_of(stories: Picture) -> list[set[str]]:
    """Return which texts are in each story."""
    return sorted(({member[0][4:10] for member in story} for story in stories), key=sorted)


def log(postgres: Postgres) -> str:
    """Return all that the server said so far."""
    return postgres.log.read_text(errors="replace")
