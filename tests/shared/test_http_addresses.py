"""Which addresses the safe client reaches: by literal, by name, by redirect, under TLS."""

import contextlib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.certificate import self_signed
from shared.errors import Blocked, FetchError, UsageError
from shared.hosts import feed_address
from shared.http.addresses import is_public
from shared.http.client import Client, Limits
from tests.outlet.outlet import Outlet
from tests.outlet.patience import PATIENT
from tests.outlet.ports import kept_port


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with Outlet() as outlet:
        outlet.serve("page", "words")
        yield outlet


def names(table: dict[str, list[str]]) -> Any:
    """Return a resolver that knows `table` and nothing else."""

    def resolve(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        if host not in table:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in table[host]
        ]

    return resolve


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.0.9", "169.254.169.254", "172.16.0.1",
        "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "203.0.113.7", "224.0.0.251", "239.1.1.1",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808",
        "2002:7f00:1::", "2002:c0a8:101::1", "2001:db8::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0",
        "fec0::1", "ff02::1", "100::1", "2001:0:7f00:1::1", "nonsense", "", "3fff::1",
    ],
)  # fmt: skip
def test_an_inner_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "2130706433", "0x7f000001", "017700000001", "127.1", "0", "0.0.0.0", "[::1]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "[fe80::1%25lo]", "LOCALHOST", "127.0.0.1.", "①②⑦.⓪.⓪.①",
    ],
)  # fmt: skip
def test_no_spelling_of_loopback_is_reached(outlet: Outlet, host: str) -> None:
    client = Client(PATIENT)
    with pytest.raises(FetchError) as caught:
        client.get(f"http://{host}:{outlet.port}/page")
    client.close()
    assert caught.value.kind in {"blocked", "dns"}
    assert outlet.ledger.requests() == []


def test_the_allow_list_goes_by_host_and_port(outlet: Outlet) -> None:
    with Outlet() as other:
        client = Client(PATIENT, [f"127.0.0.1:{outlet.port}"])
        assert client.get(outlet.url("page")).body == b"words"
        with pytest.raises(Blocked, match=rf"no public address, and .* does not name 127\.0\.0\.1:{other.port}\."):
            client.get(other.url("page"))
        client.close()
        assert other.ledger.requests() == []


def test_the_allow_list_goes_by_the_host_as_it_is_spelled(outlet: Outlet) -> None:
    client = Client(PATIENT, [f"localhost:{outlet.port}"])
    assert client.get(f"http://LocalHost:{outlet.port}/page").body == b"words"
    with pytest.raises(Blocked):
        client.get(outlet.url("page"))
    client.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"])
def test_a_redirect_to_an_inner_address_is_blocked(outlet: Outlet, host: str) -> None:
    with Outlet() as inner:
        outlet.redirect("away", f"http://{host}:{inner.port}/page")
        client = Client(PATIENT, outlet.allow)
        with pytest.raises(Blocked):
            client.get(outlet.url("away"))
        client.close()
        assert inner.ledger.requests() == []


def test_a_name_with_an_inner_address_among_its_addresses_is_reached_at_no_inner_one(outlet: Outlet) -> None:
    client = Client(Limits(connect_s=0.2, total_s=2), resolve=names({"news.example": ["127.0.0.1", "::1"]}))
    with pytest.raises(Blocked):
        client.get(f"http://news.example:{outlet.port}/page")
    client.close()


def test_the_name_is_judged_again_at_each_connection(outlet: Outlet) -> None:
    table = {"news.example": ["127.0.0.1"]}
    asked: list[str] = []

    def rebinding(host: str, port: int, **rest: Any) -> Any:
        asked.append(host)
        return names(table)(host, port, **rest)

    client = Client(PATIENT, resolve=rebinding)
    for _ in range(2):
        with pytest.raises(Blocked):
            client.get(f"http://news.example:{outlet.port}/page")
    client.close()
    assert asked == ["news.example"] * 2


def test_all_addresses_of_a_name_are_tried(outlet: Outlet) -> None:
    place = f"news.example:{outlet.port}"
    client = Client(PATIENT, [place], resolve=names({"news.example": ["127.0.0.9", "127.0.0.1"]}))
    assert client.get(f"http://{place}/page").body == b"words"
    client.close()


def test_an_unknown_name_is_a_dns_error() -> None:
    client = Client(PATIENT, resolve=names({}))
    with pytest.raises(FetchError, match=r"nowhere\.example cannot be resolved: name or service not known\.") as caught:
        client.get("http://nowhere.example/")
    client.close()
    assert caught.value.kind == "dns"


def test_a_resolver_that_is_away_is_told_from_an_unknown_name() -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    client = Client(PATIENT, resolve=away)
    with pytest.raises(FetchError, match="temporary failure in name resolution") as caught:
        client.get("http://news.example/")
    client.close()
    assert caught.value.kind == "lookup"


def test_an_address_from_which_nothing_comes_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as callers:
        place = full.getsockname()
        for _ in range(4):  # nobody accepts them, so the system lets no more in
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(place)
        client = Client(Limits(connect_s=0.2), [f"127.0.0.1:{place[1]}"])
        with pytest.raises(FetchError, match="no answer in time") as caught:
            client.get(f"http://127.0.0.1:{place[1]}/")
        client.close()
    assert caught.value.kind == "unreachable"


