"""`wireroom search`, for people and for machines."""

from tests.command.conftest import Run
from tests.line.steps import Line
from tests.outlet.outlet import Outlet
from tests.outlet.prose import Story


def filled(line: Line, outlet: Outlet) -> None:
    outlet.feed("courier.xml", title="The Courier")
    stories = [Story("Old bridge closes", "It rained.", "A"), Story("Rain", "The old bridge, and a ferry.", "B")]
    outlet.publish("courier.xml", entries=stories)
    line.add(outlet.url("courier.xml"))
    line.poll()


def test_articles_are_found_by_their_words(wireroom: Run, line: Line, outlet: Outlet) -> None:
    filled(line, outlet)
    found = wireroom("search", "bridge", "old", "--json").lines
    assert [one["article"]["headline"] for one in found] == ["Old bridge closes", "Rain"]
    assert found[1]["snippet_html"] == "The <mark>old</mark> <mark>bridge</mark>, and a ferry."
    text = wireroom("search", '"old bridge"', "-rained", "--limit", 5).text
    assert "Old bridge closes" not in text
    assert "The old bridge, and a ferry." in text
    assert wireroom("search", "bridge", "--publication", 99).text == "Nothing has all of these words.\n"


def test_a_search_that_cannot_be_made_is_one_sentence(wireroom: Run) -> None:
    for words, says in (
        (['"old'], "quotation mark"),
        (["old", "--limitt", "3"], "There is no option --limitt"),
    ):
        ran = wireroom("search", *words)
        assert ran.status == 2
        assert says in ran.sentence
