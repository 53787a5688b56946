"""How requests are refused: a status, one sentence, and never a traceback."""

import pytest
from sqlalchemy import text

from shared.database import writing


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/v1/articles?cursor=abc", "cursor"),
        ("/v1/articles?cursor=%C3%A4", "cursor"),
        ("/v1/articles?cursor=MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMHwx", "cursor"),  # its time is before all times
        ("/v1/articles?cursor=MjAyNi0wMy0wMXw5OTk5OTk5OTk5OTk5OTk5OTk5OTk", "cursor"),  # its id is beyond all ids
        ("/v1/articles?limit=0", "`limit`"),
        ("/v1/articles?limit=201", "`limit`"),
        ("/v1/articles?publication=tern", "`publication`"),
        ("/v1/articles?publication=99999999999999999999", "`publication`"),
        ("/v1/articles?section=%00", "`section`"),
        ("/v1/articles?since=yesterday", "2026-03-01T09:00:00Z"),
        ("/v1/articles?since=2026-03-01T09:00:00", "2026-03-01T09:00:00Z"),
        ("/v1/articles?since=0001-01-01T00:00:00%2B14:00", "`since`"),
        ("/v1/articles?until=9999-12-31T23:59:59-14:00", "`until`"),
        ("/v1/articles?sektion=Sport", "no parameter `sektion`"),
        ("/v1/changes?after=-1", "`after`"),
        ("/v1/changes?after=", "`after`"),
        ("/v1/changes?after=99999999999999999999", "`after`"),
        ("/v1/changes?after=1@noon", "`after`"),
        ("/v1/changes?after=1@2026-03-01T12:00:00", "`after`"),
        ("/v1/changes?limit=1001", "`limit`"),
        ("/v1/feeds?health=poorly", "`health`"),
        ("/v1/search", "`q` is missing"),
        ("/v1/articles?publication=1&publication=2", "`publication` is given more than once"),
    ],
)
def test_a_wrong_parameter_is_named(reader, path: str, words: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert words in answer.json()["detail"]
    assert answer.json()["status"] == 422


@pytest.mark.parametrize(
    "path",
    [
        "/v1/articles/1",
        "/v1/articles/1/revisions",
        "/v1/stories/1",
        "/v1/articles/tern",
        "/v1/articles/0",
        "/v1/tern",
        "/v1",
        "/v1/articles/",
    ],
)
def test_what_is_not_there_is_a_problem_document(reader, path: str) -> None:
    answer = reader.get(path)
    assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")
    assert answer.json()["detail"].endswith(".")


@pytest.mark.parametrize("path", ["/articles/1", "/stories/1", "/stories/tern", "/tern", "/static/tern", "/static/"])
def test_what_is_not_there_is_a_page_for_people(reader, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 404
    assert "Not here" in answer.text


def test_a_damaged_link_is_explained_to_people(reader) -> None:
    answer = reader.get("/?before=abc")
    assert answer.status_code == 422
    assert "cursor" in answer.text


def test_an_other_method_is_refused(reader) -> None:
    answer = reader.post("/v1/articles")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert "GET or HEAD" in answer.json()["detail"]


def test_a_fault_of_ours_says_so_and_no_more(reader, desk) -> None:
    article = desk.article(desk.title())
    with writing(desk.engine) as connection:
        connection.execute(text("UPDATE articles SET authors = '[7]'"))
    for path in (f"/v1/articles/{article}", f"/articles/{article}"):
        answer = reader.get(path)
        assert answer.status_code == 500
        assert "fault of ours" in answer.text
        assert "Traceback" not in answer.text
        assert "Content-Security-Policy" in answer.headers
