"""The fold over a file."""

import json
import random
from collections import defaultdict
from collections.abc import Iterable

import pytest

from services.indexer.fold.file import fold_file, fold_lines
from shared.errors import UsageError

SUBJECTS = [
    "harbour",
    "orchard",
    "railway",
    "museum",
    "glacier",
    "brewery",
    "quarry",
    "theatre",
    "airfield",
    "vineyard",
]
FORM = "Join the evening letter of this paper. Leave your address in the field below and press the blue button."


def story(subject: str, seed: int) -> str:
    words = random.Random(f"{subject} {seed}")
    things = [
        "keeper",
        "lamp",
        "wall",
        "bridge",
        "engine",
        "roof",
        "ledger",
        "barrel",
        "stone",
        "ticket",
        "lantern",
        "ladder",
        "wheel",
        "window",
        "curtain",
        "rope",
    ]
    lines = [f"The {subject} opened its doors to visitors after the council voted."]
    for _ in range(14):
        a, b, c, d, e = words.sample(things, 5)
        lines.append(f"A {a} stood by the {b} near the {c}, and the {subject} clerk wrote {d} before {e} in the book.")
    return "\n".join(lines)


def corpus() -> list[dict[str, object]]:
    """Return ten stories: an original, a copy, a cut and a localised copy each, all with their titles' furniture."""
    rows = []
    for number, subject in enumerate(SUBJECTS):
        text = story(subject, 1)
        versions = {
            "agency": text,
            "herald": f"{text}\n{FORM}",
            "post": "\n".join(["Read more stories on our front page.", *text.split("\n")[:6]]),
            "echo": f"In our own town the {subject} matters most to the weekly market and its forty stalls.\n{text}",
        }
        for minute, (title, version) in enumerate(versions.items()):
            rows.append(
                {
                    "id": f"{number}-{title}",
                    "publisher": f"{title}.example",
                    "title": f"{subject} opened to visitors" + ", says " * minute + title * minute,
                    "text": version,
                    "published_at": f"2024-03-0{1 + number % 9}T12:{minute * 19:02}:00Z",
                }
            )
    return rows


def partition(rows: Iterable[dict[str, object]]) -> set[tuple[object, frozenset[object]]]:
    found = defaultdict(set)
    for row in rows:
        found[row["story"]].add(row["id"])
    return {(name, frozenset(members)) for name, members in found.items()}


def test_copies_trims_and_local_versions_fold_under_their_original() -> None:
    expected = {
        (f"{n}-agency", frozenset(f"{n}-{title}" for title in ("agency", "herald", "post", "echo"))) for n in range(10)
    }
    assert partition(fold_file(corpus())) == expected


def test_twenty_shuffles_make_one_partition() -> None:
    rows = corpus()
    expected = partition(fold_file(rows))
    for seed in range(20):
        random.Random(seed).shuffle(rows)
        assert partition(fold_file(rows)) == expected


def test_lines_come_out_in_the_order_of_the_file() -> None:
    rows = corpus()
    assert [row["id"] for row in fold_file(rows)] == [row["id"] for row in rows]


def test_pages_that_share_only_their_furniture_stay_apart() -> None:
    long = "\n".join(FORM.replace("evening", word) for word in ("morning", "evening", "weekly", "monthly"))
    rows = [
        {
            "id": n,
            "publisher": "herald.example",
            "title": f"The {subject}",
            "text": long + "\n" + story(subject, 1)[:150],
        }
        for n, subject in enumerate(SUBJECTS)
    ]
    assert len(partition(fold_file(rows))) == len(rows)


def test_identical_texts_in_hundreds_of_titles_are_one_story() -> None:
    rows = [
        {"id": n, "publisher": f"{n}.example", "title": "The quarry", "text": story("quarry", 1)} for n in range(300)
    ]
    assert partition(fold_file(rows)) == {(0, frozenset(range(300)))}


def test_one_address_in_two_titles_is_one_story() -> None:
    rows = [
        {"id": n, "publisher": f"{n}.example", "title": "", "text": "Short.", "url": "https://a.example/1"}
        for n in "ab"
    ]
    assert {row["story"] for row in fold_file(rows)} == {"a"}


def test_an_empty_text_folds_with_nothing() -> None:
    rows = [{"id": n, "publisher": f"{n}.example", "title": "Same", "text": ""} for n in "ab"]
    assert [row["story"] for row in fold_file(rows)] == ["a", "b"]


def test_texts_beyond_the_window_stay_apart() -> None:
    rows = [
        {"id": day, "publisher": day, "title": "The quarry", "text": story("quarry", 1), "published_at": day}
        for day in ("2024-01-01", "2024-02-01")
    ]
    assert len(partition(fold_file(rows))) == 2


def test_a_text_without_a_time_is_in_every_window() -> None:
    days = ("2024-01-01", "2024-06-01", None)
    rows = [
        {"id": str(day), "publisher": str(day), "title": "The quarry", "text": story("quarry", 1), "published_at": day}
        for day in days
    ]
    assert {members for _, members in partition(fold_file(rows))} == {frozenset(map(str, days))}


def test_an_empty_file_has_no_stories() -> None:
    assert list(fold_file([])) == []


def test_lone_surrogates_do_no_harm() -> None:
    line = '{"id": "a\\ud800", "publisher": "\\ud800", "title": "\\udfff", "text": "x \\ud800 y", "url": "\\ud800"}'
    assert json.loads(next(fold_lines([line])))["story"] == "a\ud800"


def test_ids_keep_their_type() -> None:
    rows = [{"id": 1, "text": "a"}, {"id": "1", "text": "b"}]
    assert [row["story"] for row in fold_file(rows)] == [1, "1"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "Line 3 is not JSON: Expecting property name enclosed in double quotes at character 2."),
        (b'{"id": "\xff"}', "Line 3 is not UTF-8."),
        ("[]", "Line 3 is no object; "),
        ('{"text": ""}', "Line 3: id must be a string or a whole number."),
        ('{"id": true, "text": ""}', "Line 3: id must be a string or a whole number, not true."),
        ('{"id": "b"}', "Line 3: text is missing."),
        ('{"id": "b", "text": 5}', "Line 3: text must be a string, not 5."),
        (
            '{"id": "b", "text": "", "published_at": "soon"}',
            'Line 3: published_at must be an RFC 3339 time, not "soon".',
        ),
        ('{"id": "a", "text": ""}', "Line 3: an earlier line has the same id."),
    ],
)
def test_a_bad_line_is_named_with_its_number(line: str | bytes, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        list(fold_lines(['{"id": "a", "text": ""}', "", line]))
    assert str(caught.value).startswith(sentence)


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert list(fold_lines([b'\xef\xbb\xbf{"id": "a", "text": ""}'])) == ['{"id": "a", "story": "a"}']
