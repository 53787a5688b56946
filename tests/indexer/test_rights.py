"""Embargo, expiry, kill and withdrawal, as the store enforces and logs them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from services.indexer import duties
from services.indexer.articles import withdrawal
from services.indexer.articles.rights import next_turn, opens, strictest, turned
from services.indexer.stories import flags
from shared.database import now, reading, writing
from shared.errors import UsageError
from shared.messages import Duty
from shared.schema import Content
from shared.tables import Change, Story
from shared.tables import readable_articles as readable
from tests.indexer.newsdesk import NOON, Newsdesk, entry

HOUR = timedelta(hours=1)
AGENCY = {"body_text": "agency nitf"}  # the provenance of a text that the agency's own item brought


def served(newsdesk: Newsdesk) -> set[int]:
    return {row.id for row in newsdesk.read(select(readable.c.id))}


def soon(newsdesk: Newsdesk, by: timedelta) -> datetime:
    with reading(newsdesk.engine) as connection:
        return now(connection) + by


def turn(newsdesk: Newsdesk) -> None:
    duties.do(newsdesk.engine, [Duty.TURN], newsdesk.settings)


def copies(newsdesk: Newsdesk, **original: object) -> list[int]:
    """Publish one text in two titles, as the first tells it; return the articles' ids, in their order."""
    said = entry("one").content
    text = {"headline": said.headline, "body_text": said.body_text}
    for name, more in (("one", original), ("two", {"published_at": NOON + HOUR})):
        newsdesk.poll(newsdesk.feed(f"{name}.example", newsdesk.publication(name)), entry(name, **(text | more)))
    return [newsdesk.article("one").id, newsdesk.article("two").id]


# -- what time does


def test_an_article_opens_when_its_embargo_lifts_and_closes_when_it_expires() -> None:
    assert opens("usable", NOON, NOON + HOUR, NOON)
    assert not opens("usable", NOON + HOUR, None, NOON)
    assert not opens("usable", None, NOON, NOON)
    assert not opens("withheld", None, None, NOON)


def test_the_next_turn_is_the_first_that_is_still_to_come() -> None:
    assert next_turn(NOON, NOON + HOUR, NOON) == NOON + HOUR
    assert next_turn(NOON + HOUR, NOON + 2 * HOUR, NOON) == NOON + HOUR
    assert next_turn(NOON, None, NOON) is None


def test_what_was_never_readable_is_neither_released_nor_does_it_expire() -> None:
    assert turned("cancelled", NOON, NOON + HOUR, NOON, NOON + 2 * HOUR) == []
    assert turned("usable", NOON + HOUR, NOON, NOON, NOON + 2 * HOUR) == []


def test_the_latest_embargo_and_the_earliest_expiry_hold() -> None:
    layers = [Content(embargoed_until=NOON, expires_at=NOON + HOUR), Content(expires_at=NOON), Content()]
    assert strictest(layers) == (NOON, NOON)


def test_an_embargo_lifts_by_itself_and_logs_it(newsdesk: Newsdesk) -> None:
    one, two = copies(newsdesk, embargoed_until=soon(newsdesk, HOUR))
    assert served(newsdesk) == {two}
    story = newsdesk.read(select(Story.original_id, Story.articles, Story.publications))
    assert story == [(two, 1, 1)]
    turn(newsdesk)
    before = newsdesk.head()
    newsdesk.move(one, embargoed_until=-HOUR, turns_at=-HOUR)
    assert served(newsdesk) == {one, two}
    turn(newsdesk)
    assert newsdesk.changes(before) == [("released", one), ("folded", one), ("folded", two)]  # each stands otherwise
    assert newsdesk.read(select(Story.original_id, Story.articles, Story.publications)) == [(one, 2, 2)]
    turn(newsdesk)
    assert newsdesk.head() == before + 3


def test_a_story_whose_only_article_may_not_be_read_counts_none(newsdesk: Newsdesk) -> None:
    feed = newsdesk.feed("a.example", newsdesk.publication())
    newsdesk.poll(feed, entry("held", status="withheld"), entry("later", embargoed_until=soon(newsdesk, HOUR)))
    counts = select(Story.articles, Story.publications)
    assert newsdesk.read(counts) == [(0, 0), (0, 0)]
    newsdesk.move(newsdesk.article("later").id, embargoed_until=-HOUR, turns_at=-HOUR)
    turn(newsdesk)
    assert sorted(newsdesk.read(counts)) == [(0, 0), (1, 1)]


