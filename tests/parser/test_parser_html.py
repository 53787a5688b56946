"""Bodies: cleaned, in paragraphs, and without a trace of script."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.fields.html import clean_body, clean_html
from services.parser.fields.text import clean_characters, line
from shared.errors import Malformed

BASE = "https://harbour.example/"
PIECES = st.lists(
    st.sampled_from(
        [
            "<p>", "</p>", "<div>", "</div>", "<script>x()</script>", "<svg onload=x()>", "<b>", "</b>", "</a>", "<br>",
            "<a href='javascript:x()'>", "<img src=x onerror=x()>", "<!--", "-->", "<![CDATA[", "<style>a{}</style>",
            "<iframe srcdoc='<script>'>", "words ", "&lt;script&gt;", "<table><tr><td>", "<math><mi>", "<noscript>",
            "<p style='background:url(javascript:x)' onclick=x()>", "<a href='/ok'>", "\x00", "\u202e",
            "<img src='data:image/png;base64,x'>",
        ]
    ),
    max_size=14,
)  # fmt: skip


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One.</p><p>Two<br>and <b>a half</b>.</p>", "One.\n\nTwo and a half."),
        ("<p>the<b> </b>mole<a href='javascript:x()'><i> </i></a>holds<b></b>.</p>", "the mole holds."),
        ("One.<br><br>Two.", "One.\n\nTwo."),
        ("One.\n\nTwo.", "One.\n\nTwo."),
        ("<ul><li>One</li><li>Two</li></ul>after", "One\n\nTwo\n\nafter"),
        ("<p>Kept.</p><figure><img src='/a.jpg'><figcaption>Not kept.</figcaption></figure>", "Kept."),
        ("5 &lt; 6 &amp; 7", "5 < 6 & 7"),
    ],
)
def test_a_body_reads_as_paragraphs(html: str, text: str) -> None:
    assert clean_body(html, BASE).text == text


def test_addresses_in_a_body_are_absolute() -> None:
    body = clean_body("<p><a href='/a'>x</a><img src='b.jpg' alt='B'></p>", BASE)
    assert 'href="https://harbour.example/a"' in body.html
    assert [(image.url, image.alt) for image in body.images] == [("https://harbour.example/b.jpg", "B")]


def test_a_picture_that_loads_late_is_found() -> None:
    body = clean_body("<p>x</p><img src='data:image/gif;base64,R0' data-src='/late.jpg'>", BASE)
    assert [image.url for image in body.images] == ["https://harbour.example/late.jpg"]


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(Malformed, match="deep"):
        clean_body("<div>" * 100_000, BASE)


def test_paragraphs_that_are_never_closed_are_no_nesting() -> None:
    assert len(clean_body("<p>word" * 3000, BASE).paragraphs) == 3000


@given(PIECES)
def test_no_script_survives_and_cleaning_is_idempotent(pieces: list[str]) -> None:
    cleaned = clean_html("".join(pieces), BASE)
    tags = "".join(re.findall(r"<[^>]*>", cleaned)).lower()
    assert not re.search(r"script|javascript:|onerror|onload|onclick|iframe|style|srcdoc|data:", tags)
    assert clean_html(cleaned, BASE) == cleaned


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("AT&amp;T &lt;b&gt;", "AT&T <b>"),
        ("<b>Bold</b> and <script>x()</script>brash", "Bold and brash"),
        ("5 < 6 > 4", "5 < 6 > 4"),
        ("Ma\u200byor res\u200digns \u202enow\u202c", "Mayor resigns now"),
        ("nul\x00 \ud800 end", "nul end"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_headline_is_text(raw: str, text: str) -> None:
    assert line(raw) == text


@given(st.text())
def test_clean_text_can_be_stored(text: str) -> None:
    cleaned = clean_characters(text)
    assert "\x00" not in cleaned
    cleaned.encode()


@pytest.mark.parametrize(
    ("html", "refused"),
    [
        ("<b>x</b>" * 1000, False),
        ("<div>" * 199 + "x" + "</div>" * 199, False),
        ("<div>" * 201 + "x", True),
        ("</b>" * 500 + "<div><b>x</b>" * 201, True),
        ("<div></p>" * 201, True),  # what closes nothing that nests makes nothing less deep
        ("<a href='/x'>x" * 500, False),  # a link ends where the next one begins
        ("<div><a></a><i>x</i></div>" * 300, False),
    ],
)
def test_only_what_nests_deeper_than_any_article_is_refused(html: str, refused: bool) -> None:
    if refused:
        with pytest.raises(Malformed):
            clean_body(html, BASE)
    else:
        assert "x" in clean_body(html, BASE).html
