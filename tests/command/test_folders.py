"""Which folders name a title."""

import pytest

from services.command.feeds.folders import named
from services.command.feeds.opml import Outline, read


def words(*feeds: tuple[str, str | None]) -> list[str | None]:
    """Return the publication of each feed, given as address and folder."""
    return [feed.publication for feed in named([Outline(url, folder=folder) for url, folder in feeds])]


def test_a_folder_with_feeds_of_one_site_is_its_title() -> None:
    feeds = ("https://a.example.org/front", "Daily Mirror"), ("https://b.example.org/sport", "Daily Mirror")
    assert words(*feeds) == ["Daily Mirror", "Daily Mirror"]


def test_a_title_is_named_by_the_folder_that_its_feeds_lie_in() -> None:
    assert words(("https://a.example.org/front", "Dailies/Daily Mirror")) == ["Daily Mirror"]


def test_feeds_of_an_inner_host_are_titles_by_their_folders() -> None:
    inner = "http://127.0.0.1:8000"
    assert words(
        (f"{inner}/a/1", "Mirror"), (f"{inner}/a/2", "Mirror"), (f"{inner}/b", "Courier"), (f"{inner}/c", None)
    ) == [
        "Mirror",
        "Mirror",
        "Courier",
        None,
    ]


@pytest.mark.parametrize(
    "feeds",
    [
        [("https://example.org/a", "Dailies"), ("https://example.net/b", "Dailies")],
        [("http://127.0.0.1:1/a", "Dailies"), ("http://127.0.0.1:2/b", "Dailies")],
        [("https://example.org/a", "World news")],
        [("https://example.org/a", "Mornings"), ("https://example.org/b", "Evenings")],
    ],
    ids=["several sites", "several inner hosts", "a section", "a site in several"],
)
def test_a_drawer_is_no_title(feeds: list[tuple[str, str]]) -> None:
    assert set(words(*feeds)) == {None}


def test_what_an_outline_says_itself_comes_first() -> None:
    document = (
        b'<opml version="2.0"><body><outline text="Drawer"><outline xmlUrl="https://example.org/a" text="a" '
        b'wireroomPublication="The Mirror"/></outline></body></opml>'
    )
    assert [(feed.folder, feed.publication) for feed in read(document)[0]] == [("Drawer", "The Mirror")]
