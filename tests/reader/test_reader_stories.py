"""Stories over the API: one text, its original and its copies."""

from datetime import timedelta

from sqlalchemy import event

HOUR = timedelta(hours=1)


def story_with_copies(desk, copies: int = 2) -> int:
    story = desk.story()
    desk.article(desk.title("The Agency"), story, headline="The original", credit="AP")
    for n in range(copies):
        title = desk.title(f"Title {n}")
        extra = {"copy_role": "copy", "similarity": 0.9, "copy_of": 1}
        desk.article(title, story, desk.noon + (n + 1) * HOUR, headline=f"Copy {n}", **extra)
    return story


def test_a_story_has_its_original_and_its_copies_in_order(reader, desk) -> None:
    story = reader.get(f"/v1/stories/{story_with_copies(desk)}").json()
    assert story["original"]["headline"] == "The original"
    assert [one["headline"] for one in story["copies"]] == ["Copy 0", "Copy 1"]
    assert (story["copies"][0]["copy_role"], story["copies"][0]["similarity"]) == ("copy", 0.9)
    assert story["publications"] == 3


def test_stories_come_newest_first_and_by_the_page(reader, desk) -> None:
    title = desk.title()
    stories = [desk.story(desk.noon + n * HOUR) for n in range(3)]
    for story in stories:
        desk.article(title, story)
    first = reader.get("/v1/stories?limit=2").json()
    rest = reader.get(f"/v1/stories?limit=2&cursor={first['next']}").json()
    assert [one["id"] for one in first["stories"] + rest["stories"]] == stories[::-1]
    assert rest["next"] is None


def test_a_story_without_its_original_still_has_its_copies(reader, desk) -> None:
    story = desk.story()
    desk.article(desk.title("A"), story, status="withheld")
    copy = desk.article(desk.title("B"), story, copy_role="copy")
    answer = reader.get(f"/v1/stories/{story}").json()
    assert answer["original"] is None
    assert [one["id"] for one in answer["copies"]] == [copy]
    assert answer["publications"] == 1


def test_a_story_of_which_nothing_may_be_read_is_not_listed(reader, desk) -> None:
    desk.article(desk.title(), status="cancelled")
    assert reader.get("/v1/stories").json() == {"stories": [], "next": None}


def test_a_filter_finds_each_story_once_by_any_of_its_articles(reader, desk) -> None:
    title, story = desk.title(), desk.story()
    for n in range(3):
        desk.article(title, story, desk.noon + n * HOUR, section="Sport")
    desk.article(title, section="World")
    for query in ("section=Sport", "section=Sport&limit=1"):
        answer = reader.get(f"/v1/stories?{query}").json()
        assert [one["id"] for one in answer["stories"]] == [story]
        assert answer["next"] is None


def test_filtered_stories_come_by_the_page_too(reader, desk) -> None:
    title = desk.title()
    stories = [desk.story(desk.noon + n * HOUR) for n in range(3)]
    for n, story in enumerate(stories):
        desk.article(title, story, desk.noon + n * HOUR)
        desk.article(title, story, desk.noon - n * HOUR)
    first = reader.get(f"/v1/stories?publication={title}&limit=2").json()
    rest = reader.get(f"/v1/stories?publication={title}&limit=2&cursor={first['next']}").json()
    assert [one["id"] for one in first["stories"] + rest["stories"]] == stories[::-1]


def test_an_article_opens_with_its_summary_or_its_first_words(reader, desk) -> None:
    title = desk.title()
    told = desk.story()
    desk.article(title, told, summary="In short.", body_text="At length.")
    bare = desk.story()
    desk.article(title, bare, body_text="Terns " * 100)
    assert reader.get(f"/v1/stories/{told}").json()["original"]["opening"] == "In short."
    opening = reader.get(f"/v1/stories/{bare}").json()["original"]["opening"]
    assert opening.endswith("Terns …")
    assert len(opening) < 290


def test_a_page_of_stories_costs_the_same_few_statements_however_many_there_are(reader, desk) -> None:
    statements = []
    event.listen(desk.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))

    def cost(path: str) -> int:
        statements.clear()
        assert reader.get(path).status_code == 200
        return len([one for one in statements if one.lstrip().upper().startswith("SELECT")])

    story_with_copies(desk)
    title = desk.title()
    first = {path: cost(path) for path in ("/", "/v1/stories", "/v1/articles", "/feeds", "/v1/changes?articles=1")}
    for n in range(20):
        article = desk.article(title)
        desk.feed(title, url=f"https://tern.example/{n}")
        desk.log("created", article)
    assert {path: cost(path) for path in first} == first
    assert max(first.values()) <= 5
