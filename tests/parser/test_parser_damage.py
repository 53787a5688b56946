"""Whole documents with a piece cut out, doubled or replaced: an answer, or one of the drawn errors."""

import contextlib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from services.parser.formats.pages.article import read_page
from shared.errors import PermanentError
from tests.parser.documents import entries_of
from tests.parser.reader_page import Picture, reader_page

CASES = sorted((Path(__file__).parent / "cases").glob("*/input.*"))
URL = "https://harbour.example/items/7"
PAGE = reader_page(
    "The mole", "Harbour Post", "Coast", "Ada Lindqvist",
    ["The mole will be raised by a metre. " * 8, Picture("/mole.jpg", "The mole (AP)"), "It takes two years. " * 8],
)  # fmt: skip

pieces = st.sampled_from(
    [b"", b"<", b"</p>", b"&#xD800;", b"\x00", b"\xff\xfe", b'"', b"}", b"[[", b"<div>" * 30, b"]]>"]
)


def damaged(data: bytes, at: float, length: int, piece: bytes) -> bytes:
    start = int(at * len(data))
    return data[:start] + piece + data[start + length :]


@settings(max_examples=150)
@given(st.sampled_from(CASES), st.floats(0, 1), st.integers(0, 400), pieces)
def test_a_damaged_document_gives_entries_or_a_reason(case: Path, at: float, length: int, piece: bytes) -> None:
    with contextlib.suppress(PermanentError):
        for entry in entries_of(damaged(case.read_bytes(), at, length, piece), URL, None):
            assert "<script" not in (entry.content.body_html or "")


@settings(max_examples=40)
@given(st.floats(0, 1), st.integers(0, 400), pieces)
def test_a_damaged_page_gives_an_article_or_a_reason(at: float, length: int, piece: bytes) -> None:
    with contextlib.suppress(PermanentError):
        entry = read_page(damaged(PAGE, at, length, piece), URL, None)
        assert "<script" not in (entry.content.body_html or "")


def test_an_element_whose_name_is_none_keeps_its_words() -> None:
    cut = PAGE.replace(b'<span class="author">Ada Lindqvist</span>', b"<spa<")
    text = read_page(cut, URL, None).content.body_text or ""
    assert "raised by a metre" in text
    assert "two years" in text
