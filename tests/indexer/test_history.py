"""What sources said is kept, whatever the order in which it arrived."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import null, select

from services.indexer.articles import history
from services.indexer.articles.history import MOST
from services.indexer.articles.merge import content_sha256
from shared.messages import Entry
from shared.tables import Article, Revision
from tests.indexer.newsdesk import NOON, Newsdesk, entry

LATER = NOON + timedelta(hours=1)
TEXT = "The ferry ran aground off the northern pier at noon, and all who were on it were brought ashore."
NAMES = ("feed 1", "page 1", "feed 2", "page 2", "second 1")
ORDERS = list(permutations(NAMES))


def states(article: str) -> dict[str, Entry]:
    """Return what a feed that gives summaries, the page and a second feed say of an article, before and after."""
    brief = {"body_text": None, "published_at": NOON}
    return {
        "feed 1": entry(article, headline="Ferry aground", summary="It ran aground.", updated_at=NOON, **brief),
        "feed 2": entry(article, headline="Ferry saved", summary="It floats.", updated_at=LATER, **brief),
        "page 1": entry(article, headline="Ferry aground | The Paper", body_text=TEXT, updated_at=NOON),
        "page 2": entry(
            article, headline="Ferry saved | The Paper", body_text=f"{TEXT}\n\nIt floats.", updated_at=LATER
        ),
        "second 1": entry(article, headline="A ferry", summary="On the front page.", updated_at=NOON, **brief),
    }


def arrive(newsdesk: Newsdesk, feeds: Mapping[str, int], article: str, order: Sequence[str]) -> tuple[object, ...]:
    """Let an article's states arrive in this order; return its head, and the set of its revisions' contents."""
    said, waiting, id_ = states(article), list(order), 0
    while waiting:
        state = waiting.pop(0)
        source, _, lease = state.partition(" ")
        if source == "page" and not id_:  # no article has this page yet: its result is stale, and it is due again
            waiting.append(state)
        elif source == "page":
            newsdesk.page(id_, said[state], lease=int(lease))
        else:
            newsdesk.poll(feeds[source], said[state], lease=int(lease))
        id_ = id_ or (newsdesk.article(article).id if source != "page" else 0)
    row = newsdesk.article(article)
    head = (row.headline, row.summary, row.body_text, row.updated_at, row.status, row.content_sha256, row.body_source)
    return head, frozenset(one.content_sha256 for one in newsdesk.revisions(id_))


@pytest.fixture
def feeds(newsdesk: Newsdesk) -> dict[str, int]:
    paper = newsdesk.publication()
    return {"feed": newsdesk.feed("a.example", paper), "second": newsdesk.feed("b.example", paper)}


def test_every_order_of_arrival_gives_one_head_and_one_set_of_revisions(
    newsdesk: Newsdesk, feeds: dict[str, int]
) -> None:
    orders = ORDERS if newsdesk.engine.dialect.name == "sqlite" else ORDERS[::9]
    found = {
        arrive(newsdesk, {one: newsdesk.feed(f"{one}-{number}.example", 1) for one in feeds}, f"ferry-{number}", order)
        for number, order in enumerate(orders)
    }
    assert len(found) == 1
    ((head, contents),) = found
    assert head[:3] == ("Ferry saved", "It floats.", f"{TEXT}\n\nIt floats.")
    assert contents == {content_sha256(one.content) for one in states("ferry").values()}


def test_an_unchanged_feed_whose_page_is_done_makes_no_revision(newsdesk: Newsdesk, feeds: dict[str, int]) -> None:
    arrive(newsdesk, feeds, "ferry", NAMES)
    article, before = newsdesk.article("ferry"), newsdesk.head()
    newsdesk.poll(feeds["feed"], states("ferry")["feed 2"])
    assert newsdesk.head() == before
    assert newsdesk.article("ferry").revision == article.revision == len(newsdesk.revisions(article.id))


def test_an_older_state_that_comes_late_goes_into_history_and_says_nothing_to_readers(
    newsdesk: Newsdesk, feeds: dict[str, int]
) -> None:
    said = states("ferry")
    newsdesk.poll(feeds["feed"], said["feed 2"])
    before = newsdesk.head()
    newsdesk.poll(feeds["feed"], said["feed 1"])
    article = newsdesk.article("ferry")
    assert (article.headline, newsdesk.head()) == ("Ferry saved", before)
    assert [(one.kinds, one.content["headline"]) for one in newsdesk.revisions(article.id)] == [
        ([], "Ferry saved"),
        (["late"], "Ferry aground"),
    ]


def test_what_a_first_revision_leaves_to_its_source_stays_said_when_that_says_something_else(
    newsdesk: Newsdesk, feeds: dict[str, int]
) -> None:
    said = {name: one.model_copy(update={"page_wanted": True}) for name, one in states("ferry").items()}
    newsdesk.poll(feeds["feed"], said["feed 1"])
    id_ = newsdesk.article("ferry").id
    unwritten = select(Revision.number).where(Revision.article_id == id_, Revision.content.is_(null()))
    newsdesk.page(id_, said["page 1"])  # another source's words change nothing of the feed's
    newsdesk.poll(feeds["feed"], said["feed 1"].model_copy(update={"digest": "the same words in other bytes"}))
    assert [one.number for one in newsdesk.read(unwritten)] == [1]
    newsdesk.poll(feeds["feed"], said["feed 2"])
    assert newsdesk.read(unwritten) == []
    headlines = [one.content["headline"] for one in newsdesk.revisions(id_)]
    assert headlines == ["Ferry aground", "Ferry aground | The Paper", "Ferry saved"]


def test_an_older_state_that_comes_again_is_kept_once(sqlite_newsdesk: Newsdesk) -> None:
    feed, said = sqlite_newsdesk.feed("a.example", sqlite_newsdesk.publication()), states("ferry")
    for state in ("feed 1", "feed 2", "feed 1", "feed 1"):
        sqlite_newsdesk.poll(feed, said[state])
    assert len(sqlite_newsdesk.revisions(sqlite_newsdesk.article("ferry").id)) == 2


def test_a_text_that_changes_at_every_poll_keeps_its_first_and_its_newest_states(
    sqlite_newsdesk: Newsdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST", 5)
    feed = sqlite_newsdesk.feed("a.example", sqlite_newsdesk.publication())
    for number in range(12):
        sqlite_newsdesk.poll(feed, entry("ticker", body_text=f"The index stands at {number} thousand points tonight."))
    article = sqlite_newsdesk.article("ticker")
    assert article.revision == 12
    assert [one.number for one in sqlite_newsdesk.revisions(article.id)] == [1, 9, 10, 11, 12]


def test_history_is_bounded() -> None:
    assert 10 <= MOST <= 200


def test_a_clock_in_the_text_makes_no_revision(sqlite_newsdesk: Newsdesk) -> None:
    feed = sqlite_newsdesk.feed("a.example", sqlite_newsdesk.publication())
    for minute in range(3):
        text = f"Updated at 12:0{minute} GMT\n\n{TEXT}\n\n{minute + 2} minutes ago"
        sqlite_newsdesk.poll(feed, entry("ferry", body_text=text))
    article = sqlite_newsdesk.article("ferry")
    assert article.revision == 1
    assert "12:02" in article.body_text
    assert [kind for kind, _ in sqlite_newsdesk.changes()] == ["created"]


def test_a_correction_says_so(sqlite_newsdesk: Newsdesk) -> None:
    feed = sqlite_newsdesk.feed("a.example", sqlite_newsdesk.publication())
    sqlite_newsdesk.poll(feed, entry("ferry", body_text=TEXT))
    sqlite_newsdesk.poll(feed, entry("ferry", body_text=f"{TEXT}\n\nCorrection: nobody was brought ashore."))
    assert sqlite_newsdesk.revisions(1)[-1].kinds == ["text", "correction"]


def test_another_reading_of_the_same_bytes_is_no_revision(newsdesk: Newsdesk, feeds: dict[str, int]) -> None:
    old = entry("ferry", body_text=TEXT)
    new = old.model_copy(update={"content": old.content.model_copy(update={"body_text": f"{TEXT} Share this."})})
    newsdesk.poll(feeds["feed"], old, parser="wireroom@0")
    newsdesk.poll(feeds["feed"], new)
    assert [kind for kind, _ in newsdesk.changes()] == ["created", "reparsed"]
    assert newsdesk.read(select(Article.body_text, Article.revision)) == [(f"{TEXT} Share this.", 1)]


def test_an_article_is_gone_when_it_left_every_feed_that_lists_it(newsdesk: Newsdesk, feeds: dict[str, int]) -> None:
    said = states("ferry")
    newsdesk.poll(feeds["feed"], said["feed 1"])
    newsdesk.page(newsdesk.article("ferry").id, said["page 1"])
    newsdesk.poll(feeds["second"], said["second 1"])
    newsdesk.poll(feeds["feed"])
    assert newsdesk.article("ferry").last_seen_at is None
    newsdesk.poll(feeds["second"])
    assert newsdesk.article("ferry").last_seen_at is not None
    newsdesk.poll(feeds["feed"], said["feed 2"])
    assert newsdesk.article("ferry").last_seen_at is None


def test_one_article_in_two_feeds_of_a_title_is_one_article_with_two_sightings(
    newsdesk: Newsdesk, feeds: dict[str, int]
) -> None:
    for feed in feeds.values():
        newsdesk.poll(feed, entry("ferry"))
    assert len(newsdesk.read(select(Article.id))) == 1
    assert len(newsdesk.revisions(1)) == 1
