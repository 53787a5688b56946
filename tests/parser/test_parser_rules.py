"""Pages and JSON of any shape, read by rules of a feed's own."""

import contextlib
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.parser import limits
from services.parser.document import read_document
from services.parser.formats.pages.article import read_page
from services.parser.formats.rules import read_rules
from shared.errors import Malformed, NotAFeed, PermanentError, Unmet, UsageError
from shared.messages import Entry, Result, reader_of
from shared.rules import Rules
from tests.parser.documents import document, entries_of

URL = "https://harbour.example/news/"
LIST = """<!doctype html><html lang="en"><head><title>News | Harbour Council</title>
<meta property="og:site_name" content="Harbour Council"></head><body><nav><a href="/">Home</a></nav><main>
<article class="teaser"><a class="tag" href="/topics/port">Port</a><img src="/img/pier.jpg" alt="The pier">
<h2><a href="/news/1">New pier &amp; bridge opens</a></h2><time>12 November 2026, 14:07</time><p class="d">12 Nov</p>
<p>The council opened the new pier on Thursday after two years.</p><span class="byline">By Ada Quill</span></article>
<article class="teaser"><h2><a href="2">Ferry timetable changes</a></h2><time datetime="2026-11-11T09:00:00+01:00">Wed
</time><p>Ferries will leave every twenty minutes from the north quay.</p><i>{clock}</i></article>
<article class="promo"><a href="javascript:alert(1)">Buy</a></article></main>
<a rel="next" href="?page=2">Older</a></body></html>"""
PIECES = (
    "<html>", "<body>", "<a href='/x'>", "</a>", "<p>", "words of a text", "<img src=x srcset='y 2w,'>", "<h2>",
    "</h2>", "<time datetime=2>", "<script>", "</script>", "{", "}", "[", "]", '"a"', ":", ",", "1e999", "null",
    "<?xml?>", "<rss>", "<!--", "&#0;", "<a href='http://['>", "<base href='javascript:x'>", "\x00",
)  # fmt: skip
PAGES = st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(PIECES)).map(lambda parts: "".join(parts).encode()))
POSTS = {
    "data": {
        "posts": [
            {
                "id": 7,
                "slug": "new-pier",
                "title": {"rendered": "New pier &#8211; at last"},
                "fields": {"standfirst": "The council opened the new pier on Thursday."},
                "publishedAt": "2026-11-12T14:07:00Z",
                "authors": [{"name": "Ada Quill"}, {"name": "Ben Ostler"}],
                "image": {"src": "/img/pier.jpg"},
            }
        ]
    },
    "paging": {"older": "/api/posts?page=2"},
}


def rules(**given: Any) -> Rules:
    found = read_rules(given)
    assert found is not None
    return found


def read(source: str | Mapping[str, Any], **given: Any) -> list[Entry]:
    data = source if isinstance(source, str) else json.dumps(source)
    return entries_of(data.encode(), URL, None, rules=rules(**given))


def result(source: str, known: str = "", **given: Any) -> Result:
    told = document(url=URL, known=known)
    target = told.target.model_copy(update={"rules": rules(**given)})
    return read_document(told.model_copy(update={"target": target}), source.encode(), 100)


def test_the_rule_for_items_suffices_for_a_usual_page() -> None:
    first, second = read(LIST, items="article.teaser")
    assert (first.url, first.content.headline) == ("https://harbour.example/news/1", "New pier & bridge opens")
    assert first.content.summary == "The council opened the new pier on Thursday after two years."
    assert [author.name for author in first.content.authors] == ["Ada Quill"]
    assert [(image.url, image.alt) for image in first.content.images] == [
        ("https://harbour.example/img/pier.jpg", "The pier")
    ]
    assert second.url == "https://harbour.example/news/2"
    assert second.content.published_at is not None
    assert second.content.published_at.isoformat() == "2026-11-11T08:00:00+00:00"
    assert first.page_wanted


