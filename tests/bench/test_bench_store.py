"""The bench of the store: its polls reach the store, and the store that it fills is whole."""

from collections.abc import Callable

from sqlalchemy import Engine, text

from bench.store import Bench
from bench.store_database import Store
from bench.store_fill import fill
from bench.store_news import revise, write
from shared.belt import Belt, connect
from shared.database import reading
from shared.settings import Settings

ARTICLES = 40


def count(engine: Engine, what: str) -> int:
    with reading(engine) as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {what}")) or 0)


def test_an_article_is_the_same_each_time_it_is_written() -> None:
    assert write(7, []) == write(7, [])
    assert revise(write(7, [])).sentences[:-1] == write(7, []).sentences[:-1]
    assert revise(write(7, [])) != write(7, [])


def test_a_filled_store_goes_on(store: Engine, belt_url: str, settings: Callable[..., Settings]) -> None:
    given = settings(fetch_pages=False)
    bench = Bench(Store(store), Belt(connect(belt_url), given.lease_s), given)
    bench.add_feeds(2)
    bench.store_new(ARTICLES)
    assert fill(store, 10 * ARTICLES, 3 * ARTICLES) == 10 * ARTICLES == count(store, "articles")
    assert 2 * ARTICLES < count(store, "carriers") <= 3 * ARTICLES
    assert count(store, "search_texts") == count(store, "revisions") == count(store, "layers") == 10 * ARTICLES
    bench.store_new(ARTICLES)
    bench.revise(0.5)
    bench.read_again()
    bench.send_again()
    bench.list_again()
    assert count(store, "articles") == 11 * ARTICLES
    assert count(store, "revisions") == 11 * ARTICLES + 20
    assert count(store, "articles WHERE last_seen_at IS NULL") == ARTICLES
