"""A purge leaves nothing of an article's text, and nothing brings it back."""

import pytest
from sqlalchemy import insert, inspect, select, text

from services.indexer.articles import retention, withdrawal
from services.scheduler import store as scheduling
from shared.database import now, reading, writing
from shared.errors import UsageError
from shared.messages import Entry, Kind, Rejected, Result, Target
from shared.tables import Article, Layer, Page, SetAside
from tests.indexer.newsdesk import NOON, Newsdesk, entry

SECRET = "Zanzibar marmalade"


def purged(newsdesk: Newsdesk) -> list[int]:
    """Publish a text in two titles, with a page and a bad entry set aside, and purge it in the first."""
    text = entry("one").content.body_text or ""
    said = {"headline": f"{SECRET} sinks", "body_text": f"{text} The {SECRET} said so.", "summary": SECRET}
    newsdesk.poll(newsdesk.feed("a.example", newsdesk.publication("A")), entry("one", **said))
    newsdesk.page(1, entry("one", **said))
    newsdesk.poll(1, entry("one", **said, section="Sea"))
    with writing(newsdesk.engine) as connection:
        aside = {"at": NOON, "stage": "parse", "url": "https://a.example/feed", "reason": "It has no end."}
        bad = f"<item><guid>one</guid>{SECRET}".encode()
        connection.execute(insert(SetAside).values(**aside, kind="feed", target_id=1, data=bad))
        connection.execute(insert(SetAside).values(**aside, kind="page", target_id=1, data=SECRET.encode()))
        connection.execute(insert(SetAside).values(**aside, kind="feed", target_id=1, data=b"<item>another"))
    newsdesk.poll(newsdesk.feed("b.example", newsdesk.publication("B")), entry("two", body_text=text))
    with writing(newsdesk.engine) as connection:
        withdrawal.purge(connection, 1, "a court said so", newsdesk.settings)
    return [1, newsdesk.article("two").id]


def nothing_left(newsdesk: Newsdesk) -> None:
    names = [name for name in inspect(newsdesk.engine).get_table_names() if not name.startswith("alembic")]
    with reading(newsdesk.engine) as connection:
        for name in names:
            for row in connection.execute(text(f'SELECT * FROM "{name}"')):
                held = " ".join(
                    bytes(one).decode("latin-1") if isinstance(one, bytes | memoryview) else str(one) for one in row
                )
                assert SECRET not in held, name
                assert "marmalad" not in held, name


def test_a_purge_leaves_the_text_nowhere(newsdesk: Newsdesk) -> None:
    purged(newsdesk)
    nothing_left(newsdesk)
    assert newsdesk.read(select(Page.article_id)) == []
    assert [row.data is None for row in newsdesk.read(select(SetAside.data).order_by(SetAside.id))] == [
        True,
        True,
        False,
    ]


def test_the_full_text_index_forgets_what_was_purged(newsdesk: Newsdesk) -> None:
    purged(newsdesk)
    match = (
        "search_texts MATCH 'marmalade'"
        if newsdesk.engine.dialect.name == "sqlite"
        else "words @@ to_tsquery('marmalade')"
    )
    with reading(newsdesk.engine) as connection:
        assert connection.execute(text(f"SELECT count(*) FROM search_texts WHERE {match}")).scalar() == 0


def test_a_purge_keeps_a_tombstone(newsdesk: Newsdesk) -> None:
    one, _ = purged(newsdesk)
    article = newsdesk.article("one")
    assert (article.status, article.status_reason, article.body_text, article.headline) == (
        "cancelled",
        "a court said so",
        None,
        None,
    )
    assert article.purged_at is not None
    assert article.url == "https://paper.example/one"
    assert newsdesk.revisions(one) == []
    assert article.story_id != newsdesk.article("two").story_id


def test_polls_never_bring_a_purged_article_back(newsdesk: Newsdesk) -> None:
    purged(newsdesk)
    before = newsdesk.head()
    for said in (entry("one", headline=f"{SECRET} again"), entry("one", keys=("url:https://paper.example/one",))):
        newsdesk.poll(1, said)
        newsdesk.poll(newsdesk.feed(f"{said.digest}.example", 1), said)
    assert newsdesk.head() == before
    assert len(newsdesk.read(select(Article.id))) == 2
    assert newsdesk.article("one").headline is None
    assert all(
        not row.content or "headline" not in row.content
        for row in newsdesk.read(select(Layer.content).where(Layer.article_id == 1))
    )


