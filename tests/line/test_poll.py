"""A poll, from the due feed to the stored article."""

from sqlalchemy import select

from services.command.feeds import feed_store
from services.command.feeds.opml import Pages
from shared.tables import Article, Change, Feed, Layer, Poll, Revision, Story
from tests.line.steps import Line
from tests.outlet.outlet import Outlet
from tests.outlet.prose import story


def test_polling_twice_stores_once(outlet: Outlet, line: Line) -> None:
    outlet.publish("markets.xml", entries=3)
    line.add(outlet.url("markets.xml"))
    line.poll()
    line.poll()
    assert line.count() == 3


def test_an_article_has_a_story_a_revision_and_a_line_in_the_log(outlet: Outlet, line: Line) -> None:
    outlet.publish("markets.xml", entries=2)
    line.add(outlet.url("markets.xml"))
    line.poll()
    assert (line.count(Story), line.count(Revision)) == (2, 2)
    assert [row.kind for row in line.read(select(Change.kind).order_by(Change.seq))] == ["created", "created"]


def test_the_second_poll_is_conditional(outlet: Outlet, line: Line) -> None:
    outlet.publish("markets.xml", entries=3)
    line.add(outlet.url("markets.xml"))
    line.poll()
    line.poll()
    assert outlet.ledger.statuses("markets.xml") == [200, 304]
    assert [row.outcome for row in line.read(select(Poll.outcome).order_by(Poll.id))] == ["ok", "not_modified"]


def test_validators_wait_for_the_articles(outlet: Outlet, line: Line) -> None:
    outlet.publish("markets.xml", entries=3)
    line.add(outlet.url("markets.xml"))
    line.tick()
    line.step("fetch")
    line.step("parse")
    assert line.feed().etag is None
    line.step("index")
    assert line.feed().etag is not None


def test_a_flushed_belt_loses_no_article(outlet: Outlet, line: Line) -> None:
    outlet.publish("markets.xml", entries=3)
    line.add(outlet.url("markets.xml"))
    line.tick()
    line.step("fetch")
    line.redis.flushall()
    line.drain()
    line.expire()
    line.poll()
    assert line.count() == 3


def test_a_result_that_comes_after_its_lease_counts_if_nobody_leased_the_row_again(outlet: Outlet, line: Line) -> None:
    outlet.publish("markets.xml", entries=3)
    line.add(outlet.url("markets.xml"))
    line.tick()
    line.step("fetch")
    line.step("parse")
    line.expire()
    line.step("index")
    assert line.count() == 3


def test_a_result_under_an_old_token_changes_nothing(outlet: Outlet, line: Line) -> None:
    outlet.publish("markets.xml", entries=3)
    line.add(outlet.url("markets.xml"))
    line.tick()
    line.step("fetch")
    line.step("parse")
    line.expire()
    line.tick()
    late = line.queues["index"].popleft()
    line.queues["index"].append(late)
    line.step("index")
    assert line.count() == 0
    line.drain()
    assert line.count() == 3


def test_a_changed_text_is_a_revision(outlet: Outlet, line: Line) -> None:
    first, *_ = outlet.publish("markets.xml", entries=2)
    line.add(outlet.url("markets.xml"))
    line.poll()
    outlet.change("markets.xml", first, headline="Markets calm after a long day of trading")
    line.poll()
    assert line.count() == 2
    head = line.read(select(Article.headline, Article.revision).where(Article.revision == 2))
    assert [row.headline for row in head] == ["Markets calm after a long day of trading"]
    assert [row.kind for row in line.read(select(Change.kind).order_by(Change.seq))][-1] == "revised"


def test_a_tombstone_withdraws_the_article(outlet: Outlet, line: Line) -> None:
    outlet.feed("markets.atom", "atom")
    first, *_ = outlet.publish("markets.atom", entries=2)
    line.add(outlet.url("markets.atom"))
    line.poll()
    outlet.cancel("markets.atom", first)
    line.poll()
    assert sorted(row.status for row in line.read(select(Article.status))) == ["cancelled", "usable"]
    assert [row.kind for row in line.read(select(Change.kind).order_by(Change.seq))][-1] == "withdrawn"


def test_an_entry_that_left_the_window_says_when_it_was_last_seen(outlet: Outlet, line: Line) -> None:
    first, *_ = outlet.publish("markets.xml", entries=2)
    line.add(outlet.url("markets.xml"))
    line.poll()
    outlet.remove("markets.xml", first)
    line.poll()
    seen = line.read(select(Article.source_id, Article.last_seen_at))
    assert [row.last_seen_at is not None for row in sorted(seen)].count(True) == 1
    assert [row.left_at is not None for row in line.read(select(Layer.left_at))].count(True) == 1


