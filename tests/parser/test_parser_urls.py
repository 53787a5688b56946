"""Addresses: absolute, safe, and one canonical form."""

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.parser.fields.urls import absolute, canonical

BASE = "https://harbour.example/news/"
TOKENS = st.text("abcXYZ019-._~%/é &=+", min_size=1, max_size=12)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", " JaVa\tScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://a/b",
        "mailto:a@b.example", "", "http://", "tag:harbour.example,2025:1", "https://[::1", "java\nscript:x",
    ],
)  # fmt: skip
def test_an_address_is_http_or_none(url: str) -> None:
    assert absolute(url, BASE) is None


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("/x", "https://harbour.example/x"),
        ("x y", "https://harbour.example/news/x%20y"),
        ("//other.example/a", "https://other.example/a"),
        ("  https://harbour.example/b\n", "https://harbour.example/b"),
        ("?page=2", "https://harbour.example/news/?page=2"),
    ],
)
def test_a_relative_address_is_made_absolute(url: str, found: str) -> None:
    assert absolute(url, BASE) == found


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("HTTPS://Harbour.Example:443/a#top", "https://harbour.example/a"),
        ("http://harbour.example:8080", "http://harbour.example:8080/"),
        ("https://harbour.example/a?utm_source=x&id=7&fbclid=y", "https://harbour.example/a?id=7"),
        ("https://harbour.example/a/../b/./c", "https://harbour.example/b/c"),
        ("https://harbour.example/%7euser/%c3%a9", "https://harbour.example/~user/%C3%A9"),
        ("https://harbour.example/é", "https://harbour.example/%C3%A9"),
        ("https://user:secret@harbour.example/a", "https://harbour.example/a"),
    ],
)
def test_spellings_of_one_address_have_one_form(url: str, form: str) -> None:
    assert canonical(url) == form


@pytest.mark.parametrize(
    "url",
    [
        "https://m.harbour.example/coast/mole-holds-12345",
        "https://amp.harbour.example/coast/mole-holds-12345",
        "https://www.harbour.example/coast/mole-holds-12345/amp/",
        "https://www.harbour.example/coast/amp/mole-holds-12345",
        "https://www.harbour.example/coast/mole-holds-12345.amp",
        "https://www.harbour.example/coast/mole-holds-12345?outputType=amp",
        "https://www.harbour.example/coast/mole-holds-12345?amp",
        "https://www.google.com/amp/s/www.harbour.example/coast/mole-holds-12345/amp",
        "https://www-harbour-example.cdn.ampproject.org/v/s/www.harbour.example/coast/mole-holds-12345?usqp=mq331",
        "https://www.google.com/url?sa=t&url=https%3A%2F%2Fm.harbour.example%2Fcoast%2Fmole-holds-12345&usg=AF",
        "http://news.google.com/news/url?sa=t&fd=R&url=https%3A%2F%2Fwww.harbour.example%2Fcoast%2Fmole-holds-12345",
        "https://www.bing.com/news/apiclick.aspx?ref=rss&url=https%3a%2f%2fwww.harbour.example%2fcoast%2fmole-holds-12345",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.harbour.example%2Fcoast%2Fmole-holds-12345%3Ffbclid%3Dx&h=y",
    ],
)
def test_variants_and_redirectors_lead_to_the_article(url: str) -> None:
    assert canonical(url) == "https://www.harbour.example/coast/mole-holds-12345"


def test_a_google_news_token_leads_to_the_article_where_it_holds_its_address() -> None:
    held = b"\x08\x13\x22\x2dhttps://harbour.example/coast/mole-holds-12345\xd2\x01\x00"
    token = base64.urlsafe_b64encode(held).decode().rstrip("=")
    assert canonical(f"https://news.google.com/rss/articles/{token}?oc=5") == (
        "https://harbour.example/coast/mole-holds-12345"
    )
    sealed = "https://news.google.com/rss/articles/CBMiQUFVX3lxTE5fc2VhbGVk"
    assert canonical(sealed) == sealed


@pytest.mark.parametrize(
    "url",
    [
        "https://harbour.example/circuits/amp", "https://harbour.example/amp/", "https://m.example/a",
        "https://harbour.example/a?id=7&m=1", "https://www.google.com/search?q=https://harbour.example/",
        "https://harbour.example/a?url=https://other.example/", "https://example.m.harbour/x",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_variant_stays(url: str) -> None:
    assert canonical(url) == url


@given(
    host=st.sampled_from(["m.harbour.example", "amp.m.harbour.example", "www.google.com", "en.m.harbour.example"]),
    parts=st.lists(
        st.sampled_from(["amp", "s", "url", "amp.html", "mole-holds-12345", "x.amp", "www.google.com"]), max_size=6
    ),
    query=st.sampled_from([
        "", "amp", "amp=1&id=7", "url=https%3A%2F%2Fm.a.example%2Famp%2Fx-y-z-1", "q=http://amp.b.example/a-b-c/amp",
    ]),
)  # fmt: skip
def test_undoing_a_variant_twice_changes_nothing(host: str, parts: list[str], query: str) -> None:
    once = canonical(f"https://{host}/{'/'.join(parts)}?{query}")
    assert canonical(once) == once


@example(path="/é..0", names=[])  # a host of another language that is none
@given(path=TOKENS, names=st.lists(st.tuples(TOKENS, TOKENS), max_size=4))
def test_the_canonical_form_is_its_own(path: str, names: list[tuple[str, str]]) -> None:
    url = absolute(f"/{path}?" + "&".join(f"{name}={value}" for name, value in names), BASE)
    if url is not None:
        assert canonical(canonical(url)) == canonical(url)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_what_differs_in_its_parameters_stays_apart(one: int, other: int) -> None:
    same = canonical(f"{BASE}?id={one}") == canonical(f"{BASE}?id={other}")
    assert same == (one == other)
