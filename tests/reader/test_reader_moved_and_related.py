"""Where an old story went, what copies did to their original, and which stories are about the same event."""

from datetime import timedelta

from shared.tables import Copy, StoryMove, Term


def test_a_story_that_was_folded_away_answers_with_where_it_went(reader, desk) -> None:
    story = desk.story()
    desk.article(desk.title(), story)
    desk.write(StoryMove, story_id=999, moved_to=story, at=desk.noon)
    answer = reader.get("/v1/stories/999", follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/v1/stories/{story}")
    assert answer.json()["detail"] == f"Story 999 was folded into story {story}."
    assert (
        reader.get("/v1/stories/999/related", follow_redirects=False).headers["Location"].endswith(f"{story}/related")
    )
    page = reader.get("/stories/999", follow_redirects=False)
    assert (page.status_code, page.headers["Location"]) == (301, f"/stories/{story}")


def test_a_story_that_never_was_is_missing(reader) -> None:
    assert reader.get("/v1/stories/999").status_code == 404
    assert reader.get("/v1/stories/999/related").status_code == 404


def test_a_copy_says_what_it_cut_added_and_re_headlined(reader, desk) -> None:
    story = desk.story()
    desk.article(desk.title("The Agency"), story)
    copy = desk.article(desk.title("The Tern"), story, copy_role="trim", copy_of=1, similarity=1.0)
    desk.write(Copy, article_id=copy, cut=0.25, added=0.0, reheadlined=True)
    told = reader.get(f"/v1/stories/{story}").json()
    assert [told["original"][name] for name in ("cut", "added", "reheadlined")] == [None, None, None]
    assert [told["copies"][0][name] for name in ("cut", "added", "reheadlined")] == [0.25, 0.0, True]
    assert "25 % cut, another headline" in " ".join(reader.get(f"/stories/{story}").text.split())


def related(desk, terms: list[int], days: float = 0, **more) -> int:
    story = desk.story()
    article = desk.article(desk.title(f"Title {story}"), story, desk.noon + timedelta(days=days), **more)
    for term in terms:
        desk.write(Term, term=term, article_id=article)
    return story


def test_stories_that_share_rare_terms_are_related_the_nearest_first(reader, desk) -> None:
    story = related(desk, [1, 2, 3, 4])
    near, far = related(desk, [1, 2, 3, 9]), related(desk, [3, 4, 11, 12], headline="Second thoughts")
    related(desk, [4, 21, 22, 23])  # one term in common may be chance
    related(desk, [1, 2, 21, 24], days=30)
    found = reader.get(f"/v1/stories/{story}/related").json()["related"]
    assert [one["id"] for one in found] == [near, far]
    assert 1 >= found[0]["score"] > found[1]["score"] > 0
    article = reader.get(f"/v1/stories/{story}").json()["original"]["id"]
    for page in (f"/stories/{story}", f"/articles/{article}"):
        assert "Second thoughts" in reader.get(page).text


def test_what_may_not_be_read_is_related_to_nothing(reader, desk) -> None:
    story = related(desk, [1, 2, 3])
    related(desk, [1, 2, 3], status="withheld")
    assert reader.get(f"/v1/stories/{story}/related").json()["related"] == []
