"""The safe client against the outlet: what it asks, follows, keeps and turns down."""

import gzip
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.errors import Blocked, FetchError, Refused
from shared.http.client import Client, Limits, host_of
from tests.outlet.outlet import Outlet
from tests.outlet.patience import PATIENT

SMALL = replace(PATIENT, wire_bytes=20_000, body_bytes=50_000)
MakeClient = Callable[..., Client]


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with Outlet(hosts=2) as outlet:
        yield outlet


@pytest.fixture
def client(outlet: Outlet) -> Iterator[Client]:
    client = Client(SMALL, outlet.allow, "Test/1")
    yield client
    client.close()


def kind(client: Client, url: str) -> str:
    with pytest.raises(FetchError) as caught:
        client.get(url)
    return caught.value.kind


def test_a_feed_comes_whole_with_lower_case_header_names(outlet: Outlet, client: Client) -> None:
    outlet.publish("markets.xml", entries=3)
    answer = client.get(outlet.url("markets.xml"))
    assert answer.status == 200
    assert answer.body.count(b"<item>") == 3
    assert answer.headers["etag"] == '"markets.xml-2"'
    assert answer.wire_bytes > len(answer.body)
    assert (answer.url, answer.moved_to) == (outlet.url("markets.xml"), None)


def test_the_users_headers_are_sent_beside_our_own(outlet: Outlet, client: Client) -> None:
    client.get(outlet.url("x"), {"If-None-Match": '"a"'})
    sent = outlet.ledger.requests("x")[0].headers
    assert sent["if-none-match"] == '"a"'
    assert sent["user-agent"] == "Test/1"
    assert sent["accept-encoding"] == "gzip, deflate"


def test_a_connection_is_kept_and_used_again(outlet: Outlet, client: Client) -> None:
    outlet.publish("markets.xml")
    etag = client.get(outlet.url("markets.xml")).headers["etag"]
    for _ in range(5):
        assert client.get(outlet.url("markets.xml"), {"If-None-Match": etag}).status == 304
    assert outlet.connections == 1


def test_a_connection_that_died_while_idle_is_replaced(outlet: Outlet, client: Client) -> None:
    outlet.publish("markets.xml")
    client.get(outlet.url("markets.xml"))
    outlet.drop_connections()
    assert client.get(outlet.url("markets.xml")).status == 200