def test_what_is_set_aside_after_a_purge_holds_nothing_of_it(newsdesk: Newsdesk) -> None:
    purged(newsdesk)
    excerpts = ("<link>https://paper.example/one</link>" + SECRET, "<link>https://paper.example/three</link>")
    bad = [Rejected(reason="It has no end.", excerpt=excerpt) for excerpt in excerpts]
    newsdesk.poll(1, entry("three"), rejected=tuple(bad))
    rows = newsdesk.read(select(SetAside.data).order_by(SetAside.id.desc()).limit(2))
    assert [row.data for row in rows] == [excerpts[1].encode(), None]


def test_a_purged_article_cannot_be_taken_back(sqlite_newsdesk: Newsdesk) -> None:
    purged(sqlite_newsdesk)
    with pytest.raises(UsageError, match="its text is gone"), writing(sqlite_newsdesk.engine) as connection:
        withdrawal.restore(connection, 1, sqlite_newsdesk.settings)
    with pytest.raises(UsageError, match="no article 99"), writing(sqlite_newsdesk.engine) as connection:
        withdrawal.purge(connection, 99, "x", sqlite_newsdesk.settings)


# -- what was under way


def in_flight(newsdesk: Newsdesk, kind: Kind, target: int, *said: Entry) -> Result:
    """Return what a fetch will bring that is on the belt by now."""
    facts = newsdesk.lease(kind, target)
    return Result(facts=facts, window="".join(one.digest for one in said), entries=said)


def test_a_document_that_was_on_the_belt_brings_nothing_back(newsdesk: Newsdesk) -> None:
    feed = newsdesk.feed("a.example", newsdesk.publication("A"))
    newsdesk.poll(feed, entry("one", headline="Ferry sinks", page_wanted=True))
    new = {"headline": f"{SECRET} sinks", "body_text": SECRET}
    results = [in_flight(newsdesk, Kind.FEED, feed, entry("one", **new), entry("two"))]
    results += [in_flight(newsdesk, Kind.PAGE, 1, entry("one", **new))]
    with writing(newsdesk.engine) as connection:
        withdrawal.purge(connection, 1, "a court said so", newsdesk.settings)
    for result in results:
        newsdesk.commit(result)
    assert newsdesk.article("two").status == "usable"
    nothing_left(newsdesk)


def test_a_document_that_killed_its_worker_is_not_kept_if_it_holds_what_was_purged(newsdesk: Newsdesk) -> None:
    purged(newsdesk)
    sibling = newsdesk.feed("sport.example", 1)  # that never listed it before
    document = f"<item><link>https://paper.example/one</link>{SECRET}</item>".encode()
    with writing(newsdesk.engine) as connection:
        for feed in (1, sibling):
            target = Target(kind=Kind.FEED, id=feed, token="t", url="https://a.example/", host="a.example")
            scheduling.park(connection, scheduling.Killer(target, 3), document, now(connection))
    nothing_left(newsdesk)


def test_a_purged_article_that_retention_deleted_stays_away_wherever_it_is_listed(newsdesk: Newsdesk) -> None:
    purged(newsdesk)
    with writing(newsdesk.engine) as connection:
        retention.remove(connection, [1])
    newsdesk.poll(1, entry("one", keys=("id:one", "url:https://paper.example/elsewhere"), headline=f"{SECRET} sinks"))
    nothing_left(newsdesk)


def test_a_short_address_that_was_purged_is_looked_for_alone(newsdesk: Newsdesk) -> None:
    feed = newsdesk.feed("a.example", newsdesk.publication("A"))
    newsdesk.poll(feed, entry("one", url="https://paper.example/1"))
    with writing(newsdesk.engine) as connection:
        withdrawal.purge(connection, 1, "a court said so", newsdesk.settings)
    excerpts = (
        "<link>https://paper.example/17</link>, 3/1/2024",
        "<link>/1</link>",
        "<link>https://paper.example/1?a</link>",
    )
    bad = [Rejected(reason="It has no end.", excerpt=excerpt) for excerpt in excerpts]
    newsdesk.poll(feed, entry("two"), rejected=tuple(bad))
    rows = newsdesk.read(select(SetAside.data).order_by(SetAside.id))
    assert [row.data for row in rows] == [excerpts[0].encode(), None, None]
