"""Which entries a feed's patterns keep: by which fields, and at what cost whatever is written in either."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.parser.document import read_document
from services.parser.formats.rules import read_rules
from services.parser.sieve import read_pattern, sieve_of
from shared.errors import UsageError
from shared.messages import PARSER, Document, Result, knows_under, reader_of, split_digests
from shared.rules import NO_RULES, Rules
from tests.parser.documents import document, item, rss

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"><title>Post</title>
<at:deleted-entry ref="harbour-1" when="2025-01-06T09:00:00Z"/>
<entry><id>harbour-2</id><title>KILL: Ferry sank</title><link href="https://harbour.example/news/2"/></entry></feed>"""
FEED = rss(
    item(1, title="The budget &amp; the pier", category="Politics", author="desk@harbour.example (Ada Quill)"),
    item(2, title="Eleven goals", category="Sport", link="https://harbour.example/sport/2"),
    item(3, title="Stars today", description="Aries: <b>lucky</b> numbers.", pubDate="Mon, 06 Jan 2020 08:00:00 GMT"),
    item(4, title="L’été à l’école", pubDate=""),
)


def rules(**given: Any) -> Rules:
    found = read_rules(given)
    assert found is not None
    return found


def polled(ruled: Rules | None, data: bytes = FEED, **more: Any) -> Result:
    fetched: Document = document(**more)
    return read_document(
        fetched.model_copy(update={"target": fetched.target.model_copy(update={"rules": ruled})}), data, 500
    )


def kept(*, data: bytes = FEED, **given: Any) -> list[int]:
    """The numbers of the entries that patterns keep."""
    entries = polled(rules(**given), data).entries
    return [int((one.source_id or "").rpartition("-")[2]) for one in entries]


@pytest.mark.parametrize(
    ("pattern", "met"),
    [
        ("headline:budget & the", [1]),
        ("headline:BUDGET|goals$", [1, 2]),
        ("headline:(?-i)BUDGET", []),
        ("headline:ÉCOLE", [4]),
        ("link:/sport/", [2]),
        ("byline:^ada quill$", [1]),
        ("keyword:^sport$", [2]),
        ("text:aries: lucky", [3]),
        ("any:lucky|politics", [1, 3]),
        ("any:harbour\\.example/sport", []),
        ("before: 2021-01-01", [3]),
        ("after:2025-01-05", [1, 2]),
        ("after:2025-01-06", []),
        ("after:9999-12-31", []),
        ("older:1000d", [1, 2, 3]),
    ],
)
def test_a_pattern_meets_entries_by_its_field(pattern: str, met: list[int]) -> None:
    assert kept(keep=[pattern]) == met
    assert kept(leave_out=[pattern]) == [at for at in (1, 2, 3, 4) if at not in met]


def test_what_is_left_out_counts_before_what_is_kept() -> None:
    assert kept(keep=["keyword:sport", "headline:budget"], leave_out=["headline:goals"]) == [1]


def test_the_language_of_a_text_is_a_field_too() -> None:
    english = "The council of the harbour met on Monday and talked about the pier for hours on end."
    german = "Der Rat des Hafens tagte am Montag und sprach viele Stunden lang über die neue Mole."
    data = rss(item(1, title="Council", description=english * 3), item(2, title="Rat", description=german * 3))
    assert kept(data=data, keep=["language:^de"]) == [2]


def test_what_is_refused_says_by_which_pattern_and_counts_as_known() -> None:
    result = polled(rules(leave_out=["keyword:sport", "text:lucky"], keep=["any:pier"]))
    assert [(one.url, one.headline, one.by) for one in result.unwanted] == [
        ("https://harbour.example/sport/2", "Eleven goals", "keyword:sport"),
        ("https://harbour.example/news/3", "Stars today", "text:lucky"),
    ]
    assert result.unwanted[0].published_at == datetime(2025, 1, 6, 8, 2, tzinfo=UTC)
    assert len(split_digests(result.window or "")) == 4
    assert result.left_out == 0
    assert result.facts.validators
    assert result.facts.validators.etag == '"v1"'
    again = polled(rules(leave_out=["keyword:sport"]), known=result.window)
    assert (again.entries, again.unwanted) == ((), ())


