"""HTTP/2 where a feed wants it, or its server: answers like any."""

import gzip
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.certificate import self_signed
from shared.errors import FetchError
from shared.http.client import Client, Limits, Response
from shared.http.http2 import Http2
from shared.http.passport import Passport
from shared.http.signing import Signer, fresh_key, read_key
from shared.http.versions import UPGRADED_KEPT, UPGRADED_S, Unprocessed, Upgraded
from tests.outlet.http2 import (
    HEADERS,
    HTTP_1_1_REQUIRED,
    REFUSED_STREAM,
    RST_STREAM,
    SETTINGS,
    Http2Outlet,
    frame,
    goodbye,
)
from tests.outlet.outlet import Outlet
from tests.outlet.patience import PATIENT
from tests.outlet.proxy import Proxy
from tests.outlet.socks import SocksProxy
from tests.shared.test_http_passport import to_loopback

LARGE = bytes(range(256)) * 16_000  # several windows of it
WORDS_1_1 = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwords"
OLD = b"HTTP/1.1 505 HTTP Version Not Supported\r\nContent-Length: 0\r\n\r\n"
HEAD = frame(HEADERS, 4, 1, b"\x88")  # :status 200, and a body to come
BY_2 = Passport(http2=True)


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    file = tmp_path / "outlet.pem"
    file.write_bytes(self_signed("outlet.example"))
    return file


@pytest.fixture
def outlet(pem: Path) -> Iterator[Http2Outlet]:
    with Http2Outlet(pem) as outlet:
        outlet.serve("feed", b"words", etag='"7"')
        yield outlet


@pytest.fixture
def client(outlet: Http2Outlet, pem: Path) -> Iterator[Client]:
    with asking(outlet.port, pem) as client:
        yield client


def asking(port: int, pem: Path, limits: Limits = PATIENT) -> Client:
    return Client(limits, [f"outlet.example:{port}"], trust=pem, resolve=to_loopback)


def url(outlet: Http2Outlet, path: str = "feed") -> str:
    return f"https://outlet.example:{outlet.port}/{path}"


def ask(outlet: Http2Outlet, pem: Path, path: str = "feed", passport: Passport = BY_2) -> Response:
    with asking(outlet.port, pem) as client:
        return client.get(url(outlet, path), passport=passport)


def test_a_feed_is_asked_by_http_2_where_it_wants_it(outlet: Http2Outlet, client: Client) -> None:
    answer = client.get(url(outlet), passport=BY_2)
    assert (answer.status, answer.body, answer.headers["etag"], answer.http2) == (200, b"words", '"7"', True)
    asked = outlet.asked[0]
    assert (asked[":method"], asked[":path"]) == ("GET", "/feed")
    assert (asked[":scheme"], asked[":authority"]) == ("https", f"outlet.example:{outlet.port}")
    assert (asked["user-agent"], asked["accept-encoding"]) == ("Wireroom", "gzip, deflate")
    assert not {"host", "connection", "content-length"} & asked.keys()


@pytest.mark.parametrize("early_end", [True, False], ids=["the head ends it", "an empty frame ends it"])
@pytest.mark.parametrize("length", ["0", "5"])
def test_what_has_not_changed_is_304(outlet: Http2Outlet, client: Client, early_end: bool, length: str) -> None:
    said = outlet.serve("feed", b"words", etag='"7"', content_length="5" if length == "5" else "0")
    said.early_end = early_end
    for _ in range(2):
        answer = client.get(url(outlet), {"If-None-Match": '"7"'}, BY_2)
        assert (answer.status, answer.body, answer.http2) == (304, b"", True)


def test_requests_share_a_connection_while_it_is_whole(outlet: Http2Outlet, client: Client) -> None:
    outlet.serve("large", LARGE)
    for path, passport in [("feed", BY_2), ("large", BY_2), ("feed", BY_2), ("feed", Passport(http2=True, post="x=1"))]:
        assert client.get(url(outlet, path), passport=passport).status == 200
    assert len(outlet.connections) == 1
    assert outlet.asked[3]["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("path", "body", "headers", "wanted"),
    [
        ("zip", gzip.compress(b"words " * 999), {"content_encoding": "gzip"}, b"words " * 999),
        ("large", LARGE, {"content_length": str(len(LARGE))}, LARGE),
        ("empty", b"", {}, b""),
    ],
    ids=["zip", "large", "empty"],
)
def test_bodies_come_whole(
    outlet: Http2Outlet, pem: Path, path: str, body: bytes, headers: dict[str, str], wanted: bytes
) -> None:
    outlet.serve(path, body, **headers)
    assert ask(outlet, pem, path).body == wanted


def test_redirects_are_followed_and_cookies_kept_on_the_way(outlet: Http2Outlet, pem: Path) -> None:
    outlet.serve("old", status=301, location="/feed", set_cookie="seen=1; Path=/")
    answer = ask(outlet, pem, "old")
    assert (answer.body, answer.moved_to) == (b"words", url(outlet))
    assert outlet.asked[1]["cookie"] == "seen=1"


