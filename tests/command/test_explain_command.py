"""`wireroom explain` and the operator's word on stories, for people and for machines."""

from typing import Any

import pytest

from tests.command.conftest import Run
from tests.line.steps import Line
from tests.outlet.outlet import Outlet
from tests.outlet.prose import story


@pytest.fixture
def copies(line: Line, outlet: Outlet) -> list[Any]:
    """Three titles that carry one text, the last, which has the most words, under another headline; their articles."""
    text = story("the tunnel", words=200)
    for number, title in enumerate(("agency", "herald", "mirror")):
        outlet.feed(f"{title}.xml", title=title.title())
        own = f"{text.body}\n\nIn our own town the tunnel matters most to the weekly market and its forty stalls."
        told = text if number < 2 else type(text)("Forty stalls wait", own, text.byline)
        outlet.publish(f"{title}.xml", entries=[told])
        line.add(outlet.url(f"{title}.xml"))
        line.poll()
    from sqlalchemy import select

    from shared.tables import Article

    return list(line.read(select(Article.id, Article.url, Article.story_id, Article.headline).order_by(Article.id)))


def test_an_article_is_explained_by_its_number_and_by_its_address(wireroom: Run, copies: list[Any]) -> None:
    (by_id,) = wireroom("explain", copies[1].id, "--json").lines
    (by_url,) = wireroom("explain", copies[1].url, "--json").lines
    assert by_id["articles"] == by_url["articles"]
    (article,) = by_id["articles"]
    assert article["seen"][0]["listed"] is True
    assert article["seen"][0]["feed"].endswith("herald.xml")
    assert article["provenance"]["headline"].startswith("feed:")
    assert [one["kind"] for one in article["log"]] == ["folded", "folded", "created"]  # another original, a first one
    folded = article["story"]["folded_with"]
    assert {one["article"] for one in folded} == {copies[0].id, copies[2].id}
    assert all("(rule 5)" in one["reason"] and one["shared"] for one in folded)
    assert any("weekly market" in sentence for one in folded for sentence in one["only_there"])
    assert article["story"]["reheadlined"] is True


def test_people_get_the_same_in_lines(wireroom: Run, copies: list[Any]) -> None:
    text = wireroom("explain", copies[0].id).text
    assert f"Story {copies[0].story_id}: it is a copy of article {copies[2].id}" in text
    assert "another headline" in text
    assert "known by" in text
    assert "weekly market" in text


def test_an_article_says_why_it_is_not_in_another_story(wireroom: Run, line: Line, outlet: Outlet, copies) -> None:
    outlet.publish("herald.xml", entries=[story("the orchard", words=200)])
    line.poll()
    (said,) = wireroom("explain", copies[2].id, "--against", copies[2].id + 1, "--json").lines
    (apart,) = said["articles"][0]["story"]["not_folded_with"]
    assert apart["article"] == copies[2].id + 1
    assert "(rule 5)" in apart["reason"]


def test_a_feeds_address_is_explained_too(wireroom: Run, outlet: Outlet, copies: list[Any]) -> None:
    (said,) = wireroom("explain", outlet.url("herald.xml"), "--json").lines
    assert said["feeds"][0]["state"] == "active"
    assert said["feeds"][0]["polls"]


def test_what_is_not_known_is_one_sentence(wireroom: Run, copies: list[Any]) -> None:
    ran = wireroom("explain", "https://nowhere.example/1")
    assert (ran.status, ran.sentence.startswith("Nothing is known of https://nowhere.example/1")) == (2, True)
    assert wireroom("explain", 999).sentence.startswith("There is no article 999")


