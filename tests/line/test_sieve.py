"""Entries that a feed's patterns refuse, down the whole line: not stored, known all the same, and weighed as news."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from services.command.feeds import feed_store, past
from services.indexer.feeds.backfill import Backfill
from services.parser.formats.rules import read_rules
from shared.database import writing
from shared.polling.habits import Habits
from shared.rules import Rules
from shared.tables import Article, Feed, Gap, Page, Poll
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

NOW = datetime.now(UTC).replace(microsecond=0)
NO_SPORT = {"leave_out": ["keyword:^sport$"]}
SPORT = {"keep": ["keyword:^sport$"]}
Told = tuple[float, str]  # hours ago, and under what


def rules(**given: Any) -> Rules:
    found = read_rules(given)
    assert found is not None
    return found


def rss(outlet: Outlet, *entries: Told, words: str = "at some length", made_by: str = "", dated: bool = True) -> str:
    items = "".join(
        f"<item><title>Report of hour {at}</title><link>{outlet.url(f'/a/{at}')}</link><category>{under}</category>"
        f"<guid isPermaLink='false'>a-{at}</guid>"
        f"{f'<pubDate>{format_datetime(NOW - timedelta(hours=at))}</pubDate>' if dated else ''}"
        f"<description>What happened {at} hours ago, told {words}.</description></item>"
        for at, under in entries
    )
    about = f"<title>The Courier</title><link>{outlet.url('/')}</link><generator>{made_by}</generator>"
    return f'<rss version="2.0"><channel>{about}{items}</channel></rss>'


class Desk:
    """A line over one feed, whose patterns are given."""

    def __init__(self, outlet: Outlet, line: Line) -> None:
        self.outlet, self.line = outlet, line

    def begin(self, *entries: Told, **patterns: Any) -> None:
        self.shows(*entries)
        self.line.add(self.outlet.url("feed.xml"), rules=rules(**patterns) if patterns else None)
        self.line.poll()

    def shows(self, *entries: Told, **more: Any) -> None:
        self.outlet.serve("feed.xml", rss(self.outlet, *entries, **more), "application/rss+xml")

    def poll(self, *entries: Told, **more: Any) -> None:
        self.shows(*entries, **more)
        self.line.poll()

    def sift(self, **patterns: Any) -> None:
        given = rules(**patterns) if patterns else Rules()
        with writing(self.line.engine) as connection:
            feed_store.give_rules(connection, [self.line.feed()], self.line.settings, patterns=given.patterns)

    def polled(self, hours: float) -> None:
        """Say that its last good poll was so many hours ago."""
        self.line.write(lambda connection: void(connection.execute(update(Feed).values(last_ok_at=ago(hours)))))

    @property
    def stored(self) -> list[str]:
        rows = self.line.read(select(Article.headline).order_by(Article.published_at.desc()))
        return [row.headline.removeprefix("Report of hour ") for row in rows]

    @property
    def brought(self) -> Sequence[tuple[Any, ...]]:
        polls = select(Poll.outcome, Poll.entries, Poll.created, Poll.known).where(Poll.kind == "feed")
        return [tuple(row) for row in self.line.read(polls.order_by(Poll.id))]


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def void(_: object) -> None:
    """Take a value that nobody wants."""


@pytest.fixture
def desk(outlet: Outlet, line: Line) -> Desk:
    """A line without pages."""
    return Desk(outlet, line)


def test_what_is_refused_is_not_stored_and_is_known_at_the_next_poll(desk: Desk) -> None:
    desk.begin((1, "Sport"), (2, "News"), (3, "Sport"), **NO_SPORT)
    desk.line.poll()
    desk.poll((0, "News"), (1, "Sport"), (2, "News"))
    assert desk.stored == ["0", "2"]
    assert desk.brought == [("ok", 3, 1, 0), ("unchanged", 0, 0, 0), ("ok", 3, 1, 2)]
    assert len(desk.line.feed().entry_digests) == 36


def test_no_page_of_a_refused_entry_is_asked_for(outlet: Outlet, page_line: Line) -> None:
    desk = Desk(outlet, page_line)
    desk.begin((1, "Sport"), (2, "News"), **NO_SPORT)
    page_line.poll(pages=True)
    assert [row.url for row in page_line.read(select(Page.url))] == [outlet.url("/a/2")]
    assert outlet.ledger.statuses("/a/1") == []


@pytest.mark.parametrize("path", ["feed.xml", "markets.xml"])  # without validators, and with both
def test_other_patterns_store_what_is_still_listed_though_nothing_changed_there(
    outlet: Outlet, line: Line, path: str
) -> None:
    desk = Desk(outlet, line)
    outlet.publish("markets.xml", entries=3)
    desk.shows((1, "Sport"), (2, "News"))
    line.add(outlet.url(path), rules=rules(leave_out=["keyword:."]))
    line.poll()
    line.poll()
    assert desk.stored == []
    before = line.feed().entry_digests
    desk.sift()
    line.poll()
    assert line.count(Article) == len(before) // 12
    assert (line.feed().rules, line.feed().entry_digests) == (None, before)
    line.poll()
    outcome = line.read(select(Poll.outcome).order_by(Poll.id.desc()))[0].outcome
    assert outcome in ("unchanged", "not_modified")


def test_an_article_that_is_stored_stays_as_it_was_when_a_new_pattern_refuses_it(desk: Desk) -> None:
    desk.begin((1, "Sport"), (2, "News"))
    desk.sift(**NO_SPORT)
    desk.line.poll()
    assert desk.line.count(Article) == 2
    desk.poll((1, "Sport"), (2, "News"), words="otherwise")
    said = dict(tuple(row) for row in desk.line.read(select(Article.headline, Article.summary)))
    assert said["Report of hour 1"].endswith("told at some length.")
    assert said["Report of hour 2"].endswith("told otherwise.")


def test_an_entry_that_is_edited_so_that_it_is_wanted_is_stored(desk: Desk) -> None:
    desk.begin((1, "Sport"), **NO_SPORT)
    desk.poll((1, "News"))
    assert desk.stored == ["1"]


def test_patterns_given_during_a_lease_judge_what_it_would_have_brought(desk: Desk) -> None:
    desk.shows((1, "Sport"), (2, "News"))
    desk.line.add(desk.outlet.url("feed.xml"))
    desk.line.tick()
    desk.sift(**NO_SPORT)
    desk.line.drain()
    assert desk.stored == []
    desk.line.poll()
    assert desk.stored == ["2"]


def test_windows_that_share_refused_entries_alone_leave_no_gap(desk: Desk) -> None:
    desk.begin((8, "Sport"), (9, "Sport"), **NO_SPORT)
    desk.polled(6)
    desk.poll((1, "News"), (8, "Sport"))
    assert desk.line.count(Gap) == 0


@pytest.mark.parametrize("last", ["Sport", "News"])
def test_windows_that_share_nothing_leave_a_gap_whatever_is_refused(desk: Desk, last: str) -> None:
    desk.begin((8, "Sport"), (9, "News"), **NO_SPORT)
    desk.polled(6)
    desk.poll((1, "Sport"), (2, last))
    (gap,) = desk.line.read(select(Gap.from_at, Gap.to_at))
    assert tuple(gap) == (ago(6), ago(2))


def test_a_gap_is_closed_by_a_page_whose_older_entries_are_refused(desk: Desk) -> None:
    made_by = "https://wordpress.org/?v=6.4"
    desk.begin((8, "Sport"), (9, "News"), **NO_SPORT)
    desk.polled(6)
    body = rss(desk.outlet, (4, "News"), (5, "Sport"), (8, "Sport")).encode()
    desk.outlet.fail("/feed.xml?paged=2", 200, body=body)
    desk.poll((1, "News"), (2, "Sport"), made_by=made_by)
    desk.line.poll()
    assert [tuple(row) for row in desk.line.read(select(Gap.state, Gap.found))] == [("closed", 1)]
    assert desk.stored == ["1", "4", "9"]


def test_a_past_of_which_much_is_refused_is_read_to_its_end(desk: Desk) -> None:
    made_by = "https://wordpress.org/?v=6.4"
    for page in range(2, 9):
        under = "News" if page == 8 else "Sport"
        body = rss(desk.outlet, (100 * page, under), (100 * page + 1, "Sport"), made_by=made_by).encode()
        desk.outlet.fail(f"/feed.xml?paged={page}", 200, body=body)
    desk.outlet.fail("/feed.xml?paged=9", 404)
    desk.shows((1, "News"), made_by=made_by)
    desk.line.add(desk.outlet.url("feed.xml"), rules=rules(**NO_SPORT))
    desk.line.poll()
    desk.line.write(lambda connection: past._begin(connection, desk.line.feed(), None))
    for _ in range(30):
        desk.line.poll()
    known = Backfill.read(desk.line.feed().backfill)
    assert known
    assert (known.reason, known.asked, known.found) == ("no older page", 8, 1)
    assert desk.stored == ["1", "800"]


def test_a_feeds_rhythm_is_its_publishers_whatever_is_refused(outlet: Outlet, line: Line) -> None:
    desk = Desk(outlet, line)
    desk.begin((3, "News"), (4, "News"), **SPORT)
    desk.polled(2.5)
    desk.poll((1, "News"), (2, "News"), (3, "News"), (4, "News"))
    desk.polled(0.5)
    desk.poll((1, "News"), (2, "News"), (3, "News"), words="anew")
    habits = Habits.read(desk.line.feed().habits)
    assert habits.rhythm
    assert (round(habits.rhythm.count), habits.texts) == (4, 0)
    assert desk.line.feed().title == "The Courier"
    assert desk.stored == []


def test_an_entry_without_a_date_is_news_once_though_it_is_refused(desk: Desk) -> None:
    def came() -> int:
        habits = Habits.read(desk.line.feed().habits)
        return round(habits.rhythm.count) if habits.rhythm else 0

    desk.begin((8, "Sport"), (9, "Sport"), **NO_SPORT)
    desk.poll((8, "Sport"), (9, "Sport"), dated=False)
    assert came() == 2
    for words in ("as it was", "anew", "once more"):
        desk.polled(1)
        desk.poll((6, "News"), (7, "Sport"), (8, "Sport"), words=words, dated=False)
        assert came() == 4
    desk.sift(**SPORT)
    desk.polled(1)
    desk.line.poll()
    assert came() == 4
    desk.polled(1)
    desk.poll(*((at, "News") for at in range(10, 61)), dated=False)  # more than are remembered
    assert came() == 4


def test_refused_entries_that_change_at_each_poll_leave_no_gap(desk: Desk) -> None:
    desk.begin((8, "Sport"), (9, "Sport"), **NO_SPORT)
    desk.polled(6)
    desk.poll((1, "Sport"), (8, "Sport"), (9, "Sport"), words="anew")
    assert desk.line.count(Gap) == 0


def test_what_is_refused_is_counted_with_the_last_of_it(desk: Desk) -> None:
    desk.begin((1, "Sport"), (2, "News"), **NO_SPORT)
    desk.poll((0.5, "Sport"), (1, "Sport"), (2, "News"))
    known = desk.line.feed().unwanted
    assert (known["count"], known["in_row"]) == (2, 1)
    assert [(one["url"], one["by"]) for one in known["last"]] == [
        (desk.outlet.url("/a/0.5"), "keyword:^sport$"),
        (desk.outlet.url("/a/1"), "keyword:^sport$"),
    ]
    assert [row.unwanted for row in desk.line.read(select(Poll.unwanted).order_by(Poll.id))] == [1, 1]
    desk.poll((0.2, "News"), (0.5, "Sport"), (1, "Sport"))
    assert desk.line.feed().unwanted["in_row"] == 0
    desk.sift(**SPORT)
    assert desk.line.feed().unwanted is None


def test_no_more_than_the_last_refused_entries_are_remembered_and_each_once(desk: Desk) -> None:
    desk.begin(*((at, "Sport") for at in range(1, 41)), **NO_SPORT)
    desk.poll(*((at, "Sport") for at in range(1, 41)), words="anew")
    assert [len(desk.line.feed().unwanted["last"]), desk.line.feed().unwanted["count"]] == [40, 80]
    desk.poll(*((at, "Sport") for at in range(41, 101)))
    last = desk.line.feed().unwanted["last"]
    assert (len(last), last[0]["url"]) == (50, desk.outlet.url("/a/41"))


def test_what_other_patterns_let_in_is_no_news_of_the_publisher(desk: Desk) -> None:
    desk.begin(*((at, "Sport") for at in range(30, 90)), **NO_SPORT)
    before = Habits.read(desk.line.feed().habits).rhythm
    desk.sift()
    desk.line.poll()
    after = Habits.read(desk.line.feed().habits).rhythm
    assert before
    assert after
    assert (desk.line.count(Article), round(after.count)) == (60, round(before.count))
    assert desk.line.feed().notice is None
