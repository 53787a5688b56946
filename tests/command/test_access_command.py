"""`wireroom feeds access` and `keys`, and `wireroom ledger`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from bench.certificate import self_signed
from services.command.feeds import feed_store
from services.command.feeds.opml import Outline
from shared.database import reading, writing
from shared.http.directory import read
from shared.http.passport import fresh_keys, unseal
from shared.tables import Feed
from tests.command.conftest import Run
from tests.line.steps import Line
from tests.outlet.outlet import Outlet

URL = "https://paper.example/feed"
OPEN, SEAL = fresh_keys()


@pytest.fixture
def one(sqlite_store: Engine) -> Engine:
    """A store with one feed."""
    with writing(sqlite_store) as connection:
        feed_store.add(connection, [Outline(URL)])
    return sqlite_store


def row(engine: Engine) -> Any:
    with reading(engine) as connection:
        return connection.execute(select(Feed.__table__)).one()


@pytest.mark.parametrize(
    "words", [("--header", "X-Key: 7"), ("--proxy", "http://proxy.example:3128"), ("--bearer", "t0ken", "--pages")]
)
def test_what_http_alone_says_is_refused_for_a_mailbox(wireroom: Run, words: tuple[str, ...]) -> None:
    wireroom("feeds", "add", "imaps://mail.example/INBOX")
    ran = wireroom("feeds", "access", 1, *words, seal_key=SEAL)
    assert (ran.status, ran.sentence) == (2, "Feed 1 is no address of the web: it is asked with credentials alone.")


def test_a_mailbox_has_credentials_and_a_trusted_certificate(wireroom: Run) -> None:
    wireroom("feeds", "add", "imaps://mail.example/INBOX?from=@harbour.example")
    words = ("--basic", "@-", "--trust-certificate", "ab" * 32)
    ran = wireroom("feeds", "access", 1, *words, stdin=b"desk@mail.example:s3cret", seal_key=SEAL)
    assert (ran.status, "s3cret" in ran.text) == (0, False)
    assert "imaps://mail.example/INBOX?from=@harbour.example is asked for with: basic credentials" in ran.text


def test_what_is_said_is_sealed_for_the_fetcher(wireroom: Run, one: Engine, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    (tmp_path / "client.pem").write_bytes(self_signed("desk.example"))
    words = ("--bearer", f"@{tmp_path / 'token'}", "--header", "X-Key: 7", "--user-agent", "Desk/1")
    more = ("--proxy", "http://u:s3cret@proxy:3128", "--certificate", tmp_path / "client.pem")
    ran = wireroom("feeds", "access", 1, *words, *more, seal_key=SEAL)
    assert ran.status == 0, ran.err
    assert "s3cret" not in ran.text
    assert "header x-key, header user-agent, bearer credentials, proxy, client certificate" in ran.text
    feed = row(one)
    assert "s3cret" not in str(feed)
    opened = unseal(feed.sealed, URL, OPEN)
    assert (opened.headers, opened.authorization) == ({"x-key": "7", "user-agent": "Desk/1"}, "Bearer s3cret")
    assert opened.proxy == "http://u:s3cret@proxy:3128"
    assert "PRIVATE KEY" in (opened.certificate or "")


def test_it_is_shown_but_not_told(wireroom: Run, one: Engine) -> None:
    wireroom("feeds", "access", 1, "--basic", "@-", stdin=b"reader:s3cret", seal_key=SEAL)
    for words in (("feeds", "show", 1), ("feeds", "list", "--json"), ("feeds", "show", 1, "--json")):
        shown = wireroom(*words).text
        assert "s3cret" not in shown
        assert row(one).sealed not in shown
    assert "basic credentials" in shown


def test_a_certificate_is_trusted_by_its_fingerprint_and_shown(wireroom: Run, one: Engine) -> None:
    written = ":".join(["AB"] * 32)
    assert wireroom("feeds", "access", 1, "--trust-certificate", written, seal_key=SEAL).status == 0
    assert unseal(row(one).sealed, URL, OPEN).pin == "ab" * 32
    assert f"certificate {written}" in wireroom("feeds", "list", "--json").text


def test_whoever_trusts_any_certificate_is_told_what_that_means(wireroom: Run, one: Engine) -> None:
    ran = wireroom("feeds", "access", 1, "--trust-certificate", "any", seal_key=SEAL)
    assert (ran.status, "whoever is on the way can" in ran.err) == (0, True)
    assert "ANY CERTIFICATE" in wireroom("feeds", "show", 1).text


def test_a_feed_without_tls_has_no_certificate_to_trust(wireroom: Run, one: Engine) -> None:
    wireroom("feeds", "move", 1, "http://paper.example/feed")
    ran = wireroom("feeds", "access", 1, "--trust-certificate", "any", seal_key=SEAL)
    assert (ran.status, "without TLS" in ran.sentence) == (2, True)
    assert row(one).sealed is None


def test_it_can_be_taken_back(wireroom: Run, one: Engine) -> None:
    wireroom("feeds", "access", 1, "--header", "X-Key: 7", "--http2", seal_key=SEAL)
    assert wireroom("feeds", "access", 1, "--none").status == 0
    assert (row(one).sealed, row(one).sealed_shown, row(one).http2) == (None, None, False)


def test_http_2_is_no_secret_and_takes_no_key(wireroom: Run, one: Engine) -> None:
    ran = wireroom("feeds", "access", 1, "--http2")
    assert (ran.status, ran.text) == (0, f"1 {URL} is asked for with: HTTP/2.\n")
    assert (row(one).sealed, row(one).http2) == (None, True)
    assert wireroom("feeds", "show", 1, "--json").lines[0]["http2"] is True
    assert 'wireroomHttp2="yes"' in wireroom("feeds", "export", "-").text


def test_it_goes_with_credentials(wireroom: Run, one: Engine) -> None:
    ran = wireroom("feeds", "access", 1, "--http2", "--bearer", "t", "--pages", seal_key=SEAL)
    assert "bearer credentials, for pages of its articles too, HTTP/2." in ran.text
    assert (unseal(row(one).sealed, URL, OPEN).pages, row(one).http2) == (True, True)


def test_a_feed_without_tls_is_not_asked_by_http_2(wireroom: Run, one: Engine) -> None:
    wireroom("feeds", "move", 1, "http://paper.example/feed")
    ran = wireroom("feeds", "access", 1, "--http2")
    assert (ran.status, "without TLS" in ran.sentence, row(one).http2) == (2, True, False)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Say how the feeds"),
        (("--none", "--bearer", "x"), "Either --none, or how"),
        (("--none", "--http2"), "Either --none, or how"),
        (("--pages",), "Say how the feeds"),
        (("--pages", "--http2"), "Say how the feeds"),
        (("--bearer", "x", "--basic", "a:b"), "either --basic or --bearer"),
        (("--basic", "nobody"), "name:password"),
        (("--header", "nonsense"), "A header field"),
        (("--proxy", "socks4://x:1"), "A proxy is written"),
        (("--trust-certificate", "AB:CD"), "64 hex digits"),
        (("--bearer", "@/nowhere"), "/nowhere cannot be read"),
    ],
)
def test_wrong_words_are_one_sentence(wireroom: Run, one: Engine, words: tuple[str, ...], sentence: str) -> None:
    ran = wireroom("feeds", "access", 1, *words, seal_key=SEAL)
    assert ran.status == 2
    assert sentence in ran.sentence
    assert row(one).sealed is None


def test_without_a_key_it_says_how_to_make_one(wireroom: Run, one: Engine) -> None:
    ran = wireroom("feeds", "access", 1, "--bearer", "s3cret")
    assert (ran.status, "`wireroom feeds keys`" in ran.sentence) == (2, True)


def test_keys_are_lines_for_the_environment(wireroom: Run) -> None:
    opening, sealing = wireroom("feeds", "keys").text.splitlines()
    assert opening.startswith("WIREROOM_OPEN_KEY=")
    assert sealing.startswith("WIREROOM_SEAL_KEY=")


@pytest.fixture
def polled(sqlite_store: Engine, belt_url: str, settings: Callable[..., Any]) -> int:
    """A store after four polls of two publishers; returns the size of the document that a 304 spared."""
    with Outlet(hosts=2) as outlet:
        line = Line(sqlite_store, belt_url, settings(fetch_allow=outlet.allow, fetch_pages=False))
        outlet.publish("markets.xml", entries=3)
        outlet.fail("wrong.xml", status=403)
        line.add(outlet.url("markets.xml"), outlet.url("wrong.xml", host=1))
        line.poll()
        line.poll()
        return int(line.feed(outlet.url("markets.xml")).document_bytes)


def test_the_ledger_tells_what_each_publisher_was_asked_for(wireroom: Run, polled: int) -> None:
    by = {line["publisher"].split(":")[0]: line for line in wireroom("ledger", "--json").lines}
    good, bad = by["127.0.0.1"], by["127.0.0.2"]
    assert (good["fetches"], good["not_modified"], good["not_modified_share"], good["refused"]) == (2, 1, 0.5, 0)
    assert good["saved_bytes"] == polled
    assert (bad["fetches"], bad["refused"], bad["failed"], bad["saved_bytes"]) == (2, 2, 2, 0)
    table = wireroom("ledger").text
    assert "50%" in table
    assert "all" in table


def test_an_empty_ledger_says_so(wireroom: Run) -> None:
    assert wireroom("ledger", "--hours", 3).text == "Nobody was asked for anything in the last 3 h.\n"


def test_access_is_for_pages_too_where_that_is_said(wireroom: Run, one: Engine) -> None:
    words = ("feeds", "access", 1, "--header", "Cookie: s=1", "--pages", "--pages-at", "www.paper.example")
    ran = wireroom(*words, seal_key=SEAL)
    assert (ran.status, "stored and served like any text" in ran.err) == (0, True)
    assert "header cookie, for pages of its articles too and at www.paper.example" in wireroom("feeds", "show", 1).text
    opened = unseal(row(one).sealed, URL, OPEN)
    assert (opened.pages, opened.pages_at) == (True, ("www.paper.example",))
    wireroom("feeds", "access", 1, "--bearer", "t", "--pages-at", "a.example", "--pages-at", "b.example", seal_key=SEAL)
    assert unseal(row(one).sealed, URL, OPEN).pages_at == ("a.example", "b.example")


@pytest.mark.parametrize("words", [("--pages",), ("--none", "--pages"), ("--bearer", "t", "--pages-at", "http://a/")])
def test_pages_alone_say_nothing_of_how_a_feed_is_asked_for(wireroom: Run, one: Engine, words: tuple[str, ...]) -> None:
    assert wireroom("feeds", "access", 1, *words, seal_key=SEAL).status == 2
    assert row(one).sealed is None


def signing(wireroom: Run, *words: str, **settings: object) -> dict[str, str]:
    ran = wireroom("feeds", "keys", "--signing", "https://news.example", *words, **settings)
    assert ran.status == 0, ran.err
    return dict(line.split("=", 1) for line in ran.text.splitlines())


def test_a_key_that_signs_comes_with_what_the_reader_answers_for_it(wireroom: Run) -> None:
    made = signing(wireroom)
    assert set(made) == {f"WIREROOM_SIGNING_{name}" for name in ("KEY", "DIRECTORY", "ANSWER")}
    known = {"signing_key": made["WIREROOM_SIGNING_KEY"], "signing_directory": "https://news.example"}
    renewed, other = signing(wireroom, **known), signing(wireroom, "--anew", **known)
    listed = [
        [key["kid"] for key in json.loads(answer.body)["keys"]]
        for answer in (read(one["WIREROOM_SIGNING_ANSWER"]) for one in (made, renewed, other))
        if answer
    ]
    assert renewed["WIREROOM_SIGNING_KEY"] == made["WIREROOM_SIGNING_KEY"] != other["WIREROOM_SIGNING_KEY"]
    assert listed[0] == listed[1] == listed[2][1:]


@pytest.mark.parametrize("directory", ["news.example", "http://news.example", "https://news.example/keys"])
def test_a_directory_of_keys_is_at_a_host(wireroom: Run, directory: str) -> None:
    ran = wireroom("feeds", "keys", "--signing", directory)
    assert (ran.status, "https://host" in ran.sentence) == (2, True)


def test_a_key_alone_signs_nothing(wireroom: Run) -> None:
    ran = wireroom("feeds", "list", signing_key="x")
    assert (ran.status, "go together" in ran.sentence) == (2, True)
