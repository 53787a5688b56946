"""How the command takes rules: tried on an address, given to feeds, shown, and refused where they cannot be read."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from shared.database import reading, writing
from shared.tables import Feed
from tests.command.conftest import Run
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

URL = "https://harbour.example/news"
SAY = (
    "Say how the feeds are to be read, such as --items 'article', or --none; or which of their entries are stored, "
    "such as --leave-out 'headline:horoscope', or --no-patterns."
)
OWN_SITE = "a page is asked for on its article's own site alone."
ITEM = (
    '<article class="teaser"><h2><a href="/news/{0}">Pier story {0}</a></h2>'
    '<time datetime="2026-11-{0:02}T09:00:00Z"></time></article>'
)
LIST = f"<html><head><title>The Harbour</title></head><body>{''.join(map(ITEM.format, (12, 11, 10)))}</body></html>"


@pytest.fixture
def page(outlet: Outlet) -> str:
    """The address of a page that lists three articles."""
    outlet.serve("news", LIST)
    for at in (10, 11, 12):
        words = "The council met on Monday and talked about the pier for hours. " * 12
        outlet.serve(f"news/{at}", f'<html><body><div class="story"><p>{words}</p></div></body></html>')
    return outlet.url("news")


def test_rules_are_tried_on_an_address_and_store_nothing(wireroom: Run, outlet: Outlet, page: str) -> None:
    allow = {"fetch_allow": outlet.allow[0]}
    ran = wireroom("poll", page, "--json", "--items", "article.teaser", **allow)
    assert [line["headline"] for line in ran.lines] == ["Pier story 12", "Pier story 11", "Pier story 10"]
    ran = wireroom("extract", outlet.url("news/10"), "--json", "--body", ".story", **allow)
    assert ran.lines[0]["provenance"]["body_text"] == "page rule .story"
    ran = wireroom("poll", page, "--items", "article.card", **allow)
    assert ran.status == 1
    assert "The rule for items, 'article.card', meets nothing on the page: its layout may have changed." in ran.err


def test_a_check_says_what_rules_find_and_what_they_do_not(wireroom: Run, outlet: Outlet, page: str) -> None:
    words = ("feeds", "check", page, "--json", "--pause", 0, "--items", "article", "--byline", ".by", "--body", ".text")
    (found,) = wireroom(*words, fetch_allow=outlet.allow[0]).lines
    assert (found["format"], found["articles"], found["title"]) == ("a page, read by rules", 3, "The Harbour")
    said = [one["said"] for one in found["findings"] if one["about"] == "rules"]
    assert said == [
        "The rule for the byline, '.by', meets nothing in any of 3 items.",
        "The rule for the body, '.text', meets nothing.",
    ]


def test_where_pages_are_asked_for_is_tried_on_an_address(wireroom: Run, outlet: Outlet, page: str) -> None:
    allow = {"fetch_allow": outlet.allow[0]}
    rule = ("--rewrite", r"/news/(\d+)$ /print/\1")
    outlet.serve("print/12", f"<html><body><article><p>{'All of it on one page. ' * 20}</p></article></body></html>")
    lines = wireroom("poll", page, "--json", "--items", "article", *rule, **allow).lines
    assert (lines[0]["url"], lines[0]["page_url"]) == (outlet.url("news/12"), outlet.url("print/12"))
    assert f"page      {outlet.url('print/12')}\n" in wireroom("poll", page, "--items", "article", *rule, **allow).text
    (line,) = wireroom("extract", outlet.url("news/12"), "--json", *rule, **allow).lines
    assert (line["url"], line["page_url"]) == (outlet.url("news/12"), outlet.url("print/12"))
    assert line["body_text"].startswith("All of it")
    words = ("feeds", "check", page, "--json", "--pause", 0, "--items", "article")
    (found,) = wireroom(*words, *rule, **allow).lines
    assert any(outlet.url("print/12") in one["said"] for one in found["findings"] if one["about"] == "page")
    (found,) = wireroom(*words, "--rewrite", "/sport/ /print/", **allow).lines
    said = [one["said"] for one in found["findings"] if one["about"] == "rules"]
    assert said == [f"The rule for rewriting, '/sport/ /print/', does not meet {outlet.url('news/12')}."]
    ran = wireroom("extract", outlet.url("news/12"), "--rewrite", "^.*$ http://127.0.0.9/x", **allow)
    assert ran.status == 1
    assert ran.err.endswith(f"leads from 127.0.0.1:{outlet.port} to 127.0.0.9: {OWN_SITE}\n")
    ran = wireroom("extract", outlet.url("news/12"), "--rewrite", "/news/ /lost/", **allow)
    assert ran.err.endswith(f"{outlet.url('news/12')}: the server answered 404 at {outlet.url('lost/12')}.\n")


def test_a_page_without_rules_is_told_how_it_can_be_read(wireroom: Run, outlet: Outlet, page: str) -> None:
    ran = wireroom("feeds", "check", page, "--pause", 0, fetch_allow=outlet.allow[0])
    assert ran.status == 1
    assert "It seems to list 3 articles: with --items 'article.teaser' they are read as a feed." in ran.err
    assert "say with --items what the articles on it are" in ran.err


def test_rules_are_given_shown_exported_and_taken_away(wireroom: Run, sqlite_store: Engine) -> None:
    wireroom("feeds", "add", URL, "--items", "article", "--drop", ".ad", "--drop", ".box")
    shown = wireroom("feeds", "show", 1, "--json").lines[0]
    assert shown["rules"] == {"items": "article", "drop": [".ad", ".box"]}
    assert " items 'article', drop '.ad', drop '.box'\n" in wireroom("feeds", "show", 1).text
    with writing(sqlite_store) as connection:
        known = {"etag": '"1"', "entry_digests": "abcdefghijkl", "lease_token": "t"}
        connection.execute(update(Feed).values(**known))
    said = wireroom("feeds", "rules", 1, "--items", "li", "--body", ".story").text
    assert said == f"1 {URL} is read by items 'li', body '.story'.\n"
    with reading(sqlite_store) as connection:
        row = connection.execute(select(Feed.etag, Feed.entry_digests, Feed.lease_token, Feed.rules)).one()
    assert tuple(row) == (None, "", None, {"items": "li", "body": ".story"})
    assert wireroom("feeds", "show", 1, "--json").lines[0]["text_by_rule"] == "on 0 of the last 0 pages"
    assert b'wireroomItems="li"' in wireroom("feeds", "export", "-").out
    wireroom("feeds", "rules", 1, "--none")
    assert wireroom("feeds", "show", 1, "--json").lines[0]["rules"] is None


def test_a_rule_for_pages_addresses_travels_in_a_list(wireroom: Run, tmp_path: Path) -> None:
    rule = r"^(https://harbour\.example/[^?]*).* \1?all=1&size=<9>"
    wireroom("feeds", "add", URL, "--rewrite", rule)
    file = tmp_path / "feeds.opml"
    wireroom("feeds", "export", file)
    assert "wireroomRewrite=" in file.read_text()
    wireroom("feeds", "remove", 1)
    assert wireroom("feeds", "import", file).status == 0
    shown = wireroom("feeds", "show", 2, "--json").lines[0]
    assert (shown["rules"], shown["address_by_rule"]) == ({"rewrite": rule}, "for 0 of the last 0 pages")


def test_what_a_rule_makes_of_an_articles_link_is_shown(wireroom: Run, line: Line, outlet: Outlet) -> None:
    item = f"<item><title>Pier story</title><link>{outlet.url('news/1')}</link><description>Brief.</description></item>"
    outlet.serve("rss.xml", f"<rss version='2.0'><channel>{item}</channel></rss>", "application/rss+xml")
    wireroom("feeds", "add", outlet.url("rss.xml"), "--rewrite", "/news/ /print/")
    line.poll()
    wireroom("feeds", "pages", "always", 1)
    made = outlet.url("print/1")
    shown = wireroom("feeds", "show", 1, "--json").lines[0]
    assert shown["address_by_rule"] == f"for 1 of the last 1 pages, such as {made}"
    (said,) = wireroom("explain", outlet.url("news/1"), "--json").lines
    assert (said["articles"][0]["page"]["url"], said["articles"][0]["page"]["asked_at"]) == (outlet.url("news/1"), made)
    assert f"asked at {made}" in wireroom("explain", 1).text


def test_a_sites_own_page_can_be_a_listing(wireroom: Run) -> None:
    wireroom("feeds", "add", "https://harbour.example/", "--items", "article")
    assert [one["url"] for one in wireroom("feeds", "list", "--json").lines] == ["https://harbour.example/"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rules", 1, "--items", "article["), "'article[' is no selector: expected attribute name, got None."),
        (("rules", 1, "--link", "a"), "The rule for link needs one that says which elements are the items."),
        (("rules", 1), SAY),
        (("rules", 1, "--none", "--items", "a"), "Either --none, or the rules by which they are to be read."),
        (
            ("rules", 1, "--no-patterns", "--keep", "any:a"),
            "Either --no-patterns, or those that say which of their entries are stored.",
        ),
        (("add", URL, "--keep", "any:("), "'(' is no pattern of RE2: missing ): (."),
        (
            ("rules", 7, "--items", "a"),
            "There is no feed '7': `wireroom feeds list` shows their numbers and addresses.",
        ),
        (
            ("rules", 1, "--rewrite", "/news/"),
            "'/news/' is no rule for rewriting: write a pattern and what stands in its place, '/a/ /b/'.",
        ),
        (
            ("rules", 1, "--rewrite", r"^https://example\.com/(.*) https://example.org/\1"),
            f"example.org is another site than example.com: {OWN_SITE}",
        ),
        (
            ("add", URL, "--items", "$..a"),
            "'$..a' is no path: write it like $.data.posts, with [0], [*] or ['a name'] where needed.",
        ),
        (
            ("check", URL, "--items", "a::text"),
            "'a::text' is no selector: Expected a supported pseudo-element, got text.",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_at_once_in_a_sentence(
    wireroom: Run, words: tuple[object, ...], said: str
) -> None:
    wireroom("feeds", "add", "https://harbour.example/feed.xml")
    ran = wireroom("feeds", *words)
    assert (ran.status, ran.sentence) == (2, said)


def test_patterns_are_given_beside_rules_and_taken_away(wireroom: Run, sqlite_store: Engine) -> None:
    wireroom("feeds", "add", URL, "--items", "article", "--keep", "any:pier")
    wireroom("feeds", "add", "https://harbour.example/feed.xml", "--folder", "Wires")
    with writing(sqlite_store) as connection:
        known = {"etag": '"1"', "entry_digests": "abcdefghijkl", "lease_token": "t"}
        connection.execute(update(Feed).values(**known))
    said = wireroom("feeds", "rules", 1, "--keep", "any:ferry", "--leave-out", "keyword:sport").text
    assert said == f"1 {URL} keeps what meets 'any:ferry', and leaves out what meets 'keyword:sport'.\n"
    shown = wireroom("feeds", "show", 1, "--json").lines[0]["rules"]
    assert shown == {"items": "article", "keep": ["any:ferry"], "leave_out": ["keyword:sport"]}
    said = wireroom("feeds", "rules", "--folder", "Wires", "--leave-out", "older:30d").text
    assert said == "Each of 1 feed leaves out what meets 'older:30d'.\n"
    with reading(sqlite_store) as connection:
        rows = connection.execute(select(Feed.etag, Feed.entry_digests, Feed.lease_token).order_by(Feed.id)).all()
    assert {tuple(row) for row in rows} == {('"1"', "abcdefghijkl", None)}
    wireroom("feeds", "rules", 1, "--items", "li")
    shown = wireroom("feeds", "show", 1, "--json").lines[0]["rules"]
    assert shown == {"items": "li", "keep": ["any:ferry"], "leave_out": ["keyword:sport"]}
    assert b'wireroomLeaveOut="keyword:sport"' in wireroom("feeds", "export", "-").out
    wireroom("feeds", "rules", 1, "--leave-out", "headline:a{1,2}", "--leave-out", "any:tide, low")
    said = " ".join(wireroom("feeds", "show", 1).text.split())
    assert "rules items 'li' " in said
    assert "patterns leaves out what meets 'headline:a{1,2}' or 'any:tide, low'" in said
    said = wireroom("feeds", "rules", "--all", "--no-patterns").text
    assert said == "Each of 2 feeds keeps everything.\n"
    assert [one["rules"] for one in wireroom("feeds", "list", "--json").lines] == [{"items": "li"}, None]


def test_patterns_are_given_to_the_feeds_that_a_list_brings(wireroom: Run, sqlite_store: Engine) -> None:
    own = '<outline xmlUrl="https://b.example/rss" wireroomKeep="any:pier" wireroomItems="li"/>'
    listed = f'<opml><body><outline xmlUrl="https://a.example/rss" wireroomBody=".text"/>{own}</body></opml>'
    ran = wireroom("feeds", "import", "-", "--leave-out", "keyword:sport", stdin=listed.encode())
    assert ran.text == "2 added, 0 known already, 0 wrong.\n"
    lists = "https://c.example/list.opml"
    wireroom("feeds", "follow", lists, "--keep", "any:ferry")
    wireroom("feeds", "follow", lists, "--leave-out", "older:30d")
    with reading(sqlite_store) as connection:
        rules = connection.scalars(select(Feed.rules).order_by(Feed.id)).all()
    assert rules == [
        {"body": ".text", "leave_out": ["keyword:sport"]}, {"items": "li", "keep": ["any:pier"]},
        {"leave_out": ["older:30d"]},
    ]  # fmt: skip
    ran = wireroom("feeds", "import", "-", "--leave-out", "sport", stdin=b"https://d.example/rss")
    assert (ran.status, "is no pattern" in ran.sentence) == (2, True)


def test_patterns_are_tried_on_an_address(wireroom: Run, outlet: Outlet, page: str) -> None:
    allow = {"fetch_allow": outlet.allow[0]}
    tried = ("--items", "article", "--leave-out", "headline:story 11", "--leave-out", "link:/12$")
    told = f"left out by 'link:/12$': Pier story 12 {outlet.url('news/12')}"
    ran = wireroom("poll", page, *tried, **allow)
    assert ("Pier story 10" in ran.text, told in ran.text) == (True, True)
    ran = wireroom("poll", page, "--json", *tried, **allow)
    assert ([line["headline"] for line in ran.lines], told in ran.err) == (["Pier story 10"], True)
    found = wireroom("feeds", "check", page, "--json", "--pause", 0, *tried, **allow).lines[0]
    said = [(one["level"], one["said"]) for one in found["findings"] if one["about"] == "patterns"]
    words = "2 of 3 articles would not be stored: 'link:/12$' leaves out 1, 'headline:story 11' leaves out 1."
    assert (found["articles"], said) == (3, [("note", words)])
    ran = wireroom("feeds", "check", page, "--pause", 0, "--items", "article", "--keep", "any:whale", **allow)
    assert "! patterns     3 of 3 articles would not be stored: 3 meet none to keep." in ran.text


def test_json_is_listed_by_paths(wireroom: Run, outlet: Outlet) -> None:
    posts = [{"slug": "pier", "title": "Pier story"}]
    outlet.serve("api", json.dumps({"data": {"posts": posts}}), "application/json")
    words = ("poll", outlet.url("api"), "--json", "--items", "$.data.posts", "--link", "/news/{slug}")
    (only,) = wireroom(*words, fetch_allow=outlet.allow[0]).lines
    assert (only["headline"], only["url"]) == ("Pier story", outlet.url("news/pier"))


def test_what_lists_on_post_alone_is_tried_and_told(wireroom: Run, outlet: Outlet, tmp_path: Path) -> None:
    outlet.serve("api", '{"posts": [{"url": "/news/1", "title": "Pier story"}]}', "application/json")
    (tmp_path / "query.json").write_text('{"query": "{ posts }"}')
    post = ("--post", f"@{tmp_path / 'query.json'}", "--header", "X-Key: 7")
    ran = wireroom("poll", outlet.url("api"), "--json", "--items", "$.posts", *post, fetch_allow=outlet.allow[0])
    assert [line["headline"] for line in ran.lines] == ["Pier story"]
    (seen,) = outlet.ledger.requests()
    assert (seen.method, seen.body, seen.headers["x-key"]) == ("POST", b'{"query": "{ posts }"}', "7")
    wireroom("feeds", "add", outlet.url("api"), "--items", "$.posts")
    _, key = wireroom("feeds", "keys").text.splitlines()
    ran = wireroom("feeds", "access", 1, *post, seal_key=key.partition("=")[2])
    assert ran.text.endswith(" is asked for with: header x-key, a body of 22 characters.\n")


def test_a_body_that_cannot_be_posted_is_refused(wireroom: Run) -> None:
    wireroom("feeds", "add", "ftp://wire.example/news/")
    _, key = wireroom("feeds", "keys").text.splitlines()
    ran = wireroom("feeds", "access", 1, "--post", "page=1", seal_key=key.partition("=")[2])
    assert (ran.status, ran.sentence) == (2, "Feed 1 is no address of the web: it is asked with credentials alone.")
    assert wireroom("feeds", "access", 1, "--post", "").sentence == "What is posted has 1 to 20000 characters."
