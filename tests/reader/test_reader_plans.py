"""What reading costs in a full store: lists walk an index, and nothing is sorted or read through."""

import pytest
from sqlalchemy import Engine, event, text


@pytest.fixture
def plan(sqlite_store: Engine, serving):
    """Return SQLite's plan of the first statement that a request makes."""
    serving.app.state.engine, serving.app.state.belt = sqlite_store, None
    seen: list[tuple[str, object]] = []
    event.listen(sqlite_store, "before_cursor_execute", lambda *call: seen.append((call[2], call[3])))

    def of(path: str) -> str:
        seen.clear()
        assert serving.client.get(path).status_code == 200
        statement, parameters = next(one for one in seen if one[0].startswith("SELECT"))
        with sqlite_store.connect() as connection:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return "\n".join(row[-1] for row in rows)

    return of


CURSOR = "MjAyNi0wMy0wMVQxMjowMDowMCswMDowMHw3"


@pytest.mark.parametrize(
    ("path", "index"),
    [
        ("/v1/articles", "articles_ordered"),
        (f"/v1/articles?cursor={CURSOR}", "articles_ordered"),
        ("/v1/articles?since=2026-03-01T00:00:00Z", "articles_ordered"),
        ("/v1/articles?publication=1", "articles_publication"),
        ("/v1/articles?section=Sport", "articles_section"),
        ("/v1/articles?credit=AP", "articles_credit"),
        ("/v1/articles?feed=1", "articles_feed"),
        ("/v1/articles?story=1", "articles_story"),
        ("/v1/search?q=tern", "search_texts VIRTUAL TABLE"),
        ("/v1/stories", "stories_ordered"),
        (f"/v1/stories?cursor={CURSOR}", "stories_ordered"),
        ("/v1/stories?publication=1", "articles_publication"),
        ("/v1/stories?section=Sport", "articles_section"),
    ],
)
def test_a_list_walks_its_index(plan, path: str, index: str) -> None:
    assert index in plan(path)


@pytest.mark.parametrize(
    "path", ["/v1/articles", "/v1/stories", f"/v1/articles?cursor={CURSOR}", "/v1/changes", "/v1/search?q=tern"]
)
def test_a_long_list_is_not_sorted(plan, path: str) -> None:
    assert "TEMP B-TREE" not in plan(path)


def test_the_log_is_read_by_its_numbers_alone(plan) -> None:
    assert plan("/v1/changes") == "SEARCH changes USING INTEGER PRIMARY KEY (rowid>?)"


def test_the_plans_are_those_of_a_store_that_was_analysed_too(plan, sqlite_store: Engine) -> None:
    with sqlite_store.begin() as connection:
        connection.execute(text("ANALYZE"))
    assert "articles_ordered" in plan("/v1/articles")
