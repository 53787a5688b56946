"""`wireroom poll`, `extract` and `fold`: stages' work on files and addresses, without store and queue."""

import gzip
import json
from pathlib import Path

import pytest

from tests.command.conftest import Run
from tests.outlet.outlet import Outlet
from tests.outlet.prose import story

FEED = """<rss version="2.0"><channel><title>The Paper</title><link>https://paper.example/</link>
<item><guid>1</guid><title>Ferry sinks</title><link>/ferry</link><description>It sank.</description></item>
<item><guid>2</guid><title>Budget passes</title><link>/budget</link><description>It passed.</description></item>
</channel></rss>"""
TEXT = story("page", words=300).body
PARAGRAPHS = "".join(f"<p>{part}</p>" for part in TEXT.split("\n\n"))
PAGE = f"""<!doctype html><html lang="en"><head><title>Ferry sinks</title>
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Ferry sinks off pier"}}</script></head>
<body><nav>Home</nav><article><h1>Ferry sinks off pier</h1>{PARAGRAPHS}</article></body></html>"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A directory with a feed, a page, and what is neither."""
    (tmp_path / "feed.xml").write_text(FEED)
    (tmp_path / "feed.xml.gz").write_bytes(gzip.compress(FEED.encode()))
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "notes.txt").write_text("Notes, and no feed at all.")
    (tmp_path / "cut.gz").write_bytes(gzip.compress(FEED.encode())[:50])
    return tmp_path


@pytest.mark.parametrize("name", ["feed.xml", "feed.xml.gz"])
def test_a_feed_in_a_file_gives_its_articles_as_lines(wireroom: Run, files: Path, name: str) -> None:
    ran = wireroom("poll", name, "--json", "--url", "https://paper.example/rss")
    assert (ran.status, ran.err) == (0, "")
    assert [(one["source_id"], one["headline"], one["url"]) for one in ran.lines] == [
        ("1", "Ferry sinks", "https://paper.example/ferry"),
        ("2", "Budget passes", "https://paper.example/budget"),
    ]


def test_a_feed_without_articles_says_so(wireroom: Run, files: Path) -> None:
    (files / "none.xml").write_text('<rss version="2.0"><channel><title>The Paper</title></channel></rss>')
    ran = wireroom("poll", "none.xml", "--json")
    assert (ran.status, ran.out, ran.sentence) == (0, b"", "none.xml: It lists no articles.")


def test_an_entry_that_cannot_be_read_is_named(wireroom: Run, files: Path) -> None:
    odd = FEED.replace("It passed.", "&lt;div&gt;" * 5000)
    (files / "odd.xml").write_text(odd)
    ran = wireroom("poll", "odd.xml", "--json")
    assert [one["headline"] for one in ran.lines] == ["Ferry sinks"]
    assert "odd.xml: an entry is left out: " in ran.err


def test_a_feed_is_shown_to_people_as_text(wireroom: Run, files: Path) -> None:
    text = wireroom("poll", "feed.xml").text
    assert "Ferry sinks" in text
    assert "It passed." in text


def test_a_feed_is_fetched_from_an_address_that_is_allowed(wireroom: Run, outlet: Outlet) -> None:
    outlet.publish("markets.xml", entries=3)
    ran = wireroom("poll", outlet.url("markets.xml"), "--json", fetch_allow=",".join(outlet.allow))
    assert (ran.status, len(ran.lines)) == (0, 3)


def test_an_inner_address_that_is_not_allowed_is_not_asked(wireroom: Run, outlet: Outlet) -> None:
    outlet.publish("markets.xml", entries=3)
    ran = wireroom("poll", outlet.url("markets.xml"))
    assert ran.status == 1
    assert outlet.url("markets.xml") in ran.sentence
    assert outlet.ledger.statuses("markets.xml") == []


def test_one_source_that_fails_is_named_and_the_others_are_shown(wireroom: Run, files: Path) -> None:
    ran = wireroom("poll", "notes.txt", "nowhere.xml", "feed.xml", "cut.gz", "--json")
    assert (ran.status, len(ran.lines)) == (2, 2)  # nowhere.xml is a wrong word
    assert [line.split(": ")[1] for line in ran.err.splitlines()] == ["notes.txt", "nowhere.xml", "cut.gz"]
    assert all(line.endswith(".") for line in ran.err.splitlines())


def test_a_page_gives_its_article(wireroom: Run, files: Path) -> None:
    (article,) = wireroom("extract", "page.html", "--json", "--url", "https://paper.example/ferry").lines
    assert article["headline"] == "Ferry sinks off pier"
    assert " ".join(TEXT.split()) in " ".join(article["body_text"].split())


def test_a_page_is_fetched_from_an_address_that_is_allowed(wireroom: Run, outlet: Outlet) -> None:
    outlet.serve("ferry.html", PAGE)
    ran = wireroom("extract", outlet.url("ferry.html"), "--json", fetch_allow=",".join(outlet.allow))
    assert [one["headline"] for one in ran.lines] == ["Ferry sinks off pier"]