def test_a_closed_port_is_a_connect_error() -> None:
    with (
        kept_port() as port,
        Client(PATIENT, [f"127.0.0.1:{port}"]) as client,
        pytest.raises(FetchError, match="connection refused") as caught,
    ):
        client.get(f"http://127.0.0.1:{port}/")
    assert caught.value.kind == "connect"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news.example/rss",
        "file:///etc/passwd",
        "http://",
        "http:///rss",
        "http://[half/",
        "http://a:99999/",
        "http://*/",
    ],
)
def test_what_is_no_web_address_is_blocked(url: str) -> None:
    client = Client(PATIENT, resolve=names({}))
    with pytest.raises(FetchError) as caught:
        client.get(url)
    client.close()
    assert caught.value.kind in {"blocked", "dns"}


def test_a_host_that_ends_with_a_backslash_for_some_readers_is_none() -> None:
    client = Client(PATIENT, ["desk.example:80"], resolve=names({"desk.example": ["127.0.0.1"]}))
    for url in ("http://desk.example\\.paper.example/", "http://desk.example\\@paper.example/"):
        with pytest.raises(Blocked, match="names no host"):
            client.get(url)
    client.close()


def test_nobody_outside_sends_us_to_an_allowed_inner_place(monkeypatch: pytest.MonkeyPatch) -> None:
    # as if it were outside
    monkeypatch.setattr("shared.http.sockets.is_public", lambda address: address == "127.0.0.2")
    with Outlet(hosts=2) as outlet:
        outlet.serve("secret", "words")
        client = Client(PATIENT, [outlet.allow[0]])
        assert client.get(outlet.url("secret")).body == b"words"
        outlet.redirect("away", outlet.url("secret"))
        with pytest.raises(Blocked, match="may only be asked for directly"):
            client.get(outlet.url("away", host=1))
        client.close()
        assert outlet.ledger.statuses("secret") == [200]


# -- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for outlet.example that vouches for itself, with its key in the same file."""
    path = tmp_path_factory.mktemp("tls") / "outlet.pem"
    path.write_bytes(self_signed("outlet.example"))
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Outlet]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Outlet(tls=context) as outlet:
        outlet.serve("page", "words")
        yield outlet


def tls_client(outlet: Outlet, trust: Path | None) -> Client:
    table = names({"outlet.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]})
    places = [f"{name}.example:{outlet.port}" for name in ("outlet", "other")]
    return Client(PATIENT, places, trust=trust, resolve=table)


def test_the_certificate_is_checked_against_the_name(secure: Outlet, certificate: Path) -> None:
    client = tls_client(secure, certificate)
    for _ in range(2):
        assert client.get(f"https://outlet.example:{secure.port}/page").body == b"words"
    with pytest.raises(FetchError, match="hostname mismatch") as caught:
        client.get(f"https://other.example:{secure.port}/page")
    client.close()
    assert caught.value.kind == "tls"


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Outlet) -> None:
    client = tls_client(secure, None)
    with pytest.raises(FetchError, match="self-signed") as caught:
        client.get(f"https://outlet.example:{secure.port}/page")
    client.close()
    assert caught.value.kind == "tls"


def test_https_never_falls_back_to_http(outlet: Outlet) -> None:
    client = Client(Limits(connect_s=0.3), outlet.allow)
    with pytest.raises(FetchError):
        client.get(outlet.url("page").replace("http:", "https:"))
    client.close()
    assert outlet.ledger.requests() == []


def test_a_redirect_that_leaves_https_is_followed_noted_and_never_believed(
    secure: Outlet, outlet: Outlet, certificate: Path
) -> None:
    secure.redirect("away", f"http://outlet.example:{outlet.port}/page", status=301)
    places = [f"outlet.example:{port}" for port in (secure.port, outlet.port)]
    client = Client(PATIENT, places, trust=certificate, resolve=names({"outlet.example": ["127.0.0.1"]}))
    answer = client.get(f"https://outlet.example:{secure.port}/away")
    client.close()
    assert (answer.body, answer.left_https, answer.moved_to) == (b"words", True, None)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("HTTPS://User:Pw@News.Example:443", "https://User:Pw@news.example/"),
        ("http://news.example:80?Feed=RSS#top", "http://news.example/?Feed=RSS"),
        ("https://news.example:80/", "https://news.example:80/"),
        ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
        ("https://Bücher.example/ä", "https://xn--bcher-kva.example/ä"),
        ("https://straße.example/", "https://straße.example/"),  # of which two rules make two names
        ("feed:http://news.example/rss", "http://news.example/rss"),
        ("feed://news.example/rss", "https://news.example/rss"),
        ("news.example.co.uk:8443/rss", "https://news.example.co.uk:8443/rss"),
        ("SFTP://Wire.Example/Out/", "sftp://wire.example/Out/"),
        ("IMAPS://Mail.Example:993/Press%20Releases", "imaps://mail.example/Press%20Releases"),
    ],
)
def test_a_feeds_address_has_one_form(text: str, url: str) -> None:
    assert feed_address(text) == feed_address(url) == url


@pytest.mark.parametrize(
    "text",
    ["?form=press@agency.example", "?from=", "?from=agency.example", "?from=a@b.example&to=c@d.example", "?&"],
)
def test_a_slip_in_naming_senders_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="names no sender"):
        feed_address(f"imaps://mail.example/INBOX{text}")


@pytest.mark.parametrize(
    "text",
    ["imap://mail.example/INBOX", "imaps://mail.example", "imaps://mail.example/", "imaps:///INBOX"],
)
def test_a_mailbox_is_named_on_its_server_and_asked_under_tls(text: str) -> None:
    with pytest.raises(UsageError, match="imaps://"):
        feed_address(text)


@pytest.mark.parametrize(
    "text", ["list.opml", "rss", "localhost:80/rss", "127.0.0.1/rss", "mailto:a@example.com", "feed:"]
)
def test_what_has_no_scheme_and_no_registrable_domain_is_no_address(text: str) -> None:
    with pytest.raises(UsageError):
        feed_address(text)
