"""The full-text index as the migrations make it, over the articles that are there already."""

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, insert, text

from shared.database import reading, writing
from shared.migrations import lighter, search
from shared.rows import TOGETHER, as_json, insert_rows
from shared.spacing import UNSPACED, spaced
from shared.tables import Article, Publication, Story
from tests.reader.conftest import NOON, PLAIN


def add_article(engine: Engine, **values: object) -> None:
    with writing(engine) as connection:
        connection.execute(insert(Publication).values(key="k", name="n", created_at=NOON))
        connection.execute(insert(Story).values(ordered_at=NOON, created_at=NOON, updated_at=NOON))
        given = {"publication_id": 1, "story_id": 1, "feed_id": 1, "first_seen_at": NOON, "ordered_at": NOON}
        connection.execute(insert(Article).values(**PLAIN, **given, **values))


def found(engine: Engine, word: str) -> int:
    postgresql = engine.dialect.name == "postgresql"
    test = "words @@ plainto_tsquery('wireroom_en', :word)" if postgresql else "search_texts MATCH :word"
    with reading(engine) as connection:
        return connection.scalar(text(f"SELECT count(*) FROM search_texts WHERE {test}"), {"word": word})


def test_articles_from_before_the_index_are_in_it(store: Engine) -> None:
    add_article(store, headline="Bridges", language="en-GB", body_text="京都")
    for step in (search.downgrade, search.upgrade):
        with store.begin() as connection, Operations.context(MigrationContext.configure(connection)):
            step()
    assert found(store, "bridges") == 1
    assert found(store, spaced("京")) == 1
    with writing(store) as connection:
        connection.execute(text("UPDATE articles SET headline = 'Ferries'"))
    assert (found(store, "bridges"), found(store, "ferries")) == (0, 1)


def test_any_number_of_articles_stored_together_is_indexed_whole(store: Engine) -> None:
    add_article(store, headline="Bridges", language="en")
    names = ("id", "publication_id", "story_id", "feed_id", "first_seen_at", "ordered_at", "headline", *PLAIN)
    plain = tuple(as_json(value) if isinstance(value, list | dict) else value for value in PLAIN.values())
    ids = range(2, 2 * TOGETHER + 3)  # more than two statements take, and one
    with writing(store) as connection:
        insert_rows(connection, Article, names, [(id_, 1, 1, 1, NOON, NOON, f"Ferry{id_}", *plain) for id_ in ids])
    assert [found(store, f"Ferry{id_}") for id_ in ids] == [1] * len(ids)


def test_articles_stored_at_once_are_each_indexed_in_their_language(postgres_store: Engine) -> None:
    add_article(postgres_store, headline="Bridges", language="en")
    with writing(postgres_store) as connection:
        columns = ", ".join(("publication_id", "story_id", "feed_id", "first_seen_at", "ordered_at", *PLAIN))
        told = "(VALUES ('Häuser', 'de'), ('Houses', 'en-GB'), ('Cafés', 'en'), ('Talo', 'xx'), ('Maison', NULL)) v"
        connection.execute(
            text(
                f"INSERT INTO articles ({columns}, headline, language) "
                f"SELECT {columns}, h, l FROM (SELECT {columns} FROM articles) a, {told} (h, l)"
            )
        )
    with reading(postgres_store) as connection:
        query = "SELECT language, config, words::text FROM search_texts JOIN articles ON id = article_id"
        rows = {tuple(row) for row in connection.execute(text(query))}
    assert rows == {
        ("en", "wireroom_en", "'bridg':1A"),
        ("de", "wireroom_de", "'haus':1A"),
        ("en-GB", "wireroom_en", "'hous':1A"),
        ("en", "wireroom_en", "'cafe':1A"),
        ("xx", "wireroom_simple", "'talo':1A"),
        (None, "wireroom_simple", "'maison':1A"),
    }


def test_words_are_indexed_as_they_were_before_ascii_ones_took_a_shorter_way(postgres_store: Engine) -> None:
    query = "SELECT cfgname, to_tsvector(cfgname::regconfig, :words)::text FROM pg_ts_config ORDER BY cfgname"
    words = {"words": "The cafes' naïve coöperation 1st über Straßen running ÆON Ｆｕｌｌ co-op's"}

    def indexed() -> list[tuple[str, str]]:
        with postgres_store.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), words)]

    now = indexed()
    with postgres_store.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        lighter.downgrade()
    assert indexed() == now


def test_a_change_beside_the_words_leaves_the_index_alone(store: Engine) -> None:
    add_article(store, headline="Bridges", language="en")
    if store.dialect.name == "postgresql":
        mark = "SELECT xmin::text FROM search_texts"
    else:
        mark = "SELECT group_concat(id || hex(block)) FROM search_texts_data"
    with reading(store) as connection:
        before = connection.scalar(text(mark))
    with writing(store) as connection:
        connection.execute(text("UPDATE articles SET headline = headline, section = 'Sport', word_count = 7"))
    with reading(store) as connection:
        assert connection.scalar(text(mark)) == before


@pytest.mark.parametrize("unit", ["_a-1", "a-", "a.", "a/", "<a ", "http://a", "a@b.c", "1e", "京"])
def test_no_text_takes_the_index_long(postgres_store: Engine, unit: str) -> None:
    with writing(postgres_store) as connection:
        connection.execute(text("SET LOCAL statement_timeout = '5s'"))
        given = {"text": unit * (1_000_000 // len(unit))}
        connection.execute(text("SELECT search_words('wireroom_en', :text, NULL, NULL, :text)"), given)


def test_postgresql_parts_the_signs_that_python_does(postgres_store: Engine) -> None:
    signs = "aไ京ア한１𠀀é"
    with reading(postgres_store) as connection:
        assert connection.scalar(text("SELECT search_plain(:signs)"), {"signs": signs}) == spaced(signs)
        parted = connection.scalar(text("SELECT search_plain(:signs)"), {"signs": search.JOINERS})
    assert parted == " " * len(search.JOINERS)


def test_sqlite_sees_the_signs_that_python_does(sqlite_store: Engine) -> None:
    with reading(sqlite_store) as connection:
        for sign in "aไ京ア한１𠀀é":
            seen = connection.scalar(text("SELECT :sign GLOB :signs"), {"sign": sign, "signs": f"*{UNSPACED}*"})
            assert bool(seen) == (spaced(sign) != sign), sign
