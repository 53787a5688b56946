"""Stories in the store: what makes pairs beside the words, what late evidence does, where old stories went."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services.indexer.fold.furniture import segments
from services.indexer.stories import candidates
from services.indexer.stories.window import purge_texts
from shared.tables import Article, Copy, Furniture, Posting, Segment, StoryMove
from tests.indexer.desk import NOON, Desk, prose
from tests.indexer.newsdesk import Newsdesk, entry


def test_one_canonical_address_makes_a_pair_though_the_words_are_few(desk: Desk) -> None:
    first = desk.add("herald", "Short.", url="https://herald.example/1")
    other = desk.add("mirror", "Other words.", canonical_url="https://herald.example/1")
    assert desk.stories() == {frozenset({first, other})} == desk.folded_heads()
    assert desk.evidence() == {"canonical"}


def test_one_agency_item_in_two_titles_makes_a_pair_whatever_its_revision(desk: Desk) -> None:
    first = desk.add("herald", "Short.", source_id="urn:newsml:wire.example:20240301:tunnel:1")
    other = desk.add("mirror", "Other words.", source_id="urn:newsml:wire.example:20240301:tunnel:2")
    assert desk.stories() == {frozenset({first, other})}
    assert desk.evidence() == {"agency"}


def test_an_address_that_is_taken_back_parts_the_story(desk: Desk) -> None:
    first = desk.add("herald", "Short.", url="https://herald.example/1")
    other = desk.add("mirror", "Other words.", canonical_url="https://herald.example/1")
    story = desk.story_of(other)
    desk.revise(other, canonical_url=None)
    assert desk.stories() == {frozenset({first}), frozenset({other})}
    assert desk.changes()[-1] == ("unfolded", other)
    assert desk.story_of(first) == story


def test_equal_texts_share_their_postings(desk: Desk) -> None:
    desk.add("herald", prose("harbour"))
    posted = desk.read(select(func.count()).select_from(Posting))
    desk.add("mirror", prose("harbour"))
    assert desk.read(select(func.count()).select_from(Posting)) == posted


def test_postings_go_with_the_last_article_that_has_the_text(desk: Desk) -> None:
    first, other = desk.add("herald", prose("harbour")), desk.add("mirror", prose("harbour"))
    desk.revise(first, body_text="Gone.")
    assert desk.read(select(func.count()).select_from(Posting))[0][0] > 0
    desk.revise(other, body_text="Gone too.")
    assert desk.read(select(func.count()).select_from(Posting))[0][0] == 0


def test_what_a_title_repeats_is_counted_no_further_and_keeps_no_rows(desk: Desk) -> None:
    form = "Join the evening letter of this paper and leave your address in the field below."
    for seed in ("harbour", "orchard", "railway", "museum"):
        desk.add("herald", f"{prose(seed)}\n{form}", f"The {seed}")
    (repeated,) = {digest for digest, _ in segments(form)}
    assert [row.digest for row in desk.read(select(Furniture.digest))] == [repeated]
    assert desk.read(select(Segment.article_id).where(Segment.digest == repeated)) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_a_shingle_of_too_many_texts_is_ignored_for_all_whoever_came_first(
    desk: Desk, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "CROWD", 5)
    monkeypatch.setattr("services.indexer.fold.shelf.CROWD", 5)
    form = prose("form", 8)
    texts = [(f"title{n}", f"{form}\n{prose(f'local{n}', 2)}", f"Doors of the form open {n}") for n in range(8)]
    random.Random(seed).shuffle(texts)
    for title, text, headline in texts:
        desk.add(title, text, headline)
    assert desk.stories() == desk.folded_heads()
    assert len(desk.stories()) == 8


def test_a_copy_that_was_folded_in_its_first_commit_leaves_no_trace(desk: Desk) -> None:
    desk.add("herald", prose("harbour"))
    desk.add("mirror", prose("harbour"))
    assert desk.read(select(StoryMove.story_id)) == []  # nobody has seen its own story


def test_two_stories_that_unite_leave_a_trace_of_the_younger(desk: Desk) -> None:
    first, second = desk.add("herald", prose("harbour")), desk.add("mirror", prose("orchard"))
    old, young = desk.story_of(first), desk.story_of(second)
    desk.revise(second, body_text=prose("harbour"))
    assert desk.story_of(second) == old
    assert [tuple(row) for row in desk.read(select(StoryMove.story_id, StoryMove.moved_to))] == [(young, old)]


def test_what_a_copy_cut_and_added_is_kept(desk: Desk) -> None:
    text = prose("harbour")
    desk.add("herald", text)
    cut = "\n".join(text.split("\n")[:9])
    copy = desk.add("mirror", cut, "Harbour is open", at=NOON + timedelta(hours=1))
    (row,) = desk.read(select(Copy.article_id, Copy.cut, Copy.added, Copy.reheadlined))
    assert row.article_id == copy
    assert 0.2 < row.cut < 0.4
    assert (row.added, row.reheadlined) == (0, True)


def test_an_article_revised_after_its_postings_were_purged_stays_in_its_story(desk: Desk) -> None:
    first, second = desk.add("herald", prose("harbour")), desk.add("mirror", prose("harbour"))
    desk.write(lambda connection: purge_texts(connection, NOON + timedelta(days=1)))
    assert desk.read(select(func.count()).select_from(Posting))[0][0] == 0
    assert desk.stories() == {frozenset({first, second})}
    desk.revise(first, headline="Doors open after all")
    assert desk.stories() == {frozenset({first, second})}


def test_one_agency_under_one_dateline_lowers_the_bar(desk: Desk) -> None:
    text = prose("harbour", 10)
    more = {"credit": "AP", "dateline": "HALDEN"}
    rewritten = "\n".join([*text.split("\n")[:6], *prose("orchard", 6).split("\n")[1:]])
    desk.add("herald", text, **more)
    desk.add("mirror", rewritten, at=NOON + timedelta(hours=2), **more)
    desk.add("ledger", rewritten.replace("rope", "cord"), at=NOON + timedelta(hours=2))
    assert desk.stories() == desk.folded_heads()
    assert sorted(map(len, desk.stories())) in ([3], [1, 2])


@pytest.mark.parametrize("seed", range(3))
def test_any_order_makes_the_stories_of_the_fold_over_the_heads(desk: Desk, seed: int) -> None:
    dice = random.Random(seed)
    articles = []
    for subject in ("harbour", "orchard", "railway", "museum"):
        text = prose(subject)
        for number, title in enumerate(("agency", "herald", "post", "echo")):
            version = text if number % 2 else "\n".join(text.split("\n")[:8])
            articles.append((title, version, f"{subject} opened, {title}", NOON + timedelta(days=dice.choice((0, 20)))))
    dice.shuffle(articles)
    for title, text, headline, at in articles:
        desk.add(title, text, headline, at=at)
    assert desk.stories() == desk.folded_heads()


def test_the_title_that_is_credited_has_the_original_though_it_came_later(desk: Desk) -> None:
    text = prose("harbour")
    copy = desk.add("Mirror", text, credit="Halden Herald")
    own = desk.add("Halden Herald", text, at=NOON + timedelta(hours=3))
    roles = {row.id: row.copy_role for row in desk.read(select(Article.id, Article.copy_role))}
    assert roles == {copy: "copy", own: "original"}


def test_a_credit_that_is_given_later_alone_tells_the_original_too(newsdesk: Newsdesk) -> None:
    mirror, herald = (newsdesk.feed(name, newsdesk.publication(name)) for name in ("Mirror", "Halden Herald"))
    said = {"body_text": prose("harbour"), "headline": "Doors open after vote"}
    newsdesk.poll(mirror, entry("copy", **said))
    newsdesk.poll(herald, entry("own", **said, published_at=NOON + timedelta(hours=3)))
    assert newsdesk.article("own").copy_role == "copy"
    newsdesk.poll(mirror, entry("copy", **said, credit="Halden Herald"))
    assert (newsdesk.article("own").copy_role, newsdesk.article("copy").copy_role) == ("original", "copy")


def test_copies_that_stand_otherwise_are_told_though_they_stay(desk: Desk) -> None:
    text = prose("harbour")
    first, copy, last = (
        desk.add(title, text, at=NOON + timedelta(hours=hours)) for title, hours in (("a", 0), ("b", 2), ("c", 3))
    )
    before = len(desk.changes())
    desk.revise(first, status="cancelled")
    assert set(desk.changes()[before:]) == {("folded", first), ("folded", copy), ("folded", last)}
    before = len(desk.changes())
    desk.add("d", text, at=NOON + timedelta(hours=4))
    assert len(desk.changes()) == before + 1  # nobody else stands otherwise
