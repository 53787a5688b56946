"""When two texts are one template filled twice."""

import pytest

from services.indexer.fold.editions import another_edition, replaced
from services.indexer.fold.furniture import keep, segments

TEXT = (
    "The only road tunnel between the two Halden valleys reopened on Friday after a winter of repairs. "
    "The tunnel was shut in October when a lorry loaded with margarine burned for two days and brought down forty "
    "metres of the lining. Nobody was killed, but eleven people were treated for smoke. New fans move three times the "
    "air of the old ones, the roads office said, and lorries over twelve tonnes must now drive through in convoys. "
    "The repairs cost 31 million crowns, nine more than planned. An inquiry is to report before the summer."
)


def weather(day: str, low: int, wind: int, rain: int) -> str:
    return (
        f"Here is the weather for the Halden valleys on {day}. It starts grey with a low of {low} degrees at the pass. "
        f"Winds of up to {wind} miles an hour come from the west. The risk of rain is {rain} per cent in the valleys. "
        "The outlook for the coming days stays unsettled, forecasters said, and drivers should look before they leave."
    )


def obituary(name: str, town: str, job: str, club: str) -> str:
    return (
        f"{name}, of {town}, passed away peacefully at home with family by the bedside. {name} was born and raised in "
        f"{town}, worked for many years as a {job} and was a long-standing member of the {club}. The family thanks the "
        "nurses whose kindness made the last days easier, and asks for donations to the hospice in lieu of flowers. "
        "Friends may leave a memory or light a candle on the funeral director's page."
    )


def appointment(company: str, name: str, role: str, before: str) -> str:
    return (
        f"{company} has appointed {name} as {role} with immediate effect, the company said. {name} joins from "
        f"{before}, and led the team there that was responsible for growth in new markets. The chair said that the "
        "experience of the new member of the board would be of great value. Shares were little changed."
    )


TEMPLATES = [
    (weather("Monday", 3, 25, 40), weather("Tuesday", 7, 12, 85)),
    (
        obituary("Mary Orrin", "Halden", "seamstress", "choir"),
        obituary("Peter Tyle", "Marwick", "joiner", "bowls club"),
    ),
    (
        appointment("Brack Energy", "Edda Ross", "finance chief", "Tern Advisors"),
        appointment("Tyle Homes", "Jon Kemp", "head of marketing", "Westgate Trust"),
    ),
]

EDITS = {
    "a corrected figure": {"31 million": "32 million"},
    "a corrected name": {"Halden valleys": "Marwick valleys"},
    "a few updated figures": {"eleven people": "14 people", "31 million": "33 million"},
    "numerals and spelling": {"forty metres": "40 meters", "eleven": "11", "twelve": "12", "three times": "3 times"},
    "other words": {
        "was shut": "closed",
        "is to report": "will report",
        "on Friday": "yesterday",
        "said, and": "said;",
    },
    "a name transliterated": {"Halden": "Haldyn"},
}


def both(text: str) -> tuple[str, str]:
    return keep(segments(text), ()), text


@pytest.mark.parametrize(("one", "other"), TEMPLATES)
def test_a_template_filled_twice_is_two_texts(one: str, other: str) -> None:
    assert another_edition(both(one), both(other))
    assert another_edition(both(other), both(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lundi", "jeudi"),
        ("Montag", "Donnerstag"),
        ("понедельник", "среду"),
        ("poniedziałek", "środę"),
        ("सोमवार", "बुधवार"),
    ],
)
def test_a_day_in_place_of_another_counts_in_any_language_and_for_a_word_it_does_not(one: str, other: str) -> None:
    text = "Auf der Brücke 31 {} neue Lampen."
    assert replaced(both(text.format(one)), both(text.format(other)))[0] == 1
    assert replaced(both(text.format(one)), both(text.format("gestern")))[0] == 0


@pytest.mark.parametrize("edits", EDITS.values(), ids=EDITS)
def test_a_text_that_was_corrected_or_edited_is_one(edits: dict[str, str]) -> None:
    edited = TEXT
    for old, new in edits.items():
        edited = edited.replace(old, new)
    assert edited != TEXT
    assert not another_edition(both(TEXT), both(edited))


def test_a_cut_and_a_paragraph_more_replace_nothing() -> None:
    local = "In our district the reopening cuts the way to the hospital by forty minutes, said the ambulance service."
    assert replaced(both(TEXT), both(f"{local}\n{TEXT[:400]}"))[0] == 0


def test_figures_grouped_otherwise_are_the_same() -> None:
    assert replaced(both("It cost 1,000 crowns in all."), both("It cost 1000 crowns in all.")) == (0, 5)


def test_a_name_counts_more_than_a_word() -> None:
    text = "On the hill they met Orrin, who sold bread."
    assert replaced(both(text), both(text.replace("Orrin", "Tyle")))[0] == 1
    assert replaced(both(text), both(text.replace("bread", "soap")))[0] == 0.5


def test_one_replacement_counts_once_however_often_it_stands() -> None:
    one = "When Orrin met the mayor, Orrin left with the keys, while Orrin laughed."
    assert replaced(both(one), both(one.replace("Orrin", "Tyle")))[0] == 1