def test_the_operators_split_and_merge_stick_and_are_explained(
    wireroom: Run, line: Line, outlet: Outlet, copies: list[Any]
) -> None:
    kept, gone = copies[0].story_id, copies[2].id
    assert "unfolded" in wireroom("stories", "split", kept, gone, "--reason", "another event").text
    line.poll()
    (said,) = wireroom("explain", gone, "--json").lines
    place = said["articles"][0]["story"]
    assert place["story_id"] != kept
    assert place["pinned"]["reason"] == "another event"
    assert "pinned" in place["not_folded_with"][0]["reason"]
    (moved,) = wireroom("stories", "merge", kept, place["story_id"], "--json").lines
    assert moved == {"article": gone, "from_story": place["story_id"], "story": kept, "change": "folded"}
    assert "No article" in wireroom("stories", "unpin", gone).text
    assert len(wireroom("stories", "--json").lines) == 1


def test_a_wrong_word_on_stories_is_one_sentence(wireroom: Run, copies: list[Any]) -> None:
    ran = wireroom("stories", "split", 999, copies[0].id)
    assert (ran.status, ran.sentence) == (2, "There is no story 999: `wireroom stories` lists them.")


def test_what_cannot_be_explained_is_said(wireroom: Run, copies: list[Any]) -> None:
    against = wireroom("explain", copies[0].id, "--against", 999)
    assert (against.status, against.sentence) == (2, "There is no article 999 to compare with.")
    itself = wireroom("explain", copies[0].id, "--against", copies[0].id)
    assert (itself.status, "with itself" in itself.sentence) == (2, True)
    for nothing in ("", " "):
        asked = wireroom("explain", nothing)
        assert (asked.status, asked.sentence) == (2, "Give an address, or an article's number.")


def test_a_deleted_article_is_told_by_its_address_and_by_its_number(
    wireroom: Run, line: Line, copies: list[Any]
) -> None:
    from services.indexer.articles import retention
    from shared.database import writing

    with writing(line.engine) as connection:
        retention.remove(connection, [copies[0].id])
    by_url = wireroom("explain", copies[0].url)
    assert "An article of Agency was deleted at" in by_url.text
    assert ", past its keeping. Polls do not bring it back." in by_url.text
    assert f"Article {copies[0].id} was deleted at" in wireroom("explain", copies[0].id).text
    (said,) = wireroom("explain", copies[0].id, "--json").lines
    assert (said["articles"], said["deleted"][0]["reason"]) == ([], "past its keeping")


def test_a_purged_article_is_told_as_such(wireroom: Run, copies: list[Any]) -> None:
    wireroom("articles", "withdraw", copies[0].id, "--reason", "a court's order", "--purge")
    told = wireroom("explain", copies[0].id).text
    assert "its text was removed for good by the operator; polls do not bring it back" in told
    assert "a court's order" in told


def test_the_window_folds_again_by_this_versions_rules(wireroom: Run, copies: list[Any]) -> None:
    assert wireroom("stories", "refold").text.strip() == "No article is in another story than before."


def test_what_a_pattern_refused_is_explained_by_its_address(wireroom: Run, line: Line, outlet: Outlet) -> None:
    told = [type(story("a"))(f"Story {at}", "Words of a story about it.", "Ada Quill") for at in range(25)]
    entries = outlet.publish("herald.xml", entries=told)
    wireroom("feeds", "add", outlet.url("herald.xml"), "--leave-out", "headline:^story 3$")
    line.poll()
    url = outlet.url(entries[3].path)
    (said,) = wireroom("explain", url, "--json").lines
    assert [(one["feed"], one["by"]) for one in said["refused"]] == [(1, "headline:^story 3$")]
    text = wireroom("explain", url).text
    assert text.startswith("Left out at ")
    assert text.endswith(
        f" by the rules of feed 1, {outlet.url('herald.xml')}: its pattern 'headline:^story 3$'. Story 3\n"
    )
    assert wireroom("feeds", "show", 1, "--json").lines[0]["unwanted"].startswith("1 entry since ")
    assert wireroom("feeds", "polls", 1, "--json").lines[0]["unwanted"] == 1
    wireroom("feeds", "rules", 1, "--keep", "headline:whale")
    line.poll()
    text = wireroom("feeds", "show", 1).text
    assert "of the last 25 none was wanted: see whether its patterns mean that" in text
    assert "it meets none of the patterns that the feed keeps by" in wireroom("explain", url).text
