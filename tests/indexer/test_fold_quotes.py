"""What an article quotes."""

import pytest

from services.indexer.fold.quotes import quotations, spoken
from services.indexer.fold.shingles import sketch


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('"It is late," he said. "Go home."', '"It is late,"\n"Go home."'),
        ("“It is late,” he said.", "“It is late,”"),
        ("„Es ist spät“, sagte er.", "„Es ist spät“"),
        ("« Il est tard », dit-il.", "« Il est tard »"),
        ("‘It isn’t late,’ he said.", "‘It isn’t late,’"),
        ("“It is late.\n“Go home,” he said.", "“It is late.\n“Go home,”"),
        ("&ldquo;It is late,&rdquo; he said.", "“It is late,”"),
        ("The boys' and girls' school isn't open.", ""),
        ('The "Sun" rises.', ""),
    ],
)
def test_what_stands_in_quotation_marks_is_quoted(text: str, quoted: str) -> None:
    assert quotations(text) == quoted


def test_spoken_shingles_are_those_within_one_quotation() -> None:
    said = "we have listened to all of you"
    assert spoken(f"“{said},” she told the hall, “and to all the others who wrote to us.”") >= sketch(said).hashes
    assert not spoken(f"{said}, she told the hall.") & sketch(said).hashes
