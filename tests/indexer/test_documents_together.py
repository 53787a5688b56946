"""Documents of one batch in one transaction: each as if it had come alone."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from services.indexer.tasks import indexer
from shared.belt import Belt, connect
from shared.database import writing
from shared.digests import sha256
from shared.messages import PARSER, Batch, Entry, FeedFacts, Kind, Outcome, Result
from shared.tables import Article, Feed, Layer, SetAside
from tests.indexer.newsdesk import NOON, Newsdesk, entry


@pytest.fixture
def belt(belt_url: str) -> Iterator[Belt]:
    belt = Belt(connect(belt_url), lease_s=60)
    yield belt
    belt.client.close()


def result(newsdesk: Newsdesk, feed: int, *entries: Entry) -> Result:
    facts = newsdesk.lease(Kind.FEED, feed)
    return Result(facts=facts, window="".join(one.digest for one in entries), entries=entries, parser=PARSER)


def index(newsdesk: Newsdesk, belt: Belt, *results: Result) -> None:
    indexer(newsdesk.engine, belt, newsdesk.settings)(Batch(results=results))


def titles(newsdesk: Newsdesk) -> list[str]:
    return sorted(row.source_id for row in newsdesk.read(select(Article.source_id)))


def test_every_document_of_a_batch_is_settled_and_their_changes_are_dense(newsdesk: Newsdesk, belt: Belt) -> None:
    feeds = [newsdesk.feed(f"{name}.example", newsdesk.publication(name)) for name in "abc"]
    index(newsdesk, belt, *(result(newsdesk, feed, entry(f"{feed}-1"), entry(f"{feed}-2")) for feed in feeds))
    assert len(titles(newsdesk)) == 6
    assert [kind for kind, _ in newsdesk.changes()] == ["created"] * 6
    assert newsdesk.read(select(Feed.id).where(Feed.lease_token.is_not(None))) == []


def test_two_feeds_of_a_title_that_bring_one_article_together_make_one(newsdesk: Newsdesk, belt: Belt) -> None:
    title = newsdesk.publication()
    front, sport = newsdesk.feed("a.example", title), newsdesk.feed("b.example", title)
    index(newsdesk, belt, result(newsdesk, front, entry("one")), result(newsdesk, sport, entry("one"), entry("two")))
    assert titles(newsdesk) == ["one", "two"]
    one = newsdesk.article("one").id
    assert {row.feed_id for row in newsdesk.read(select(Layer.feed_id).where(Layer.article_id == one))} == {
        front,
        sport,
    }


def test_a_stale_document_leaves_nothing_and_the_others_are_stored(newsdesk: Newsdesk, belt: Belt) -> None:
    first, second = (newsdesk.feed(f"{name}.example", newsdesk.publication(name)) for name in "ab")
    late = result(newsdesk, first, entry("late"))
    newsdesk.lease(Kind.FEED, first)
    index(newsdesk, belt, late, result(newsdesk, second, entry("good")))
    assert titles(newsdesk) == ["good"]


def test_copies_that_come_in_one_batch_are_one_story(newsdesk: Newsdesk, belt: Belt) -> None:
    feeds = [newsdesk.feed(f"{name}.example", newsdesk.publication(name)) for name in "ab"]
    text = entry("agency").content.body_text
    copies = [entry(f"copy-{feed}", body_text=text, headline=entry("agency").content.headline) for feed in feeds]
    index(newsdesk, belt, *(result(newsdesk, feed, copy) for feed, copy in zip(feeds, copies, strict=True)))
    assert len({row.story_id for row in newsdesk.read(select(Article.story_id))}) == 1


def test_what_the_database_refuses_is_set_aside_alone(postgres_newsdesk: Newsdesk, belt: Belt) -> None:
    newsdesk = postgres_newsdesk
    first, second = (newsdesk.feed(f"{name}.example", newsdesk.publication(name)) for name in "ab")
    bad = entry("bad", section="a zero\0byte")
    index(newsdesk, belt, result(newsdesk, first, bad, entry("fine")), result(newsdesk, second, entry("good")))
    assert titles(newsdesk) == ["fine", "good"]
    assert [row.target_id for row in newsdesk.read(select(SetAside.target_id))] == [first]


def test_what_is_too_long_for_an_index_is_set_aside_alone(postgres_newsdesk: Newsdesk, belt: Belt) -> None:
    newsdesk = postgres_newsdesk
    first, second = (newsdesk.feed(f"{name}.example", newsdesk.publication(name)) for name in "ab")
    long = "".join(chr(0x4E00 + number * 7 % 20_000) for number in range(2000))
    bad = entry("bad", keys=(f"id:{long}",))
    index(newsdesk, belt, result(newsdesk, first, bad, entry("fine")), result(newsdesk, second, entry("good")))
    assert titles(newsdesk) == ["fine", "good"]
    assert [row.target_id for row in newsdesk.read(select(SetAside.target_id))] == [first]


def test_a_document_that_the_database_refuses_outright_holds_up_no_other(
    postgres_newsdesk: Newsdesk, belt: Belt
) -> None:
    newsdesk = postgres_newsdesk
    first, second = (newsdesk.feed(f"{name}.example", newsdesk.publication(name)) for name in "ab")
    bad = result(newsdesk, first, entry("lost")).model_copy(update={"feed": FeedFacts(title="a zero\0byte")})
    with pytest.raises(DBAPIError):
        index(newsdesk, belt, bad, result(newsdesk, second, entry("good")))
    assert titles(newsdesk) == ["good"]
    assert bad.facts.token in belt.begun([bad.facts.token])


def test_a_batch_that_comes_twice_is_stored_once(newsdesk: Newsdesk, belt: Belt) -> None:
    feeds = [newsdesk.feed(f"{name}.example", newsdesk.publication(name)) for name in "ab"]
    results = [result(newsdesk, feed, entry(f"article-{feed}")) for feed in feeds]
    index(newsdesk, belt, *results)
    head = newsdesk.head()
    index(newsdesk, belt, *results)
    assert len(titles(newsdesk)) == 2
    assert newsdesk.head() == head


def test_a_document_that_was_begun_before_is_left_to_its_lease(newsdesk: Newsdesk, belt: Belt) -> None:
    feeds = [newsdesk.feed(f"{name}.example", newsdesk.publication(name)) for name in "ab"]
    killer, innocent = (result(newsdesk, feed, entry(f"article-{feed}")) for feed in feeds)
    belt.begin_all([killer.facts.token])
    index(newsdesk, belt, killer, innocent)
    assert titles(newsdesk) == [f"article-{feeds[1]}"]
    assert belt.begun([killer.facts.token, innocent.facts.token]) == {killer.facts.token}
    with writing(newsdesk.engine) as connection:
        assert connection.scalar(select(Feed.lease_token).where(Feed.id == feeds[0])) == killer.facts.token


def test_facts_that_the_database_refuses_hold_up_no_others(postgres_newsdesk: Newsdesk, belt: Belt) -> None:
    newsdesk = postgres_newsdesk
    feeds = [newsdesk.feed(f"{name}.example") for name in "abc"]
    told = [newsdesk.lease(Kind.FEED, feed).model_copy(update={"outcome": Outcome.TRANSIENT}) for feed in feeds]
    told[1] = told[1].model_copy(update={"error": "a zero\0byte"})
    with pytest.raises(DBAPIError):
        index(newsdesk, belt, *(Result(facts=one) for one in told))
    assert [row.id for row in newsdesk.read(select(Feed.id).where(Feed.lease_token.is_not(None)))] == [feeds[1]]


def test_a_feed_moves_to_no_address_that_fits_no_index(postgres_newsdesk: Newsdesk, belt: Belt) -> None:
    newsdesk = postgres_newsdesk
    long = "https://paper.example/" + sha256("a") * 100
    feed = newsdesk.feed("a.example", moved_to=long, moved_seen=9, moved_since=NOON)
    facts = newsdesk.lease(Kind.FEED, feed).model_copy(update={"outcome": Outcome.NOT_MODIFIED, "moved_to": long})
    index(newsdesk, belt, Result(facts=facts))
    assert newsdesk.read(select(Feed.url, Feed.lease_token)) == [("https://a.example/feed", None)]
