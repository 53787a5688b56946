"""One page as an app for many titles makes it: the article whole, and nothing of what stands around it."""

import pytest

from services.parser.formats.pages.article import read_page
from shared.schema import Content
from tests.parser.reader_page import CAPTIONS, FRAME, TEASERS, Picture, reader_page

TITLE = "Harbour council asks the ferry line to 'come to the table' before winter sets in"
LINES = (
    "A crane brought down by the wind on the eastern quay (REUTERS)",
    "The council met in the old customs house on Friday (Getty Images)",
    "Ada Lindqvist said the talks would take months (Twitter)",
    "Two of the three ferries have been in dock since October (AFP via Getty Images)",
    "Fishermen mend nets in the shelter of the mole (Harbour Pictures/AFP via Getty Images)",
    "The lower market stood under water until noon (PA)",
    "A volunteer carries sandbags to the school (AP)",
)
PARAGRAPHS = (
    'The harbour council has said that it is "time to sit down" with the ferry line, and warned that another winter '
    "without a timetable would cost the islands a generation of families.",
    "So far the line has failed to bring back the morning crossing that it promised when it took over the route on "
    "the first of March.",
    'Its chair, Ada Lindqvist, spoke in a recorded message in the early hours: "I want everybody on the quay to hear '
    "this. The time has come to meet.",
    '"The time has come to give the islands their mornings back. Otherwise what is lost will take years to mend."',
    "The two sides have been talking for weeks with no sign of an end.",
    '"This is a choice ... and they will have to answer for it, all of it," she said.',
    "More than 130 people had signed up for the emergency boat so far, the council said.",
    "Lieutenant Harbourmaster Joris Amsel said that the line had been forced to change its plans, and turned to "
    "chartered boats which would inevitably be slower.",
    'But Amsel said that "no timetable survives the first storm", and that the council had missed its own aims too.',
    '"They too have a part in this. It is a stain on the whole coast."',
)


def article(captions: str) -> Content:
    blocks: list[str | Picture] = list(PARAGRAPHS)
    for at, text in enumerate(LINES):
        blocks.insert(2 * at + 1, Picture(f"https://pictures.example/harbour/{at}.jpg", text))
    page = reader_page(TITLE, "Harbour Post", "Coast", "Tim Aldous", blocks, captions)
    return read_page(page, "https://reading.example/a/a1b2", None).content


@pytest.mark.parametrize("captions", CAPTIONS)
def test_every_paragraph_is_there_in_its_order_and_no_other_line(captions: str) -> None:
    assert (article(captions).body_text or "").split("\n\n") == list(PARAGRAPHS)


@pytest.mark.parametrize("captions", CAPTIONS)
def test_seven_pictures_keep_their_captions_apart_from_their_credits(captions: str) -> None:
    got = [f"{image.caption} ({image.credit})" for image in article(captions).images]
    assert got == list(LINES)


def test_title_section_and_byline_are_the_articles_own() -> None:
    content = article("figure")
    assert (content.headline, content.section, content.byline) == (TITLE, "Coast", "Tim Aldous")
    assert [author.name for author in content.authors] == ["Tim Aldous"]


@pytest.mark.parametrize("captions", CAPTIONS)
def test_nothing_of_the_frame_is_left_in_any_field(captions: str) -> None:
    said = article(captions).model_dump_json()
    assert [text for text in (*FRAME, *TEASERS) if text in said] == []
    assert "/cards/" not in said
    assert "/logos/" not in said
