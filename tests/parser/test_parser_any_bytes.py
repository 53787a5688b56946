"""Any bytes at all: an answer or a drawn error, within the limits, without a trace of script, always the same."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from services.parser import limits
from services.parser.document import read_document
from services.parser.fields.html import clean_html
from shared.messages import Kind, Outcome, Result
from tests.parser.documents import document, item, rss

MARKUP = st.lists(
    st.sampled_from(
        [
            b"<html>", b"<article>", b"</article>", b"<h1>The mole</h1>", b"<p>", b"</p>", b"<figure>", b"</figure>",
            b"<img src=x onerror=x()>", b"<figcaption>", b"<script>alert(1)</script>", b"<script>", b"</script>",
            b"<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"<script>x()\"}</script>",
            b"<script type='application/ld+json'>[[[{", b"<svg onload=x()>", b"<a href='javascript:x()'>", b"<!--",
            b"<meta property='og:title' content='&lt;script&gt;x()&lt;/script&gt;'>", b"\x00", b"\xff\xfe", b"<style>",
            b"<iframe src='data:text/html,x'>", b"<time datetime='0000-00-00'>", b"<picture><source>", b"&#xD800;",
            b"<link rel=canonical href='javascript:x'>",
            b"The mole was raised by a metre before the winter, and the ferries kept to their timetable since. " * 5,
        ]
    ),
    max_size=30,
).map(b"".join)  # fmt: skip
SCRIPT = re.compile(r"<script|javascript:|onerror|onload|<iframe|<svg|<style|srcdoc", re.IGNORECASE)


def answer(kind: Kind, data: bytes) -> Result:
    with limits.cpu_seconds(20):
        return read_document(document(kind=kind), data, 100)


def check(result: Result) -> None:
    assert (result.facts.error is None) == (result.facts.outcome is Outcome.OK)
    for entry in result.entries:
        assert SCRIPT.search("".join(re.findall(r"<[^>]*>", entry.content.body_html or ""))) is None
        addresses = [entry.url, entry.content.canonical_url, *(image.url for image in entry.content.images)]
        assert all(address is None or address.startswith(("http://", "https://")) for address in addresses)


@settings(max_examples=60)
@given(st.sampled_from([Kind.FEED, Kind.PAGE]), st.binary(max_size=400) | MARKUP)
def test_any_bytes_give_an_answer_or_a_reason(kind: Kind, data: bytes) -> None:
    check(answer(kind, data))


@settings(max_examples=60)
@given(MARKUP)
def test_any_markup_in_an_entry_leaves_no_script(markup: bytes) -> None:
    text = markup.decode("utf-8", "replace").replace("]]>", "").replace("\x00", "")
    check(answer(Kind.FEED, rss(item(1, description=f"<![CDATA[{text}]]>", title=f"<![CDATA[{text[:200]}]]>"))))


@settings(max_examples=40)
@given(st.sampled_from([Kind.FEED, Kind.PAGE]), MARKUP)
def test_the_same_bytes_give_the_same_batch_to_the_byte(kind: Kind, data: bytes) -> None:
    assert answer(kind, data).model_dump_json() == answer(kind, data).model_dump_json()


@settings(max_examples=60)
@given(MARKUP)
def test_a_stored_text_is_clean_already(markup: bytes) -> None:
    for entry in answer(Kind.PAGE, b"<html><body><article>" + markup).entries:
        body = entry.content.body_html or ""
        assert clean_html(body, "https://harbour.example/") == body
