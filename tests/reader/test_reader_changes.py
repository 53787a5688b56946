"""The change log over the API: every line once, in order, and nothing of what may not be read."""

from datetime import timedelta


def test_the_log_is_followed_by_its_numbers(reader, desk) -> None:
    article = desk.article(desk.title())
    for kind in ("created", "revised", "folded"):
        desk.log(kind, article)
    first = reader.get("/v1/changes?limit=2").json()
    rest = reader.get(f"/v1/changes?after={first['next']}").json()
    assert [one["kind"] for one in first["changes"] + rest["changes"]] == ["created", "revised", "folded"]
    assert (first["head"], rest["next"]) == (3, "3@2026-03-01T12:00:00Z")


def test_at_the_end_the_place_is_kept(reader, desk) -> None:
    desk.log("created", desk.article(desk.title()))
    place = reader.get("/v1/changes").json()["next"]
    assert reader.get(f"/v1/changes?after={place}").json() == {"changes": [], "next": place, "head": 1}


def test_an_empty_log_is_followed_from_nought(reader) -> None:
    assert reader.get("/v1/changes").json() == {"changes": [], "next": "0", "head": 0}


def test_a_place_is_a_line_by_its_number_and_its_time_or_by_its_number_alone(reader, desk) -> None:
    for second in range(3):
        desk.log("created", 1, at=desk.noon + timedelta(seconds=second))
    first = reader.get("/v1/changes?limit=1").json()["changes"][0]
    for place in ("1", f"{first['seq']}@{first['at']}"):
        assert [one["seq"] for one in reader.get(f"/v1/changes?after={place}").json()["changes"]] == [2, 3]


def test_who_stands_beyond_the_end_is_told_that_the_store_was_put_back(reader, desk) -> None:
    for _ in range(3):
        desk.log("created", 1)
    place = reader.get("/v1/changes").json()["next"]
    desk.put_back(2)
    for after in (place, "3"):
        answer = reader.get(f"/v1/changes?after={after}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (410, "application/problem+json")
        assert "the store was put back to an older state" in answer.json()["detail"]


def test_who_stands_behind_a_line_that_was_lost_is_told_so_when_another_has_its_number(reader, desk) -> None:
    for _ in range(3):
        desk.log("created", 1)
    kept, lost = (reader.get(f"/v1/changes?limit={count}").json()["next"] for count in (2, 3))
    desk.put_back(2)
    for second in range(1, 4):
        desk.log("created", 2, at=desk.noon + timedelta(seconds=second))
    assert reader.get(f"/v1/changes?after={lost}").status_code == 410
    assert [one["seq"] for one in reader.get(f"/v1/changes?after={kept}").json()["changes"]] == [3, 4, 5]


def test_a_change_has_its_detail(reader, desk) -> None:
    desk.log("revised", desk.article(desk.title()), kinds=["headline"])
    (change,) = reader.get("/v1/changes").json()["changes"]
    assert change["detail"] == {"kinds": ["headline"]}
    assert change["readable"] is True
    assert "article" not in change


def test_a_change_brings_its_article_where_that_is_asked_for(reader, desk) -> None:
    article = desk.article(desk.title(), body_text="Terns.")
    desk.log("created", article)
    (change,) = reader.get("/v1/changes?articles=1").json()["changes"]
    assert (change["article"]["id"], change["article"]["body_text"]) == (article, "Terns.")


def test_a_withdrawn_article_leaves_its_kind_and_ids(reader, desk) -> None:
    article = desk.article(desk.title(), status="cancelled")
    desk.log("created", article, headline="SECRET")
    desk.log("withdrawn", article, reason="SECRET")
    answer = reader.get("/v1/changes?articles=1").json()
    assert [one["kind"] for one in answer["changes"]] == ["created", "withdrawn"]
    assert [(one["readable"], one["detail"], one["article"]) for one in answer["changes"]] == [(False, None, None)] * 2


def test_a_line_outlives_its_article(reader, desk) -> None:
    desk.log("created", article=999)
    (change,) = reader.get("/v1/changes").json()["changes"]
    assert (change["article_id"], change["readable"]) == (999, False)