def test_an_error_is_a_sentence_on_the_feed_and_the_next_success_clears_it(outlet: Outlet, line: Line) -> None:
    outlet.publish("markets.xml", entries=1)
    line.add(outlet.url("markets.xml"))
    outlet.fail("markets.xml", status=500, times=1)
    line.poll()
    assert "500" in line.feed().error
    assert line.feed().failures == 1
    line.poll()
    assert (line.feed().error, line.feed().failures) == (None, 0)


def test_a_feed_that_is_gone_is_polled_no_more(outlet: Outlet, line: Line) -> None:
    outlet.publish("markets.xml", entries=1)
    line.add(outlet.url("markets.xml"))
    line.poll()
    outlet.fail("markets.xml", status=410)
    line.poll()
    line.poll()
    assert line.feed().state == "gone"
    assert outlet.ledger.statuses("markets.xml") == [200, 410]


def test_an_operators_pause_during_a_lease_is_not_undone(outlet: Outlet, line: Line) -> None:
    outlet.publish("markets.xml", entries=1)
    line.add(outlet.url("markets.xml"))
    line.tick()
    feed_id = line.feed().id
    line.write(lambda connection: feed_store.pause(connection, [feed_id]))
    line.drain()
    assert line.feed().state == "paused"
    assert line.count() == 0


def test_a_wish_during_a_lease_survives_settling(outlet: Outlet, line: Line) -> None:
    outlet.publish("markets.xml", entries=1)
    line.add(outlet.url("markets.xml"))
    line.tick()
    feed_id = line.feed().id
    line.write(lambda connection: feed_store.refresh(connection, [feed_id]))
    line.drain()
    assert line.tick().leased == 1


def test_the_same_text_in_two_titles_is_one_story(outlet: Outlet, line: Line) -> None:
    text = story("one text", words=200)
    outlet.feed("courier.xml", title="The Courier")
    outlet.feed("mirror.xml", title="The Mirror")
    outlet.publish("courier.xml", entries=[text])
    outlet.publish("mirror.xml", entries=[text])
    line.add(outlet.url("courier.xml"), outlet.url("mirror.xml"))
    line.poll()
    stories = line.read(select(Story.articles, Story.publications))
    assert [tuple(row) for row in stories] == [(2, 2)]
    assert sorted(row.copy_role for row in line.read(select(Article.copy_role))) == ["copy", "original"]


def test_a_summary_makes_the_page_due_and_the_page_gives_the_text(outlet: Outlet, page_line: Line) -> None:
    outlet.feed("brief.xml", summaries=True)
    outlet.publish("brief.xml", entries=1)
    page_line.add(outlet.url("brief.xml"))
    page_line.poll()
    article = page_line.read(select(Article.page_state, Article.body_source, Article.word_count))[0]
    assert article.body_source == "page"
    assert article.page_state == "done"
    assert article.word_count > 40


def test_pages_are_fetched_of_a_feed_with_full_texts_where_that_is_wanted(outlet: Outlet, page_line: Line) -> None:
    outlet.publish("full.xml", entries=[story("one text", words=200)])
    page_line.add(outlet.url("full.xml"))
    page_line.poll()
    assert [row.page_state for row in page_line.read(select(Article.page_state))] == ["not_needed"]
    page_line.write(lambda connection: feed_store.set_pages(connection, [1], page_line.settings, Pages.ALWAYS))
    page_line.poll()
    outlet.publish("full.xml", entries=[story("another text", words=200)])
    page_line.poll()
    assert [row.page_state for row in page_line.read(select(Article.page_state))] == ["done", "done"]
    seen = page_line.read(select(Change.seq))
    page_line.poll()
    assert page_line.read(select(Change.seq)) == seen


def test_a_second_poll_of_a_feed_whose_pages_are_done_changes_nothing(outlet: Outlet, page_line: Line) -> None:
    outlet.feed("brief.xml", summaries=True, validators="none")
    outlet.publish("brief.xml", entries=2)
    page_line.add(outlet.url("brief.xml"))
    page_line.poll()
    before = page_line.read(select(Change.seq))
    page_line.poll()
    assert page_line.read(select(Change.seq)) == before
    assert page_line.count(Feed) == 1
