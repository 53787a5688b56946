"""What one fetched document brings: windows, known entries, limits, and which validators it earned."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.parser.document import read_document
from services.parser.formats.xml import MAX_DEPTH
from shared.messages import PARSER, Kind, Outcome, Result, Validators, split_digests
from tests.parser.documents import document, item, rss


def read(data: bytes, max_entries: int = 2000, **facts: object) -> Result:
    return read_document(document(**facts), data, max_entries)  # type: ignore[arg-type]


def test_a_whole_feed_earns_all_its_validators() -> None:
    result = read(rss(item(1), item(2)))
    assert result.facts.outcome is Outcome.OK
    assert result.facts.validators == document().facts.validators
    assert len(split_digests(result.window or "")) == 2
    assert result.parser == PARSER


def test_the_feeds_own_facts_travel_with_the_articles() -> None:
    feed = read(rss(item(1), head="<language>en-gb</language><ttl>30</ttl>")).feed
    assert feed is not None
    assert (feed.title, feed.site_url, feed.language, feed.ttl_s) == (
        "The Harbour Post", "https://harbour.example/", "en-gb", 1800,
    )  # fmt: skip


def test_a_known_window_yields_no_entries() -> None:
    data = rss(*(item(number) for number in range(5)))
    again = read(data, known=read(data).window)
    assert again.entries == ()
    assert again.window == read(data).window


def test_only_the_entries_that_are_not_known_are_read() -> None:
    window = read(rss(item(1), item(2))).window
    result = read(rss(item(3), item(1), item(2)), known=window)
    assert [entry.source_id for entry in result.entries] == ["harbour-3"]
    assert len(split_digests(result.window or "")) == 3


def test_a_document_that_breaks_off_gives_its_whole_entries_and_earns_its_digest_alone() -> None:
    whole = rss(item(1), item(2), item(3))
    result = read(whole[: whole.rindex(b"<description>") + 30])
    assert [entry.source_id for entry in result.entries] == ["harbour-1", "harbour-2"]
    assert result.facts.validators == Validators(body_digest="digest")


def test_a_transfer_that_broke_off_earns_its_digest_alone() -> None:
    assert read(rss(item(1)), complete=False).facts.validators == Validators(body_digest="digest")


def test_entries_over_the_limit_are_left_to_the_next_poll() -> None:
    data = rss(*(item(number) for number in range(5)))
    first = read(data, 2)
    assert (len(first.entries), first.left_out, first.facts.validators) == (2, 3, Validators())
    second = read(data, 2, known=first.window)
    third = read(data, 2, known=second.window)
    ids = [entry.source_id for result in (first, second, third) for entry in result.entries]
    assert ids == [f"harbour-{number}" for number in range(5)]
    assert third.facts.validators == document().facts.validators


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<!doctype html><html><body><form>log in</form></body></html>", "HTML page"),
        (b"%PDF-1.7 \x00\x01", "another kind"),
        (b"nothing at all", "plain text"),
        (b'{"hello": "world"}', "no JSON Feed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no feed's"),
        (b"<rss><channel>" + b"<d>" * 5000 + b"</d>" * 5000 + b"</channel></rss>", f"more than {MAX_DEPTH} deep"),
        (b'<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><rss>&b;</rss>', "entities within entities"),
        (b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 9000 + b'">]><rss>&a;</rss>', "no feed needs"),
        (
            b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 1000 + b'">]><rss>' + b"&a;" * 2000 + b"</rss>",
            "more text than any feed",
        ),
    ],
)
def test_what_is_no_usable_feed_is_refused_in_one_sentence(data: bytes, sentence: str) -> None:
    result = read(data)
    assert result.facts.outcome is Outcome.REFUSED
    assert sentence in (result.facts.error or "")
    assert (result.facts.validators, result.window, result.entries) == (None, None, ())


def test_an_empty_answer_may_pass() -> None:
    assert read(b" \r\n").facts.outcome is Outcome.TRANSIENT


def test_an_enormous_title_is_cut_and_its_neighbours_stand() -> None:
    result = read(rss(item(1), item(2, title="long " * 2_000_000), item(3)))
    assert [entry.source_id for entry in result.entries] == ["harbour-1", "harbour-2", "harbour-3"]
    assert len(result.entries[1].content.headline or "") <= 1000


def test_an_entry_too_deep_to_clean_is_set_aside_alone() -> None:
    deep = "&lt;div&gt;" * 5000
    result = read(rss(item(1), item(2, description=deep), item(3)))
    assert [entry.source_id for entry in result.entries] == ["harbour-1", "harbour-3"]
    assert "deep" in result.rejected[0].reason
    assert "harbour-2" in result.rejected[0].excerpt


def test_a_withdrawn_article_is_cancelled_by_its_headline() -> None:
    entry = read(rss(item(1, title="KILL: Ferry sails again"))).entries[0]
    assert entry.cancelled
    assert entry.content.status_reason == "KILL: Ferry sails again"


def test_bytes_that_are_utf_8_are_read_as_such_whatever_was_declared() -> None:
    data = rss(item(1, title="Zürich café")).replace(b'encoding="utf-8"', b'encoding="windows-1252"')
    assert read(data, media_type="text/xml; charset=iso-8859-1").entries[0].content.headline == "Zürich café"


def test_a_title_that_was_encoded_twice_is_mended() -> None:
    twice = "Zürich café".encode().decode("latin-1")
    assert read(rss(item(1, title=twice))).entries[0].content.headline == "Zürich café"


@settings(max_examples=150)
@given(data=st.binary(max_size=2000))
def test_any_bytes_give_a_result(data: bytes) -> None:
    for kind in Kind:
        assert isinstance(read(data, kind=kind), Result)


@settings(max_examples=150)
@given(text=st.text(max_size=60), at=st.integers(0, 700), cut=st.integers(0, 700))
def test_any_damage_to_a_feed_gives_a_result(text: str, at: int, cut: int) -> None:
    whole = rss(item(1), item(2))
    data = whole[:at] + text.encode("utf-8", "replace") + whole[at + cut :]
    result = read(data)
    assert isinstance(result, Result)
    result.model_dump_json()
