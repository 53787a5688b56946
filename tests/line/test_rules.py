"""Pages and JSON that list articles without being feeds, down the whole line; and texts where rules say they are."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from services.command.feeds import feed_store
from services.parser.formats.rules import read_rules
from shared.http.passport import Passport, fresh_keys, seal
from shared.rules import NO_RULES, Rules
from shared.tables import Article, Change, Feed, Gap, Page, Poll
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

SENTENCE = "The council of the harbour met on Monday and talked about the pier for hours."


def rules(**given: Any) -> Rules:
    found = read_rules(given)
    assert found is not None
    return found


def listing(outlet: Outlet, *numbers: int, name: str = "teaser", headline: str = "Pier") -> None:
    items = "".join(
        f'<article class="{name}"><h2><a href="/news/{at}">{headline} story {at}</a></h2><i>Words</i></article>'
        for at in numbers
    )
    outlet.serve("news", f"<html><head><title>The Harbour</title></head><body>{items}</body></html>")


def story(outlet: Outlet, number: int, words: str = SENTENCE) -> None:
    outlet.serve(
        f"news/{number}",
        f'<html><body><div class="story"><p>{words}</p></div><div class="more"><p>{"Words of another text. " * 40}</p>'
        "</div></body></html>",
    )


def texts(line: Line) -> list[tuple[str, str | None]]:
    return [tuple(row) for row in line.read(select(Article.headline, Article.body_text).order_by(Article.headline))]


def test_a_page_that_lists_articles_is_polled_like_a_feed(outlet: Outlet, line: Line) -> None:
    listing(outlet, 2, 1)
    line.add(outlet.url("news"), rules=rules(items="article.teaser"))
    line.poll()
    assert [headline for headline, _ in texts(line)] == ["Pier story 1", "Pier story 2"]
    line.poll()
    listing(outlet, 3, 2)
    line.poll()
    polls = line.read(select(Poll.outcome, Poll.entries, Poll.created).order_by(Poll.id))
    assert [tuple(row) for row in polls] == [("ok", 2, 2), ("unchanged", 0, 0), ("ok", 2, 1)]
    left = line.read(select(Article.headline).where(Article.last_seen_at.is_not(None)))
    assert [row.headline for row in left] == ["Pier story 1"]
    assert line.feed().title == "The Harbour"


def test_articles_texts_are_where_the_rule_of_their_feed_says(outlet: Outlet, page_line: Line) -> None:
    listing(outlet, 1)
    story(outlet, 1)
    page_line.add(outlet.url("news"), rules=rules(items="article.teaser", body=".story"))
    page_line.poll(pages=True)
    assert texts(page_line) == [("Pier story 1", SENTENCE)]
    provenance = page_line.read(select(Article.provenance, Article.body_source))[0]
    assert (provenance.provenance["body_text"], provenance.body_source) == ("page:page rule .story", "page")


def test_a_layout_that_changes_is_a_failure_that_says_so_and_loses_nothing(outlet: Outlet, line: Line) -> None:
    listing(outlet, 2, 1)
    line.add(outlet.url("news"), rules=rules(items="article.teaser"))
    line.poll()
    window = line.feed().entry_digests
    listing(outlet, 2, 1, name="card")
    line.poll()
    feed = line.feed()
    assert feed.error == "The rule for items, 'article.teaser', meets nothing on the page: its layout may have changed."
    assert (feed.error_kind, feed.failures, feed.entry_digests) == ("rule", 1, window)
    assert "its rules meet nothing in what it answers" in feed.due_reason
    listing(outlet, 2, 1)
    line.poll()
    assert (line.feed().error, line.feed().failures, line.count()) == (None, 0, 2)


def test_what_of_the_rules_meets_nothing_stands_with_the_feed(outlet: Outlet, line: Line) -> None:
    listing(outlet, 1)
    line.add(outlet.url("news"), rules=rules(items="article.teaser", byline=".writer"))
    line.poll()
    assert line.feed().unmet == "the rule for the byline, '.writer', meets nothing in any of 1 items"


def test_other_rules_read_the_same_bytes_again_and_make_no_revision(outlet: Outlet, page_line: Line) -> None:
    listing(outlet, 1)
    story(outlet, 1, SENTENCE * 8)
    page_line.add(outlet.url("news"), rules=rules(items="article.teaser", body=".more"))
    page_line.poll(pages=True)
    assert texts(page_line)[0][1] == ("Words of another text. " * 40).strip()
    give(page_line, rules(items="article.teaser", body=".story"))
    page_line.poll(pages=True)
    assert texts(page_line)[0][1] == SENTENCE * 8
    assert page_line.read(select(Article.revision))[0].revision == 2  # the page's text came after the listing's
    kinds = [row.kind for row in page_line.read(select(Change.kind).order_by(Change.seq))]
    assert kinds[-1] == "reparsed"


def give(line: Line, given: Rules | None) -> None:
    line.write(
        lambda connection: void(feed_store.give_rules(connection, [line.feed()], line.settings, given or NO_RULES))
    )


def void(_: object) -> None:
    """Take a value that nobody wants."""


def test_rules_given_during_a_lease_make_its_result_count_for_nothing(outlet: Outlet, line: Line) -> None:
    listing(outlet, 1)
    line.add(outlet.url("news"), rules=rules(items="article.teaser", headline="i"))
    line.tick()
    give(line, rules(items="article.teaser"))
    line.drain()
    assert line.count() == 0
    line.poll()
    assert [headline for headline, _ in texts(line)] == ["Pier story 1"]


def test_a_feed_with_its_rules_taken_away_is_read_by_its_format_again(outlet: Outlet, line: Line) -> None:
    listing(outlet, 1)
    line.add(outlet.url("news"), rules=rules(items="article.teaser"))
    line.poll()
    give(line, None)
    line.poll()
    assert (line.feed().rules, line.feed().error_kind) == (None, "not_a_feed")


def test_json_of_any_shape_is_followed_from_page_to_page_by_its_rules(outlet: Outlet, line: Line) -> None:
    def serve(path: str, *numbers: int, after: str | None = None) -> None:
        posts = [{"slug": f"s{at}", "name": f"Pier story {at}"} for at in numbers]
        outlet.serve(path, json.dumps({"result": {"posts": posts, "cursor": after}}), "application/json")

    serve("api", 4, 3, after="two")
    serve("two", 2, 1)
    given = {"items": "$.result.posts", "link": "/news/{slug}", "next": "/{result.cursor}"}
    line.add(outlet.url("api"), rules=rules(**given))
    line.poll()
    assert [headline for headline, _ in texts(line)] == [f"Pier story {at}" for at in (1, 2, 3, 4)]
    serve("api", 5, 4, after="two")
    line.poll()
    assert (line.count(), len(outlet.ledger.statuses("two"))) == (5, 1)


def test_a_listing_leads_to_no_inner_page(outlet: Outlet, page_line: Line) -> None:
    inner = outlet.url("secret").replace("127.0.0.1", "127.0.0.9")
    outlet.serve("news", f'<body><article><h2><a href="{inner}">Pier story</a></h2></article></body>')
    page_line.add(outlet.url("news"), rules=rules(items="article"))
    page_line.poll(pages=True)
    page_line.poll(pages=True)
    assert page_line.read(select(Page.error_kind))[0].error_kind == "blocked"
    assert page_line.read(select(Feed.error))[0].error is None


def test_what_lists_on_post_alone_is_asked_so_without_conditions_each_time(
    make_line: Callable[..., Line], outlet: Outlet
) -> None:
    open_key, seal_key = fresh_keys()
    line = make_line(fetch_pages=False, open_key=open_key)
    outlet.serve(
        "api", '{"data": {"posts": [{"url": "/news/1", "title": "Pier story"}]}}', "application/json", ETag='"1"'
    )
    url = outlet.url("api")
    line.add(url, rules=rules(items="$.data.posts"))
    passport = Passport(post='{"query": "{ posts }"}')
    sealed = seal(passport, url, seal_key)
    line.write(lambda connection: feed_store.give_passport(connection, 1, sealed, passport.shown))
    line.poll()
    line.poll()
    asked = [(one.method, one.body, one.conditional) for one in outlet.ledger.requests()]
    assert asked == [("POST", b'{"query": "{ posts }"}', False)] * 2
    outcomes = [row.outcome for row in line.read(select(Poll.outcome).order_by(Poll.id))]
    assert (outcomes, line.count()) == (["ok", "unchanged"], 1)


def test_a_gap_of_a_listing_is_closed_from_its_older_pages(outlet: Outlet, line: Line) -> None:
    moment = datetime.now(UTC).replace(microsecond=0)

    def serve(path: str, *hours: int, older: str = "") -> None:
        items = "".join(
            f'<li><h3><a href="/a/{at}">Report of hour {at}</a></h3>'
            f'<time datetime="{(moment - timedelta(hours=at)).isoformat()}"></time></li>'
            for at in hours
        )
        outlet.serve(path, f'<html><body><ul>{items}</ul><a rel="next" href="/{older}">Older</a></body></html>')

    serve("news", 8, 9)
    line.add(outlet.url("news"), rules=rules(items="li", next="a[rel=next]"))
    line.poll()
    six_ago = update(Feed).values(last_ok_at=moment - timedelta(hours=6))
    line.write(lambda connection: void(connection.execute(six_ago)))
    serve("news", 1, 2, older="page2")
    serve("page2", 3, 4, older="page3")
    serve("page3", 5, 8)
    for _ in range(4):
        line.poll()
    assert [headline for headline, _ in texts(line)] == [f"Report of hour {at}" for at in (1, 2, 3, 4, 5, 8, 9)]
    assert [row.state for row in line.read(select(Gap.state))] == ["closed"]
