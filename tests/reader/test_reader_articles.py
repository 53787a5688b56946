"""Articles over the API: what may be read, in which order, in which form."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared import tables
from shared.schema import Article

MINUTE = timedelta(minutes=1)


def ids(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [article["id"] for article in answer.json()["articles"]]


def test_articles_come_newest_first(reader, desk) -> None:
    title = desk.title()
    old = desk.article(title, at=desk.noon)
    new = desk.article(title, at=desk.noon + MINUTE)
    assert ids(reader.get("/v1/articles")) == [new, old]


def test_an_article_is_the_schema_and_nothing_else(reader, desk) -> None:
    article = desk.article(desk.title(), body_text="Terns.", authors=[{"name": "Ana Low"}])
    answer = reader.get(f"/v1/articles/{article}").json()
    assert Article.model_validate(answer).authors[0].name == "Ana Low"
    assert set(answer) == set(Article.model_fields)


def test_times_are_in_utc_with_a_z(reader, desk) -> None:
    article = desk.article(desk.title())
    assert reader.get(f"/v1/articles/{article}").json()["published_at"] == "2026-03-01T12:00:00Z"


def test_a_list_leaves_the_bodies_out(reader, desk) -> None:
    desk.article(desk.title(), body_text="Terns.", body_html="<p>Terns.</p>")
    (article,) = reader.get("/v1/articles").json()["articles"]
    assert not {"body_text", "body_html"} & set(article)


def test_a_full_list_has_the_bodies(reader, desk) -> None:
    desk.article(desk.title(), body_text="Terns.", body_html="<p>Terns.</p>")
    (article,) = reader.get("/v1/articles?full=1").json()["articles"]
    assert (article["body_text"], article["body_html"]) == ("Terns.", "<p>Terns.</p>")


def test_pages_meet_without_gap_or_overlap_where_many_share_a_time(reader, desk) -> None:
    title, story = desk.title(), desk.story()
    written = [desk.article(title, story) for _ in range(5)]
    found, cursor = [], ""
    for _ in range(3):
        answer = reader.get(f"/v1/articles?limit=2{cursor}")
        found += ids(answer)
        cursor = f"&cursor={answer.json()['next']}"
    assert found == written[::-1]
    assert answer.json()["next"] is None


def test_what_arrives_while_pages_are_read_moves_none_of_them(reader, desk) -> None:
    title = desk.title()
    written = [desk.article(title, at=desk.noon + n * MINUTE) for n in range(3)]
    first = reader.get("/v1/articles?limit=1")
    desk.article(title, at=desk.noon + 9 * MINUTE)
    assert ids(reader.get(f"/v1/articles?cursor={first.json()['next']}")) == written[1::-1]


@pytest.mark.parametrize("name", ["section", "language", "credit"])
def test_a_word_narrows_the_list_down(reader, desk, name: str) -> None:
    title = desk.title()
    wanted = desk.article(title, **{name: "fr"})
    desk.article(title, **{name: "en"})
    desk.article(title)
    assert ids(reader.get("/v1/articles", params={name: "fr"})) == [wanted]


@pytest.mark.parametrize("name", ["publication", "feed", "story"])
def test_an_id_narrows_the_list_down(reader, desk, name: str) -> None:
    desk.article(desk.title("The Gull"))
    wanted = desk.article(desk.title("The Tern"), feed_id=7)
    article = reader.get(f"/v1/articles/{wanted}").json()
    own = {"publication": article["publication"]["id"], "feed": 7, "story": article["story_id"]}
    assert ids(reader.get("/v1/articles", params={name: own[name]})) == [wanted]


def test_a_language_finds_its_regions_and_no_other_language(reader, desk) -> None:
    title = desk.title()
    wanted = desk.article(title, language="en-GB")
    desk.article(title, language="enm")
    assert ids(reader.get("/v1/articles?language=en")) == [wanted]


def test_since_is_inside_and_until_is_outside(reader, desk) -> None:
    title = desk.title()
    at_noon, _ = desk.article(title, at=desk.noon), desk.article(title, at=desk.noon + MINUTE)
    params = {"since": "2026-03-01T12:00:00Z", "until": "2026-03-01T12:01:00Z"}
    assert ids(reader.get("/v1/articles", params=params)) == [at_noon]


def unreadable(desk: Any) -> list[dict[str, Any]]:
    return [
        {"status": "withheld"},
        {"status": "cancelled"},
        {"embargoed_until": desk.now + timedelta(days=1)},
        {"expires_at": desk.now - timedelta(days=1)},
    ]


@pytest.mark.parametrize("case", range(4))
def test_what_may_not_be_read_is_in_no_answer(reader, desk, case: int) -> None:
    title, story = desk.title(), desk.story()
    secret = {"headline": "SECRET", "summary": "SECRET", "body_text": "SECRET", "body_html": "SECRET"}
    article = desk.article(title, story, **secret, **unreadable(desk)[case])
    desk.revision(article, 1, **secret)
    desk.log("created", article, headline="SECRET")
    for path in (
        "/v1/articles?full=1",
        f"/v1/articles/{article}",
        f"/v1/articles/{article}/revisions?full=1",
        "/v1/stories",
        f"/v1/stories/{story}",
        f"/v1/stories?publication={title}",
        "/v1/changes?articles=1",
        "/",
        f"/?publication={title}",
        f"/articles/{article}",
        f"/articles/{article}/revisions",
        f"/stories/{story}",
    ):
        assert "SECRET" not in reader.get(path).text


def test_an_embargo_that_has_passed_holds_nothing_back(reader, desk) -> None:
    article = desk.article(desk.title(), embargoed_until=desk.now - MINUTE)
    assert ids(reader.get("/v1/articles")) == [article]


@pytest.mark.parametrize(
    ("terms", "shown"),
    [("full", {"summary", "body_text", "body_html"}), ("excerpt", {"summary"}), ("headline", set())],
)
def test_no_more_is_given_than_the_terms_allow(reader, desk, terms: str, shown: set[str]) -> None:
    words = {"summary": "Terns.", "body_text": "Terns.", "body_html": "Terns."}
    article = desk.article(desk.title(terms=terms), **words)
    desk.revision(article, 1, **words)
    (revision,) = reader.get(f"/v1/articles/{article}/revisions?full=1").json()["revisions"]
    for answer in (reader.get(f"/v1/articles/{article}").json(), revision["content"]):
        assert {name for name in words if answer[name]} == shown


def test_a_withdrawn_article_is_gone_with_one_sentence(reader, desk) -> None:
    article = desk.article(desk.title(), status="cancelled")
    for path in (f"/v1/articles/{article}", f"/v1/articles/{article}/revisions"):
        answer = reader.get(path)
        assert answer.status_code == 410
        assert answer.json()["detail"] == "This article was withdrawn."


def test_revisions_come_newest_first_and_by_the_page(reader, desk) -> None:
    article = desk.article(desk.title(), revision=3)
    for number in (1, 2, 3):
        desk.revision(article, number, "headline", headline=f"Version {number}")
    first = reader.get(f"/v1/articles/{article}/revisions?limit=2").json()
    rest = reader.get(f"/v1/articles/{article}/revisions?limit=2&cursor={first['next']}").json()
    found = [one["content"]["headline"] for one in first["revisions"] + rest["revisions"]]
    assert found == ["Version 3", "Version 2", "Version 1"]
    assert rest["next"] is None


def test_a_state_that_was_withheld_says_nothing(reader, desk) -> None:
    article = desk.article(desk.title(), revision=2)
    desk.revision(article, 1, status="withheld", headline="SECRET")
    desk.revision(article, 2, "status", headline="Open")
    newest, withheld = reader.get(f"/v1/articles/{article}/revisions").json()["revisions"]
    assert (newest["content"]["headline"], withheld["content"]) == ("Open", None)


def test_an_article_names_its_history_in_its_headers(reader, desk) -> None:
    article = desk.article(desk.title())
    assert (
        f'</v1/articles/{article}/revisions>; rel="version-history"'
        in (reader.get(f"/v1/articles/{article}").headers["Link"])
    )


def test_what_did_not_change_is_not_sent_again(reader, desk) -> None:
    article = desk.article(desk.title())
    first = reader.get(f"/v1/articles/{article}")
    again = reader.get(f"/v1/articles/{article}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    desk.change(tables.Article, article, headline="Other")
    changed = reader.get(f"/v1/articles/{article}", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
