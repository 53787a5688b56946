"""Certificates that no authority signed: believed by their fingerprint where the operator says so, and nowhere else."""

import hashlib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.certificate import self_signed
from shared.errors import FetchError
from shared.http.client import Client, Response
from shared.http.passport import Passport
from shared.http.tls import ANY, Context, written_fingerprint
from tests.outlet.outlet import Outlet
from tests.outlet.patience import PATIENT
from tests.outlet.proxy import Proxy
from tests.shared.test_http_passport import to_loopback

Start = Callable[..., Outlet]


class Publisher:
    """A certificate with its key, and servers that show it."""

    def __init__(self, folder: Path, name: str, *, expired: bool = False) -> None:
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self_signed(name, expired=expired))
        pem = self.file.read_text()
        self.digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem[pem.index("-----BEGIN CERT") :])).hexdigest()
        self._started: list[Outlet] = []

    def start(self, port: int = 0, wants: Path | None = None) -> Outlet:
        """Return a server that answers; `wants` is the one client certificate that it takes."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        if wants:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(wants)
        outlet = Outlet(tls=context, port=port)
        outlet.serve("feed", "words")
        outlet.serve("once", "words", Connection="close")
        self._started.append(outlet)
        return outlet

    def stop(self) -> None:
        for outlet in self._started:
            outlet.close()


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Publisher]:
    """One whose certificate is its own, expired and of another name than the one it is asked by."""
    made = Publisher(tmp_path, "paper.invalid", expired=True)
    yield made
    made.stop()


@pytest.fixture
def attacker(tmp_path: Path) -> Iterator[Publisher]:
    made = Publisher(tmp_path, "outlet.example")
    yield made
    made.stop()


def client_of(*outlets: Outlet, trust: Path | None = None) -> Client:
    return Client(PATIENT, [f"outlet.example:{one.port}" for one in outlets], trust=trust, resolve=to_loopback)


def ask(client: Client, outlet: Outlet, path: str = "feed", **passport: Any) -> Response:
    return client.get(f"https://outlet.example:{outlet.port}/{path}", passport=Passport(**passport))


def refusal(client: Client, outlet: Outlet, path: str = "feed", **passport: Any) -> str:
    with pytest.raises(FetchError) as caught:
        ask(client, outlet, path, **passport)
    assert caught.value.kind == "tls"
    return str(caught.value)


def test_a_pinned_certificate_is_believed_whatever_it_says(paper: Publisher) -> None:
    outlet = paper.start()
    with client_of(outlet) as client:
        assert [ask(client, outlet, pin=paper.digest).body for _ in range(2)] == [b"words"] * 2
        assert outlet.connections == 1
        assert ask(client, outlet, "once", pin=paper.digest).body == b"words"


def test_no_other_certificate_is_believed_beside_a_pin_even_one_that_an_authority_vouches_for(
    paper: Publisher, attacker: Publisher
) -> None:
    outlet = attacker.start()
    with client_of(outlet, trust=attacker.file) as client:
        assert ask(client, outlet).body == b"words"
        told = refusal(client, outlet, pin=paper.digest, authorization="Bearer s3cret")
    assert told.startswith("TLS failed: not the certificate that is trusted.")
    assert written_fingerprint(attacker.digest) in told
    assert len(outlet.ledger.requests()) == 1


def test_an_attacker_in_the_publishers_place_hears_nothing(paper: Publisher, attacker: Publisher) -> None:
    outlet = paper.start()
    with client_of(outlet) as client:
        assert ask(client, outlet, "once", pin=paper.digest).body == b"words"
        outlet.close()
        other = attacker.start(outlet.port)
        assert written_fingerprint(attacker.digest) in refusal(client, other, pin=paper.digest)
        assert other.ledger.requests() == []


def test_a_certificate_that_is_not_believed_is_named_and_sent_nothing(paper: Publisher) -> None:
    outlet = paper.start()
    with client_of(outlet) as client:
        told = refusal(client, outlet, authorization="Bearer s3cret")
    assert told.startswith("TLS failed: ")
    assert f"It shows {written_fingerprint(paper.digest)} (SHA-256)" in told
    assert outlet.ledger.requests() == []


def test_any_certificate_is_believed_where_the_operator_insists(paper: Publisher, attacker: Publisher) -> None:
    with client_of(*(outlets := [paper.start(), attacker.start()])) as client:
        assert [ask(client, outlet, pin=ANY).body for outlet in outlets] == [b"words"] * 2


@pytest.mark.parametrize("path", ["feed", "once"])  # by a connection that was kept, by a session that was remembered
@pytest.mark.parametrize("before", ["pin", "any"])
def test_what_is_believed_for_one_feed_is_believed_for_no_other(paper: Publisher, path: str, before: str) -> None:
    outlet = paper.start()
    with client_of(outlet) as client:
        for _ in range(2):
            ask(client, outlet, path, pin=ANY if before == "any" else paper.digest)
        refusal(client, outlet, path)
        refusal(client, outlet, path, pin="0" * 64)


def test_sessions_are_resumed_with_those_who_believe_alike_alone(
    paper: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    resumed: list[bool | None] = []
    wrap = Context.wrap_socket

    def watched(self: Context, *args: Any, **more: Any) -> ssl.SSLSocket:
        wrapped = wrap(self, *args, **more)
        resumed.append(wrapped.session_reused)
        return wrapped

    monkeypatch.setattr(Context, "wrap_socket", watched)
    outlet = paper.start()
    with client_of(outlet) as client:
        for pin in (ANY, ANY, paper.digest, paper.digest, ANY):
            ask(client, outlet, "once", pin=pin)
    assert resumed == [False, True, False, True, True]


def test_a_redirect_takes_the_pin_to_no_other_origin(paper: Publisher) -> None:
    first, second = paper.start(), paper.start()
    first.redirect("near", "/feed")
    first.redirect("away", f"https://outlet.example:{second.port}/feed")
    with client_of(first, second) as client:
        assert ask(client, first, "near", pin=paper.digest).body == b"words"
        for pin in (paper.digest, ANY):
            refusal(client, first, "away", pin=pin)
    assert second.ledger.requests() == []


def test_a_pin_holds_behind_a_proxy(paper: Publisher) -> None:
    outlet = paper.start()
    url = "https://outlet.example/feed"
    with (
        Proxy(("127.0.0.1", outlet.port)) as proxy,
        Client(PATIENT, [f"127.0.0.1:{proxy.port}", "outlet.example:443"]) as client,
    ):
        assert client.get(url, passport=Passport(proxy=proxy.url(), pin=paper.digest)).body == b"words"
        with pytest.raises(FetchError, match=written_fingerprint(paper.digest)):
            client.get(url, passport=Passport(proxy=proxy.url()))


def test_a_pin_and_a_certificate_of_ours_go_together(paper: Publisher, attacker: Publisher) -> None:
    outlet = paper.start(wants=attacker.file)
    with client_of(outlet) as client:
        ours = attacker.file.read_text()
        assert ask(client, outlet, pin=paper.digest, certificate=ours).body == b"words"
        with pytest.raises(FetchError):
            ask(client, outlet, pin=paper.digest)