def test_an_article_that_expires_logs_it_and_leaves_its_storys_count(newsdesk: Newsdesk) -> None:
    one, two = copies(newsdesk, expires_at=soon(newsdesk, HOUR))
    before = newsdesk.head()
    newsdesk.move(one, expires_at=-HOUR, turns_at=-HOUR)
    turn(newsdesk)
    assert newsdesk.changes(before) == [("expired", one), ("folded", one), ("folded", two)]
    assert served(newsdesk) == {two}
    assert newsdesk.read(select(Story.original_id, Story.articles)) == [(two, 1)]


def test_an_embargo_and_then_an_expiry_are_two_turns(sqlite_newsdesk: Newsdesk) -> None:
    sqlite_newsdesk.poll(
        sqlite_newsdesk.feed("a.example", sqlite_newsdesk.publication()),
        entry("one", embargoed_until=soon(sqlite_newsdesk, HOUR), expires_at=soon(sqlite_newsdesk, 2 * HOUR)),
    )
    sqlite_newsdesk.move(1, embargoed_until=-HOUR, turns_at=-HOUR)
    turn(sqlite_newsdesk)
    sqlite_newsdesk.move(1, expires_at=-HOUR, turns_at=-HOUR)
    turn(sqlite_newsdesk)
    assert [kind for kind, _ in sqlite_newsdesk.changes()] == ["created", "released", "expired"]


def test_a_new_state_does_not_hide_a_turn_that_is_still_to_be_logged(sqlite_newsdesk: Newsdesk) -> None:
    feed = sqlite_newsdesk.feed("a.example", sqlite_newsdesk.publication())
    until = soon(sqlite_newsdesk, HOUR)
    sqlite_newsdesk.poll(feed, entry("one", embargoed_until=until))
    sqlite_newsdesk.move(1, turns_at=-HOUR)
    sqlite_newsdesk.poll(feed, entry("one", embargoed_until=until, section="Sea"))
    sqlite_newsdesk.move(1, embargoed_until=-HOUR)
    turn(sqlite_newsdesk)
    assert [kind for kind, _ in sqlite_newsdesk.changes()] == ["created", "released"]


def test_a_publisher_that_lifts_its_embargo_early_releases(sqlite_newsdesk: Newsdesk) -> None:
    feed = sqlite_newsdesk.feed("a.example", sqlite_newsdesk.publication())
    sqlite_newsdesk.poll(feed, entry("one", embargoed_until=soon(sqlite_newsdesk, HOUR)))
    sqlite_newsdesk.poll(feed, entry("one"))
    assert [kind for kind, _ in sqlite_newsdesk.changes()] == ["created", "released"]
    assert served(sqlite_newsdesk) == {1}
    turn(sqlite_newsdesk)
    assert sqlite_newsdesk.head() == 2


def test_an_embargo_that_comes_late_takes_the_article_away_and_says_so(sqlite_newsdesk: Newsdesk) -> None:
    feed = sqlite_newsdesk.feed("a.example", sqlite_newsdesk.publication())
    sqlite_newsdesk.poll(feed, entry("one"))
    sqlite_newsdesk.poll(feed, entry("one", embargoed_until=soon(sqlite_newsdesk, HOUR)))
    assert sqlite_newsdesk.changes()[-1] == ("revised", 1)
    assert served(sqlite_newsdesk) == set()


# -- kill and withdrawal


def test_a_withdrawn_article_is_neither_the_original_nor_counted(newsdesk: Newsdesk) -> None:
    _, two = copies(newsdesk)
    newsdesk.poll(1, entry("one", cancelled=True, status_reason="wrong ferry"))
    assert served(newsdesk) == {two}
    assert newsdesk.read(select(Story.original_id, Story.articles, Story.publications)) == [(two, 1, 1)]
    assert newsdesk.article("one").copy_role != "original"


def test_a_kill_of_an_agencys_original_flags_its_copies(newsdesk: Newsdesk) -> None:
    one, two = copies(newsdesk, provenance=AGENCY)
    before = newsdesk.head()
    newsdesk.poll(1, entry("one", cancelled=True, status_reason="KILL: wrong ferry"))
    told = newsdesk.changes(before)
    assert (told[0], told[-1]) == (("withdrawn", one), ("flagged", two))
    flagged = newsdesk.article("two")
    assert flagged.flagged_at is not None
    assert "wrong ferry" in flagged.flag
    assert newsdesk.read(select(Change.detail).where(Change.kind == "flagged")) == [
        ({"original": one, "reason": "KILL: wrong ferry"},)
    ]
    assert served(newsdesk) == {two}


