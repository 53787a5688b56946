"""What the bench serves."""

import gzip
import re

import feedparser
import pytest

from bench.documents import folder_documents, held_back, sample_documents
from bench.errors import BenchError

FEED = b"<rss><channel>" + b"".join(b"<item><guid>%d</guid></item>" % at for at in range(5)) + b"</channel></rss>"


def test_sample_feeds_share_no_identifier_and_no_link() -> None:
    entries = [entry for one in sample_documents(24) for entry in feedparser.parse(one.later or one.body).entries]
    assert len({entry.id for entry in entries}) == len({entry.link for entry in entries}) == len(entries)


def test_the_same_title_in_another_edition_has_another_text() -> None:
    served = sample_documents(12)  # eleven titles, so the last is the first once more
    once, again = (set(re.findall(r"(?:\w+ ){5}", served[at].body.decode())) for at in (0, 11))
    assert len(once & again) < 0.2 * min(len(once), len(again))


def test_an_agency_text_stays_one_text_within_an_edition() -> None:
    rows = [set(re.findall(r"(?:\w+ ){8}", one.body.decode())) for one in sample_documents(11)]
    assert max(len(a & b) for at, a in enumerate(rows) for b in rows[:at]) > 50


def test_one_feed_in_ten_has_two_entries_more_later() -> None:
    served = sample_documents(40)
    news = [one for one in served if one.later]
    assert len(news) == 4
    for one in news:
        assert len(feedparser.parse(one.later).entries) == len(feedparser.parse(one.body).entries) + 2


def test_the_first_entries_are_held_back() -> None:
    held = held_back(FEED)
    assert held is not None
    assert re.findall(rb"<guid>(\d)", held) == [b"2", b"3", b"4"]


def test_a_feed_of_three_entries_is_left_as_it_is() -> None:
    assert held_back(FEED.replace(b"<item><guid>3</guid></item><item><guid>4</guid></item>", b"")) is None


def test_the_documents_of_a_folder_are_unpacked_and_spread(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for at in range(4):
        (tmp_path / f"{at}.xml.gz").write_bytes(gzip.compress(b"<rss>%d</rss>" % at))
    (tmp_path / "4.json").write_bytes(b"{}")
    assert [one.body for one in folder_documents(tmp_path, 2)] == [b"<rss>0</rss>", b"<rss>2</rss>"]
    assert [one.media_type for one in folder_documents(tmp_path, None)] == ["application/xml"] * 4 + [
        "application/json"
    ]


def test_a_folder_with_too_few_documents_is_one_sentence(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "0.xml").write_bytes(b"<rss/>")
    with pytest.raises(BenchError, match="holds 1 documents"):
        folder_documents(tmp_path, 2)
