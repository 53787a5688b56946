"""Which title a feed belongs to, and two titles that are one."""

from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from services.indexer.articles import retention, withdrawal
from services.indexer.publications import registry, unite
from services.indexer.publications.names import is_section, name_of, site_key
from services.indexer.stories import pins
from services.indexer.stories.redo import decide
from shared.database import writing
from shared.errors import UsageError
from shared.messages import Kind
from shared.tables import Article, ArticleKey, Feed, Furniture, Layer, Page, Publication, PublicationKey, Story, Term
from tests.indexer.newsdesk import NOON, Newsdesk, carrying, entry, facts


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.paper.co.uk/sport/rss", "site:paper.co.uk"),
        ("https://paper.github.io/feed.xml", "site:paper.github.io"),
        ("https://paper.substack.com/feed", "site:paper.substack.com"),
        ("https://paper.wordpress.com/feed/", "site:paper.wordpress.com"),
        ("https://medium.com/feed/the-paper", "site:medium.com/the-paper"),
        ("https://medium.com/@ann/one-story", "site:medium.com/@ann"),
        ("https://ann.medium.com/feed", "site:ann.medium.com"),
        ("http://feeds.feedburner.com/ThePaper?format=xml", "site:feedburner.com/thepaper"),
        ("https://www.youtube.com/feeds/videos.xml?channel_id=UC7", "site:youtube.com/uc7"),
        ("https://www.reddit.com/r/news/.rss", "site:reddit.com/news"),
        ("http://127.0.0.1:8000/feed", None),
        ("http://localhost/feed", None),
    ],
)
def test_a_site_is_known_by_its_domain_or_by_its_place_on_a_platform(url: str, key: str | None) -> None:
    assert site_key(url) == key


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The Courier", "The Courier"),
        ("The Courier - Sport", "The Courier"),
        ("World news | The Courier", "The Courier"),
        ("NYT > Top Stories", "NYT"),
        ("Spiegel: Alle Meldungen", "Spiegel"),
        ("The Courier - Letters from Saltmere", "The Courier - Letters from Saltmere"),
        ("Top stories", None),
        ("RSS", None),
    ],
)
def test_a_name_is_a_feeds_title_without_its_section(title: str, name: str | None) -> None:
    assert name_of(title) == name


def test_drawers_have_the_names_of_sections() -> None:
    assert is_section("World news")
    assert not is_section("Daily Mirror")


def titles(newsdesk: Newsdesk) -> list[tuple[str, str]]:
    return [tuple(row) for row in newsdesk.read(select(Publication.key, Publication.name).order_by(Publication.id))]


def poll(newsdesk: Newsdesk, feed: int, title: str, site: str | None = None, *names: str) -> None:
    newsdesk.poll(feed, *(entry(name) for name in names or (f"of {feed}",)), feed=facts(title, site))


def test_feeds_of_one_site_are_one_title_named_without_sections(newsdesk: Newsdesk) -> None:
    for section in ("Sport", "World news"):
        feed = newsdesk.feed(f"feeds.example.org/{section[0]}")
        poll(newsdesk, feed, f"The Paper - {section}", "https://www.example.org/")
    assert titles(newsdesk) == [("site:example.org", "The Paper")]


def test_feeds_without_a_site_are_one_title_by_their_name(sqlite_newsdesk: Newsdesk) -> None:
    for title in ("Sport | The Paper", "The Paper", "The Paper - Latest news"):
        poll(sqlite_newsdesk, sqlite_newsdesk.feed("localhost" + title.replace(" ", "")), title)
    assert titles(sqlite_newsdesk) == [("name:the paper", "The Paper")]


def test_feeds_that_are_called_rss_are_not_one_title(sqlite_newsdesk: Newsdesk) -> None:
    for port in (1, 2):
        poll(sqlite_newsdesk, sqlite_newsdesk.feed(f"localhost:{port}"), "RSS")
    assert len(titles(sqlite_newsdesk)) == 2


def test_the_operators_word_comes_first_and_other_feeds_of_the_site_find_it(newsdesk: Newsdesk) -> None:
    named = newsdesk.publication("The Mirror")
    poll(newsdesk, newsdesk.feed("example.org/a", named), "Front page", "https://www.example.org/")
    poll(newsdesk, newsdesk.feed("example.org/b"), "Sport", "https://www.example.org/")
    assert titles(newsdesk) == [("name:the mirror", "The Mirror")]
    assert newsdesk.read(select(Publication.site_url)) == [("https://www.example.org/",)]


def rename(newsdesk: Newsdesk, publication: int, name: str) -> None:
    with writing(newsdesk.engine) as connection:
        registry.rename(connection, publication, name)


def test_a_renamed_title_keeps_its_feeds_and_is_found_by_either_name(newsdesk: Newsdesk) -> None:
    paper = newsdesk.publication("The Paper")
    rename(newsdesk, paper, "The Mirror")
    for title in ("The Mirror", "The Paper"):
        poll(newsdesk, newsdesk.feed(f"localhost{title[4]}"), title)
    assert titles(newsdesk) == [("name:the paper", "The Mirror")]