@pytest.mark.parametrize(
    ("body", "headers", "kind"),
    [
        (gzip.compress(bytes(2**25)), {"content_encoding": "gzip"}, "too_large"),
        (LARGE * 3, {}, "too_large"),
        (b"words", {"content_length": "99"}, "truncated"),
        (b"", {"content_length": "99"}, "truncated"),
        (b"words", {"content_length": "3"}, "truncated"),
    ],
    ids=["bomb", "large", "short", "none", "long"],
)
def test_limits_and_lengths_hold(
    outlet: Http2Outlet, pem: Path, body: bytes, headers: dict[str, str], kind: str
) -> None:
    outlet.serve("bad", body, **headers)
    with pytest.raises(FetchError) as caught:
        ask(outlet, pem, "bad")
    assert caught.value.kind == kind


def test_what_is_posted_may_be_larger_than_a_window(outlet: Http2Outlet, pem: Path) -> None:
    assert ask(outlet, pem, passport=Passport(http2=True, post="ü" * 60_000)).body == b"words"
    assert (outlet.asked[0][":method"], outlet.posted) == ("POST", 120_000)


def test_a_server_that_does_not_take_it_is_asked_by_http_1(pem: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with Outlet(tls=context) as old, asking(old.port, pem) as client:
        old.serve("feed", "words")
        answer = client.get(f"https://outlet.example:{old.port}/feed", passport=BY_2)
    assert (answer.body, answer.http2) == (b"words", False)


def test_pins_hold(outlet: Http2Outlet, pem: Path) -> None:
    assert ask(outlet, pem, passport=Passport(http2=True, pin="any")).body == b"words"
    with pytest.raises(FetchError, match="not the certificate that is trusted"):
        ask(outlet, pem, passport=Passport(http2=True, pin="0" * 64))
    assert len(outlet.asked) == 1


def test_it_goes_through_proxies(outlet: Http2Outlet, pem: Path, tmp_path: Path) -> None:
    place, believed = ("127.0.0.1", outlet.port), tmp_path / "believed.pem"
    (tmp_path / "proxy.pem").write_bytes(self_signed("localhost", ["127.0.0.1"]))
    believed.write_bytes(pem.read_bytes() + (tmp_path / "proxy.pem").read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "proxy.pem")
    with Proxy(place) as proxy, Proxy(place, tls=context) as secure, SocksProxy(place) as socks:
        ports = [f"127.0.0.1:{one.port}" for one in (proxy, secure, socks)]
        with Client(PATIENT, [*ports, "outlet.example:443"], trust=believed) as client:
            for through in (proxy.url(), secure.url(), socks.url()):
                answer = client.get("https://outlet.example/feed", passport=Passport(http2=True, proxy=through))
                assert (answer.body, answer.http2) == (b"words", True)
    assert [one[":authority"] for one in outlet.asked] == ["outlet.example"] * 3


def test_inner_places_are_as_far_as_ever(outlet: Http2Outlet, pem: Path) -> None:
    with (
        Client(PATIENT, trust=pem, resolve=to_loopback) as client,
        pytest.raises(FetchError, match="no public address"),
    ):
        client.get(url(outlet), passport=BY_2)
    assert outlet.connections == []


def test_requests_are_signed(outlet: Http2Outlet, pem: Path) -> None:
    signer = Signer(read_key(fresh_key()), "https://news.example")
    with Client(
        PATIENT, [f"outlet.example:{outlet.port}"], trust=pem, resolve=to_loopback, signer=signer
    ) as client:  # whose signature covers what is the authority here and the host in HTTP/1.1
        client.get(url(outlet), passport=BY_2)
    assert outlet.asked[0]["signature-agent"] == 'sig1="https://news.example"'
    assert '"@authority"' in outlet.asked[0]["signature-input"]


# -- goodbyes


def test_an_answer_behind_a_goodbye_is_taken_and_the_next_has_a_new_connection(
    outlet: Http2Outlet, client: Client
) -> None:
    outlet.serve("large", LARGE).goodbye = True
    assert client.get(url(outlet, "large"), passport=BY_2).body == LARGE
    assert client.get(url(outlet), passport=BY_2).body == b"words"
    assert outlet.connections == [False, True]  # which resumes the session of the first


@pytest.mark.parametrize("last_words", [goodbye(0), frame(RST_STREAM, 0, 1, bytes([0, 0, 0, REFUSED_STREAM]))])
def test_what_was_left_unread_is_sent_again_once(outlet: Http2Outlet, pem: Path, last_words: bytes) -> None:
    said = outlet.serve("feed", b"words")
    said.before = (last_words,)
    assert ask(outlet, pem).body == b"words"
    said.before = (last_words,) * 9
    with pytest.raises(FetchError) as caught:
        ask(outlet, pem)
    assert caught.value.kind == "truncated"
    assert len(outlet.connections) == 4


def test_a_goodbye_that_crosses_a_request_costs_it_nothing(outlet: Http2Outlet, client: Client) -> None:
    said = outlet.serve("feed", b"words")
    client.get(url(outlet), passport=BY_2)
    said.before = (goodbye(1),)  # to the second, which is stream 3
    assert client.get(url(outlet), passport=BY_2).body == b"words"
    assert len(outlet.connections) == 2


def test_last_words_are_heard_though_the_server_hears_nothing_any_more() -> None:
    ours, its = socket.socketpair(type=socket.SOCK_SEQPACKET)  # each packet is received alone
    with ours, its, Client(PATIENT) as client, client.exchange():
        http2 = Http2(ours)
        http2.send("GET", "outlet.example", "/feed", {}, b"")
        its.shutdown(socket.SHUT_RD)  # what is sent from now on meets EPIPE
        its.sendall(frame(SETTINGS, 0, 0))  # which wants to be acknowledged
        its.sendall(goodbye(0))
        with pytest.raises(Unprocessed):
            http2.answer("GET", "/feed")


@pytest.mark.parametrize(
    "last_words",
    [goodbye(0, HTTP_1_1_REQUIRED), frame(RST_STREAM, 0, 1, bytes([0, 0, 0, HTTP_1_1_REQUIRED]))],
    ids=["connection", "stream"],
)
def test_a_server_that_wants_http_1_is_asked_by_it(pem: Path, last_words: bytes) -> None:
    with Http2Outlet(pem, old=WORDS_1_1) as outlet:
        outlet.serve("feed").before = (last_words,)
        answer = ask(outlet, pem)
    assert (answer.body, answer.http2) == (b"words", False)


# -- servers that refuse HTTP/1.1


@pytest.mark.parametrize(
    ("old", "asked_old"),
    [
        (b"", 0),
        (b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: foo/2, h2\r\nContent-Length: 0\r\n\r\n", 1),
        (OLD, 1),
    ],
    ids=["no protocol in common", "upgrade required", "version not supported"],
)
def test_a_server_that_refuses_http_1_is_asked_again_by_http_2(pem: Path, old: bytes, asked_old: int) -> None:
    with Http2Outlet(pem, old=old) as outlet:
        outlet.serve("feed", b"words")
        answer = ask(outlet, pem, passport=Passport())
        assert (answer.body, answer.http2) == (b"words", True)
        assert (len(outlet.asked_old), len(outlet.asked)) == (asked_old, 1)


def test_a_server_that_refused_http_1_is_asked_by_http_2_from_then_on(pem: Path) -> None:
    with Http2Outlet(pem, old=OLD) as outlet, asking(outlet.port, pem) as client:
        outlet.serve("feed", b"words")
        answers = [client.get(url(outlet)) for _ in range(3)]
        assert [(one.http2, one.refused) for one in answers] == [(True, 1), (True, 0), (True, 0)]
        assert (len(outlet.asked_old), len(outlet.asked)) == (1, 3)


@pytest.mark.parametrize("broken", [frame(RST_STREAM, 0, 1, bytes(4)), b"no frame at all", HEAD + goodbye(0)])
def test_a_server_whose_http_2_fails_is_asked_by_http_1_again(pem: Path, broken: bytes) -> None:
    with Http2Outlet(pem, old=OLD) as outlet:
        said = outlet.serve("feed", b"words")
        with asking(outlet.port, pem) as client:
            client.get(url(outlet))
            outlet.serve("away", status=302, location="/feed").goodbye = True
            client.get(url(outlet, "away"))  # and the connection ends
            said.before = (broken,)
            with pytest.raises(FetchError):
                client.get(url(outlet))
            assert client.get(url(outlet)).http2
        assert len(outlet.asked_old) == 2


def test_who_refused_http_1_is_remembered_for_a_day_and_no_more_than_a_thousand_of_them() -> None:
    clock = [0.0]
    upgraded = Upgraded(lambda: clock[0])
    upgraded.add("https://paper.example/feed?x=1")
    assert "https://PAPER.example:443/news" in upgraded
    assert "https://paper.example:444/feed" not in upgraded
    clock[0] += UPGRADED_S
    assert "https://paper.example/feed" not in upgraded
    for number in range(UPGRADED_KEPT + 1):
        upgraded.add(f"https://paper{number}.example/")
    assert "https://paper0.example/" not in upgraded
    assert all(f"https://paper{number + 1}.example/" in upgraded for number in range(UPGRADED_KEPT))


def test_a_certificate_that_is_not_believed_is_shown_though_http_1_is_refused(pem: Path) -> None:
    with Http2Outlet(pem) as outlet, Client(PATIENT, [f"outlet.example:{outlet.port}"], resolve=to_loopback) as client:
        with pytest.raises(FetchError, match="It shows"):
            client.get(url(outlet))
        assert outlet.asked == []


def test_other_answers_are_final(pem: Path) -> None:
    with Http2Outlet(
        pem, old=b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.0\r\nContent-Length: 0\r\n\r\n"
    ) as outlet:
        assert ask(outlet, pem, passport=Passport()).status == 426
        assert (len(outlet.asked_old), outlet.asked) == (1, [])
