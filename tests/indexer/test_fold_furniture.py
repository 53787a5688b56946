"""Which sentences are a publication's furniture, and texts without them."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.indexer.fold.furniture import keep, segments
from services.indexer.fold.lines import Article
from services.indexer.fold.shelf import Shelf
from services.indexer.fold.shingles import sketch

FORM = "Sign up for the Quay Gazette's evening letter. Enter your address below."
ARTICLES = [
    ("Harbour wall repaired", f"{FORM}\nMasons finished the north wall on Tuesday."),
    ("Council meets", f"{FORM}\nThe council met for nine hours about the market roof."),
    ("Bridge closed", f"A crack was found in the second pillar.\n{FORM}"),
    ("Bridge closed", "A crack was found in the second pillar."),
]
OWN = [
    "masons finished the north wall on tuesday",
    "the council met for nine hours about the market roof",
    "a crack was found in the second pillar",
    "a crack was found in the second pillar",
]


def without_furniture(articles: Sequence[tuple[str, str]]) -> list[str]:
    """Return what is left of one publication's articles, each a headline and a text."""
    shelf = Shelf()
    for number, (headline, text) in enumerate(articles):
        shelf.add(Article(f"{number:03}", "quay.example", headline, text, recorded_at=None, url=None))
    shelf.post()
    left = [one.text for one in shelf.numbered(range(len(articles)))]
    shelf.close()
    return left


def test_a_sentence_under_three_headlines_is_furniture() -> None:
    assert without_furniture(ARTICLES) == OWN


def test_a_sentence_under_one_headline_is_none_however_often_it_is_reprinted() -> None:
    reprints = [ARTICLES[3]] * 5 + [("BRIDGE CLOSED!", ARTICLES[3][1])]
    assert without_furniture(reprints) == [OWN[3]] * 6


def test_furniture_does_not_depend_on_paragraphs() -> None:
    spread = FORM.replace(". ", ".\n\n")
    assert without_furniture([*ARTICLES, ("The letter", spread)]) == [*OWN, ""]


@given(st.permutations(range(len(ARTICLES))))
def test_furniture_is_a_function_of_the_set(order: list[int]) -> None:
    assert without_furniture([ARTICLES[at] for at in order]) == [OWN[at] for at in order]


def test_without_furniture_all_sentences_stay() -> None:
    text = ARTICLES[0][1]
    assert sketch(keep(segments(text), ())).hashes == sketch(text).hashes


def test_segments_have_the_same_digest_in_any_dress() -> None:
    assert segments("“Read MORE here.”")[0] == segments("Read more here")[0]