def test_a_title_that_is_served_otherwise_is_told_to_those_who_keep_copies(newsdesk: Newsdesk, monkeypatch) -> None:
    monkeypatch.setattr(registry, "TOLD_AT_ONCE", 2)
    paper, other = newsdesk.publication("The Paper"), newsdesk.publication("The Mirror")
    newsdesk.poll(newsdesk.feed("paper.example", paper), *(entry(name) for name in ("one", "two", "three")))
    newsdesk.poll(newsdesk.feed("mirror.example", other), entry("four"))
    before = newsdesk.head()
    assert registry.tell(newsdesk.engine, paper) == 3
    told = {newsdesk.article(name).id for name in ("one", "two", "three")}
    assert newsdesk.changes(before) == [("revised", id_) for id_ in sorted(told)]


def test_two_titles_cannot_bear_one_name(newsdesk: Newsdesk) -> None:
    newsdesk.publication("The Mirror")
    with pytest.raises(UsageError, match="publications merge"):
        rename(newsdesk, newsdesk.publication("The Paper"), "The Mirror")
    with pytest.raises(UsageError, match="no publication 99"):
        rename(newsdesk, 99, "Another")


# -- merging


def merge(newsdesk: Newsdesk, into: int, other: int) -> int:
    return unite.unite(newsdesk.engine, into, other, newsdesk.settings)


@pytest.fixture
def two(newsdesk: Newsdesk) -> dict[str, Any]:
    """Two titles: each has an article of its own, and both have one that they share, as different feeds tell it."""
    a, b = newsdesk.publication("The Paper"), newsdesk.publication("Paper Sport")
    feeds = newsdesk.feed("a.example", a), newsdesk.feed("b.example", b)
    newsdesk.poll(feeds[0], entry("own a"), entry("shared", body_text="In short, it sank."))
    newsdesk.poll(feeds[1], entry("own b"), entry("shared"), feed=facts("Paper Sport", "https://example.net/"))
    return {"publications": (a, b), "feeds": feeds}


def test_merged_titles_are_one_with_all_feeds_and_articles(newsdesk: Newsdesk, two: dict[str, Any]) -> None:
    (a, b), (_, second) = two["publications"], two["feeds"]
    own_b = newsdesk.article("own b").id
    newsdesk.lease(Kind.PAGE, own_b)
    before = newsdesk.head()
    assert merge(newsdesk, a, b) == 2
    assert newsdesk.read(select(Page.publication_id)) == [(a,)]
    assert newsdesk.read(select(Publication.id)) == [(a,)]
    assert {row.publication_id for row in newsdesk.read(select(Feed.publication_id))} == {a}
    assert {row.publication_id for row in newsdesk.read(select(Article.publication_id))} == {a}
    assert {row.publication_id for row in newsdesk.read(select(ArticleKey.publication_id))} == {a}
    assert {row.key for row in newsdesk.read(select(PublicationKey.key))} == {"name:paper sport", "site:example.net"}
    assert ("revised", own_b) in newsdesk.changes(before)
    newsdesk.poll(second, entry("own b", headline="Another headline"))
    assert newsdesk.article("own b").headline == "Another headline"


def test_an_article_that_both_had_is_one_with_both_sightings(newsdesk: Newsdesk, two: dict[str, Any]) -> None:
    a, b = two["publications"]
    stays, goes = (
        row.id for row in newsdesk.read(select(Article.id).where(Article.source_id == "shared").order_by(Article.id))
    )
    before = newsdesk.head()
    terms = select(func.count()).select_from(Term).where(Term.article_id == goes)
    assert newsdesk.read(terms) != [(0,)]
    merge(newsdesk, a, b)
    assert newsdesk.read(terms) == [(0,)]
    assert newsdesk.article("shared").id == stays
    assert newsdesk.article("shared").body_text == entry("shared").content.body_text
    assert {row.source for row in newsdesk.read(select(Layer.source).where(Layer.article_id == stays))} == {
        "feed:1",
        "feed:2",
    }
    assert len(newsdesk.revisions(stays)) == 2
    kinds = newsdesk.changes(before)
    assert ("deleted", goes) in kinds
    assert ("revised", stays) in kinds
    assert newsdesk.read(select(func.count()).select_from(Story)) == [(3,)]


def test_polls_after_a_merge_bring_nothing_anew(newsdesk: Newsdesk, two: dict[str, Any]) -> None:
    merge(newsdesk, *two["publications"])
    before = newsdesk.head()
    newsdesk.poll(two["feeds"][1], entry("own b"), entry("shared"))
    newsdesk.poll(two["feeds"][0], entry("own a"), entry("shared", body_text="In short, it sank."))
    assert newsdesk.head() == before


