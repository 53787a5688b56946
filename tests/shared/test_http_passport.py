"""A feed's own header fields, credentials, proxy and client certificate: sent where they belong, and nowhere else."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.certificate import self_signed
from shared.errors import Blocked, FetchError, TransientError, UsageError
from shared.http.client import Client
from shared.http.passport import Passport
from shared.http.tls import Context
from shared.settings import Settings
from tests.outlet.outlet import Outlet
from tests.outlet.patience import PATIENT
from tests.outlet.proxy import Proxy

KNOWN = Passport(headers={"x-key": "7", "user-agent": "Desk/1"}, authorization="Bearer s3cret")


def to_loopback(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with Outlet(hosts=2) as outlet:
        outlet.serve("feed", "words")
        yield outlet


@pytest.fixture
def client(outlet: Outlet) -> Iterator[Client]:
    with Client(PATIENT, outlet.allow, "Wireroom/1") as client:
        yield client


# -- header fields and credentials


def test_they_are_sent_to_the_feeds_own_host(outlet: Outlet, client: Client) -> None:
    outlet.redirect("moved", "/feed")
    client.get(outlet.url("moved"), passport=KNOWN)
    for seen in outlet.ledger.requests():
        assert seen.headers["x-key"] == "7"
        assert (seen.headers["authorization"], seen.headers["user-agent"]) == ("Bearer s3cret", "Desk/1")


def test_none_of_them_reaches_another_host(outlet: Outlet, client: Client) -> None:
    outlet.redirect("away", outlet.url("feed", host=1))
    client.get(outlet.url("away"), passport=KNOWN)
    (seen,) = outlet.ledger.requests("feed")
    assert not {"x-key", "authorization"} & set(seen.headers)
    assert seen.headers["user-agent"] == "Wireroom/1"


def test_none_of_them_comes_back_with_a_redirect_from_another_host(outlet: Outlet, client: Client) -> None:
    outlet.redirect("away", outlet.url("back", host=1))
    outlet.redirect("back", outlet.url("feed"))
    client.get(outlet.url("away"), passport=KNOWN)
    assert "authorization" not in outlet.ledger.requests("feed")[0].headers


# -- proxies


def place(outlet: Outlet) -> tuple[str, int]:
    return "127.0.0.1", outlet.port


def test_a_proxy_is_asked_in_the_publishers_stead(outlet: Outlet) -> None:
    with Proxy(place(outlet)) as proxy, Client(PATIENT, [f"127.0.0.1:{proxy.port}", "paper.example:80"]) as client:
        answer = client.get("http://paper.example/feed", passport=Passport(proxy=proxy.url("reader:s3cret@")))
        assert answer.body == b"words"
        (head,) = proxy.heads
    assert head.startswith("GET http://paper.example/feed HTTP/1.1\r\n")
    assert "Basic cmVhZGVyOnMzY3JldA==" in head


def test_an_inner_proxy_is_asked_only_where_the_list_names_it(outlet: Outlet) -> None:
    with Proxy(place(outlet)) as proxy, Client(PATIENT, ["paper.example:80"]) as client:
        with pytest.raises(Blocked, match="no public address"):
            client.get("http://paper.example/feed", passport=Passport(proxy=proxy.url()))
        assert proxy.heads == []


@pytest.mark.parametrize("url", ["http://127.0.0.1/feed", "http://169.254.169.254/x", "http://[::ffff:10.0.0.1]/"])
def test_no_proxy_is_asked_for_an_inner_address(outlet: Outlet, url: str) -> None:
    with Proxy(place(outlet)) as proxy, Client(PATIENT, [f"127.0.0.1:{proxy.port}"]) as client:
        with pytest.raises(Blocked):
            client.get(url, passport=Passport(proxy=proxy.url()))
        assert proxy.heads == []


def test_no_proxy_is_asked_for_a_name_that_leads_inward(outlet: Outlet) -> None:
    with Proxy(place(outlet)) as proxy, Client(PATIENT, [f"127.0.0.1:{proxy.port}"], resolve=to_loopback) as client:
        with pytest.raises(Blocked):
            client.get("http://inner.example/feed", passport=Passport(proxy=proxy.url()))
        assert proxy.heads == []


def test_a_redirect_to_a_name_that_only_the_proxy_knows_is_not_followed(outlet: Outlet) -> None:
    def unknown(host: str, port: int, **_: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    outlet.redirect("away", "http://redis/feed")
    with Proxy(place(outlet)) as proxy, Client(PATIENT, [f"127.0.0.1:{proxy.port}"], resolve=unknown) as client:
        with pytest.raises(FetchError, match="redis cannot be resolved"):
            client.get("http://paper.example/away", passport=Passport(proxy=proxy.url()))
        assert len(proxy.heads) == 1


def test_a_proxy_that_refuses_is_named_without_its_password(outlet: Outlet) -> None:
    with (
        Proxy(place(outlet), refuse=True) as proxy,
        Client(PATIENT, [f"127.0.0.1:{proxy.port}", "paper.example:443"]) as client,
    ):
        with pytest.raises(FetchError) as caught:
            client.get("https://paper.example/feed", passport=Passport(proxy=proxy.url("reader:s3cret@")))
        assert caught.value.kind == "proxy"
        assert "s3cret" not in str(caught.value)


# -- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "outlet.pem"
    path.write_bytes(self_signed("outlet.example"))
    return path


@pytest.fixture(scope="module")
def ours() -> str:
    """Our own certificate, as a publisher may ask for it."""
    return self_signed("desk.example").decode()


@pytest.fixture
def secure(certificate: Path) -> Iterator[Callable[..., Outlet]]:
    """What starts a publisher over TLS; one that `wants` a client certificate takes no other."""
    started: list[Outlet] = []

    def start(wants: str | None = None) -> Outlet:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        if wants:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=wants[wants.index("-----BEGIN CERTIFICATE") :])
        started.append(Outlet(tls=context))
        started[-1].serve("feed", "words")
        return started[-1]

    yield start
    for outlet in started:
        outlet.close()


def tls_client(trust: Path, *outlets: Outlet) -> Client:
    return Client(PATIENT, [f"outlet.example:{one.port}" for one in outlets], trust=trust, resolve=to_loopback)


def test_a_client_certificate_is_shown_to_the_feeds_host(secure: Any, certificate: Path, ours: str) -> None:
    outlet = secure(wants=ours)
    with tls_client(certificate, outlet) as client:
        url = f"https://outlet.example:{outlet.port}/feed"
        assert client.get(url, passport=Passport(certificate=ours)).body == b"words"
        with pytest.raises(FetchError):
            client.get(url)


def test_the_operators_own_authorities_are_believed_beside_the_bundled_ones(certificate: Path) -> None:
    with Client.from_settings(Settings(fetch_authorities=certificate)) as ours, Client(PATIENT) as plain:
        assert ours.tls().cert_store_stats()["x509"] == plain.tls().cert_store_stats()["x509"] + 1


@pytest.mark.parametrize(("text", "why"), [(None, "cannot be read: No such file"), ("words", "holds no certificate")])
def test_a_file_without_authorities_is_refused_by_its_name(tmp_path: Path, text: str | None, why: str) -> None:
    file = tmp_path / "own.pem"
    if text:
        file.write_text(text)
    with pytest.raises(UsageError, match=f"own.pem, which WIREROOM_FETCH_AUTHORITIES names, {why}"):
        Client.from_settings(Settings(fetch_authorities=file))


def test_a_client_certificate_is_shown_to_no_other_host(secure: Any, certificate: Path, ours: str) -> None:
    strict, lax = secure(wants=ours), secure()
    lax.redirect("away", f"https://outlet.example:{strict.port}/feed")
    with tls_client(certificate, strict, lax) as client, pytest.raises(FetchError):
        client.get(f"https://outlet.example:{lax.port}/away", passport=Passport(certificate=ours))
    assert strict.ledger.requests("feed") == []


def test_a_tls_session_is_resumed_at_the_next_connection(
    secure: Any, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resumed: list[bool | None] = []
    wrap = Context.wrap_socket

    def watched(self: Context, *args: Any, **more: Any) -> ssl.SSLSocket:
        wrapped = wrap(self, *args, **more)
        resumed.append(wrapped.session_reused)
        return wrapped

    monkeypatch.setattr(Context, "wrap_socket", watched)
    outlet = secure()
    outlet.serve("once", "words", Connection="close")
    with tls_client(certificate, outlet) as client:
        for _ in range(3):
            assert client.get(f"https://outlet.example:{outlet.port}/once").body == b"words"
    assert resumed == [False, True, True]


def test_a_tunnel_ends_at_the_publisher_whose_certificate_is_checked(secure: Any, certificate: Path) -> None:
    outlet = secure()
    with Proxy(place(outlet)) as proxy:
        allow = [f"127.0.0.1:{proxy.port}", "outlet.example:443", "other.example:443"]
        with Client(PATIENT, allow, trust=certificate) as client:
            through = Passport(proxy=proxy.url())
            assert client.get("https://outlet.example/feed", passport=through).body == b"words"
            with pytest.raises(FetchError, match="hostname mismatch"):
                client.get("https://other.example/feed", passport=through)
        assert proxy.heads[0].startswith("CONNECT outlet.example:443 ")


# -- one server behind many names


def test_one_address_is_asked_for_no_more_at_once_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.http.sockets.is_public", lambda address: True)
    with Outlet() as outlet:
        outlet.delay("feed", 3600)
        outlet.serve("quick", "words")
        client = Client(PATIENT, resolve=to_loopback, per_address=2)
        errors: list[str] = []

        def hang(name: int) -> None:
            try:
                client.get(f"http://paper{name}.example:{outlet.port}/feed")
            except FetchError as error:
                errors.append(error.kind)

        monkeypatch.setattr("shared.http.crowd.PATIENCE_S", 0.3)
        threads = [threading.Thread(target=hang, args=(name,)) for name in range(5)]
        for thread in threads:
            thread.start()
        while errors.count("crowded") < 3 or outlet.connections < 2:
            threads[0].join(0.01)
        assert outlet.connections == 2
        outlet.drop_connections()
        for thread in threads:
            thread.join()
        assert client.get(f"http://paper9.example:{outlet.port}/quick").body == b"words"
        client.close()
        assert sorted(errors) == ["crowded"] * 3 + ["truncated"] * 2


class Away:
    """Turns that cannot be asked."""

    def take_turn(self, address: str, name: str, most: int) -> bool:
        raise TransientError("Redis cannot be reached.")

    def end_turn(self, address: str, name: str) -> None:
        raise TransientError("Redis cannot be reached.")


def test_where_the_others_turns_cannot_be_asked_nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.http.sockets.is_public", lambda address: True)
    with Outlet() as outlet, Client(PATIENT, resolve=to_loopback, per_address=2, turns=Away()) as client:
        outlet.serve("feed", "words")
        for _ in range(3):
            assert client.get(f"http://paper.example:{outlet.port}/feed").body == b"words"


def test_a_name_that_turns_inward_between_two_requests_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    # as if it were outside
    monkeypatch.setattr("shared.http.sockets.is_public", lambda address: address == "127.0.0.2")
    answers = [["127.0.0.2"], ["127.0.0.1"]]
    asked: list[str] = []

    def rebinding(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        addresses = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    with Outlet(hosts=2) as outlet, Client(PATIENT, resolve=rebinding) as client:
        outlet.serve("feed", "words")
        url = f"http://paper.example:{outlet.port}/feed"
        assert client.get(url).body == b"words"
        assert asked == ["paper.example"]  # looked up once: what was judged is what is dialled
        outlet.drop_connections()
        with pytest.raises(Blocked):
            client.get(url)
        assert {seen.host for seen in outlet.ledger.requests()} == {"127.0.0.2"}
