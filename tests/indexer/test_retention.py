"""Articles past their keeping go, and do not come back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from services.indexer import duties
from services.indexer.articles import retention
from shared.database import writing
from shared.messages import Duty
from shared.tables import Article, Change, Furniture, Layer, Publication, Revision, Story, StoryMove, Term, Tombstone
from tests.indexer.newsdesk import Newsdesk, carrying, entry, facts

DAY = timedelta(days=1)
NOW = datetime.now(UTC)


def clear_out(newsdesk: Newsdesk) -> None:
    duties.do(newsdesk.engine, [Duty.CLEAR_OUT], newsdesk.settings)


def count(newsdesk: Newsdesk, table: type) -> int:
    return int(newsdesk.read(select(func.count()).select_from(table))[0][0])


def kept_for(newsdesk: Newsdesk, days: int | None, name: str = "The Paper") -> int:
    """Add a feed whose title keeps its articles so long; return its id."""
    return newsdesk.feed(f"{name}.example", newsdesk.publication(name, retention_days=days))


def terms_of(newsdesk: Newsdesk) -> set[int]:
    """Return the articles that have terms."""
    return {row.article_id for row in newsdesk.read(select(Term.article_id))}


def test_articles_go_when_their_titles_time_is_over(newsdesk: Newsdesk) -> None:
    week, ever = kept_for(newsdesk, 7), kept_for(newsdesk, None, "The Archive")
    newsdesk.poll(week, entry("old", published_at=NOW), entry("new", published_at=NOW))
    newsdesk.poll(ever, entry("kept", published_at=NOW))
    for name in ("old", "kept"):
        newsdesk.move(newsdesk.article(name).id, ordered_at=-8 * DAY)
    gone = newsdesk.article("old").id
    assert gone in terms_of(newsdesk)
    clear_out(newsdesk)
    assert gone not in terms_of(newsdesk)
    assert {row.source_id for row in newsdesk.read(select(Article.source_id))} == {"new", "kept"}
    assert newsdesk.changes()[-1] == ("deleted", gone)
    assert (count(newsdesk, Story), count(newsdesk, Revision), count(newsdesk, Layer)) == (2, 2, 2)


def test_a_title_that_says_nothing_keeps_its_articles_as_long_as_the_setting_says(newsdesk: Newsdesk) -> None:
    feed = kept_for(newsdesk, None)
    newsdesk.poll(feed, entry("old", published_at=None))
    newsdesk.move(1, ordered_at=-31 * DAY)
    clear_out(newsdesk)
    assert count(newsdesk, Article) == 1
    newsdesk.settings = newsdesk.settings.model_copy(update={"retention_days": 30})
    clear_out(newsdesk)
    assert count(newsdesk, Article) == 0


def test_a_story_goes_on_without_what_was_deleted(newsdesk: Newsdesk) -> None:
    text = {"headline": "Ferry", "body_text": entry("ferry").content.body_text, "published_at": NOW}
    newsdesk.poll(kept_for(newsdesk, 7, "A"), entry("one", **text))
    newsdesk.poll(kept_for(newsdesk, None, "B"), entry("two", **text))
    newsdesk.poll(kept_for(newsdesk, None, "C"), entry("three", **text))
    newsdesk.move(1, ordered_at=-8 * DAY)
    clear_out(newsdesk)
    two, three = newsdesk.article("two"), newsdesk.article("three")
    assert {two.copy_of, three.copy_of} in ({two.id, None}, {three.id, None})
    assert newsdesk.read(select(Story.id, Story.articles)) == [(two.story_id, 2)]
    assert two.story_id == three.story_id


def test_nothing_went_into_a_story_that_is_emptied(newsdesk: Newsdesk) -> None:
    text = {"headline": "Ferry", "body_text": entry("ferry").content.body_text, "published_at": NOW}
    feeds = [kept_for(newsdesk, 7, name) for name in "AB"]
    newsdesk.poll(feeds[0], entry("one", **text))
    newsdesk.poll(feeds[1], entry("two", published_at=NOW))
    newsdesk.poll(feeds[1], entry("two", **text))
    assert newsdesk.read(select(StoryMove.moved_to)) == [(newsdesk.article("one").story_id,)]
    for name in ("one", "two"):
        newsdesk.move(newsdesk.article(name).id, ordered_at=-8 * DAY)
    clear_out(newsdesk)
    assert (count(newsdesk, Story), count(newsdesk, StoryMove)) == (0, 0)


def test_what_still_lists_a_deleted_article_does_not_bring_it_back(newsdesk: Newsdesk) -> None:
    feed = kept_for(newsdesk, 7)
    newsdesk.poll(feed, entry("old", published_at=None))
    newsdesk.move(1, ordered_at=-8 * DAY)
    clear_out(newsdesk)
    before = newsdesk.head()
    newsdesk.poll(feed, entry("old", published_at=None, headline="Another headline"))
    newsdesk.poll(feed, entry("old", published_at=None, keys=("id:fresh", "url:https://paper.example/old")))
    newsdesk.poll(newsdesk.feed("sport.example", 1), entry("old", published_at=None))
    assert (newsdesk.head(), count(newsdesk, Article)) == (before, 0)


def test_an_identifier_that_is_used_for_another_article_brings_that(newsdesk: Newsdesk) -> None:
    feed = kept_for(newsdesk, 7)
    newsdesk.poll(feed, entry("latest", keys=("id:latest", "url:https://paper.example/1"), published_at=None))
    newsdesk.move(1, ordered_at=-8 * DAY)
    clear_out(newsdesk)
    keys = ("id:latest", "url:https://paper.example/2")
    newsdesk.poll(feed, entry("latest", keys=keys, published_at=None, headline="Quite another matter"))
    assert [row.headline for row in newsdesk.read(select(Article.headline))] == ["Quite another matter"]


def test_an_article_that_comes_past_its_keeping_is_not_taken_in(newsdesk: Newsdesk) -> None:
    feed = kept_for(newsdesk, 7)
    brought = newsdesk.poll(feed, entry("ancient", published_at=NOW - 8 * DAY), entry("new", published_at=NOW))
    assert (brought.created, count(newsdesk, Article)) == (1, 1)


def test_deleting_goes_by_batches_each_of_which_is_logged(newsdesk: Newsdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    feed = kept_for(newsdesk, 7)
    newsdesk.poll(feed, *(entry(f"a{number}", published_at=None) for number in range(5)))
    with writing(newsdesk.engine) as connection:
        connection.execute(update(Article).values(ordered_at=NOW - 8 * DAY))
    assert retention.clear_out(newsdesk.engine, newsdesk.settings, batches=2) == 4
    assert count(newsdesk, Article) == 1
    clear_out(newsdesk)
    assert [kind for kind, _ in newsdesk.changes()] == ["created"] * 5 + ["deleted"] * 5
    assert newsdesk.read(select(Change.detail).where(Change.seq == 6)) == [({"reason": "past its keeping"},)]


def test_what_a_title_repeats_stays_furniture(sqlite_newsdesk: Newsdesk) -> None:
    feed = kept_for(sqlite_newsdesk, 7)
    box = "Subscribe to our newsletter and read all that our reporters find out before anybody else does."
    texts = [f"{entry(str(number)).content.body_text} {box}" for number in range(4)]
    listed = [entry(f"a{number}", body_text=text, published_at=None) for number, text in enumerate(texts)]
    sqlite_newsdesk.poll(feed, *listed)
    repeated = count(sqlite_newsdesk, Furniture)
    assert repeated
    with writing(sqlite_newsdesk.engine) as connection:
        connection.execute(update(Article).values(ordered_at=NOW - 8 * DAY))
    clear_out(sqlite_newsdesk)
    assert (count(sqlite_newsdesk, Article), count(sqlite_newsdesk, Furniture)) == (0, repeated)


def test_a_title_without_retention_leaves_no_tombstones(sqlite_newsdesk: Newsdesk) -> None:
    sqlite_newsdesk.poll(kept_for(sqlite_newsdesk, None), entry("one"), feed=facts("The Paper"))
    clear_out(sqlite_newsdesk)
    assert (count(sqlite_newsdesk, Tombstone), count(sqlite_newsdesk, Publication)) == (0, 1)


def test_what_a_title_repeats_is_counted_over_articles_that_were_deleted(newsdesk: Newsdesk) -> None:
    feed = kept_for(newsdesk, 7)
    listed = [carrying(name, published_at=None) for name in ("one", "two", "three")]
    for one in listed[:2]:
        newsdesk.poll(feed, one, window=listed)
        newsdesk.move(newsdesk.article(str(one.source_id)).id, ordered_at=-8 * DAY)
        clear_out(newsdesk)
    assert (count(newsdesk, Article), count(newsdesk, Furniture)) == (0, 0)
    newsdesk.poll(feed, listed[2], window=listed)
    assert (count(newsdesk, Article), count(newsdesk, Furniture)) == (1, 1)
