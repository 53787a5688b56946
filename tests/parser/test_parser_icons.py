"""Pictures of feeds and sites, where their publisher says that they are."""

import json

import pytest

from services.parser.formats.pages.article import read_page
from services.parser.formats.rules import read_rules
from services.parser.look import look

HERE = "https://paper.example/feeds/all"
ITEM = "<item><title>Pier</title><link>https://paper.example/1</link></item>"
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'><title>Paper</title>{}<entry><title>Pier</title><id>1</id></entry></feed>"
RSS = f"<rss version='2.0'><channel><title>Paper</title>{{}}{ITEM}</channel></rss>"
RDF = (
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
    f"<channel><title>Paper</title><image rdf:resource='/a.png'/></channel>{{}}{ITEM}</rdf:RDF>"
)
ITUNES = "<itunes:image xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' href='/pod.png'/>"


def icon(document: str, url: str = HERE) -> str | None:
    return look(document.encode(), url, None).feed.icon


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (ATOM.format("<logo>/wide.png</logo><icon> /small.png </icon>"), "/small.png"),
        (ATOM.format("<logo>/wide.png</logo>"), "/wide.png"),
        (RSS.format("<image><title>Paper</title><url>/logo.png</url></image>"), "/logo.png"),
        (RSS.format(f"{ITUNES}<image><url></url></image>"), "/pod.png"),
        (RSS.format("<w:icon xmlns:w='http://feeds.example/1'>/own.png</w:icon>"), "/own.png"),
        (RDF.format("<image><url>https://paper.example/rdf.png</url></image>"), "/rdf.png"),
        (json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "Pier"}],
                     "icon": "/large.png", "favicon": "/small.ico"}), "/small.ico"),
    ],
)  # fmt: skip
def test_a_feeds_picture_is_the_one_that_it_names(document: str, found: str) -> None:
    assert icon(document) == f"https://paper.example{found}"


@pytest.mark.parametrize(
    "said", ["javascript:alert(1)", "data:image/png;base64,AAAA", "file:///etc/icon", "/" + "a" * 3000, ""]
)
def test_what_is_no_address_of_the_web_is_no_picture(said: str) -> None:
    assert icon(RSS.format(f"<image><url>{said}</url></image>")) is None
    head = {"version": "https://jsonfeed.org/version/1", "items": [], "favicon": [said], "icon": said}
    assert icon(json.dumps(head | {"title": "Paper"})) is None


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ('<link rel="apple-touch-icon" href="/touch.png"><link rel="SHORTCUT ICON" href="fav.ico">', "news/fav.ico"),
        ('<link rel="icon" href="data:,"><link rel="apple-touch-icon-precomposed" href="/touch.png">', "touch.png"),
        ('<base href="https://static.example/"><link rel=icon href="a.svg">', None),
    ],
)
def test_a_pages_picture_is_that_of_its_site(head: str, found: str | None) -> None:
    article = f"<article><h2><a href=/1>Pier</a></h2><p>{'Words of it. ' * 40}</p></article>"
    page = f"<html><head>{head}</head><body>{article}</body></html>"
    wanted = f"https://paper.example/{found}" if found else "https://static.example/a.svg"
    assert read_page(page.encode(), "https://paper.example/news/1", None).icon == wanted
    rules = read_rules({"items": "article"})
    assert look(page.encode(), "https://paper.example/news/1", None, rules).feed.icon == wanted


def test_a_mask_is_no_picture() -> None:
    page = f'<html><head><link rel="mask-icon" href="/m.svg"></head><body><p>{"Words of it. " * 40}</p></body></html>'
    assert read_page(page.encode(), "https://paper.example/news/1", None).icon is None