def test_a_feed_of_a_title_that_was_merged_finds_the_one_that_took_it_over(
    newsdesk: Newsdesk, two: dict[str, Any]
) -> None:
    merge(newsdesk, *two["publications"])
    poll(newsdesk, newsdesk.feed("localhost"), "Paper Sport")
    poll(newsdesk, newsdesk.feed("example.net"), "Sport", "https://example.net/")
    assert [name for _, name in titles(newsdesk)] == ["The Paper"]


def test_a_merge_in_batches_goes_on_where_it_was_interrupted(
    newsdesk: Newsdesk, two: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unite, "BATCH", 1)
    a, b = two["publications"]
    monkeypatch.setattr(unite, "_bury", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
    with pytest.raises(RuntimeError):
        merge(newsdesk, a, b)
    monkeypatch.undo()
    merge(newsdesk, a, b)
    assert [name for _, name in titles(newsdesk)] == ["The Paper"]
    assert {row.publication_id for row in newsdesk.read(select(Article.publication_id))} == {a}


def test_what_one_repeats_is_furniture_of_both(sqlite_newsdesk: Newsdesk) -> None:
    desk = sqlite_newsdesk
    box = "Subscribe to our newsletter and read all that our reporters find out before anybody else does."
    a, b = desk.publication("A"), desk.publication("B")
    said = [entry(f"n{n}", body_text=f"{entry(str(n)).content.body_text} {box}") for n in range(4)]
    desk.poll(desk.feed("a.example", a), said[0])
    desk.poll(desk.feed("b.example", b), *said[1:])
    theirs = {row.digest for row in desk.read(select(Furniture.digest).where(Furniture.publication_id == b))}
    merge(desk, a, b)
    assert theirs
    assert {row.digest for row in desk.read(select(Furniture.digest).where(Furniture.publication_id == a))} == theirs


@pytest.mark.parametrize("other", [1, 99])
def test_a_title_is_merged_with_another_that_exists(sqlite_newsdesk: Newsdesk, other: int) -> None:
    sqlite_newsdesk.publication()
    with pytest.raises(UsageError, match=r"99|itself"):
        merge(sqlite_newsdesk, 1, other)


def test_an_article_that_was_purged_in_either_title_is_purged_in_one(newsdesk: Newsdesk, two: dict[str, Any]) -> None:
    a, b = two["publications"]
    stays, goes = (row.id for row in newsdesk.read(select(Article.id).where(Article.source_id == "shared")))
    with writing(newsdesk.engine) as connection:
        withdrawal.purge(connection, goes, "an order", newsdesk.settings)
    merge(newsdesk, a, b)
    article = newsdesk.article("shared")
    assert (article.id, article.body_text, article.status) == (stays, None, "cancelled")
    assert newsdesk.revisions(stays) == []


def test_a_purged_article_takes_no_words_from_its_twin(newsdesk: Newsdesk, two: dict[str, Any]) -> None:
    a, b = two["publications"]
    stays, _ = (row.id for row in newsdesk.read(select(Article.id).where(Article.source_id == "shared")))
    with writing(newsdesk.engine) as connection:
        withdrawal.purge(connection, stays, "an order", newsdesk.settings)
    merge(newsdesk, a, b)
    article = newsdesk.article("shared")
    assert (article.id, article.body_text, article.status) == (stays, None, "cancelled")


def test_the_operators_word_on_an_article_holds_for_its_twin(newsdesk: Newsdesk, two: dict[str, Any]) -> None:
    a, b = two["publications"]
    stays, goes = newsdesk.read(select(Article.id, Article.story_id).where(Article.source_id == "shared"))
    with_it = newsdesk.article("own a")

    def work(connection: Connection) -> None:
        pins.merge(connection, goes.story_id, with_it.story_id, None, NOON)

    with writing(newsdesk.engine) as connection:
        decide(connection, work, [], [goes.story_id, with_it.story_id], [], newsdesk.settings)
    merge(newsdesk, a, b)
    assert newsdesk.article("shared").id == stays.id
    assert newsdesk.article("own a").story_id == newsdesk.article("shared").story_id


def test_what_titles_counted_before_they_were_merged_is_counted_together(
    sqlite_newsdesk: Newsdesk,
) -> None:
    newsdesk = sqlite_newsdesk
    into, other = newsdesk.publication("The Paper"), newsdesk.publication("Paper Sport")
    feeds = [newsdesk.feed(f"{one}.example", one) for one in (into, other)]
    newsdesk.poll(feeds[0], carrying("one"))
    newsdesk.poll(feeds[1], carrying("two"))
    with writing(newsdesk.engine) as connection:
        retention.remove(connection, [newsdesk.article("two").id])
    merge(newsdesk, into, other)
    assert newsdesk.read(select(func.count()).select_from(Furniture)) == [(0,)]
    newsdesk.poll(feeds[0], carrying("three"))
    assert newsdesk.read(select(func.count()).select_from(Furniture)) == [(1,)]
