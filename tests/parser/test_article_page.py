"""The page on every field is in step with the schema."""

import re
from pathlib import Path

import pytest

from shared.schema import Article

PAGE = (Path(__file__).parents[2] / "docs" / "article.md").read_text(encoding="utf-8")
DESCRIBED = {name for row in re.findall(r"^\| (`[^|]+) \|", PAGE, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}


@pytest.mark.parametrize("field", sorted(Article.model_fields))
def test_every_field_of_an_article_is_described(field: str) -> None:
    assert field in DESCRIBED


def test_no_field_is_described_that_no_article_has() -> None:
    assert DESCRIBED - set(Article.model_fields) == set()
