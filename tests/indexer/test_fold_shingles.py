"""Words, shingles and the posted sample."""

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from services.indexer.fold.shingles import SIZE, WINDOW, missing, sketch
from services.indexer.fold.words import sentences, words

FERRY = "The last ferry of the season left the island harbour at dusk, carrying the lighthouse keeper and his two dogs."
LONG = " ".join(
    f"Deckhand number {n} counted {n * 7} crates of herring before the tide turned again." for n in range(40)
)


def test_case_quotes_and_punctuation_do_not_count() -> None:
    assert words("“It’s OVER,” she said…") == words('"Its over" she said')


def test_compatibility_forms_are_one_spelling() -> None:
    assert words("ﬁrst Ｐａｇｅ №1") == words("first page No1")


def test_invisible_characters_are_not_there() -> None:
    assert words("news\u200bpaper co\u00adoperate") == ["newspaper", "cooperate"]


def test_entities_that_a_publisher_escaped_twice_are_read() -> None:
    assert words("salt&amp;nbsp;water caf&amp;eacute;") == ["salt", "water", "café"]


def test_scripts_without_spaces_have_a_word_a_character() -> None:
    assert words("東京で会議 Tokyo") == ["東", "京", "で", "会", "議", "tokyo"]


def test_indic_vowel_signs_stay_with_their_words() -> None:
    assert words("समाचार पत्र") == ["समाचार", "पत्र"]


def test_sentences_end_at_full_stops_and_lines_alike() -> None:
    assert sentences('He left. "Why?" she asked\nNobody knew') == [
        ["he", "left"], ["why"], ["she", "asked"], ["nobody", "knew"],
    ]  # fmt: skip


@given(st.text(max_size=300))
def test_the_words_of_the_words_are_the_same_words(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


@given(st.text(max_size=300))
def test_the_sentences_hold_all_words_in_order(text: str) -> None:
    assert [word for tokens in sentences(text) for word in tokens] == words(text)


@given(st.text(max_size=200))
def test_every_hash_fits_a_signed_64_bit_column(text: str) -> None:
    assert all(-(2**63) <= number < 2**63 for number in sketch(text).hashes)


def test_a_text_shorter_than_a_shingle_has_none() -> None:
    assert sketch("only four words here").hashes == frozenset()


def test_words_in_another_order_make_other_shingles() -> None:
    assert not sketch("one two three four five").hashes & sketch("five four three two one").hashes
    assert not sketch("a b a a b").hashes & sketch("b a b a a").hashes


def test_the_sample_is_a_small_ascending_part_of_the_shingles() -> None:
    made = sketch(LONG)
    assert set(made.sample) <= made.hashes
    assert list(made.sample) == sorted(set(made.sample))
    assert len(made.sample) < len(made.hashes) / 6


@given(st.integers(0, 200), st.text(max_size=80), st.text(max_size=80))
def test_any_twenty_words_in_common_share_a_posting(start: int, before: str, after: str) -> None:
    passage = words(LONG)[start : start + WINDOW + SIZE - 1]
    other = sketch(" ".join([before, *passage, after]))
    assert set(other.sample) & set(sketch(LONG).sample)


def test_hashes_are_the_same_in_every_process() -> None:
    program = f"from services.indexer.fold.shingles import sketch; print(sorted(sketch({FERRY!r}).hashes))"
    run = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == str(sorted(sketch(FERRY).hashes))


def test_hashes_never_change_between_versions() -> None:
    assert sketch("the quick brown fox jumps").sample == (-560055911232067334,)


def test_a_changed_word_is_no_missing_sentence() -> None:
    text = FERRY + "\nThe keeper said that he would come back in spring if the lamp still burned by then."
    assert missing(text.replace("dusk", "dawn"), sketch(text).hashes)[0] == 0


def test_an_inserted_sentence_is_missing_with_all_its_words() -> None:
    added = "Local traders in the upper town had hoped for another month."
    assert missing(FERRY + " " + added, sketch(FERRY).hashes) == (11, 31)
