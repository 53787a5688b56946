"""The API described: the JSON Schema of the article, OpenAPI's small corrections, and what the page for people shows.

`python -m services.reader.describe` prints the schema as it stands in docs/article.schema.json.
"""

import json
from dataclasses import dataclass
from typing import Any

from shared.schema import Article

PROBLEM = "application/problem+json"
DESCRIPTION = (
    "The normalised store of news articles. Lists are newest first and go on with `cursor`; `null` means that the "
    "publisher did not say; times are RFC 3339 in UTC. What may not be read (withheld, withdrawn, under embargo, "
    "expired, or beyond a publication's terms) is in no answer."
)


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    required: bool
    kind: str
    meaning: str


@dataclass(frozen=True)
class Operation:
    """One address of the API."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]


def article_schema() -> str:
    """Return the JSON Schema of an article as a document."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Article.model_json_schema(mode="validation"),
        "title": "Wireroom article",
    }
    return json.dumps(_open(schema), indent=2, ensure_ascii=False) + "\n"


def _open(schema: Any) -> Any:
    """Return a schema that takes properties which it does not name: a later version may add some."""
    if isinstance(schema, list):
        return [_open(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _open(one) for name, one in schema.items() if (name, one) != ("additionalProperties", False)}


def corrected(document: dict[str, Any]) -> dict[str, Any]:
    """Return FastAPI's OpenAPI document with refusals under the media type that they have (RFC 9457), and open."""
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    response["content"] = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
    document["components"] = _open(document["components"])
    return document


def operations(document: dict[str, Any]) -> list[Operation]:
    """Return the operations of an OpenAPI document in its order."""
    return [
        Operation(
            method.upper(),
            path,
            operation.get("summary", ""),
            operation.get("description", ""),
            tuple(map(_parameter, operation.get("parameters", ()))),
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _parameter(given: dict[str, Any]) -> Parameter:
    schema = given["schema"]
    options = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    first = options[0] if options else {}
    kind = first.get("format") or first.get("type") or first.get("$ref", "").rpartition("/")[2].lower()
    limits = [f"at most {first['maximum']}"] if first.get("maximum", 2**63) < 10_000 else []
    if schema.get("default") is not None:
        limits.append(f"{json.dumps(schema['default'])} unless given")
    meaning = given.get("description") or schema.get("description") or ""
    return Parameter(given["name"], given["required"], ", ".join([kind, *limits]), meaning)


if __name__ == "__main__":
    print(article_schema(), end="")
