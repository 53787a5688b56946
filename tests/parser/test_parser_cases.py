"""Whole documents beside what should come out of them: a folder a case."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.parser.document import read_document
from tests.parser.documents import URL, document, entries_of

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


def _input(case: Path) -> bytes:
    return next(case.glob("input.*")).read_bytes()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_document_gives_the_articles_that_its_publisher_meant(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text())
    got = [entry.model_dump(mode="json") for entry in entries_of(_input(case), URL, None)]
    assert len(got) == len(expected)
    for found, wanted in zip(got, expected, strict=True):
        assert {name: _find(found, name) for name in wanted} == wanted


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_same_document_twice_gives_the_same_result(case: Path) -> None:
    data = _input(case)
    assert read_document(document(), data, 2000) == read_document(document(), data, 2000)


def _find(entry: dict[str, Any], name: str) -> Any:
    return entry[name] if name in entry else entry["content"][name]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_value_that_is_stated_says_where_it_came_from(case: Path) -> None:
    unplaced = {"provenance", "body_html", "direction", "status", "credit_evidence", "access", "word_count"}
    for entry in entries_of(_input(case), URL, None):
        stated = {name for name, value in entry.content if value not in (None, ()) and name not in unplaced}
        assert stated <= set(entry.content.provenance)
