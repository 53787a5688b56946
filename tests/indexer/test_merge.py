"""An article is a function of its layers."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.indexer.articles.merge import (
    AHEAD,
    PAGE,
    LayerState,
    believed,
    cancelled,
    content_sha256,
    kinds_of_change,
    merge,
    newer,
)
from shared.schema import Access, Author, BodySource, Content, Image, Status

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
TIMES = st.one_of(st.none(), st.integers(0, 5).map(lambda hours: NOON + timedelta(hours=hours)))
WORDS = st.one_of(st.none(), st.sampled_from(["", "one", "two two", "three three three"]))


def layer(source: str = "feed:1", lease_no: int = 1, url: str | None = None, **said: Any) -> LayerState:
    return LayerState(source, lease_no, Content(**said), url, f"sha-{source}")


CONTENTS = st.builds(
    Content,
    headline=WORDS,
    summary=WORDS,
    body_text=WORDS,
    body_html=WORDS,
    section=WORDS,
    published_at=TIMES,
    updated_at=TIMES,
    status=st.sampled_from(Status),
    access=st.sampled_from(Access),
    authors=st.sampled_from([(), (Author(name="A"),), (Author(name="B"),)]),
    provenance=st.sampled_from([{}, {"headline": "title"}, {"published_at_raw": "soon"}]),
)
LAYERS = st.lists(CONTENTS, min_size=1, max_size=4).map(
    lambda contents: [
        LayerState(source, number, content, f"https://paper.example/{number}", f"sha{number}")
        for number, (source, content) in enumerate(zip(["feed:1", PAGE, "feed:2", "feed:10"], contents, strict=False))
    ]
)


@given(LAYERS)
def test_the_order_of_layers_does_not_matter(layers: list[LayerState]) -> None:
    heads = [merge(order) for order in itertools.permutations(layers)]
    assert all(head == heads[0] for head in heads)


@given(LAYERS)
def test_merging_says_only_what_a_layer_says(layers: list[LayerState]) -> None:
    head = merge(layers).content
    for name in ("headline", "summary", "body_text", "section", "published_at", "updated_at", "access"):
        assert getattr(head, name) in {None, Access.UNKNOWN, *(getattr(one.content, name) for one in layers)}


def test_a_layer_alone_is_the_article() -> None:
    said = {"headline": "Ferry", "body_text": "It sank.", "section": "Sea", "published_at": NOON}
    head = merge([layer(url="https://paper.example/1", **said)])
    assert head.content.model_dump(include=set(said)) == said
    assert (head.url, head.body_source) == ("https://paper.example/1", BodySource.FEED)


def test_the_page_gives_the_text_and_the_feed_the_headline() -> None:
    feed = layer(headline="Ferry sinks", summary="It sank.")
    page = layer(
        PAGE, headline="Ferry sinks | The Paper", body_text="It sank at noon.", body_html="<p>It sank at noon."
    )
    head = merge([page, feed])
    assert head.content.headline == "Ferry sinks"
    assert head.content.body_text == "It sank at noon."
    assert (head.body_source, head.document_sha256) == (BodySource.PAGE, "sha-page")


def test_the_page_fills_what_the_feed_leaves_out() -> None:
    feed, page = layer(headline="Ferry"), layer(PAGE, section="Sea", access=Access.SUBSCRIBER)
    head = merge([feed, page]).content
    assert (head.section, head.access) == ("Sea", Access.SUBSCRIBER)


def test_what_nobody_knows_does_not_hide_what_the_page_knows() -> None:
    feed, page = layer(body_text="A long text of the feed."), layer(PAGE, access=Access.METERED)
    assert merge([feed, page]).content.access is Access.METERED


def test_the_longest_text_is_the_body_with_the_pictures_beside_it() -> None:
    short = layer(body_text="Short.", images=(Image(url="https://paper.example/a.jpg"),))
    long = layer("feed:2", body_text="A longer text.", images=(Image(url="https://paper.example/b.jpg"),))
    head = merge([short, long]).content
    assert (head.body_text, head.images[0].url) == ("A longer text.", "https://paper.example/b.jpg")


def test_html_and_text_of_the_body_come_from_one_source() -> None:
    feed = layer(body_text="The longest text of all.")
    page = layer(PAGE, body_text="A text.", body_html="<p>A text.</p>")
    head = merge([feed, page]).content
    assert (head.body_text, head.body_html) == ("The longest text of all.", None)


def test_the_feed_with_the_newest_state_speaks_first() -> None:
    old = layer("feed:1", headline="Ferry sinks", updated_at=NOON)
    new = layer("feed:2", headline="Ferry saved", updated_at=NOON + timedelta(hours=1))
    assert merge([old, new]).content.headline == "Ferry saved"


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.WITHHELD])
def test_one_source_that_cancels_or_withholds_is_enough(status: Status) -> None:
    gone = layer("feed:2", headline="Ferry", status=status, status_reason="wrong ferry")
    head = merge([layer(headline="Ferry"), gone]).content
    assert (head.status, head.status_reason) == (status, "wrong ferry")


def test_cancelling_is_stronger_than_withholding() -> None:
    withheld, gone = layer(status=Status.WITHHELD), layer("feed:2", status=Status.CANCELLED)
    assert merge([withheld, gone]).content.status is Status.CANCELLED


def test_a_cancelled_layer_keeps_its_words() -> None:
    gone = cancelled(Content(headline="Ferry", body_text="It sank."), None)
    assert (gone.status, gone.status_reason, gone.headline) == (Status.CANCELLED, "withdrawn by its publisher", "Ferry")


def test_each_field_says_where_it_came_from() -> None:
    feed = layer(headline="Ferry", provenance={"headline": "title"})
    page = layer(PAGE, body_text="It sank.", provenance={"body_text": "article"})
    provenance = merge([feed, page]).content.provenance
    assert (provenance["headline"], provenance["body_text"]) == ("feed:1:title", "page:article")


@pytest.mark.parametrize("name", ["published_at", "updated_at"])
def test_a_date_far_ahead_is_not_believed_but_kept_in_words(name: str) -> None:
    ahead = NOON + AHEAD + timedelta(seconds=1)
    content = believed(Content(**{name: ahead}), NOON)
    assert getattr(content, name) is None
    assert ahead.isoformat() in content.provenance[f"{name}_raw"]
    assert ahead.isoformat() in merge([LayerState("feed:1", 1, content)]).content.provenance[f"{name}_raw"]


def test_a_date_a_little_ahead_is_believed() -> None:
    content = Content(published_at=NOON + AHEAD, updated_at=NOON - timedelta(days=9000))
    assert believed(content, NOON) == content


@pytest.mark.parametrize(
    "other",
    [
        {"body_html": "<p class='x'>It sank.</p>"},
        {"body_text": "It  sank.\n\n"},
        {"images": (Image(url="https://paper.example/a.jpg?w=640&utm_source=rss"),)},
        {"updated_at": NOON},
        {"published_at": NOON},
        {"section": "Sea"},
        {"keywords": ("sea",)},
        {"provenance": {"headline": "title"}},
        {"access": Access.METERED},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_digest_ignores_markup_tracking_and_clocks(other: dict[str, Any]) -> None:
    said = {
        "headline": "Ferry",
        "body_text": "It sank.",
        "body_html": "<p>It sank.</p>",
        "images": (Image(url="https://paper.example/a.jpg"),),
    }
    assert content_sha256(Content(**(said | other))) == content_sha256(Content(**said))


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        ({"headline": "Ferry saved"}, "headline"),
        ({"body_text": "It was saved."}, "text"),
        ({"images": (Image(url="https://paper.example/b.jpg"),)}, "picture"),
        ({"authors": (Author(name="B. Writer"),)}, "byline"),
        ({"status": Status.CANCELLED}, "status"),
    ],
)
def test_what_a_reader_would_notice_changes_the_digest_and_is_named(other: dict[str, Any], kind: str) -> None:
    old = Content(headline="Ferry", body_text="It sank.", authors=(Author(name="A. Writer"),))
    new = old.model_copy(update=other)
    assert content_sha256(new) != content_sha256(old)
    assert kinds_of_change(old, new) == [kind]


def test_the_first_state_is_newer_than_none() -> None:
    assert newer(None, layer())


def test_the_publishers_time_decides_which_state_is_newer() -> None:
    early, late = layer(lease_no=2, updated_at=NOON), layer(lease_no=1, updated_at=NOON + timedelta(minutes=1))
    assert newer(early, late)
    assert not newer(late, early)


def test_the_later_lease_decides_where_the_publishers_times_do_not() -> None:
    for times in ({}, {"updated_at": NOON}):
        first, second = layer(lease_no=1, **times), layer(lease_no=2, **times)
        assert newer(first, second)
        assert not newer(second, first)