def test_a_date_without_a_zone_is_read_in_the_zone_of_the_rules() -> None:
    first, second = read(LIST, items="article.teaser", zone="Europe/Berlin")
    assert [one.content.published_at.isoformat() for one in (first, second) if one.content.published_at] == [
        "2026-11-12T13:07:00+00:00",
        "2026-11-11T08:00:00+00:00",
    ]
    assert read(LIST, items="article.teaser")[0].content.published_at is None


def test_each_rule_says_where_its_field_stands_and_the_article_tells_so() -> None:
    (first,) = read(
        LIST,
        items="//article[h2/a/@href='/news/1']",
        link="./a[@class='tag']/@href",
        headline="./img/@alt",
        summary=".d",
        date="time",
        identifier="./h2/a/@href",
        keywords=".tag",
        zone="UTC",
    )
    assert first.url == "https://harbour.example/topics/port"
    assert first.source_id == "/news/1"
    assert (first.content.headline, first.content.summary) == ("The pier", "12 Nov")
    assert first.content.section == "Port"
    assert first.content.provenance["headline"] == "feed rule ./img/@alt"


def test_the_text_may_stand_in_the_listing() -> None:
    page = (
        "<body><section><h3>Notice</h3><div>"
        + "<p>The north quay is closed to all traffic.</p>" * 12
        + "</div></section>"
    )
    (only,) = read(page, items="section", text="div")
    assert only.url is None
    assert only.content.body_text is not None
    assert not only.page_wanted


def test_links_that_lead_nowhere_are_none() -> None:
    items = "".join(
        f'<li><h3><a href="{url}">Words</a></h3></li>' for url in ("javascript:x()", "data:text/html,x", "mailto:a@b")
    )
    assert [one.url for one in read(f"<ul>{items}</ul>", items="li")] == [None, None, None]
    with pytest.raises(Unmet, match="none of them has a link: its layout may have changed"):
        read(f"<ul>{items}</ul>", items="li", link="a")


def test_what_the_rule_for_the_link_does_not_meet_is_no_article() -> None:
    notice = LIST.replace('<a href="javascript:alert(1)">Buy</a>', "<h2>Buy</h2>")
    assert len(read(notice, items="article")) == 3
    assert len(read(notice, items="article", link="h2 a")) == 2


def test_a_rule_that_meets_nothing_is_a_failure_and_no_empty_feed() -> None:
    failed = result(LIST, items="article.story")
    assert failed.facts.error == (
        "The rule for items, 'article.story', meets nothing on the page: its layout may have changed."
    )
    assert (failed.facts.error_kind, failed.window, failed.facts.validators) == ("rule", None, None)


def test_a_rule_for_a_field_that_meets_nothing_anywhere_is_told() -> None:
    found = result(LIST, items="article.teaser", byline=".writer")
    assert found.unmet == "the rule for the byline, '.writer', meets nothing in any of 2 items"
    assert result(LIST, items="article.teaser", byline=".byline").unmet is None


def test_a_clock_in_an_item_makes_no_new_entry_and_other_words_do() -> None:
    first = result(LIST.replace("{clock}", "3 minutes ago"), items="article.teaser")
    again = result(LIST.replace("{clock}", "9 minutes ago"), first.window or "", items="article.teaser")
    assert (len(first.entries), len(again.entries)) == (2, 0)
    changed = result(LIST.replace("Ferry timetable", "Bus timetable"), first.window or "", items="article.teaser")
    assert [one.content.headline for one in changed.entries] == ["Bus timetable changes"]


def test_the_listing_says_what_it_is_and_where_older_articles_are() -> None:
    feed = result(LIST, items="article.teaser", next="a[rel=next]").feed
    assert feed is not None
    assert (feed.title, feed.language, feed.older_url) == (
        "Harbour Council",
        "en",
        "https://harbour.example/news/?page=2",
    )


