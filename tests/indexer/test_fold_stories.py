"""Stories, roles and story ids as functions of the set."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.indexer.fold.pairs import Pair
from services.indexer.fold.shingles import sketch
from services.indexer.fold.stories import Member, assign, components, original, roles
from shared.schema import CopyRole

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
SENTENCES = [
    f"Witness number {n} told the inquiry that the {n} o'clock ferry had left pier {n} without its lights."
    for n in range(10)
]
TEXT = "\n".join(SENTENCES)


def member(id_: int, text: str = TEXT, minutes: int | None = 0, **more: object) -> Member:
    at = None if minutes is None else NOON + timedelta(minutes=minutes)
    return Member(id_, text, sketch(text), at, **more)  # type: ignore[arg-type]


def pair(a: int, b: int) -> Pair:
    return Pair(a, b, 1.0, "text")


def test_pairs_connect_articles_into_stories() -> None:
    assert components([5, 1, 2, 3, 4], [pair(1, 4), pair(4, 5)]) == [
        frozenset({1, 4, 5}),
        frozenset({2}),
        frozenset({3}),
    ]


def test_a_pair_with_an_article_that_is_gone_connects_nothing() -> None:
    assert components([1, 2], [pair(1, 9), pair(2, 9)]) == [frozenset({1}), frozenset({2})]


@given(
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15))).flatmap(
        lambda p: st.tuples(st.just(p), st.permutations(p))
    )
)
def test_components_do_not_depend_on_the_order_of_pairs(
    both: tuple[list[tuple[int, int]], list[tuple[int, int]]],
) -> None:
    one, other = ([pair(min(p), max(p)) for p in pairs] for pairs in both)
    assert components(range(16), one) == components(reversed(range(16)), other)


def test_the_earliest_is_the_original() -> None:
    assert original([member(1, minutes=16), member(2), member(3, minutes=None)]).id == 2


def test_within_a_quarter_of_an_hour_the_longest_text_is_the_original() -> None:
    assert original([member(1, SENTENCES[0]), member(2, minutes=15), member(3, SENTENCES[1], 5)]).id == 2


def test_of_equally_long_ones_the_earliest_is_the_original_whichever_came_first() -> None:
    assert original([member(2, minutes=9), member(3)]).id == 3


def test_of_ones_that_are_equal_in_all_else_the_first_address_is_the_original() -> None:
    assert original([member(2, url="https://b.example/1"), member(3, url="https://a.example/1")]).id == 3


def test_the_canonical_target_is_the_original_however_late() -> None:
    late = member(1, minutes=600, url="https://a.example/1")
    assert original([member(2, canonical_url="https://a.example/1", url="https://b.example/2"), late]).id == 1


def test_naming_oneself_canonical_proves_nothing() -> None:
    vain = member(1, minutes=600, url="https://a.example/1", canonical_url="https://a.example/1")
    assert original([member(2), vain]).id == 2


def test_the_agencys_own_item_is_the_original() -> None:
    assert original([member(1), member(2, minutes=30, agency_own=True)]).id == 2


def test_a_whole_text_is_a_copy() -> None:
    role = roles([member(1), member(2, minutes=60)])[2]
    assert (role.role, role.copy_of, role.similarity) == (CopyRole.COPY, 1, 1.0)


def test_copy_editing_leaves_a_copy() -> None:
    edited = TEXT.replace("inquiry", "enquiry")
    assert roles([member(1), member(2, edited, 60)])[2].role is CopyRole.COPY


def test_a_text_that_lost_its_end_is_a_trim() -> None:
    role = roles([member(1), member(2, "\n".join(SENTENCES[:6]), 60)])[2]
    assert (role.role, round(role.cut, 1), role.added) == (CopyRole.TRIM, 0.4, 0.0)


def test_a_text_with_paragraphs_of_its_own_is_localised() -> None:
    local = "Our harbour master said on the telephone that nothing of the kind could happen under his watch, ever."
    assert roles([member(1), member(2, f"{TEXT}\n{local}\n{local[4:]}", 60)])[2].role is CopyRole.LOCALISED


def test_the_original_is_a_copy_of_nothing() -> None:
    role = roles([member(1), member(2, minutes=60)])[1]
    assert (role.role, role.copy_of, role.similarity) == (CopyRole.ORIGINAL, None, None)


def test_a_story_keeps_the_smallest_id_that_its_members_hold() -> None:
    assert assign([frozenset({1, 2, 3})], {1: 30, 2: 10, 3: 20}) == {1: 10, 2: 10, 3: 10}


def test_a_split_story_leaves_its_id_to_the_larger_part() -> None:
    assert assign([frozenset({2, 3}), frozenset({1})], {1: 10, 2: 10, 3: 10}) == {1: None, 2: 10, 3: 10}


def test_of_equal_parts_the_one_with_the_smallest_article_keeps_the_id() -> None:
    assert assign([frozenset({2}), frozenset({1})], {1: 10, 2: 10}) == {1: 10, 2: None}


def test_new_articles_without_company_need_a_new_story() -> None:
    assert assign([frozenset({4})], {1: 10}) == {4: None}


def test_no_story_id_is_given_twice() -> None:
    given_ = assign([frozenset({1, 4}), frozenset({2, 3})], {1: 10, 2: 10, 3: 20, 4: 30})
    assert given_ == {1: 10, 4: 10, 2: 20, 3: 20}
