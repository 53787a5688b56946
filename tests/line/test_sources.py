"""Several sources of one article, and identifiers that publishers treat badly."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from sqlalchemy import select, update

from shared.tables import Article, Change, Feed, Layer, Poll, Revision
from tests.line.steps import Line
from tests.outlet.outlet import Outlet
from tests.outlet.prose import story

NOON = datetime(2024, 3, 1, 12, 0, 7, tzinfo=UTC)


@dataclass
class Item:
    """An entry of RSS as a test wants it."""

    guid: str
    link: str
    title: str = "Harbour ferry runs aground off the northern pier"
    at: datetime = NOON
    section: str = ""
    text: str = field(default_factory=lambda: story("ferry", words=200).body)


def rss(*items: Item, title: str = "The Paper") -> str:
    listed = "".join(
        f"<item><guid isPermaLink='false'>{one.guid}</guid><link>{one.link}</link><title>{escape(one.title)}</title>"
        f"<pubDate>{format_datetime(one.at)}</pubDate><category>{one.section}</category>"
        f"<description>{escape(one.text)}</description></item>"
        for one in items
    )
    return (
        f"<rss version='2.0'><channel><title>{title}</title><link>https://paper.example/</link>{listed}</channel></rss>"
    )


def heads(line: Line) -> list[str]:
    return sorted(row.headline for row in line.read(select(Article.headline)))


def test_an_article_that_two_feeds_of_a_title_list_is_one_with_two_layers(outlet: Outlet, line: Line) -> None:
    ferry = Item("1", "https://paper.example/ferry")
    for path in ("front.xml", "sea.xml"):
        outlet.serve(path, rss(ferry))
        line.add(outlet.url(path))
    line.poll()
    assert (line.count(), line.count(Layer)) == (1, 2)
    assert sum(row.siblings for row in line.read(select(Poll.siblings))) == 1


def test_an_article_is_gone_only_when_it_left_every_feed(outlet: Outlet, line: Line) -> None:
    ferry = Item("1", "https://paper.example/ferry")
    other = Item("2", "https://paper.example/budget", "Council passes its budget", text=story("budget", words=200).body)
    for path in ("front.xml", "sea.xml"):
        outlet.serve(path, rss(ferry, other))
        line.add(outlet.url(path))
    line.poll()
    outlet.serve("front.xml", rss(other))
    line.poll()
    assert line.read(select(Article.id).where(Article.last_seen_at.is_not(None))) == []
    outlet.serve("sea.xml", rss(other))
    line.poll()
    assert [row.source_id for row in line.read(select(Article.source_id).where(Article.last_seen_at.is_not(None)))] == [
        "1"
    ]
    outlet.serve("sea.xml", rss(ferry, other))
    line.poll()
    assert line.read(select(Article.id).where(Article.last_seen_at.is_not(None))) == []


def test_what_changed_beside_the_words_is_written_without_a_revision(outlet: Outlet, line: Line) -> None:
    outlet.serve("front.xml", rss(Item("1", "https://paper.example/ferry", section="Sea")))
    line.add(outlet.url("front.xml"))
    line.poll()
    later = NOON + timedelta(hours=1)
    outlet.serve("front.xml", rss(Item("1", "https://paper.example/ferry", section="Ships", at=later)))
    line.poll()
    article = line.read(select(Article.section, Article.published_at, Article.ordered_at))[0]
    assert tuple(article) == ("Ships", later, later)
    assert (line.count(Revision), line.count(Change)) == (1, 1)


def test_a_reused_identifier_names_another_article_each_time(outlet: Outlet, line: Line) -> None:
    line.add(outlet.url("latest.xml"))
    for number in range(3):
        text = story(("latest", number), words=200)
        at = NOON + timedelta(days=number)
        outlet.serve(
            "latest.xml", rss(Item("latest", f"https://paper.example/{number}", text.headline, at, text=text.body))
        )
        line.poll()
    assert line.count() == 3


def test_rewritten_identifiers_are_still_the_same_articles(outlet: Outlet, line: Line) -> None:
    line.add(outlet.url("front.xml"))
    for number in range(6):
        outlet.serve("front.xml", rss(Item(f"r-{number}", "https://paper.example/ferry")))
        line.poll()
    assert (line.count(), line.count(Revision)) == (1, 1)


def test_articles_that_fight_over_an_identifier_settle(outlet: Outlet, line: Line) -> None:
    for number in range(3):
        text = story(("same", number), words=200)
        at = NOON + timedelta(days=number)
        outlet.serve(
            f"{number}.xml", rss(Item("same", f"https://paper.example/{number}", text.headline, at, text=text.body))
        )
        line.add(outlet.url(f"{number}.xml"))
        line.poll()
    before = heads(line), line.count(Change)
    for _ in range(2):
        line.write(
            lambda connection: connection.execute(update(Feed).values(body_digest=None, entry_digests="")) and None
        )
        line.poll()
    assert (heads(line), line.count(Change)) == before
    assert line.count() == 3
