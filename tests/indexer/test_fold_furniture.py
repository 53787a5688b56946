"""Which sentences are a publication's furniture, and texts without them."""

from hypothesis import given
from hypothesis import strategies as st

from services.indexer.fold.furniture import furniture_of, segments, strip
from services.indexer.fold.shingles import sketch

FORM = "Sign up for the Quay Gazette's evening letter. Enter your address below."
ARTICLES = [
    ("Harbour wall repaired", f"{FORM}\nMasons finished the north wall on Tuesday."),
    ("Council meets", f"{FORM}\nThe council met for nine hours about the market roof."),
    ("Bridge closed", f"A crack was found in the second pillar.\n{FORM}"),
    ("Bridge closed", "A crack was found in the second pillar."),
]


def test_a_sentence_under_three_headlines_is_furniture() -> None:
    assert strip(ARTICLES[0][1], furniture_of(ARTICLES)) == "masons finished the north wall on tuesday"


def test_a_sentence_under_one_headline_is_none_however_often_it_is_reprinted() -> None:
    assert furniture_of([ARTICLES[3]] * 5 + [("BRIDGE CLOSED!", ARTICLES[3][1])]) == frozenset()


def test_furniture_does_not_depend_on_paragraphs() -> None:
    spread = FORM.replace(". ", ".\n\n")
    assert strip(spread, furniture_of(ARTICLES)) == ""


@given(st.permutations(ARTICLES))
def test_furniture_is_a_function_of_the_set(articles: list[tuple[str, str]]) -> None:
    assert furniture_of(articles) == furniture_of(ARTICLES)


def test_without_furniture_all_sentences_stay() -> None:
    text = ARTICLES[0][1]
    assert sketch(strip(text, frozenset())).hashes == sketch(text).hashes


def test_segments_have_the_same_digest_in_any_dress() -> None:
    assert segments("“Read MORE here.”")[0] == segments("Read more here")[0]
