"""Addresses: absolute, safe, and one canonical form."""

import pytest
from hypothesis import given
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


@given(path=TOKENS, names=st.lists(st.tuples(TOKENS, TOKENS), max_size=4))
def test_the_canonical_form_is_its_own(path: str, names: list[tuple[str, str]]) -> None:
    url = absolute(f"/{path}?" + "&".join(f"{name}={value}" for name, value in names), BASE)
    if url is not None:
        assert canonical(canonical(url)) == canonical(url)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_what_differs_in_its_parameters_stays_apart(one: int, other: int) -> None:
    same = canonical(f"{BASE}?id={one}") == canonical(f"{BASE}?id={other}")
    assert same == (one == other)
