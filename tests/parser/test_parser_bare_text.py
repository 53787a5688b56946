"""Pages whose paragraphs are no elements: text that stands right in a box, parted by line breaks or by pictures."""

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from services.parser.formats.pages.article import read_page
from services.parser.formats.pages.runs import wrap_runs
from shared.schema import Content

OPENING = (
    "The mole which shelters the harbour will be <b>raised</b> by a metre, <a href='/vote'>the council decided</a> (by "
    "<i>nine</i> votes to four) on Monday night after a debate that lasted until the last ferry had left."
)
MIDDLE = (
    "<strong>Work begins in spring</strong> and takes <a href='/plan'>two years</a>, during which the eastern pier "
    "stays closed to everybody but the fishing fleet."
)
LAST = (
    "Stone for the new crown comes from the quarry at Merrow Head, which closed in 1987 and opens again for this order."
)
PLAIN = ["".join(lxml_html.fromstring(f"<p>{text}</p>").itertext()) for text in (OPENING, MIDDLE, LAST)]
PIECES = st.lists(
    st.sampled_from(["<br>", "\n", "words ", "w" * 90, "<b>b</b>", "<p>own</p>", "<div>box</div>", "<a><ul></ul></a>"])
)  # fmt: skip


def page(body: str) -> Content:
    document = f"<html><title>Mole to be raised</title><body><h1>Mole to be raised</h1><div>{body}</div></body></html>"
    return read_page(document.encode(), "https://www.harbour-post.example/mole", None).content


def lines(content: Content) -> list[str]:
    return (content.body_text or "").split("\n\n")


def test_two_line_breaks_part_paragraphs_and_links_do_not() -> None:
    assert lines(page(f"{OPENING}<br><br>\n{MIDDLE}<br /> <br /><div class='map'>Map</div>{LAST}")) == PLAIN


def test_single_breaks_part_paragraphs_where_each_line_ends_a_sentence() -> None:
    assert lines(page("<br>".join((OPENING, MIDDLE, LAST)))) == PLAIN


def test_the_lines_of_a_verse_stay_together() -> None:
    verse = "The mole, the mole,<br>it held the whole<br>of all the water that there was.<br>The sea was loud."
    content = page(f"<p>{OPENING}</p><p>{MIDDLE}</p><div>{verse}</div><p>{LAST}</p>")
    assert lines(content)[2] == verse.replace("<br>", " ")


def test_no_paragraph_opens_with_the_break_that_parted_it() -> None:
    assert "<p><br>" not in (page(f"<br>{OPENING}<br><br>{MIDDLE}<p></p><br>{LAST}").body_html or "")


def test_text_that_a_box_holds_beside_its_paragraphs_stays_whole() -> None:
    assert lines(page(f"<div><img src='/mole.jpg'></div>{OPENING}<p>{MIDDLE}</p><p>{LAST}</p>")) == PLAIN


@settings(deadline=None)
@given(PIECES)
def test_no_word_is_lost_or_moved_where_bare_text_becomes_paragraphs(pieces: list[str]) -> None:
    root = lxml_html.fromstring(f"<body><div>{''.join(pieces)}</div></body>")
    before = "".join("".join(map(str, root.itertext())).split())
    wrap_runs(root)
    assert "".join("".join(map(str, root.itertext())).split()) == before


def test_a_stray_control_character_costs_a_page_nothing_but_itself() -> None:
    body = f"<p>{OPENING}</p><p>{MIDDLE}</p><p>{LAST}</p>".replace(
        "</strong> and", "</strong>\x1d&#31;&#xFFFE; and\v\f"
    )
    assert lines(page(body)) == PLAIN
