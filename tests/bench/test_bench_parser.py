"""The parser's bench: windows of so many entries, caches that are empty, a table that names what was measured."""

import pytest

from bench import parser
from bench.parser_documents import ENTRIES, forget, message, sample_pages, sample_windows
from services.parser.document import read_document
from services.parser.fields.dates import parse_date
from shared.messages import DIGEST_CHARS


def test_each_window_lists_as_many_entries_as_it_should() -> None:
    for body in sample_windows(9):
        assert len(read_document(message(), body, 2000).window or "") == ENTRIES * DIGEST_CHARS


def test_nothing_is_remembered_from_one_round_to_the_next() -> None:
    parse_date("Mon, 06 Jan 2025 08:00:00 GMT")
    forget()
    assert parse_date.cache_info().currsize == 0


def test_there_are_pages_to_read() -> None:
    assert len(sample_pages()) > 50


def test_the_table_sets_both_sides_beside_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    parser.main(feeds=2, documents=None, pages=None, rounds=1)
    told = capsys.readouterr().out
    for name in ("a cold feed", "feedparser", "ratio", "none new", "an article", "a page", "trafilatura", "resident"):
        assert name in told
