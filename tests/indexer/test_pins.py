"""The operator's word on stories: it sticks, whatever the texts say."""

import pytest
from sqlalchemy import Connection, select

from services.indexer.articles import retention
from services.indexer.stories import pins
from services.indexer.stories.redo import Moved, decide
from shared.errors import UsageError
from shared.tables import StoryMove
from tests.indexer.desk import NOON, Desk, prose


def split(desk: Desk, story: int, *ids: int) -> list[Moved]:
    def work(connection: Connection) -> None:
        pins.split(connection, story, ids, None, NOON)

    return desk.write(lambda connection: decide(connection, work, ids, [], [], desk.settings))


def merge(desk: Desk, into: int, story: int) -> list[Moved]:
    def work(connection: Connection) -> None:
        pins.merge(connection, into, story, "one event", NOON)

    return desk.write(lambda connection: decide(connection, work, [], [into, story], [], desk.settings))


def unpin(desk: Desk, *ids: int) -> list[Moved]:
    def work(connection: Connection) -> None:
        pins.unpin(connection, ids)

    return desk.write(lambda connection: decide(connection, work, ids, [], ids, desk.settings))


@pytest.fixture
def copies(desk: Desk) -> list[int]:
    """Three copies of one text, one story."""
    return [desk.add(title, prose("harbour")) for title in ("herald", "mirror", "ledger")]


def test_an_article_that_was_split_off_stays_apart_when_it_is_revised(desk: Desk, copies: list[int]) -> None:
    story = desk.story_of(copies[0])
    ((article, was, new, kind),) = split(desk, story, copies[0])
    assert (article, was, kind) == (copies[0], story, "unfolded")
    assert new != story
    desk.revise(copies[0], headline="Doors open again")
    assert desk.stories() == {frozenset(copies[:1]), frozenset(copies[1:])}


def test_a_new_copy_joins_the_rest_and_never_what_was_split_off(desk: Desk, copies: list[int]) -> None:
    split(desk, desk.story_of(copies[0]), copies[2])
    late = desk.add("echo", prose("harbour"))
    assert desk.stories() == {frozenset({*copies[:2], late}), frozenset({copies[2]})}


def test_articles_split_off_together_are_together(desk: Desk, copies: list[int]) -> None:
    split(desk, desk.story_of(copies[0]), *copies[1:])
    assert desk.stories() == {frozenset(copies[:1]), frozenset(copies[1:])}


def test_merged_stories_stay_one_when_their_articles_are_revised(desk: Desk, copies: list[int]) -> None:
    other = desk.add("echo", prose("orchard"))
    gone = desk.story_of(other)
    ((article, was, new, kind),) = merge(desk, desk.story_of(copies[0]), gone)
    assert (article, was, new, kind) == (other, gone, desk.story_of(copies[0]), "folded")
    desk.revise(other, body_text=prose("railway"))
    desk.revise(copies[1], headline="Doors open again")
    assert desk.stories() == {frozenset({*copies, other})}
    assert desk.read(select(StoryMove.moved_to))[0][0] == desk.story_of(copies[0])


def test_a_new_copy_joins_a_merged_story(desk: Desk, copies: list[int]) -> None:
    other = desk.add("echo", prose("orchard"))
    merge(desk, desk.story_of(copies[0]), desk.story_of(other))
    late = desk.add("post", prose("harbour"))
    assert desk.stories() == {frozenset({*copies, other, late})}


def test_splitting_off_an_anchor_leaves_what_was_merged_with_the_rest(desk: Desk, copies: list[int]) -> None:
    other = desk.add("echo", prose("orchard"))
    merge(desk, desk.story_of(copies[0]), desk.story_of(other))
    split(desk, desk.story_of(copies[0]), copies[0])
    assert desk.stories() == {frozenset(copies[:1]), frozenset({*copies[1:], other})}


def test_unpinned_articles_fold_by_their_texts_again(desk: Desk, copies: list[int]) -> None:
    split(desk, desk.story_of(copies[0]), copies[0])
    unpin(desk, copies[0])
    assert desk.stories() == {frozenset(copies)}


def test_what_cannot_be_done_is_one_sentence(desk: Desk, copies: list[int]) -> None:
    story = desk.story_of(copies[0])
    with pytest.raises(UsageError, match=r"^There is no story 999: "):
        split(desk, 999, copies[0])
    with pytest.raises(UsageError, match=r"^Article 999 is not in story "):
        split(desk, story, 999)
    with pytest.raises(UsageError, match=r"has no other article"):
        split(desk, story, *copies)
    with pytest.raises(UsageError, match=r"cannot be merged into itself"):
        merge(desk, story, story)
    with pytest.raises(UsageError, match=r"is not pinned"):
        unpin(desk, copies[0])


def test_what_was_merged_stays_with_the_story_whose_original_is_deleted(desk: Desk, copies: list[int]) -> None:
    other = desk.add("echo", prose("orchard"), headline="Orchard in bloom")
    merge(desk, desk.story_of(copies[0]), desk.story_of(other))
    desk.write(lambda connection: retention.remove(connection, copies[:1]))
    assert desk.stories() == {frozenset({*copies[1:], other})}
    desk.write(lambda connection: retention.remove(connection, copies[1:]))
    assert desk.stories() == {frozenset({other})}


def test_articles_split_off_together_stay_so_when_the_first_is_deleted(desk: Desk, copies: list[int]) -> None:
    late = desk.add("echo", prose("harbour"))
    split(desk, desk.story_of(copies[0]), *copies[1:])
    desk.write(lambda connection: retention.remove(connection, copies[1:2]))
    desk.revise(copies[2], headline="Doors open again")
    assert desk.stories() == {frozenset({copies[0], late}), frozenset({copies[2]})}
