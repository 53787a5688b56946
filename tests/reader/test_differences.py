"""Differences are read word by word, and add up to both texts."""

from hypothesis import given
from hypothesis import strategies as st

from services.reader.differences import differences, runs
from shared.schema import Content, Image

TEXTS = st.lists(st.sampled_from(["The ", "ferry ", "sank.", "\n\n", "Nobody ", " was  hurt.", "\n"]), max_size=12).map(
    "".join
)


@given(TEXTS, TEXTS)
def test_what_is_the_same_and_removed_is_the_old_and_what_is_the_same_and_added_the_new(old: str, new: str) -> None:
    found = list(runs(old, new))
    assert "".join(run.text for run in found if run.kind != "removed") == new
    same_old = "".join(run.text for run in found if run.kind != "added")
    assert same_old.split() == old.split()
    assert all(run.text for run in found)


def test_a_paragraph_that_stayed_is_the_same() -> None:
    found = list(runs("It sank.\n\nNobody was hurt.", "It sank.\n\nAll were saved.\n\nNobody was hurt."))
    assert [(run.kind, run.text) for run in found] == [
        ("same", "It sank.\n\n"),
        ("added", "All were saved.\n\n"),
        ("same", "Nobody was hurt."),
    ]


def test_only_fields_that_differ_are_told() -> None:
    old = Content(headline="Ferry", body_text="It sank.", images=(Image(url="https://a.example/1"),))
    new = old.model_copy(update={"headline": "Ferry saved", "images": ()})
    assert [one.field for one in differences(old, new)] == ["headline", "images"]
    assert differences(old, old) == ()
