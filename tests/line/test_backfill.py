"""All of a feed's past, asked for: archives and numbered pages, beside the feed's own polls, to their end or a day."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from services.command.feeds import past
from services.indexer.feeds.backfill import MOST_STALLED, Backfill
from shared.database import writing
from shared.tables import Article, Feed, Gap, Poll
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

NOW = datetime.now(UTC).replace(microsecond=0)
WORDPRESS = "https://wordpress.org/?v=6.4"


def rss(outlet: Outlet, days: Sequence[float], *, older: str | None = None, made_by: str = "", undated: int = 0) -> str:
    """A feed of articles published so many days ago, and some without a date."""
    dates = [*((f"{at}", f"<pubDate>{format_datetime(NOW - timedelta(days=at))}</pubDate>") for at in days)]
    items = "".join(
        f"<item><title>Report of day {at} from the coast</title><link>{outlet.url(f'/a/{at}')}</link>"
        f"<guid isPermaLink='false'>a-{at}</guid>{date}<description>What happened then, at length.</description></item>"
        for at, date in [*dates, *((f"u{number}", "") for number in range(undated))]
    )
    link = f'<atom:link rel="prev-archive" href="{older}"/>' if older else ""
    about = f"<title>The Coast</title><link>{outlet.url('/')}</link><generator>{made_by}</generator>{link}"
    atom = 'xmlns:atom="http://www.w3.org/2005/Atom"'
    return f'<rss version="2.0" {atom}><channel>{about}{items}</channel></rss>'


class Coast:
    """A line over one feed that was polled once."""

    def __init__(self, outlet: Outlet, line: Line) -> None:
        self.outlet, self.line = outlet, line

    def publish(self, days: Sequence[float] = (0.1, 0.2), **more: Any) -> "Coast":
        """Publish the feed, add it and poll it."""
        self.serve("feed.xml", days, **more)
        self.line.add(self.outlet.url("feed.xml"))
        self.line.poll()
        return self

    def serve(self, path: str, days: Sequence[float], **more: Any) -> None:
        self.outlet.serve(path, rss(self.outlet, days, **more), "application/rss+xml")

    def number(self, page: int, days: Sequence[float], **more: Any) -> None:
        """Answer a page by its number, as WordPress does."""
        body = rss(self.outlet, days, made_by=WORDPRESS, **more).encode()
        self.outlet.fail(f"/feed.xml?paged={page}", 200, body=body)

    def ask(self, since: datetime | None = None) -> None:
        """Ask for its past."""
        with writing(self.line.engine) as connection:
            past._begin(connection, self.line.feed(), since)

    def stop(self) -> None:
        """Ask for no more of it."""
        with writing(self.line.engine) as connection:
            past._stop(connection, self.line.feed().id)

    def go_on(self, times: int = 30) -> Backfill:
        """Take every turn through the line; return what became of it."""
        for _ in range(times):
            if not self.known.going:
                break
            self.line.poll()
        return self.known

    @property
    def known(self) -> Backfill:
        known = Backfill.read(self.line.feed().backfill)
        assert known is not None
        return known

    def asked(self, path: str) -> int:
        return len(self.outlet.ledger.statuses(path))


@pytest.fixture
def coast(outlet: Outlet, line: Line) -> Coast:
    """A publisher by the sea."""
    return Coast(outlet, line)


def archived(coast: Coast, outlet: Outlet, count: int = 4) -> None:
    """Publish a feed with archives, each older than the last and linked from it."""
    for number in range(count):
        older = outlet.url(f"archive-{number + 1}.xml") if number < count - 1 else None
        coast.serve(f"archive-{number}.xml", [100 * number + at for at in (30, 40, 50)], older=older)
    coast.publish(older=outlet.url("archive-0.xml"))


def test_all_archives_are_read_to_their_end(coast: Coast, outlet: Outlet) -> None:
    archived(coast, outlet)
    coast.ask()
    known = coast.go_on()
    assert (known.state, known.reason, known.found, known.asked) == ("ended", "no older page", 12, 4)
    assert known.back_to == NOW - timedelta(days=340)
    assert coast.line.count(Article) == 14
    assert coast.line.feed().detour_url is None


def test_wordpress_is_asked_page_by_page_until_it_has_no_more(coast: Coast, outlet: Outlet) -> None:
    for page in range(2, 6):
        coast.number(page, [page * 10 + at for at in range(5)])
    outlet.fail("/feed.xml?paged=6", 404)
    coast.publish(made_by=WORDPRESS)
    coast.ask()
    known = coast.go_on()
    assert (known.state, known.reason, known.found, known.asked) == ("ended", "no older page", 20, 5)


def test_the_past_goes_no_further_back_than_was_asked_for(coast: Coast, outlet: Outlet) -> None:
    archived(coast, outlet, count=9)
    coast.ask(NOW - timedelta(days=140))
    known = coast.go_on()
    assert (known.state, known.asked, known.found) == ("reached", 3, 5)
    assert coast.asked("archive-3.xml") == 0


def test_what_is_a_quarter_of_an_hour_too_old_is_left_out(coast: Coast, outlet: Outlet) -> None:
    coast.serve("archive-0.xml", (20, 139.99, 140.01, 150))
    coast.publish(older=outlet.url("archive-0.xml")).ask(NOW - timedelta(days=140))
    assert coast.go_on().found == 2


def test_a_feed_that_leads_nowhere_says_so(coast: Coast) -> None:
    coast.publish().ask()
    known = coast.go_on()
    assert known.words() == "0 articles of 0 pages; ended: the feed leads to no archive and no older page"


def test_between_two_polls_of_its_own_a_feed_reads_its_archive(coast: Coast, outlet: Outlet) -> None:
    archived(coast, outlet, count=9)
    coast.ask()
    coast.line.poll()
    row = coast.line.feed()
    own = coast.known.own_at
    assert row.detour_url == outlet.url("archive-0.xml")
    assert own is not None
    assert row.due_at < own
    with writing(coast.line.engine) as connection:
        connection.execute(update(Feed).values(backfill=coast.known.write() | {"own_at": NOW.isoformat()}))
    coast.serve("feed.xml", (0.01, 0.1, 0.2), older=outlet.url("archive-0.xml"))
    polls = coast.asked("feed.xml")
    coast.line.poll()  # a page of the archive, after which the feed's own poll is due at once
    assert (coast.asked("archive-0.xml"), coast.asked("feed.xml")) == (1, polls + 1)
    assert coast.line.read(select(Article.id).where(Article.source_id == "a-0.01"))
    assert coast.line.feed().detour_url == outlet.url("archive-1.xml")


def test_what_comes_from_an_archive_is_no_news_of_the_feed(coast: Coast, outlet: Outlet) -> None:
    archived(coast, outlet)
    before = coast.line.feed()
    coast.ask()
    coast.go_on()
    after = coast.line.feed()
    same = ("entry_digests", "habits", "alarm_at", "notice", "last_new_at", "failures", "error", "url", "title")
    assert {name: getattr(after, name) for name in same} == {name: getattr(before, name) for name in same}
    assert coast.line.count(Gap) == 0
    kinds = [row.kind for row in coast.line.read(select(Poll.kind).order_by(Poll.id))]
    assert kinds == ["feed", "feed", *["archive"] * 4]
    left = select(Article.last_seen_at).where(Article.published_at < NOW - timedelta(days=20))
    assert all(row.last_seen_at for row in coast.line.read(left))


def test_what_is_asked_for_now_comes_before_the_archive(coast: Coast, outlet: Outlet) -> None:
    archived(coast, outlet)
    coast.ask()
    coast.line.poll()
    polls = coast.asked("feed.xml")
    with writing(coast.line.engine) as connection:
        past.feed_store.refresh(connection, [coast.line.feed().id])
    coast.line.poll()
    assert (coast.asked("feed.xml"), coast.asked("archive-0.xml")) == (polls + 1, 0)
    coast.line.poll()
    assert coast.asked("archive-0.xml") == 1


def test_killed_half_way_it_goes_on_where_it_was(coast: Coast, outlet: Outlet) -> None:
    archived(coast, outlet)
    coast.ask()
    coast.line.poll()
    coast.line.poll()
    coast.line.due()
    coast.line.tick()
    coast.line.redis.flushall()
    for queue in coast.line.queues.values():
        queue.clear()
    coast.line.expire()
    known = coast.go_on()
    assert (known.state, known.found) == ("ended", 12)


def test_paging_that_repeats_itself_for_ever_ends(coast: Coast, outlet: Outlet) -> None:
    for page in range(2, 20):
        coast.number(page, (10, 11, 12))
    coast.publish(made_by=WORDPRESS)
    coast.ask()
    known = coast.go_on()
    assert (known.state, known.reason, known.asked) == ("ended", "its pages lead no further back", 1 + MOST_STALLED)


def test_archives_that_lead_in_a_circle_end(coast: Coast, outlet: Outlet) -> None:
    coast.serve("a.xml", (30, 31), older=outlet.url("b.xml"))
    coast.serve("b.xml", (40, 41), older=outlet.url("a.xml"))
    coast.publish(older=outlet.url("a.xml"))
    coast.ask()
    known = coast.go_on()
    assert (known.state, known.found, known.asked) == ("ended", 4, 2 + MOST_STALLED)


def test_an_article_pinned_to_every_page_hides_no_end_and_makes_none(coast: Coast, outlet: Outlet) -> None:
    for page in range(2, 8):
        coast.number(page, [3000, *(page * 10 + at for at in range(3))])
    outlet.fail("/feed.xml?paged=8", 404)
    coast.publish(made_by=WORDPRESS)
    coast.ask(NOW - timedelta(days=1000))
    known = coast.go_on()
    assert (known.state, known.found, known.asked) == ("ended", 18, 7)


def test_what_bears_no_date_is_not_taken_for_the_past(coast: Coast, outlet: Outlet) -> None:
    coast.serve("archive.xml", (30, 31), undated=3)
    coast.publish(older=outlet.url("archive.xml"))
    coast.ask()
    assert coast.go_on().found == 2


@pytest.mark.parametrize(
    "elsewhere", ["http://inner.example:8080/x", "http://127.0.0.1:9/secret", "file:///etc/passwd"]
)
def test_no_page_leads_off_the_site(coast: Coast, elsewhere: str) -> None:
    coast.publish(older=elsewhere)
    coast.ask()
    assert coast.go_on().state == "ended"
    assert coast.line.feed().detour_url is None


def test_a_page_that_fails_is_asked_for_again_later_and_no_failure_of_the_feed(coast: Coast, outlet: Outlet) -> None:
    archived(coast, outlet)
    coast.ask()
    coast.line.poll()
    outlet.fail("archive-0.xml", 503)
    coast.line.poll()
    row = coast.line.feed()
    assert (row.failures, row.error, coast.known.failed, coast.known.going) == (0, None, 1, True)
    outlet.heal("archive-0.xml")
    assert coast.go_on().found == 12


def test_it_is_stopped_and_goes_on_where_it_stopped(coast: Coast, outlet: Outlet) -> None:
    archived(coast, outlet)
    coast.ask()
    coast.line.poll()
    coast.line.poll()
    coast.line.due()
    coast.line.tick()  # a page is under way
    coast.stop()
    coast.line.drain()
    assert coast.known.words().endswith("1 pages; stopped: by the operator")
    assert len(coast.line.feed().entry_digests) // 12 == 2
    coast.line.poll()
    assert coast.asked("archive-1.xml") <= 1
    coast.ask()
    known = coast.go_on()
    assert (known.state, known.found, coast.asked("archive-0.xml")) == ("ended", 12, 1)