def test_who_read_by_rules_is_told_from_who_did_not() -> None:
    assert result(LIST, items="article.teaser").parser == reader_of(Rules(items="article.teaser"))
    assert reader_of(Rules(items="article")) != reader_of(Rules(items="article.teaser")) != reader_of(None)


def test_json_of_any_shape_is_read_by_its_items_and_usual_names() -> None:
    (only,) = read(POSTS, items="$.data.posts")
    assert only.content.headline == "New pier – at last"
    assert only.content.published_at is not None
    assert [author.name for author in only.content.authors] == ["Ada Quill", "Ben Ostler"]
    assert only.content.images[0].url == "https://harbour.example/img/pier.jpg"
    assert only.url is None


def test_paths_say_what_members_hold_and_may_be_filled_into_an_address() -> None:
    given = {
        "link": "/news/{slug}?id={id}",
        "summary": "fields.standfirst",
        "identifier": "id",
        "next": "$.paging.older",
    }
    (only,) = read(POSTS, items="$.data.posts[*]", **given)
    assert (only.url, only.source_id) == ("https://harbour.example/news/new-pier?id=7", "7")
    assert only.content.summary == "The council opened the new pier on Thursday."
    feed = result(json.dumps(POSTS), items="$.data.posts", **given).feed
    assert feed is not None
    assert feed.older_url == "https://harbour.example/api/posts?page=2"


def test_json_in_a_pages_script_is_read() -> None:
    page = f"<html><body><p>x</p><script id='state'>window.state = {json.dumps(POSTS)};</script></body></html>"
    assert read(page, items="$.data.posts", script="#state")[0].content.headline == "New pier – at last"
    with pytest.raises(Unmet, match="script"):
        read(page, items="$.data.posts", script="#other")


def test_a_search_without_results_yet_is_empty_and_one_that_lost_all_it_had_has_failed() -> None:
    empty = '{"hits": []}'
    assert result(empty, items="$.hits").window == ""
    assert result(empty, "abcdefghijkl", items="$.hits").facts.error_kind == "rule"
    assert result(empty, items="$.results").facts.error_kind == "rule"


def test_xml_of_any_shape_is_read() -> None:
    text = (
        '<?xml version="1.0"?><n:news xmlns:n="urn:n"><n:story><n:head>New pier</n:head><n:at>/news/1</n:at></n:story>'
        "</n:news>"
    )
    (only,) = read(text, items="story", headline="head", link="at")
    assert (only.url, only.content.headline) == ("https://harbour.example/news/1", "New pier")


def test_a_sitemap_in_which_a_gap_is_looked_into_is_read_by_its_format() -> None:
    sitemap = (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url>'
        "<loc>https://harbour.example/news/9</loc></url></urlset>"
    )
    for items in ("article.teaser", "$.posts"):
        assert [one.url for one in read(sitemap, items=items)] == ["https://harbour.example/news/9"]


