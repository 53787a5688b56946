"""An article as a person reads it on a terminal."""

from datetime import UTC, datetime

from services.command.readable import readable
from shared.messages import Entry
from shared.schema import Access, Content, Image, Status

CONTENT = Content(
    headline="The mole holds",
    byline="By Ada Byron, Coast Correspondent",
    credit="AP",
    credit_evidence="dateline: MERROW (AP) -",
    published_at=datetime(2026, 5, 13, 13, 44, tzinfo=UTC),
    section="Coast",
    body_text="The mole was raised by a metre. " * 8 + "\n\nThe ferries sail.",
    images=(Image(url="https://harbour.example/mole.jpg", caption="The mole at dusk", credit="Ines Falk"),),
    access=Access.METERED,
)


def shown(content: Content, columns: int = 72) -> str:
    return readable(Entry(keys=("url:x",), digest="x", url="https://harbour.example/mole", content=content), columns)


def test_every_line_fits_the_terminal() -> None:
    assert max(map(len, shown(CONTENT, 40).splitlines())) <= 40


def test_the_facts_stand_above_the_text_each_with_its_label() -> None:
    lines = shown(CONTENT).splitlines()
    assert lines[0] == "The mole holds"
    assert "by        By Ada Byron, Coast Correspondent" in lines
    assert "credit    AP (dateline: MERROW (AP) -)" in lines
    assert "published 2026-05-13 13:44 UTC" in lines
    assert "access    metered" in lines
    assert "picture   The mole at dusk (Ines Falk)" in lines


def test_a_date_that_names_no_moment_is_shown_as_it_is_written() -> None:
    content = Content(headline="The mole holds", provenance={"published_raw": "13.05.2026"})
    assert "published '13.05.2026', which names no moment" in shown(content)


def test_an_article_that_may_not_be_read_says_so_first() -> None:
    content = CONTENT.model_copy(update={"status": Status.WITHHELD, "status_reason": "Embargoed without an end."})
    assert shown(content).splitlines()[2] == "status    withheld: Embargoed without an end."


def test_letters_that_no_blanks_part_are_broken_into_lines_too() -> None:
    text = "「評議会は古い桟橋を閉鎖する」と委員長は話した。" * 4
    lines = shown(Content(headline="桟橋", body_text=text), 40).splitlines()
    assert "".join(lines).count("。") == 4
    assert all(len(line) <= 20 for line in lines if "評" in line or "桟" in line)
    assert not any(line.startswith(("。", "」", "、")) for line in lines)


def test_an_address_longer_than_a_line_is_not_broken() -> None:
    address = "https://harbour.example/" + "a" * 60
    assert address in shown(Content(headline="Mole", body_text=f"See {address} for more."), 40).splitlines()
