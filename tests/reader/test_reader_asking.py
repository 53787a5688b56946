"""What somebody asks for, read from one line."""

import pytest

from services.reader.asking import Asked, read_question
from shared.errors import UsageError


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("harbour", Asked(("harbour",))),
        ("  old   bridge ", Asked(("old", "bridge"))),
        ('"old  bridge"', Asked(("old bridge",))),
        ("„old bridge“ “new one” «third one»", Asked(("old bridge", "new one", "third one"))),
        ('bridge -ferry -"slow boat"', Asked(("bridge",), ("ferry", "slow boat"))),
        ("half-finished", Asked(("half-finished",))),
        ("rock - & roll", Asked(("rock", "roll"))),
        ('old"bridge"', Asked(("old", "bridge"))),
        ("old old", Asked(("old",))),
    ],
)
def test_a_question_is_read(text: str, asked: Asked) -> None:
    assert read_question(text) == asked


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('"open', "A quotation mark is not closed"),
        ("-ferry", "not only words to leave out"),
        ("&", "at least one word"),
        (" ", "at least one word"),
        (" ".join(map(str, range(30))), "at most 20 words"),
        ("x" * 201, "at most 200 characters"),
    ],
)
def test_what_is_no_question_is_said_in_one_sentence(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=r"\.$") as caught:
        read_question(text)
    assert says in str(caught.value)