def test_an_entry_that_meets_no_pattern_that_keeps_says_so() -> None:
    assert {one.by for one in polled(rules(keep=["headline:budget"])).unwanted} == {None}


def test_withdrawals_pass_whatever_the_patterns_say() -> None:
    result = polled(rules(keep=["headline:nothing"], leave_out=["any:ferry"]), ATOM.encode())
    assert [one.source_id for one in result.entries] == ["harbour-1", "harbour-2"]
    assert all(one.cancelled for one in result.entries)


def test_an_entry_that_cannot_be_read_is_set_aside_and_not_refused() -> None:
    deep = "<![CDATA[" + "<div>" * 3000 + "x]]>"
    result = polled(rules(leave_out=["text:x"]), rss(item(1, description=deep), item(2)))
    assert (len(result.entries) + len(result.unwanted) + len(result.rejected), len(result.entries) > 0) == (2, True)


def test_patterns_do_not_say_who_reads_but_what_is_known() -> None:
    reading, patterns = Rules(items="article"), Rules(keep=("any:a",))
    both = Rules(items="article", keep=("any:a",))
    assert reader_of(patterns) == PARSER
    assert reader_of(both) == reader_of(reading) != PARSER
    under = [knows_under(one) for one in (None, patterns, Rules(leave_out=("any:a",)), reading, both)]
    assert len(set(under)) == 5
    assert (under[0], under[3]) == (PARSER, reader_of(reading))
    assert (both.reading, patterns.reading) == (reading, NO_RULES)
    result = polled(patterns)
    assert (result.parser, result.known_under) == (PARSER, knows_under(patterns))


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("budget", "'budget' is no pattern: write FIELD:PATTERN with one of headline, link, byline, keyword, text,"),
        ("title:x", "'title:x' is no pattern: write FIELD:PATTERN with one of headline,"),
        ("headline:", "'headline:' is no pattern: write FIELD:PATTERN"),
        ("headline:(", "'(' is no pattern of RE2: missing ): (."),
        ("any:(a)\\1", "'(a)\\1' is no pattern of RE2: invalid escape sequence: \\1."),
        ("text:[^x]{1000}", "'[^x]{1000}' counts too far for a pattern, or lists too much."),
        (
            "text:\\pL{1000}",
            "'\\pL{1000}' is no pattern of RE2: pattern too large - compile failed.",
        ),
        ("older:30", "'30' is no span of time: write older:30d or older:36h."),
        ("before:2021-13-01", "'2021-13-01' is no day: write before:2026-01-31."),
        ("after:yesterday", "'yesterday' is no day: write after:2026-01-31."),
        ("any:a" * 101, "A rule has 1 to 500 characters in a line, and of a kind 50 are the most: see keep."),
    ],
)
def test_what_is_no_pattern_is_refused_in_a_sentence(pattern: str, why: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_rules({"keep": [pattern]})
    assert str(refused.value).startswith(why)


EXPRESSIONS = st.one_of(
    st.text(min_size=1, max_size=60),
    st.text("ab.*+?|()[]{}^$\\1,0d", min_size=1, max_size=40),
    st.sampled_from(
        ("(a+)+$", "(a|aa)+b", "([a-z]+)*#", "(.*)(.*)(.*)(.*)x{40}#", "(a?){90}a{90}b", "[ab]*a[ab]{200}c")
    ),
)


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS, st.text(max_size=200))
def test_no_pattern_does_anything_but_read_or_refuse(expression: str, text: str) -> None:
    try:
        sieve = sieve_of(Rules(leave_out=(f"any:{expression}",)))
    except (UsageError, ValueError):
        return
    assert sieve
    data = rss(item(1, title="a" * 20_000, description="ab" * 20_000), item(2, title=f"<![CDATA[{text}]]>"))
    result = polled(Rules(leave_out=(f"any:{expression}",)), data)
    assert result.facts.error is None
    assert len(result.entries) + len(result.unwanted) + len(result.rejected) == len(split_digests(result.window or ""))


def test_half_a_character_in_a_text_hinders_no_search() -> None:
    search = read_pattern("headline:b")
    assert search.written == "headline:b"
    data = rss(item(1, title="a&#xD800;b")).replace(b"UTF-8", b"utf-8")
    assert kept(data=data, keep=["headline:b"]) == [1]
