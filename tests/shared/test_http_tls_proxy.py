"""A proxy that is spoken to by TLS: whoever it leads to is spoken to by TLS within it, under the same limits."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.errors import FetchError, Refused
from shared.http.client import Client, Limits
from shared.http.passport import Passport
from tests.outlet.outlet import Outlet
from tests.outlet.patience import PATIENT
from tests.outlet.proxy import Proxy
from tests.shared.test_http_trust import Publisher


def knows_proxy(host: str, *_: Any, **__: Any) -> Any:
    if host == "proxy.example":
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", _[0]))]
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def speaking(publisher: Publisher) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(publisher.file)
    return context


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Publisher]:
    made = Publisher(tmp_path, "paper.example")
    yield made
    made.stop()


@pytest.fixture
def middle(tmp_path: Path) -> Publisher:
    return Publisher(tmp_path, "proxy.example")


@pytest.fixture
def outlet(paper: Publisher) -> Outlet:
    return paper.start()


@pytest.fixture
def proxy(outlet: Outlet, middle: Publisher) -> Iterator[Proxy]:
    with Proxy(("127.0.0.1", outlet.port), tls=speaking(middle)) as proxy:
        yield proxy


def believing(tmp_path: Path, *publishers: Publisher) -> Path:
    file = tmp_path / "authorities.pem"
    file.write_bytes(b"".join(one.file.read_bytes() for one in publishers))
    return file


def through(proxy: Proxy, trust: Path | None, credentials: str = "", limits: Limits = PATIENT) -> Client:
    url = f"https://{credentials}proxy.example:{proxy.port}"
    return Client(limits, [f"proxy.example:{proxy.port}"], trust=trust, resolve=knows_proxy, proxy=url)


def test_a_publisher_is_asked_by_tls_within_the_proxys(
    tmp_path: Path, outlet: Outlet, proxy: Proxy, paper: Publisher, middle: Publisher
) -> None:
    outlet.serve("large", "words " * 100_000)
    with through(proxy, believing(tmp_path, paper, middle), "me:secret@") as client:
        assert client.get("https://paper.example/feed").body == b"words"
        assert client.get("https://paper.example/large").body == b"words " * 100_000
        assert client.get("https://paper.example/once").body == b"words"
        assert client.get("https://paper.example/feed").body == b"words"
    assert [head.splitlines()[0] for head in proxy.heads] == 2 * ["CONNECT paper.example:443 HTTP/1.0"]
    assert all("proxy-authorization: Basic " in head.replace("Proxy-A", "proxy-a") for head in proxy.heads)


def test_what_is_asked_for_without_tls_has_the_proxys(tmp_path: Path, middle: Publisher) -> None:
    with Outlet() as outlet:
        outlet.serve("feed", "words")
        with (
            Proxy(("127.0.0.1", outlet.port), tls=speaking(middle)) as proxy,
            through(proxy, believing(tmp_path, middle)) as client,
        ):
            assert client.get("http://paper.example/feed").body == b"words"


def test_a_feeds_own_proxy_is_spoken_to_so_too(
    tmp_path: Path, proxy: Proxy, paper: Publisher, middle: Publisher
) -> None:
    passport = Passport(proxy=f"https://proxy.example:{proxy.port}")
    trust = believing(tmp_path, paper, middle)
    with Client(PATIENT, [f"proxy.example:{proxy.port}"], trust=trust, resolve=knows_proxy) as client:
        assert client.get("https://paper.example/feed", passport=passport).body == b"words"


def test_a_proxy_whose_certificate_is_not_believed_is_told_nothing(
    tmp_path: Path, proxy: Proxy, paper: Publisher
) -> None:
    with through(proxy, believing(tmp_path, paper)) as client:
        for url in ("https://paper.example/feed", "http://paper.example/feed"):
            with pytest.raises(FetchError, match=r"^The proxy cannot be asked\. TLS failed") as caught:
                client.get(url)
            assert caught.value.kind == "unreachable"
            assert "trust-certificate" not in str(caught.value)
    assert proxy.heads == []


def test_a_pin_holds_within_the_proxys_tls_and_not_for_the_proxy(
    tmp_path: Path, outlet: Outlet, proxy: Proxy, paper: Publisher, middle: Publisher
) -> None:
    with through(proxy, believing(tmp_path, middle)) as client:
        pinned = Passport(pin=paper.digest)
        assert client.get("https://paper.example/feed", passport=pinned).body == b"words"
        with pytest.raises(FetchError, match="not the certificate that is trusted"):
            client.get("https://paper.example/feed", passport=Passport(pin=middle.digest))
        with pytest.raises(FetchError, match=r"^TLS failed: self-signed certificate\..*trust-certificate"):
            client.get("https://paper.example/feed")
    assert len(outlet.ledger.requests()) == 1


def test_a_proxy_that_refuses_says_not_what_it_was_told(tmp_path: Path, outlet: Outlet, middle: Publisher) -> None:
    with (
        Proxy(("127.0.0.1", outlet.port), tls=speaking(middle), refuse=True) as proxy,
        through(proxy, believing(tmp_path, middle), "me:secret@") as client,
        pytest.raises(FetchError) as caught,
    ):
        client.get("https://paper.example/feed")
    assert caught.value.kind == "proxy"
    assert str(caught.value) == "The proxy refuses: tunnel connection failed: 407 proxy authentication required."


def test_limits_hold_within_the_proxys_tls(
    tmp_path: Path, outlet: Outlet, proxy: Proxy, paper: Publisher, middle: Publisher
) -> None:
    outlet.serve("large", "words " * 100_000)
    with (
        through(proxy, believing(tmp_path, paper, middle), limits=replace(PATIENT, wire_bytes=10_000)) as client,
        pytest.raises(Refused, match="The body is"),
    ):
        client.get("https://paper.example/large")


def test_a_publisher_that_drips_its_handshake_does_not_hold_the_fetch(
    tmp_path: Path, paper: Publisher, middle: Publisher
) -> None:
    """Each byte comes within the time between two reads, so only the time for the whole answer ends it."""
    limits = replace(PATIENT, total_s=3)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, args=(listener,), daemon=True).start()
        with (
            Proxy(listener.getsockname()[:2], tls=speaking(middle)) as proxy,
            through(proxy, believing(tmp_path, paper, middle), limits=limits) as client,
            pytest.raises(FetchError, match="The whole answer was not there after 3 s") as caught,
        ):
            client.get("https://paper.example/feed")
        assert caught.value.kind == "timeout"


def drip(listener: socket.socket) -> None:
    with suppress(OSError):
        client, _ = listener.accept()
        with client:
            client.recv(65_536)
            client.sendall(b"\x16\x03\x03\x20\x00")  # a record of 8,192 bytes follows
            for _ in range(100):
                time.sleep(0.2)
                client.sendall(b"\x02")
