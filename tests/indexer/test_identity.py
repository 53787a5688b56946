"""Which known article an entry is."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from services.indexer.articles.identity import resolve, same_headline
from shared.digests import entry_digest
from shared.messages import Entry
from shared.schema import Content

NOON = datetime(2024, 3, 1, 12, 0, 7, tzinfo=UTC)
FERRY = "Harbour ferry runs aground off the northern pier"
BUDGET = "Council passes its budget after a night of talks"


@dataclass(frozen=True)
class Article:
    """What is known of an article."""

    headline: str | None = FERRY
    source_id: str | None = "1"
    published_at: datetime | None = NOON
    url_keys: frozenset[str] = field(default_factory=lambda: frozenset({"url:https://paper.example/ferry"}))


KNOWN = Article()
BY_ID = {"id:1": KNOWN, "url:https://paper.example/ferry": KNOWN}


def entry(
    *keys: str,
    headline: str | None = FERRY,
    source_id: str | None = "1",
    published_at: datetime | None = NOON + timedelta(days=1),
    cancelled: bool = False,
) -> Entry:
    content = Content(headline=headline, published_at=published_at)
    return Entry(keys=keys, digest=entry_digest(b""), source_id=source_id, content=content, cancelled=cancelled)


def test_the_same_identifier_is_the_same_article() -> None:
    assert resolve(entry("id:1", "url:https://paper.example/ferry"), BY_ID) is KNOWN


def test_an_identifier_at_its_address_is_the_article_under_any_headline() -> None:
    assert resolve(entry("id:1", "url:https://paper.example/ferry", headline=BUDGET), BY_ID) is KNOWN


def test_an_article_whose_address_moved_keeps_its_identifier() -> None:
    assert resolve(entry("id:1", "url:https://paper.example/harbour/ferry"), BY_ID) is KNOWN


def test_an_identifier_over_another_headline_address_and_date_was_reused() -> None:
    assert resolve(entry("id:1", "url:https://paper.example/budget", headline=BUDGET), BY_ID) is None


def test_an_identifier_with_the_same_date_was_not_reused() -> None:
    moved = entry("id:1", "url:https://paper.example/budget", headline=BUDGET, published_at=NOON)
    assert resolve(moved, BY_ID) is KNOWN


def test_a_date_without_a_time_proves_nothing() -> None:
    midnight = NOON.replace(hour=0, second=0)
    known = {"id:1": Article(published_at=midnight)}
    assert resolve(entry("id:1", "url:https://paper.example/b", headline=BUDGET, published_at=midnight), known) is None


def test_a_slug_may_change_around_the_number_of_its_article() -> None:
    known = {"id:1": Article(url_keys=frozenset({"url:https://paper.example/national/451860/live-what-is-decided"}))}
    renamed = entry("id:1", "url:https://paper.example/national/451860/minister-speaks", headline=BUDGET)
    assert resolve(renamed, known) is known["id:1"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://paper.example:51860/ferry", "https://paper.example:51860/budget"),
        ("https://paper.example/20240301/ferry", "https://paper.example/20240301/budget"),
        ("https://paper.example/2024/03/ferry", "https://paper.example/2024/03/budget"),
        ("https://paper.example/ferry?from=51860", "https://paper.example/budget?from=51860"),
    ],
)
def test_ports_days_and_parameters_are_no_number_of_an_article(old: str, new: str) -> None:
    known = {"id:1": Article(url_keys=frozenset({f"url:{old}"}))}
    assert resolve(entry("id:1", f"url:{new}", headline=BUDGET), known) is None


def test_an_article_back_at_an_earlier_address_is_known_there() -> None:
    known = {"id:1": Article(url_keys=frozenset({"url:https://paper.example/a", "url:https://paper.example/b"}))}
    for address in ("a", "b"):
        back = entry("id:1", f"url:https://paper.example/{address}", headline=BUDGET)
        assert resolve(back, known) is known["id:1"]


def test_a_rewritten_identifier_is_seen_through_by_the_address() -> None:
    assert resolve(entry("id:99", "url:https://paper.example/ferry", source_id="99"), BY_ID) is KNOWN


def test_a_rewritten_identifier_under_a_new_headline_is_seen_through_by_the_date() -> None:
    rewritten = entry("id:99", "url:https://paper.example/ferry", source_id="99", headline=BUDGET, published_at=NOON)
    assert resolve(rewritten, BY_ID) is KNOWN


def test_an_address_under_another_identifier_headline_and_date_is_shared() -> None:
    assert resolve(entry("id:2", "url:https://paper.example/ferry", source_id="2", headline=BUDGET), BY_ID) is None


def test_an_entry_without_identifier_is_known_by_its_address() -> None:
    known = {"url:https://paper.example/ferry": Article(source_id=None)}
    found = resolve(entry("url:https://paper.example/ferry", source_id=None, headline=BUDGET), known)
    assert found is known["url:https://paper.example/ferry"]


def test_the_title_is_the_last_resort() -> None:
    known = {"title:abc": Article(source_id=None, url_keys=frozenset())}
    assert resolve(entry("title:abc", source_id=None), known) is known["title:abc"]


def test_the_most_trusted_key_decides() -> None:
    other = Article(headline=FERRY, source_id="2")
    known = {"id:1": KNOWN, "url:https://paper.example/ferry": other}
    assert resolve(entry("id:1", "url:https://paper.example/ferry"), known) is KNOWN


def test_a_reused_identifier_leaves_the_address_to_decide() -> None:
    budget = Article(headline=BUDGET, source_id=None, url_keys=frozenset({"url:https://paper.example/budget"}))
    known = {**BY_ID, "url:https://paper.example/budget": budget}
    assert resolve(entry("id:1", "url:https://paper.example/budget", headline=BUDGET), known) is budget


def test_a_tombstone_is_of_whatever_its_identifier_names() -> None:
    assert resolve(entry("id:1", headline=None, cancelled=True), BY_ID) is KNOWN


def test_what_nobody_knows_is_new() -> None:
    assert resolve(entry("id:2", "url:https://paper.example/budget", headline=BUDGET), BY_ID) is None


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (FERRY, FERRY.upper()),
        (FERRY, "Harbour ferry runs aground off northern pier, two hurt"),
        (FERRY, None),
        ("", BUDGET),
        ("北京发布新的空气质量标准", "北京发布空气质量新标准"),
        ("«Ferry» sinks!", "Ferry sinks"),
    ],
)
def test_headlines_with_half_their_words_in_common_may_be_one_articles(a: str | None, b: str | None) -> None:
    assert same_headline(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [(FERRY, BUDGET), ("北京发布新的空气质量标准", "上海股市周五收盘下跌"), ("Ferry sinks", "Ferry in dock again")],
)
def test_other_headlines_are_other_articles(a: str, b: str) -> None:
    assert not same_headline(a, b)