def test_many_documents_give_a_line_each_with_their_articles_or_their_error(
    wireroom: Run, files: Path, outlet: Outlet
) -> None:
    outlet.publish("markets.xml", entries=3)
    rows = [
        {"id": "a", "path": "feed.xml", "url": "https://paper.example/rss"},
        {"id": 2, "path": "notes.txt", "url": None},
        {"id": "c", "url": outlet.url("markets.xml")},
        {"id": "d", "path": "nowhere.xml"},
        {"id": "\u2028", "path": "feed.xml.gz"},
    ]
    (files / "list.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n\n" for row in rows))
    ran = wireroom("poll", "--from", "list.jsonl", fetch_allow=",".join(outlet.allow))
    assert (ran.status, ran.err) == (0, "")
    answers = [json.loads(line) for line in ran.text.split("\n") if line]
    assert [(one["id"], len(one["articles"]), one["error"] is None) for one in answers] == [
        ("a", 2, True),
        (2, 0, False),
        ("c", 3, True),
        ("d", 0, False),
        ("\u2028", 2, True),
    ]
    assert answers[0]["articles"][0]["url"] == "https://paper.example/ferry"
    assert all(one["error"].endswith(".") for one in answers if one["error"])


def test_many_pages_give_a_line_each(wireroom: Run, files: Path) -> None:
    (files / "list.jsonl").write_text('{"id": 1, "path": "page.html"}\n{"id": 2, "path": "notes.txt"}')
    answers = wireroom("extract", "--from", "list.jsonl").lines
    assert [len(one["articles"]) for one in answers] == [1, 0]


@pytest.mark.parametrize(
    "line",
    [
        "{", '"feed.xml"', '{"id": 1}', '{"path": "feed.xml"}', '{"id": 1, "path": ""}', '{"id": 1, "path": 5}',
        "[" * 5000,
        '{"id": 1, "path": "."}', '{"id": 1, "path": "none.xml"}', '{"id": 1, "path": "a\\u0000b"}', "\udcff",
        '{"id": 1, "path": "/dev/zero"}', '{"id": 1, "path": "/dev/null"}',
    ],
)  # fmt: skip
def test_no_line_of_a_list_stops_those_after_it(wireroom: Run, files: Path, line: str) -> None:
    good = b'{"id": 7, "path": "feed.xml"}\n'
    (files / "list.jsonl").write_bytes(
        b"\xef\xbb\xbf" + good + line.encode("utf-8", "surrogateescape") + b"\r\n" + good
    )
    ran = wireroom("poll", "--from", "list.jsonl")
    first, bad, last = ran.lines
    assert (ran.status, first, bad["articles"]) == (0, last, [])
    assert bad["error"].endswith(".")


def test_a_line_that_is_no_json_is_named_by_its_place(wireroom: Run, files: Path) -> None:
    (files / "list.jsonl").write_text("\n{\n")
    (answer,) = wireroom("poll", "--from", "list.jsonl").lines
    assert answer["id"] is None
    assert answer["error"].startswith("list.jsonl:2: ")


def test_a_file_is_read_as_far_as_a_document_may_be_long(wireroom: Run, files: Path) -> None:
    (files / "bomb.gz").write_bytes(gzip.compress(bytes(50_000)))
    for name in ("feed.xml", "bomb.gz"):
        ran = wireroom("poll", name, max_document_bytes=100 if name == "feed.xml" else 1000)
        assert ran.status == 1
        assert "bytes" in ran.sentence


@pytest.mark.parametrize("words", [[], ["feed.xml", "--from", "list.jsonl"]])
def test_what_to_read_has_to_be_said_once(wireroom: Run, files: Path, words: list[str]) -> None:
    ran = wireroom("poll", *words)
    assert ran.status == 2
    assert "--from" in ran.sentence


def test_a_document_that_costs_too_much_is_one_error(wireroom: Run, files: Path) -> None:
    items = "".join(f"<item><guid>{number}</guid><title>{number}</title></item>" for number in range(150_000))
    (files / "huge.xml").write_text(f"<rss version='2.0'><channel>{items}</channel></rss>")
    ran = wireroom("poll", "huge.xml", "feed.xml", "--json", parse_time_s=1)
    assert (ran.status, len(ran.lines)) == (1, 2)
    assert "longer than 1 s" in ran.sentence


def folded(*texts: str) -> bytes:
    rows = [
        {"id": number, "publisher": f"p{number}", "title": f"Title {number}", "text": text}
        for number, text in enumerate(texts)
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def test_a_file_of_articles_is_folded_into_stories(wireroom: Run, tmp_path: Path) -> None:
    ferry, budget = story("ferry", words=200).body, story("budget", words=200).body
    (tmp_path / "articles.jsonl").write_bytes(folded(ferry, budget, ferry))
    first, second, third = wireroom("fold", "articles.jsonl").lines
    assert [first["id"], second["id"], third["id"]] == [0, 1, 2]
    assert first["story"] == third["story"] != second["story"]


def test_articles_are_folded_from_standard_input(wireroom: Run) -> None:
    assert len(wireroom("fold", "-", stdin=folded("One.", "Two.")).lines) == 2


@pytest.mark.parametrize("data", [b"{", b"[]\n", b'{"id": 1}\n', b"\xff\xfe\x00"])
def test_what_cannot_be_folded_is_named(wireroom: Run, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "articles.jsonl").write_bytes(data)
    ran = wireroom("fold", "articles.jsonl")
    assert ran.status == 2
    assert ran.sentence
