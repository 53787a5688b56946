"""Full-text search: what is found, in which order, and what of it is shown."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, delete, text, update

from services.reader.asking import read_question
from services.reader.queries import search as queries
from services.reader.queries.articles import Filters
from shared import tables
from shared.database import reading, writing
from shared.errors import UsageError
from tests.reader.conftest import NOON, Desk


@pytest.fixture
def title(desk: Desk) -> int:
    return desk.title()


def ids(reader: httpx.Client, q: str, **more: Any) -> list[int]:
    response = reader.get("/v1/search", params={"q": q, **more})
    assert response.status_code == 200, response.text
    return [one["article"]["id"] for one in response.json()["found"]]


def test_words_are_found_in_headline_subheadline_summary_and_text(desk: Desk, title: int, reader: httpx.Client) -> None:
    made = {
        desk.article(title, headline="Harbour reopens"),
        desk.article(title, subheadline="The harbour, at last"),
        desk.article(title, summary="News of the harbour."),
        desk.article(title, body_text="Boats.\n\nThey left the harbour at noon."),
    }
    desk.article(title, headline="Nothing of the kind")
    assert set(ids(reader, "harbour")) == made
    assert set(ids(reader, "HARBOUR")) == made


def test_all_words_must_be_there(desk: Desk, title: int, reader: httpx.Client) -> None:
    both = desk.article(title, headline="Harbour reopens", body_text="Ferries sail.")
    desk.article(title, headline="Harbour closes")
    assert ids(reader, "ferries harbour") == [both]


def test_a_phrase_is_kept_together(desk: Desk, title: int, reader: httpx.Client) -> None:
    phrase = desk.article(title, body_text="They crossed the narrow bridge.")
    apart = desk.article(title, body_text="The bridge is narrow.")
    assert ids(reader, '"narrow bridge"') == [phrase]
    assert set(ids(reader, "narrow bridge")) == {phrase, apart}


@pytest.mark.parametrize("without", ["-ferry", '-"by ferry"'])
def test_what_is_left_out_is_not_found(desk: Desk, title: int, reader: httpx.Client, without: str) -> None:
    desk.article(title, body_text="Across the bridge by ferry.")
    kept = desk.article(title, body_text="Across the bridge on foot.")
    assert ids(reader, f"bridge {without}") == [kept]


def test_the_headline_stands_over_the_text(desk: Desk, title: int, reader: httpx.Client) -> None:
    older = desk.article(title, at=NOON - timedelta(days=9), headline="Old bridge closes", body_text="It rained.")
    text = desk.article(title, headline="It rained", body_text="The old bridge, the old bridge! " * 30)
    assert ids(reader, "old bridge") == [older, text]


def test_among_equals_the_newer_stands_first(desk: Desk, title: int, reader: httpx.Client) -> None:
    days = [3, 1, 2]
    made = [desk.article(title, at=NOON - timedelta(days=day), headline="A bridge", summary="x") for day in days]
    assert ids(reader, "bridge") == [made[1], made[2], made[0]]


def test_more_of_it_stands_before_less_of_it(desk: Desk, title: int, reader: httpx.Client) -> None:
    filler = "Rain fell on the hills and nobody minded. " * 20
    about = desk.article(
        title, at=NOON - timedelta(days=1), body_text="The bridge. A bridge! Bridge upon bridge. " + filler
    )
    passing = desk.article(title, body_text=filler + "Somewhere there was a bridge.")
    assert ids(reader, "bridge") == [about, passing]


@pytest.mark.parametrize(
    "values",
    [
        {"status": "withheld"},
        {"status": "cancelled"},
        {"embargoed_until": NOON.replace(year=2999)},
        {"expires_at": NOON - timedelta(days=1)},
    ],
)
def test_what_may_not_be_read_is_not_found(
    desk: Desk, title: int, reader: httpx.Client, values: dict[str, Any]
) -> None:
    desk.article(title, headline="Harbour", **values)
    assert ids(reader, "harbour") == []


def test_titles_that_serve_less_are_found_and_show_what_they_allow(desk: Desk, reader: httpx.Client) -> None:
    said = {"headline": "Rain", "summary": "Weather.", "body_text": "The secret harbour.", "body_html": "<p>harbour"}
    excerpt = desk.article(desk.title("Excerpt", terms="excerpt"), **said)
    headline = desk.article(desk.title("Headline", terms="headline"), at=NOON - timedelta(days=1), **said)
    response = reader.get("/v1/search", params={"q": "harbour"})
    found = response.json()["found"]
    assert [(one["article"]["id"], one["snippet"]) for one in found] == [(excerpt, "Weather."), (headline, None)]
    assert "secret" not in response.text
    assert "secret" not in reader.get("/search", params={"q": "harbour"}).text


def test_filters_narrow_it_down(desk: Desk, title: int, reader: httpx.Client) -> None:
    other = desk.title("The Other")
    here = desk.article(title, headline="A bridge", section="Sport", language="en-GB", credit="AP")
    there = desk.article(other, at=NOON - timedelta(days=2), headline="A bridge", section="Home", language="en")
    assert ids(reader, "bridge", publication=title) == [here]
    assert ids(reader, "bridge", section="Home") == [there]
    assert ids(reader, "bridge", credit="AP") == [here]
    assert ids(reader, "bridge", language="en") == [here, there]
    assert ids(reader, "bridge", since=NOON.isoformat()) == [here]
    assert ids(reader, "bridge", until=NOON.isoformat()) == [there]
    assert ids(reader, "bridge", feed=1) == [here, there]


def test_however_long_ago_it_was_stored_it_is_found(desk: Desk, title: int, reader: httpx.Client) -> None:
    made = [desk.article(title, id=id_, headline="Harbour reopens") for id_ in (1, 800_000, 1_200_000)]
    assert set(ids(reader, "harbour")) == set(made)


def test_what_is_common_is_found_where_most_articles_were_deleted(
    desk: Desk, title: int, reader: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "SAMPLE", 8)
    made = [desk.article(title, id=number, headline="Harbour reopens") for number in (1, *range(9001, 9041, 4))]
    assert set(ids(reader, "harbour")) == set(made)


@pytest.mark.parametrize("named", [range(10, 60), range(1, 41), (5, 30)], ids=["of late", "long ago", "rarely"])
def test_of_more_than_are_ranked_those_stored_last_are_found(
    desk: Desk, title: int, reader: httpx.Client, monkeypatch: pytest.MonkeyPatch, named: Sequence[int]
) -> None:
    monkeypatch.setattr(queries, "CANDIDATES", 2)
    for number in range(1, 61):
        desk.article(title, id=number, headline="Harbour reopens" if number in named else "Terns return")
    assert set(ids(reader, "harbour")) == set(named[-2:])


def test_pages_follow_one_another(desk: Desk, title: int, reader: httpx.Client) -> None:
    made = [desk.article(title, at=NOON - timedelta(hours=hour), headline="A bridge") for hour in range(5)]
    seen, cursor = [], 0
    while cursor is not None:
        answer = reader.get("/v1/search", params={"q": "bridge", "limit": 2, "cursor": cursor}).json()
        seen += [one["article"]["id"] for one in answer["found"]]
        cursor = answer["next"]
    assert seen == made


def test_a_list_leaves_the_bodies_out(desk: Desk, title: int, reader: httpx.Client) -> None:
    desk.article(title, headline="A bridge", body_text="Text.", body_html="<p>Text.")
    (one,) = reader.get("/v1/search", params={"q": "bridge"}).json()["found"]
    assert not {"body_text", "body_html"} & one["article"].keys()


def test_what_was_looked_for_is_marked_and_the_rest_escaped(desk: Desk, title: int, reader: httpx.Client) -> None:
    desk.article(title, headline="<b>Bridge</b> & co", summary="A <i>bridge</i> <script>alert(1)</script>")
    (one,) = reader.get("/v1/search", params={"q": "bridge"}).json()["found"]
    assert one["headline_html"] == "&lt;b&gt;<mark>Bridge</mark>&lt;/b&gt; &amp; co"
    assert one["snippet_html"] == "A &lt;i&gt;<mark>bridge</mark>&lt;/i&gt; &lt;script&gt;alert(1)&lt;/script&gt;"
    page = reader.get("/search", params={"q": "bridge"}).text
    assert "<mark>Bridge</mark>" in page
    assert "<script" not in page


@pytest.mark.parametrize("word", ["Zurich", "Zürich", "ZÜRICH", "zu\u0308rich"])
def test_diacritics_make_no_difference(desk: Desk, title: int, reader: httpx.Client, word: str) -> None:
    made = {desk.article(title, headline="Zürich votes", language="en"), desk.article(title, headline="Zurich votes")}
    assert set(ids(reader, word)) == made


@pytest.mark.parametrize("word", ["東京", "東京都", "都議会"])
def test_scripts_without_spaces_are_found_by_any_run_of_signs(
    desk: Desk, title: int, reader: httpx.Client, word: str
) -> None:
    made = desk.article(title, headline="東京都議会が閉会", language="ja")
    desk.article(title, headline="京東の話", language="ja")
    assert ids(reader, word) == [made]


def test_what_joins_words_parts_them(desk: Desk, title: int, reader: httpx.Client) -> None:
    made = desk.article(title, body_text="A half-finished and/or e.on.example deal of 1.5 million, said U.S. envoy.")
    for q in ("half", "finished", "half-finished", "or", '"e.on"', "1.5", "U.S."):
        assert ids(reader, q) == [made], q


def test_a_purged_text_leaves_the_index(desk: Desk, title: int, reader: httpx.Client) -> None:
    made = desk.article(title, headline="A bridge", summary="Harbour", body_text="Harbour")
    desk.change(tables.Article, made, summary=None, body_text=None)
    assert ids(reader, "harbour") == []
    assert ids(reader, "bridge") == [made]
    desk.change(tables.Article, made, headline="A ferry")
    assert (ids(reader, "bridge"), ids(reader, "ferry")) == ([], [made])
    with writing(desk.engine) as connection:
        connection.execute(delete(tables.Article).where(tables.Article.id == made))
    assert ids(reader, "ferry") == []


def test_the_bundled_text_goes_with_its_words_however_it_changes(desk: Desk, title: int, reader: httpx.Client) -> None:
    made = [desk.article(title, headline=f"Bridge {number}") for number in range(20)]
    with writing(desk.engine) as connection:
        connection.execute(update(tables.Article).values(headline="Ferry", language="de", copy_role="copy"))
    assert ids(reader, "bridge") == []
    assert sorted(ids(reader, "ferry")) == made


def test_a_word_is_stemmed_by_the_language_of_the_article(postgres_store: Engine, serving: Any) -> None:
    desk = Desk(postgres_store)
    serving.app.state.engine = postgres_store
    title = desk.title()
    english = desk.article(title, headline="Councils voted", language="en-GB")
    german = desk.article(title, headline="Die Häuser der Stadt", language="de")
    unknown = desk.article(title, headline="Councils", language="xx'; --")
    assert ids(serving.client, "council vote") == [english]
    assert ids(serving.client, "Haus") == [german]
    assert set(ids(serving.client, "councils")) == {english, unknown}
    assert ids(serving.client, "the council") == [english]


@pytest.mark.parametrize(("q", "says"), [('"open', "A quotation mark is not closed"), ("-ferry", "at least one word")])
def test_a_question_that_cannot_be_read_is_one_sentence(desk: Desk, reader: httpx.Client, q: str, says: str) -> None:
    response, page = reader.get("/v1/search", params={"q": q}), reader.get("/search", params={"q": q})
    assert (response.status_code, page.status_code) == (422, 422)
    assert says in response.json()["detail"]
    assert says in page.text


def test_the_databases_own_operators_are_words(desk: Desk, title: int, reader: httpx.Client) -> None:
    desk.article(title, headline="Something else")
    signs = (
        "NEAR(a b)",
        "a AND b",
        "a OR b",
        "headline:x",
        "a*",
        "^a",
        "a'b",
        "(a",
        "a:*",
        "a & !b",
        "{a}",
        "a|b",
        "\\'b",
    )
    for q in signs:
        assert ids(reader, q) == [], q


def test_the_page_has_a_form_that_keeps_the_question(desk: Desk, title: int, reader: httpx.Client) -> None:
    desk.article(title, headline="A bridge")
    page = reader.get("/search", params={"q": 'bridge "a b" <x>'}).text
    assert 'value="bridge &#34;a b&#34; &lt;x&gt;"' in page
    assert "Nothing that may be read here" in page
    assert 'action="/search"' in reader.get("/").text
    assert "Quotation marks" in reader.get("/search").text


def test_the_pages_results_go_on(desk: Desk, title: int, reader: httpx.Client) -> None:
    for hour in range(31):
        desk.article(title, at=NOON - timedelta(hours=hour), headline=f"Bridge {hour}")
    first = reader.get("/search", params={"q": "bridge"}).text
    assert first.count("<mark>") == 30
    assert "/search?q=bridge&amp;after=30" in first
    assert reader.get("/search", params={"q": "bridge", "after": 30}).text.count("<mark>") == 1


def test_a_search_that_takes_too_long_says_what_to_do(postgres_store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "LONGEST_S", 0.2)
    with postgres_store.begin() as holding, reading(postgres_store) as connection:
        holding.execute(text("LOCK TABLE search_texts IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(UsageError, match="ask for rarer words"):
            queries.search(connection, read_question("bridge"), Filters(), 0, 10)
