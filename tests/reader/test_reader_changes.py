"""The change log over the API: every line once, in order, and nothing of what may not be read."""


def test_the_log_is_followed_by_its_numbers(reader, desk) -> None:
    article = desk.article(desk.title())
    for kind in ("created", "revised", "folded"):
        desk.log(kind, article)
    first = reader.get("/v1/changes?limit=2").json()
    rest = reader.get(f"/v1/changes?after={first['next']}").json()
    assert [one["kind"] for one in first["changes"] + rest["changes"]] == ["created", "revised", "folded"]
    assert (first["head"], rest["next"]) == (3, 3)


def test_at_the_end_the_place_is_kept(reader, desk) -> None:
    desk.log("created", desk.article(desk.title()))
    assert reader.get("/v1/changes?after=1").json() == {"changes": [], "next": 1, "head": 1}


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
