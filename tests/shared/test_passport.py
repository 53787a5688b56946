"""What a publisher wants of whoever fetches: sealed for the fetcher, and read from the operator's words."""

import pytest

from shared.errors import FetchError, UsageError
from shared.http.passport import (
    PAGES,
    Passport,
    basic,
    bearer,
    fresh_keys,
    read_certificate,
    read_headers,
    read_host,
    read_proxy,
    seal,
    unseal,
)

FEED = "https://Paper.example/feed"
SECRET = Passport(headers={"x-key": "s3cret"}, authorization="Bearer s3cret", proxy="http://u:s3cret@proxy:3128")
OPEN, SEAL = fresh_keys()


def test_what_is_sealed_opens_with_the_fetchers_key() -> None:
    assert unseal(seal(SECRET, FEED, SEAL), FEED, OPEN) == SECRET


def test_where_one_process_does_it_all_one_key_is_enough() -> None:
    assert unseal(seal(SECRET, FEED, "", OPEN), FEED, OPEN) == SECRET


def test_nothing_of_it_can_be_read_without_that_key() -> None:
    sealed = seal(SECRET, FEED, SEAL)
    assert "s3cret" not in sealed
    for key in (SEAL, fresh_keys()[0], "", "no key"):
        with pytest.raises(FetchError, match="cannot be opened") as caught:
            unseal(sealed, FEED, key)
        assert caught.value.kind == "passport"


@pytest.mark.parametrize("url", ["https://paper.example/other?x=1", "https://paper.example:443/feed"])
def test_it_opens_for_its_own_origin(url: str) -> None:
    assert unseal(seal(SECRET, FEED, SEAL), url, OPEN) == SECRET


@pytest.mark.parametrize(
    "url", ["http://paper.example/feed", "https://paper.example:8443/feed", "https://thief.example/feed"]
)
def test_it_opens_for_no_other_origin(url: str) -> None:
    with pytest.raises(FetchError, match="given for another host"):
        unseal(seal(SECRET, FEED, SEAL), url, OPEN)


def test_two_feeds_with_one_secret_do_not_look_alike() -> None:
    assert seal(SECRET, FEED, SEAL) != seal(SECRET, FEED, SEAL)


def test_what_is_damaged_opens_for_nobody() -> None:
    sealed = seal(SECRET, FEED, SEAL)
    for damaged in ("", "x", "é", sealed[:-4], "A" + sealed[1:-1]):
        with pytest.raises(FetchError, match="cannot be opened"):
            unseal(damaged, FEED, OPEN)


@pytest.mark.parametrize(("sealing", "opening"), [("", ""), ("short", ""), ("", "é")])
def test_a_missing_or_wrong_key_is_said_with_what_to_do(sealing: str, opening: str) -> None:
    with pytest.raises(UsageError, match="`wireroom feeds keys` makes"):
        seal(SECRET, FEED, sealing, opening)


def test_it_is_shown_without_being_told() -> None:
    assert SECRET.shown == "header x-key, bearer credentials, proxy"
    assert "s3cret" not in SECRET.shown + repr(SECRET) + str(SECRET)


def test_header_fields_are_read_as_they_are_written() -> None:
    assert read_headers(["X-Key: a: b", "User-Agent:Desk/1"]) == {"x-key": "a: b", "user-agent": "Desk/1"}


@pytest.mark.parametrize("line", ["X-Key", ": a", "X Key: a", "X-Key: a\r\nHost: b", "X-Key: é", "Host: a", "TE: x"])
def test_what_is_no_header_field_of_the_operators_is_refused(line: str) -> None:
    with pytest.raises(UsageError, match=r"\.$"):
        read_headers([line])


def test_credentials_are_written_as_their_schemes_want_them() -> None:
    assert basic("reader:pass:word") == "Basic cmVhZGVyOnBhc3M6d29yZA=="
    assert bearer("abc.def") == "Bearer abc.def"
    for wrong in (lambda: basic("reader"), lambda: bearer("a b"), lambda: bearer("é"), lambda: bearer("")):
        with pytest.raises(UsageError):
            wrong()


@pytest.mark.parametrize(
    "url", ["proxy:3128", "http://proxy", "https://proxy", "socks4://proxy:1", "http://:1", "http://[/"]
)
def test_a_proxy_has_a_scheme_a_host_and_a_port(url: str) -> None:
    assert read_proxy("http://u:p@proxy:3128") == "http://u:p@proxy:3128"
    with pytest.raises(UsageError, match="A proxy is written"):
        read_proxy(url)


def test_a_certificate_without_its_key_is_refused() -> None:
    with pytest.raises(UsageError, match="one PEM file"):
        read_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


# -- pages


FOR_PAGES = SECRET.model_copy(update={"pages": True, "pages_at": ("www.paper.example",), "pin": "ab" * 32})
POSTED = FOR_PAGES.model_copy(update={"post": "page=1"})


def test_that_it_is_for_pages_can_be_seen_unopened_and_not_be_changed() -> None:
    sealed = seal(FOR_PAGES, FEED, SEAL)
    assert sealed.startswith(PAGES)
    assert unseal(sealed, FEED, OPEN) == FOR_PAGES
    for other in (sealed.removeprefix(PAGES), PAGES + seal(SECRET, FEED, SEAL)):
        with pytest.raises(FetchError):
            unseal(other, FEED, OPEN)


@pytest.mark.parametrize("url", ["https://paper.example/a", "https://PAPER.example:443/b"])
def test_a_page_of_the_feeds_own_origin_is_asked_for_with_all_of_it(url: str) -> None:
    assert POSTED.for_page(url, FEED) == FOR_PAGES


def test_a_page_at_a_named_host_is_asked_for_with_it_but_shows_a_certificate_of_its_own() -> None:
    assert POSTED.for_page("https://www.paper.example/a", FEED) == FOR_PAGES.model_copy(update={"pin": None})


@pytest.mark.parametrize(
    "url",
    [
        "http://paper.example/a",
        "http://www.paper.example/a",
        "https://www.paper.example:8443/a",
        "https://www.paper.example.other.example/a",
        "https://other.example/a?www.paper.example",
        "https://www.paper.example@other.example/a",
    ],
)
def test_any_other_page_is_asked_for_by_the_proxy_alone(url: str) -> None:
    assert FOR_PAGES.for_page(url, FEED) == Passport(proxy=SECRET.proxy, elsewhere=True)


def test_what_is_not_for_pages_is_for_none() -> None:
    assert SECRET.for_page("https://paper.example/a", FEED) == Passport()


def test_it_says_which_pages_it_is_for() -> None:
    assert FOR_PAGES.shown.endswith("for pages of its articles too and at www.paper.example")
    assert Passport(pages=True).shown == ""


@pytest.mark.parametrize("text", ["", "https://paper.example", "paper.example/a", "a b", "me@paper.example", "*"])
def test_what_is_no_host_is_turned_down(text: str) -> None:
    with pytest.raises(UsageError):
        read_host(text)
    assert read_host("WWW.Paper.example.") == "www.paper.example"