def test_many_threads_share_a_client(outlet: Outlet, client: Client) -> None:
    for number in range(8):
        outlet.serve(f"page-{number}", f"page {number} " * 500)
    bodies: dict[int, bytes] = {}

    def get(number: int) -> None:
        bodies[number] = client.get(outlet.url(f"page-{number}", host=number % 2)).body

    threads = [threading.Thread(target=get, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bodies == {number: f"page {number} ".encode() * 500 for number in range(8)}


def test_cookies_are_not_kept(outlet: Outlet, client: Client) -> None:
    outlet.serve("page", "words", Set_Cookie="track=1")
    client.get(outlet.url("page"))
    client.get(outlet.url("page"))
    assert "cookie" not in outlet.ledger.requests("page")[1].headers


def test_a_netrc_is_not_read(outlet: Outlet, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login desk password s3cret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    outlet.serve("page", "words")
    client.get(outlet.url("page"))
    assert "authorization" not in outlet.ledger.requests("page")[0].headers


def test_a_proxy_in_the_environment_is_not_used(
    outlet: Outlet, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    outlet.serve("page", "words")
    assert client.get(outlet.url("page")).body == b"words"


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503])
def test_an_error_status_is_an_answer_without_a_body(outlet: Outlet, client: Client, status: int) -> None:
    outlet.fail("markets.xml", status=status, Retry_After="7")
    answer = client.get(outlet.url("markets.xml"))
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (status, b"", "7")


# -- redirects


def test_a_redirect_is_followed_to_the_final_address(outlet: Outlet, client: Client) -> None:
    outlet.serve("there/page", "words")
    outlet.redirect("here", "there/page?q=é")
    answer = client.get(outlet.url("here"))
    assert (answer.body, answer.url) == (b"words", outlet.url("there/page?q=%C3%A9"))


@pytest.mark.parametrize(
    ("first", "second", "moved"), [(301, 308, "c"), (301, 302, "b"), (302, 301, None), (307, 303, None)]
)
def test_only_permanent_redirects_move_an_address(
    outlet: Outlet, client: Client, first: int, second: int, moved: str | None
) -> None:
    outlet.redirect("a", "/b", first)
    outlet.redirect("b", "/c", second)
    outlet.serve("c", "words")
    assert client.get(outlet.url("a")).moved_to == (moved and outlet.url(moved))


def test_five_redirects_are_followed_and_no_more(outlet: Outlet, client: Client) -> None:
    for number in range(6):
        outlet.redirect(f"{number}", f"/{number + 1}")
    outlet.serve("6", "words")
    assert client.get(outlet.url("1")).body == b"words"
    assert kind(client, outlet.url("0")) == "redirect"


def test_credentials_in_the_address_are_sent_as_basic_and_shown_nowhere(outlet: Outlet, client: Client) -> None:
    outlet.redirect("a", "/b")
    outlet.serve("b", "words")
    answer = client.get(outlet.url("a").replace("//", "//reader:s3cret@"))
    assert [seen.headers["authorization"] for seen in outlet.ledger.requests()] == ["Basic cmVhZGVyOnMzY3JldA=="] * 2
    assert "s3cret" not in answer.url


def test_credentials_do_not_reach_another_host(outlet: Outlet, client: Client) -> None:
    outlet.redirect("a", outlet.url("b", host=1))
    outlet.serve("b", "words")
    client.get(outlet.url("a"), {"Authorization": "Bearer x", "X-Key": "y", "Cookie": "z", "If-None-Match": '"a"'})
    sent = outlet.ledger.requests("b")[0].headers
    assert not {"authorization", "x-key", "cookie"} & set(sent)
    assert sent["if-none-match"] == '"a"'


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://127.0.0.1:1/_FLUSHALL", "ftp://example.org/x"])
def test_only_http_is_followed(outlet: Outlet, client: Client, location: str) -> None:
    outlet.redirect("a", location)
    with pytest.raises(Blocked, match="Only http and https"):
        client.get(outlet.url("a"))


def test_a_redirect_to_no_address_is_a_redirect_error(outlet: Outlet, client: Client) -> None:
    outlet.redirect("a", "http://[half")
    assert kind(client, outlet.url("a")) in {"redirect", "blocked"}


def test_a_redirect_to_two_places_leads_to_none(outlet: Outlet, client: Client) -> None:
    outlet.serve("b", b"words")
    outlet.garble("twice", b"HTTP/1.1 302 Found\r\nLocation: /b\r\nLocation: /b\r\n\r\n")
    outlet.garble("two", b"HTTP/1.1 302 Found\r\nLocation: /b\r\nLocation: /c\r\n\r\n")
    assert client.get(outlet.url("twice")).url == outlet.url("b")
    assert kind(client, outlet.url("two")) == "redirect"


def test_a_redirect_without_a_location_is_an_answer(outlet: Outlet, client: Client) -> None:
    outlet.fail("a", status=302)
    assert client.get(outlet.url("a")).status == 302


# -- limits


def test_an_announced_giant_is_refused_on_its_header(outlet: Outlet, client: Client) -> None:
    outlet.serve("giant", b"x", Content_Length="50000000000")
    with pytest.raises(Refused, match="announced"):
        client.get(outlet.url("giant"))


def test_a_body_over_the_wire_limit_is_refused(outlet: Outlet, client: Client) -> None:
    outlet.garble("endless", b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 30_000)
    assert kind(client, outlet.url("endless")) == "too_large"


def test_a_body_over_the_decoded_limit_is_refused(outlet: Outlet, client: Client) -> None:
    outlet.serve("bomb", gzip.compress(bytes(5_000_000)), Content_Encoding="gzip")
    assert kind(client, outlet.url("bomb")) == "too_large"


def test_hundreds_of_header_fields_are_taken(outlet: Outlet, client: Client) -> None:
    outlet.serve("many", "words", **{f"X-Field-{at}": "v" for at in range(300)})
    assert client.get(outlet.url("many")).body == b"words"


@pytest.mark.parametrize(
    "line",
    [
        b"no field at all",
        b": no name",
        b"two words: x",
        b"X-\xe9: x",
        b" goes on with nothing",
        b"X: a\rETag: b",
        b"X: \x00",
    ],
)
def test_a_line_that_is_no_field_hides_none(
    outlet: Outlet, client: Client, line: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    fields = b"Transfer-Encoding : chunked\r\nX-Long: one\r\n two\r\nETag: c\r\n"
    outlet.garble("odd", b"HTTP/1.1 200 OK\r\n" + line + b"\r\n" + fields + b"\r\n5\r\nwords\r\n0\r\n\r\n")
    answer = client.get(outlet.url("odd"))
    assert (answer.body, answer.headers["etag"], answer.headers["x-long"].split()) == (b"words", "c", ["one", "two"])
    assert not caplog.records


def test_a_flood_of_header_fields_is_refused(outlet: Outlet, client: Client) -> None:
    outlet.garble("flood", b"HTTP/1.1 200 OK\r\n" + b"X-Junk: jjjjjjjjj\r\n" * 20_000)
    assert kind(client, outlet.url("flood")) == "too_large"


def test_a_header_field_without_end_is_refused(outlet: Outlet, client: Client) -> None:
    outlet.garble("flood", b"HTTP/1.1 200 OK\r\nX-Junk: " + b"j" * 200_000)
    assert kind(client, outlet.url("flood")) == "too_large"


@pytest.mark.parametrize("interim", [b"100 Continue", b"102 Processing", b"103 Early Hints", b"199 Odd"])
def test_the_answer_is_what_comes_after_interim_ones(outlet: Outlet, client: Client, interim: bytes) -> None:
    head = b"HTTP/1.1 " + interim + b"\r\nLink: </a.css>; rel=preload\r\n\r\n"
    outlet.garble("page", head * 3 + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwords")
    assert client.get(outlet.url("page")).body == b"words"


@pytest.mark.parametrize("interim", [b"100 Continue", b"103 Early Hints"])
def test_a_flood_of_interim_answers_is_refused(outlet: Outlet, client: Client, interim: bytes) -> None:
    outlet.garble("flood", (b"HTTP/1.1 " + interim + b"\r\n\r\n") * 20_000)
    assert kind(client, outlet.url("flood")) == "too_large"


def test_a_chunk_size_without_end_is_an_error(outlet: Outlet, client: Client) -> None:
    outlet.garble("flood", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 500_000)
    assert kind(client, outlet.url("flood")) == "http"


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress"])
def test_codings_that_were_not_asked_for_are_refused(outlet: Outlet, client: Client, coding: str) -> None:
    outlet.serve("page", b"words", Content_Encoding=coding)
    with pytest.raises(Refused, match="was not asked for"):
        client.get(outlet.url("page"))


@pytest.mark.parametrize("coding", ["UTF-8", "none", "identity, gzip", ","])
def test_what_names_no_coding_is_none(outlet: Outlet, client: Client, coding: str) -> None:
    packed = gzip.compress(b"words") if "gzip" in coding else b"words"
    outlet.serve("page", packed, Content_Encoding=coding)
    assert client.get(outlet.url("page")).body == b"words"


# -- bodies


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def two_members(data: bytes) -> bytes:
    return gzip.compress(data[:10]) + gzip.compress(data[10:])


def padded(data: bytes) -> bytes:
    return gzip.compress(data) + bytes(20)


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("GZIP", two_members),
        ("x-gzip", padded),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("identity", bytes),
    ],
)
def test_codings_are_undone(outlet: Outlet, client: Client, coding: str, pack: Callable[[bytes], bytes]) -> None:
    body = b"The council met on Monday. " * 500
    outlet.serve("page", pack(body), Content_Encoding=coding)
    assert client.get(outlet.url("page")).body == body


def test_a_chunked_body_is_put_together(outlet: Outlet, client: Client) -> None:
    outlet.garble(
        "page", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n6\r\n again\r\n0\r\n\r\n"
    )
    assert client.get(outlet.url("page")).body == b"words again"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_coded_body_without_its_end_is_truncated(outlet: Outlet, client: Client, coding: str) -> None:
    packed = (gzip.compress if coding == "gzip" else zlib.compress)(bytes(range(256)) * 40)
    outlet.serve("half", packed[:-4], Content_Encoding=coding)
    assert kind(client, outlet.url("half")) == "truncated"


def test_a_damaged_coded_body_is_an_error(outlet: Outlet, client: Client) -> None:
    outlet.serve("page", b"these are plain words", Content_Encoding="gzip")
    assert kind(client, outlet.url("page")) == "http"


def test_a_body_shorter_than_announced_is_truncated(outlet: Outlet, client: Client) -> None:
    outlet.publish("markets.xml", entries=3)
    outlet.cut("markets.xml", keep=200)
    assert kind(client, outlet.url("markets.xml")) == "truncated"


@pytest.mark.parametrize("chunks", [b"ff\r\nwords", b"5\r\nwords\r\n", b""])
def test_a_chunked_body_without_its_end_is_truncated(outlet: Outlet, client: Client, chunks: bytes) -> None:
    outlet.garble("page", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    assert kind(client, outlet.url("page")) == "truncated"


@pytest.mark.parametrize("size", [b"ZZ", b"-5", b"-1"])
def test_garbled_chunks_are_an_error(outlet: Outlet, client: Client, size: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    outlet.garble("page", head + b"5\r\nwords\r\n" + size + b"\r\nwords\r\n")
    assert kind(client, outlet.url("page")) == "http"


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"\x00" * 100,
        b"\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
    ],
)
def test_what_is_not_http_is_an_error(outlet: Outlet, client: Client, raw: bytes) -> None:
    outlet.garble("page", raw)
    assert kind(client, outlet.url("page")) == "http"


def test_hanging_up_without_an_answer_is_an_error(outlet: Outlet, client: Client) -> None:
    outlet.garble("page", b"")
    assert kind(client, outlet.url("page")) == "truncated"


def test_after_an_error_the_client_goes_on(outlet: Outlet, client: Client) -> None:
    outlet.serve("giant", b"x" * 40_000)
    outlet.serve("page", b"words")
    for _ in range(3):
        assert kind(client, outlet.url("giant")) == "too_large"
        assert client.get(outlet.url("page")).body == b"words"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://News.Example/rss", "news.example"),
        ("https://news.example:443/", "news.example"),
        ("http://news.example:443/", "news.example:443"),
        ("http://u:p@news.example.:80/", "news.example"),
        ("http://[::1]:8077/", "[::1]:8077"),
        ("http://[half/x", "[half"),
    ],
)
def test_the_host_of_an_address_is_what_jobs_are_packed_by(url: str, host: str) -> None:
    assert host_of(url) == host


def test_bodies_that_do_not_fit_into_memory_together_are_no_fault_of_their_publishers(
    outlet: Outlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.http.crowd.BODIES_BYTES", 25_000)
    outlet.serve("page", "x" * 9000)
    with Client(Limits(wire_bytes=20_000, body_bytes=10_000), outlet.allow) as client:
        client._dialler.crowd.take(20_000)  # what others hold
        assert kind(client, outlet.url("page")) == "crowded"
        client._dialler.crowd.give_back(20_000)
        for _ in range(5):
            assert len(client.get(outlet.url("page")).body) == 9000