def test_a_copy_that_comes_after_the_kill_is_flagged_too(newsdesk: Newsdesk) -> None:
    text = entry("one").content
    said = {"headline": text.headline, "body_text": text.body_text}
    newsdesk.poll(newsdesk.feed("a.example", newsdesk.publication("A")), entry("one", provenance=AGENCY, **said))
    newsdesk.poll(1, entry("one", cancelled=True, status_reason="KILL"))
    newsdesk.poll(newsdesk.feed("b.example", newsdesk.publication("B")), entry("two", **said))
    assert newsdesk.article("two").flagged_at is not None


def test_a_title_that_withdraws_its_own_text_flags_nobody(sqlite_newsdesk: Newsdesk) -> None:
    copies(sqlite_newsdesk)
    sqlite_newsdesk.poll(1, entry("one", cancelled=True))
    assert sqlite_newsdesk.article("two").flag is None


def test_what_the_operator_has_looked_at_is_not_flagged_again(newsdesk: Newsdesk) -> None:
    one, two = copies(newsdesk, provenance=AGENCY)
    newsdesk.poll(1, entry("one", cancelled=True, status_reason="KILL"))
    with writing(newsdesk.engine) as connection:
        flags.clear(connection, two)
    newsdesk.poll(2, entry("two", headline="Another headline", body_text=entry("one").content.body_text))
    assert newsdesk.article("two").flagged_at is None
    with pytest.raises(UsageError, match="is not flagged"), writing(newsdesk.engine) as connection:
        flags.clear(connection, one)


def withdraw(newsdesk: Newsdesk, article: int, reason: str = "a court said so") -> None:
    with writing(newsdesk.engine) as connection:
        withdrawal.withdraw(connection, article, reason, newsdesk.settings)


def test_the_operators_withdrawal_outlives_every_poll(newsdesk: Newsdesk) -> None:
    feed = newsdesk.feed("a.example", newsdesk.publication())
    newsdesk.poll(feed, entry("one"))
    withdraw(newsdesk, 1)
    newsdesk.poll(feed, entry("one", headline="Another headline"))
    article = newsdesk.article("one")
    assert (article.status, article.status_reason, article.headline) == (
        "cancelled",
        "a court said so",
        "Another headline",
    )
    assert served(newsdesk) == set()
    assert newsdesk.changes()[1] == ("withdrawn", 1)


def test_the_operator_can_take_it_back(newsdesk: Newsdesk) -> None:
    feed = newsdesk.feed("a.example", newsdesk.publication())
    newsdesk.poll(feed, entry("one"))
    withdraw(newsdesk, 1)
    with writing(newsdesk.engine) as connection:
        withdrawal.restore(connection, 1, newsdesk.settings)
    assert served(newsdesk) == {1}
    assert [kind for kind, _ in newsdesk.changes()] == ["created", "withdrawn", "released"]
    with pytest.raises(UsageError, match="not withdrawn by the operator"), writing(newsdesk.engine) as connection:
        withdrawal.restore(connection, 1, newsdesk.settings)


def test_withdrawing_twice_says_it_once(sqlite_newsdesk: Newsdesk) -> None:
    sqlite_newsdesk.poll(sqlite_newsdesk.feed("a.example", sqlite_newsdesk.publication()), entry("one"))
    withdraw(sqlite_newsdesk, 1)
    withdraw(sqlite_newsdesk, 1, "once more")
    assert [kind for kind, _ in sqlite_newsdesk.changes()] == ["created", "withdrawn"]
    assert sqlite_newsdesk.article("one").status_reason == "once more"


# -- the readers' view of history


def test_readers_see_no_more_of_history_than_their_view_allows(newsdesk: Newsdesk) -> None:
    feed = newsdesk.feed("a.example", newsdesk.publication(terms="excerpt"))
    newsdesk.poll(feed, entry("one", summary="In short."))
    newsdesk.poll(feed, entry("one", headline="Held", embargoed_until=datetime(2999, 1, 1, tzinfo=UTC)))
    newsdesk.poll(feed, entry("one", headline="Open", summary="In brief.", expires_at=datetime(2999, 1, 1, tzinfo=UTC)))
    with reading(newsdesk.engine) as connection:
        rows = connection.execute(text("SELECT number, content FROM readable_revisions ORDER BY number")).all()
    assert [row.number for row in rows] == [1, 3]
    assert "body_text" not in str(rows[0].content)
    assert "In short." in str(rows[0].content)
    withdraw(newsdesk, 1)
    with reading(newsdesk.engine) as connection:
        assert connection.execute(text("SELECT number FROM readable_revisions")).all() == []
