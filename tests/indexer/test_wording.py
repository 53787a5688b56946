"""What in a text is only a clock, and what announces a correction."""

import pytest

from services.indexer.articles.wording import notices, steady


@pytest.mark.parametrize(
    "clock",
    [
        "Updated: 3 March 2024, 12:05 GMT", "Updated 5 minutes ago", "12:05, 3 Mar 2024",
        "Stand: 03.03.2024, 12:05 Uhr",
        "Published 2 h ago | 12 comments", "vor 3 Stunden", "Mis à jour le 3 mars 2024 à 12h05",
        "Last updated 2024-03-03T12:05:00Z",
    ],
)  # fmt: skip
def test_a_line_that_is_a_clock_is_not_there(clock: str) -> None:
    assert steady(f"{clock}\nThe ferry sank.").removeprefix("Last ").strip() == "The ferry sank."


@pytest.mark.parametrize(
    "prose",
    [
        "The ferry sank at 12:05 off the pier.",
        "Five people updated 3 boats.",
        "In 2024 the keeper left, 3 others stayed.",
    ],
)
def test_a_time_in_prose_stays(prose: str) -> None:
    assert steady(prose) == prose


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 x", "1," * 29 + "x", "updated " * 7 + "1 2 3 x"]
)
def test_a_row_of_numbers_that_is_no_clock_is_read_once(text: str) -> None:
    assert steady("\n".join([text] * 50)).count("x") == 50


def test_corrections_are_found_where_they_begin() -> None:
    assert notices("The ferry sank.\n\nCorrection: it was saved.") == {"correction: it was saved."}
    assert notices("He offered no correction.") == frozenset()


@pytest.mark.timeout(20)
def test_punctuation_without_end_announces_nothing() -> None:
    assert notices("! " * 50_000) == frozenset()
