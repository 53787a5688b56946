"""What is shown of an article that was found."""

import pytest

from services.reader.asking import Asked
from services.reader.snippets import CHARS, as_html, as_text, mark, snippet

RAIN = "Rain fell on the hills and nobody minded it. " * 40


def marked(text: str, *terms: str) -> list[str]:
    return [piece.text for piece in mark(text, Asked(terms)) if piece.marked]


@pytest.mark.parametrize(
    ("text", "terms", "found"),
    [
        ("The Councils of Zürich", ("council", "zurich"), ["Councils", "Zürich"]),
        ("A narrow bridge, a bridge", ("narrow bridge",), ["narrow bridge"]),
        ("narrow, bridge", ("narrow bridge",), ["narrow, bridge"]),
        ("half-finished", ("half-finished",), ["half-finished"]),
        ("東京都議会", ("京都",), ["京都"]),
        ("Form and function", ("forms",), ["Form"]),
        ("a cat, cats", ("cat",), ["cat"]),
        ("", ("cat",), []),
    ],
)
def test_what_was_looked_for_is_marked(text: str, terms: tuple[str, ...], found: list[str]) -> None:
    assert marked(text, *terms) == found


def test_all_of_the_text_is_in_its_pieces() -> None:
    text = "The old bridge, the new bridge."
    assert as_text(mark(text, Asked(("bridge", "old bridge")))) == text


def test_a_snippet_shows_where_most_of_it_stands() -> None:
    text = "A bridge. " + RAIN + "\n\nThe old bridge is closed. " + RAIN
    shown = as_text(snippet("Weather.", text, Asked(("old", "bridge"))))
    assert shown is not None
    assert "The old bridge is closed." in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) <= CHARS + 4


def test_the_summary_is_shown_where_it_says_as_much() -> None:
    assert as_text(snippet("The bridge closed.", RAIN + "A bridge.", Asked(("bridge",)))) == "The bridge closed."


def test_an_article_without_the_words_shows_how_it_opens() -> None:
    assert as_text(snippet("Weather.", None, Asked(("bridge",)))) == "Weather."
    assert snippet(None, None, Asked(("bridge",))) == ()


def test_html_of_a_publisher_is_text() -> None:
    pieces = snippet('<b onclick="x">bridge</b>', None, Asked(("bridge",)))
    assert as_html(pieces) == "&lt;b onclick=&quot;x&quot;&gt;<mark>bridge</mark>&lt;/b&gt;"
