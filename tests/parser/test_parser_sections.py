"""CDATA sections that a publisher forgot to close."""

import pytest

from tests.parser.documents import entries_of

URL = "https://harbour.example/feed"


def item(name: str, end: str = "]]>") -> str:
    return (
        f"<item><guid isPermaLink='false'>{name}</guid><title>The {name}</title>"
        f"<description><![CDATA[<p>Of the {name}.</p>{end}</description></item>"
    )


def read(*items: str) -> list[tuple[str | None, str | None]]:
    document = f"<rss version='2.0'><channel><title>Post</title>{''.join(items)}</channel></rss>"
    return [(entry.source_id, entry.content.summary) for entry in entries_of(document.encode(), URL, None)]


ALL = [("mole", "Of the mole."), ("quay", "Of the quay."), ("pier", "Of the pier.")]


@pytest.mark.parametrize("left_open", [{"mole"}, {"quay"}, {"pier"}, {"mole", "quay"}, {"mole", "quay", "pier"}])
def test_a_section_that_is_never_closed_takes_no_other_entry_along(left_open: set[str]) -> None:
    assert read(*(item(name, "" if name in left_open else "]]>") for name in ("mole", "quay", "pier"))) == ALL


def test_nor_does_it_take_one_that_has_no_section() -> None:
    plain = "<item><guid isPermaLink='false'>quay</guid><description>Of the quay.</description></item>"
    assert read(item("mole", ""), plain, item("pier")) == ALL


def test_a_section_may_speak_of_sections() -> None:
    text = "<item><guid>cdata</guid><description><![CDATA[It opens with <![CDATA[ and ends.]]></description></item>"
    assert read(text, item("quay"))[1] == ALL[1]
    assert "ends." in (read(text, item("quay"))[0][1] or "")
