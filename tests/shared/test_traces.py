"""Set-aside bytes that hold a certain article."""

import gzip
import json

import pytest

from shared.bundle import Bundle, Part, pack
from shared.traces import marks, may_hold

TOLD = marks("tag:paper.example:17", "https://paper.example/news/17?from=home&to=sea", "Ferry “Zoë” sinks off Halden")
ITEM = "<item><link>https://paper.example/news/17?from=home&amp;to=sea</link></item>"

HOLDING = {
    "its identifier": b"<guid>tag:paper.example:17</guid>",
    "its address": ITEM.encode(),
    "its address within the site": b'<a href="/news/17?from=home&amp;to=sea">',
    "its headline in entities": b"<h1>Ferry &#8220;Zo&euml;&#8221;\n sinks off Halden</h1>",
    "its headline escaped twice": b"<title>Ferry &amp;ldquo;Zo&amp;euml;&amp;rdquo; sinks off Halden</title>",
    "JSON": json.dumps({"url": "https://paper.example/news/17?from=home&to=sea"}).replace("/", "\\/").encode(),
    "JSON in ASCII": json.dumps({"title": "Ferry “Zoë” sinks off Halden"}).encode(),
    "UTF-16": ITEM.encode("utf-16"),
    "a gzip file": gzip.compress(ITEM.encode()),
    "a damaged gzip file": gzip.compress(ITEM.encode())[:-12],
    "a bundle": pack(
        Bundle((Part("https://paper.example/1", b"<a/>"), Part("https://paper.example/2", ITEM.encode())))
    ),
}


@pytest.mark.parametrize("data", HOLDING.values(), ids=HOLDING)
def test_an_article_is_found_however_it_is_written(data: bytes) -> None:
    assert may_hold(data, TOLD)


@pytest.mark.parametrize(
    "data", [b"<item>another</item>", b"https://paper.example/", pack(Bundle((Part("https://paper.example/1", b"x"),)))]
)
def test_other_documents_are_left_alone(data: bytes) -> None:
    assert not may_hold(data, TOLD)


def test_a_front_page_tells_no_article() -> None:
    assert not may_hold(b'<a href="/">', marks(None, "https://paper.example/", None))


def test_an_identifier_without_a_letter_stands_in_no_document() -> None:
    assert not may_hold(b"Ferry runs aground", marks("&nbsp;", None, " "))
