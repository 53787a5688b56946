"""Who waits for whom: whoever waits for the log's row holds nothing that one who has it may want."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

from sqlalchemy import Engine, insert, select, text

from services.command.feeds import feed_store
from services.indexer.changes import take_head
from services.indexer.document import commit_documents
from services.indexer.publications import unite
from shared.database import writing
from shared.messages import PARSER, Entry, FeedFacts, Kind, Result
from shared.tables import Article, Counter, Feed, LogHead, Publication
from tests.indexer.newsdesk import NOON, Newsdesk, entry, facts

_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def result(newsdesk: Newsdesk, feed: int, *entries: Entry, said: FeedFacts | None = None) -> Result:
    leased = newsdesk.lease(Kind.FEED, feed)
    listed = "".join(one.digest for one in entries)
    return Result(facts=leased, window=listed, entries=entries, parser=PARSER, feed=said)


@contextmanager
def waiting(engine: Engine, work: Callable[[], object]) -> Iterator[None]:
    """Run `work` beside the body, which begins when `work` waits for a lock; both must end well."""
    with ThreadPoolExecutor(1) as beside:
        done = beside.submit(work)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not connection.scalar(_WAITING):
                assert not wait([done], timeout=0.01).done, "it waited for nothing"
        yield
        done.result()


def test_a_stale_result_is_counted_by_those_who_have_the_log(postgres_newsdesk: Newsdesk) -> None:
    newsdesk = postgres_newsdesk
    with writing(newsdesk.engine) as connection:
        connection.execute(insert(Counter).values(name="stale_results", value=0))
    feeds = [newsdesk.feed(f"{name}.example", newsdesk.publication(name)) for name in "ab"]
    results = [result(newsdesk, feed, entry(f"of-{feed}")) for feed in feeds]
    newsdesk.lease(Kind.FEED, feeds[0])
    with newsdesk.engine.connect() as holder, holder.begin() as transaction:
        take_head(holder)
        work = lambda: commit_documents(newsdesk.engine, Kind.FEED, results, newsdesk.settings)  # noqa: E731
        with waiting(newsdesk.engine, work):
            holder.execute(select(Counter).with_for_update(nowait=True))
            transaction.commit()
    assert newsdesk.read(select(Counter.value)) == [(1,)]


def test_new_titles_are_made_in_one_order_whatever_order_they_came_in(postgres_newsdesk: Newsdesk) -> None:
    newsdesk = postgres_newsdesk
    said = {name: facts(name, f"https://{name}.org/") for name in ("alpha", "beta")}
    late = [result(newsdesk, newsdesk.feed(name), entry(name), said=said[name]) for name in ("beta", "alpha")]
    made = {"name": "x", "terms": "full", "created_at": NOON}
    with newsdesk.engine.connect() as holder, holder.begin() as transaction:
        holder.execute(insert(Publication).values(key="site:alpha.org", **made))
        work = lambda: commit_documents(newsdesk.engine, Kind.FEED, late, newsdesk.settings)  # noqa: E731
        with waiting(newsdesk.engine, work):
            holder.execute(insert(Publication).values(key="site:beta.org", **made))
            transaction.commit()
    assert len(newsdesk.read(select(Publication.id))) == 2


def test_a_merge_of_titles_waits_for_a_fetch_that_waits_for_the_log(postgres_newsdesk: Newsdesk) -> None:
    newsdesk = postgres_newsdesk
    into, other = (newsdesk.publication(name) for name in "ab")
    feed = newsdesk.feed("b.example", other)
    with newsdesk.engine.connect() as holder, holder.begin() as transaction:
        holder.execute(select(Feed.id).where(Feed.id == feed).with_for_update())
        with waiting(newsdesk.engine, lambda: unite.unite(newsdesk.engine, into, other, newsdesk.settings)):
            holder.execute(select(LogHead.seq).with_for_update(nowait=True))
            transaction.commit()
    assert newsdesk.read(select(Feed.publication_id)) == [(into,)]


def test_removing_a_feed_waits_for_the_log_before_it_touches_articles(postgres_newsdesk: Newsdesk) -> None:
    newsdesk = postgres_newsdesk
    feed = newsdesk.feed("a.example", newsdesk.publication())
    newsdesk.poll(feed, entry("one"))

    def remove() -> None:
        with writing(newsdesk.engine) as connection:
            feed_store.remove(connection, [feed])

    with newsdesk.engine.connect() as holder, holder.begin() as transaction:
        take_head(holder)
        with waiting(newsdesk.engine, remove):
            holder.execute(select(Article.id).with_for_update(nowait=True))
            transaction.commit()
    assert newsdesk.article("one").last_seen_at is not None
