"""`wireroom articles …` and `publications …`: the operator's word on articles and titles."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from shared.database import reading, writing
from shared.settings import Settings
from shared.tables import Article, Publication
from tests.command.conftest import Run
from tests.indexer.newsdesk import NOON, Newsdesk, entry


@pytest.fixture
def desk(sqlite_store: Engine, settings: Callable[..., Settings]) -> Newsdesk:
    """A store with one article, of which there are two states."""
    desk = Newsdesk(sqlite_store, settings())
    feed = desk.feed("a.example", desk.publication("The Paper"))
    desk.poll(feed, entry("one", headline="Ferry sinks", body_text="The ferry sank at noon."))
    desk.poll(feed, entry("one", headline="Ferry saved", body_text="The ferry was saved at noon."))
    return desk


def one(desk: Newsdesk) -> Any:
    return desk.article("one")


def test_an_article_is_withdrawn_and_taken_back(wireroom: Run, desk: Newsdesk) -> None:
    assert wireroom("articles", "withdraw", 1, "--reason", "a court said so").text == "Article 1 is withdrawn.\n"
    assert (one(desk).status, one(desk).status_reason) == ("cancelled", "a court said so")
    assert wireroom("articles", "--json").lines == []
    assert wireroom("articles", "restore", 1).status == 0
    assert [line["id"] for line in wireroom("articles", "--json").lines] == [1]


def test_a_purge_says_what_it_did(wireroom: Run, desk: Newsdesk) -> None:
    ran = wireroom("articles", "withdraw", 1, "--reason", "a court said so", "--purge")
    assert ran.text == "Article 1 is withdrawn and its text removed.\n"
    assert (one(desk).body_text, one(desk).purged_at is None) == (None, False)
    assert "its text is gone" in wireroom("articles", "restore", 1).sentence


def test_a_withdrawal_wants_an_article_and_a_reason(wireroom: Run, desk: Newsdesk) -> None:
    assert wireroom("articles", "withdraw", 99, "--reason", "x").sentence == "There is no article 99."
    assert wireroom("articles", "withdraw", 1, "--reason", " ").status == 2
    assert wireroom("articles", "withdraw", 1).status == 2
    assert one(desk).status == "usable"


def test_what_changed_last_is_shown_word_by_word(wireroom: Run, desk: Newsdesk) -> None:
    said = wireroom("articles", "diff", 1).text
    assert "headline:\nFerry [-sinks-]{+saved+}\n" in said
    assert "The ferry [-sank -]{+was saved +}at noon." in said.replace("-] ", " -]").replace("+} ", " +}")
    assert "From state 1 to state 2, as feed:1 told it:" in said


def test_any_two_states_can_be_compared_by_a_machine(wireroom: Run, desk: Newsdesk) -> None:
    (found,) = wireroom("articles", "diff", 1, "--from", 1, "--to", 2, "--json").lines
    assert (found["older"], found["newer"], [field["field"] for field in found["differences"]]) == (
        1,
        2,
        ["headline", "body_text"],
    )
    assert "no two such states" in wireroom("articles", "diff", 1, "--from", 7).sentence


def test_states_that_say_the_same_and_articles_that_are_not_there_are_told(wireroom: Run, desk: Newsdesk) -> None:
    assert wireroom("articles", "diff", 1, "--from", 2, "--to", 2).text == (
        "States 2 and 2, as feed:1 told it, have the same words and pictures.\n"
    )
    assert wireroom("articles", "diff", 1, "--from", 2, "--to", 2, "--json").lines[0]["differences"] == []
    missing = wireroom("articles", "diff", 999)
    assert (missing.status, missing.sentence) == (2, "There is no article 999.")


def test_flagged_articles_are_listed_counted_and_cleared(wireroom: Run, desk: Newsdesk) -> None:
    assert wireroom("articles", "flagged").text == "No article is flagged.\n"
    with writing(desk.engine) as connection:
        connection.execute(update(Article).values(flag="its agency killed it", flagged_at=NOON))
    (line,) = wireroom("articles", "flagged", "--json").lines
    assert (line["id"], line["reason"], line["publication"]["name"]) == (1, "its agency killed it", "The Paper")
    (status,) = wireroom("status", "--json").lines
    assert status["flagged"] == 1
    assert "longest_wait_of_a_feed_s" in status
    assert wireroom("articles", "clear", 1).status == 0
    assert wireroom("articles", "flagged", "--json").lines == []


def test_titles_are_listed_renamed_and_given_terms(wireroom: Run, desk: Newsdesk) -> None:
    assert wireroom("publications", "rename", 1, "The Mirror").status == 0
    ran = wireroom(
        "publications", "terms", 1, "--serve", "excerpt", "--retention-days", 30, "--attribution", "© Mirror"
    )
    assert ran.status == 0
    (line,) = wireroom("publications", "list", "--json").lines
    known = {name: line[name] for name in ("name", "terms", "retention_days", "attribution", "feeds", "articles")}
    assert known == {
        "name": "The Mirror",
        "terms": "excerpt",
        "retention_days": 30,
        "attribution": "© Mirror",
        "feeds": 1,
        "articles": 1,
    }
    changes = wireroom("changes", "--json").lines
    assert [one["detail"] for one in changes[2:]] == [{"kinds": ["publication"]}] * 2  # of the name, and of the terms
    assert "full, excerpt and headline" in wireroom("publications", "terms", 1, "--serve", "all").sentence
    assert "Say what to set" in wireroom("publications", "terms", 1).sentence
    ran = wireroom("publications", "terms", 1, "--retention-days", 0, "--page-pace", 30)
    assert ran.text == "Publication 1: retention days –, page pace s 30\n"
    with reading(desk.engine) as connection:
        kept = connection.execute(select(Publication.retention_days, Publication.page_pace_s)).one()
    assert kept == (None, 30)


def test_titles_are_merged(wireroom: Run, desk: Newsdesk) -> None:
    other = desk.publication("Paper Sport")
    desk.poll(desk.feed("b.example", other), entry("two"))
    assert wireroom("publications", "merge", 1, other).text == "Publication 2 is part of 1: 1 articles came over.\n"
    assert [line["articles"] for line in wireroom("publications", "list", "--json").lines] == [2]
    assert "no publication 99" in wireroom("publications", "merge", 1, 99).sentence
