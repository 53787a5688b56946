"""The API's description: the schema in docs/ is current, OpenAPI is whole, and what the words promise is so."""

import doctest
import json
from pathlib import Path

import pytest

from services.reader import cursors, wording
from services.reader.describe import article_schema
from services.reader.queries import measures
from shared.schema import Article

DOCS = Path(__file__).parents[2] / "docs"


def test_the_article_schema_in_docs_is_current() -> None:
    written = (DOCS / "article.schema.json").read_text()
    assert written == article_schema(), "run python -m services.reader.describe > docs/article.schema.json"
    assert set(json.loads(written)["properties"]) == set(Article.model_fields)


def test_an_article_begins_with_what_it_is_known_by() -> None:
    assert list(Article.model_fields)[:5] == ["id", "source_id", "url", "publication", "feed_id"]


def test_a_later_version_may_add_fields(reader) -> None:
    described = json.dumps(reader.get("/v1/openapi.json").json())
    for schema in (article_schema(), described):
        assert '"additionalProperties": false' not in schema


def test_every_field_of_an_article_is_explained() -> None:
    text = (DOCS / "reading.md").read_text()
    assert [name for name in Article.model_fields if f"`{name}`" not in text] == []


def test_openapi_names_every_refusal_as_a_problem_document(reader) -> None:
    document = reader.get("/v1/openapi.json").json()
    assert set(document["paths"]) == {
        "/v1/articles",
        "/v1/articles/{article_id}",
        "/v1/articles/{article_id}/revisions",
        "/v1/articles/{article_id}/diff",
        "/v1/flagged",
        "/v1/search",
        "/v1/stories",
        "/v1/stories/{story_id}",
        "/v1/stories/{story_id}/related",
        "/v1/feeds",
        "/v1/feeds/{feed_id}/polls",
        "/v1/publications",
        "/v1/changes",
    }
    for methods in document["paths"].values():
        responses = methods["get"]["responses"]
        assert list(responses["200"]["content"]) == ["application/json"]
        assert list(responses["422"]["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in json.dumps(document)


def test_the_page_for_people_names_every_address(reader) -> None:
    text = reader.get("/v1/docs").text
    assert all(path in text for path in reader.get("/v1/openapi.json").json()["paths"])


@pytest.mark.parametrize("module", [cursors, wording, measures])
def test_examples_hold(module) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