def test_a_document_of_another_kind_than_the_rules_are_for_is_told() -> None:
    with pytest.raises(Unmet, match=r"begins with \$"):
        read(POSTS, items="article")
    with pytest.raises(Unmet, match="path in JSON"):
        read(LIST, items="$.items")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"items": "article["}, "is no selector"),
        ({"items": "a::text"}, "is no selector"),
        ({"items": "a:hover"}, "meets no element of any page"),
        ({"items": "//a["}, "is no XPath"),
        ({"items": "./x:a"}, "is no XPath"),
        ({"items": "li", "date": "//time"}, "within an item, XPath begins with ./"),
        ({"items": "$..a"}, "is no path"),
        ({"items": "$.a", "headline": "b[?@.c]"}, "is no path"),
        ({"items": "$.a", "link": "/x/{b c}"}, "is no path"),
        ({"items": "li", "script": "script"}, "A script holds JSON"),
        ({"items": "li", "zone": "Mars/Olympus"}, "is no zone"),
        ({"link": "a"}, "needs one that says which elements are the items"),
        ({"items": "x" * 501}, "1 to 500 characters"),
        ({"items": " "}, "1 to 500 characters"),
        ({"drop": ["a", "b["]}, "is no selector"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_in_a_sentence(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said.replace(".", r"\.").replace("[", r"\[")) as refused:
        read_rules(given)
    assert "\n" not in str(refused.value)


def test_a_million_matches_are_refused_and_told() -> None:
    page = "<body>" + "<a href=/x>y</a>" * 100_000
    with pytest.raises(Unmet, match="meets more than 5000 elements"):
        read(page, items="a")


def test_deep_pages_of_many_elements_are_read_or_refused_within_the_limits() -> None:
    deep = "<div>" * 120 + "<a href=/x>y</a>" + "</div>" * 120
    page = f"<body>{deep * 200}</body>"
    with limits.cpu_seconds(60):
        assert len(read(page, items="div div div a")) == 200
    with pytest.raises(Malformed, match="too deep for XPath"):
        read(page, items="//div//div//a")
    with pytest.raises(Malformed, match="deep"):
        read("<body>" + "<div>" * 5000, items="div")


def test_rules_hold_for_each_page_of_a_bundle_and_for_nothing_else() -> None:
    assert len(entries_of(LIST.encode(), URL, None, rules=rules(items="article.teaser", body=".text"))) == 2
    with pytest.raises(Exception, match="HTML page"):
        entries_of(LIST.encode(), URL, None, rules=rules(body=".text"))


def offered(page: str) -> str:
    with pytest.raises(NotAFeed) as refused:
        entries_of(page.encode(), URL, None)
    return str(refused.value)


def card(number: int, name: str = "card", words: str = "Pier story") -> str:
    linked = f'<a href="/news/{number}"><img src="/{number}.jpg"><h3>{words} {number}</h3></a>'
    return f'<li class="{name}">{linked}<p>Words.</p></li>'


def test_a_page_that_lists_articles_is_told_how_it_can_be_read() -> None:
    menu = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in ("Home", "Sport", "Port", "Weather", "Contact"))
    cards = card(1, "card first") + card(2) + card(3) + card(4, "card last")
    said = offered(f"<html><body><ul>{menu}</ul><ul>{cards}</ul></body></html>")
    assert said.endswith("It seems to list 4 articles: with --items 'li.card' they are read as a feed.")


def test_a_listing_without_headings_is_told_by_its_long_links() -> None:
    rows = "".join(f'<div class="row"><a href="/{at}">The council of the harbour {at}</a></div>' for at in range(5))
    assert "--items 'div.row'" in offered(f"<html><body>{rows}</body></html>")


@pytest.mark.parametrize(
    "body",
    [
        "<p>One text alone.</p>",
        card(1) + card(2),
        "<div>" * 300 + "x",
        "".join(f"<div>{one}<div></div><div></div></div>" for one in map(card, range(2))),
    ],
)
def test_a_page_that_seems_to_list_nothing_is_told_nothing(body: str) -> None:
    assert offered(f"<html><body>{body}</body></html>") == "The document is an HTML page, not a feed."


@pytest.mark.parametrize(
    "given",
    [
        {"items": "*", "text": "*", "image": "*", "date": "*", "byline": "*", "keywords": "*", "next": "*"},
        {"items": "//*", "link": "./@*", "headline": "./text()", "summary": "./*", "next": "(//@href)[last()]"},
        {"items": "$", "link": "[*]", "headline": "*", "text": "[0]", "next": "{a}"},
        {"items": "$[*][*]", "script": "script", "body": "*", "drop": ["p", "body *"]},
    ],
)
@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300), st.builds(lambda parts: "".join(parts).encode(), st.lists(st.sampled_from(PIECES)))
    )
)
def test_whatever_comes_rules_read_it_or_say_why_not(given: dict[str, Any], data: bytes) -> None:
    told = rules(**given)
    for read_bytes in (entries_of, read_page):
        with contextlib.suppress(PermanentError):
            read_bytes(data, URL, None, rules=told)
