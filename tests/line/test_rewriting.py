"""Articles' pages that are asked for at an address made of their link, down the whole line."""

import pytest
from sqlalchemy import select

from services.command.feeds import feed_store
from services.parser.formats.rules import read_rules
from shared.messages import PARSER
from shared.rules import Rules
from shared.tables import Article, ArticleKey, Change, Page, Poll
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

WORDS = "The council of the harbour met on Monday and talked about the pier for hours. "


def rule(rewrite: str) -> Rules:
    found = read_rules({"rewrite": rewrite})
    assert found is not None
    return found


def listing(outlet: Outlet, *paths: str) -> str:
    items = "".join(
        f"<item><title>Story of {path}</title><link>{outlet.url(path)}</link><description>Brief.</description></item>"
        for path in paths
    )
    outlet.serve("rss.xml", f"<rss version='2.0'><channel>{items}</channel></rss>", "application/rss+xml")
    return outlet.url("rss.xml")


def page(outlet: Outlet, path: str, words: str = WORDS, head: str = "") -> None:
    outlet.serve(path, f"<html><head>{head}</head><body><article><p>{words * 8}</p></article></body></html>")


def asked(outlet: Outlet) -> list[str]:
    return [one.path for one in outlet.ledger.requests() if one.path not in {"/rss.xml", "/robots.txt"}]


def pages(line: Line) -> list[tuple[str, str | None]]:
    return [tuple(row) for row in line.read(select(Page.state, Page.error).order_by(Page.article_id))]


def test_the_page_is_asked_for_where_the_rule_says_and_the_article_stays_at_its_link(
    outlet: Outlet, page_line: Line
) -> None:
    page_line.add(listing(outlet, "news/1"), rules=rule(r"/news/(\d+)$ /print/\1?all=1"))
    image = '<meta property="og:image" content="pictures/pier.jpg">'
    page(outlet, "print/1", head=f'<link rel="canonical" href="/print/1?all=1">{image}')
    page_line.poll(pages=True)
    assert asked(outlet) == ["/print/1?all=1"]
    (article,) = page_line.read(select(Article.__table__))
    assert (article.body_text, article.body_source, article.page_state) == ((WORDS * 8).strip(), "page", "done")
    assert (article.url, article.canonical_url) == (outlet.url("news/1"), outlet.url("news/1"))
    assert [image["url"] for image in article.images] == [outlet.url("print/pictures/pier.jpg")]
    assert article.section != "Print"
    assert not [key for key in page_line.read(select(ArticleKey.key)) if "print" in key.key]
    page_line.poll(pages=True)
    assert (page_line.count(), asked(outlet)) == (1, ["/print/1?all=1"])


def test_a_page_that_is_an_agencys_says_so_still(outlet: Outlet, page_line: Line) -> None:
    page_line.add(listing(outlet, "news/1"), rules=rule("/news/ /print/"))
    page(outlet, "print/1", head='<link rel="canonical" href="https://agency.example/pier">')
    page_line.poll(pages=True)
    assert page_line.read(select(Article.canonical_url))[0].canonical_url == "https://agency.example/pier"


def test_a_link_that_the_rule_does_not_meet_is_asked_for_as_it_is(outlet: Outlet, page_line: Line) -> None:
    page_line.add(listing(outlet, "sport/1", "news/2"), rules=rule("/news/ /print/"))
    page(outlet, "sport/1")
    page(outlet, "print/2")
    page_line.poll(pages=True)
    assert sorted(asked(outlet)) == ["/print/2", "/sport/1"]
    assert pages(page_line) == [("done", None), ("done", None)]


def test_robots_txt_is_asked_of_the_address_that_is_made(outlet: Outlet, page_line: Line) -> None:
    outlet.serve("robots.txt", "User-agent: *\nDisallow: /print/\n", "text/plain")
    page_line.add(listing(outlet, "news/1"), rules=rule("/news/ /print/"))
    page_line.poll(pages=True)
    assert asked(outlet) == []
    assert pages(page_line) == [("failed", "The site's robots.txt asks not to fetch this page.")]


@pytest.mark.parametrize(
    "made", ["http://127.0.0.9:{port}/secret", "ftp://127.0.0.1:{port}/x", "http://[x/", "nothing"]
)
def test_no_rule_leads_to_another_site(outlet: Outlet, page_line: Line, made: str) -> None:
    page_line.add(listing(outlet, "news/1"), rules=rule(f"^.*$ {made.format(port=outlet.port)}"))
    page_line.poll(pages=True)
    ((state, error),) = pages(page_line)
    assert (state, asked(outlet)) == ("failed", [])
    if "127.0.0.1" not in made:
        assert error is not None
        assert error.startswith(f"The rule for rewriting leads from 127.0.0.1:{outlet.port} to ")
        assert error.endswith(": a page is asked for on its article's own site alone.")


def test_a_link_of_a_stranger_makes_no_endless_address(outlet: Outlet, page_line: Line) -> None:
    page_line.add(listing(outlet, "news/" + "a" * 900), rules=rule(r"/news/(.*) /print/\1\1\1"))
    page_line.poll(pages=True)
    assert asked(outlet) == []
    assert pages(page_line) == [("failed", "The rule for rewriting makes an address of more than 2000 characters.")]


def test_another_rule_makes_the_pages_due_again_and_reads_no_entry_anew(outlet: Outlet, page_line: Line) -> None:
    page_line.add(listing(outlet, "news/1"))
    page(outlet, "news/1")
    page(outlet, "print/1", WORDS * 3)
    page_line.poll(pages=True)
    rules = rule("/news/ /print/")
    page_line.write(lambda connection: give(connection, page_line, rules))
    page_line.poll(pages=True)
    assert asked(outlet) == ["/news/1", "/print/1"]
    assert page_line.read(select(Article.body_text))[0].body_text == (WORDS * 24).strip()
    assert page_line.feed().parser == PARSER
    assert "reparsed" not in [row.kind for row in page_line.read(select(Change.kind))]
    outcomes = page_line.read(select(Poll.outcome, Poll.revised).where(Poll.kind == "feed").order_by(Poll.id))
    assert [tuple(row) for row in outcomes] == [("ok", 0), ("ok", 0)]


def give(connection: object, line: Line, rules: Rules) -> None:
    assert feed_store.give_rules(connection, [line.feed()], line.settings, rules) == 1  # type: ignore[arg-type]
