"""A drop by FTP under TLS: nothing is told a server whose certificate was not checked."""

import ssl
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from bench.certificate import self_signed
from services.fetcher import ftp
from shared.errors import FetchError
from shared.http.client import Client
from shared.http.passport import Passport
from shared.http.tls import ANY, written_fingerprint
from tests.line.drops import PASSWORD, USER, Ftp, ninjs, put
from tests.outlet.outlet import Outlet
from tests.outlet.patience import PATIENT


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "server.pem"
    path.write_bytes(self_signed("localhost"))
    return path


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


@pytest.fixture
def server(drop: Path, certificate: Path) -> Iterator[Ftp]:
    """A server that takes no name, password or command for data in the clear."""
    with Ftp(drop, certificate=certificate) as running:
        yield running


def reach(server: Ftp, trust: Path | None, host: str = "localhost", scheme: str = "ftps") -> tuple[Client, str]:
    place = f"{host}:{server.place.rpartition(':')[2]}"
    return Client(PATIENT, [place], trust=trust), f"{scheme}://{place}/"


def test_files_are_listed_and_read_under_tls(server: Ftp, drop: Path, certificate: Path) -> None:
    put(drop, "one.json", ninjs(1))
    put(drop, "two.json", ninjs(2) * 5000)
    client, url = reach(server, certificate)
    with client, ftp.opened(client, url, USER, PASSWORD) as place:
        files = {file.name: file.size for file in place.files()}
        assert place.read("one.json", 10_000) == ninjs(1).encode()
        assert len(place.read("two.json", 10**7)) == files["two.json"]


def test_a_server_is_offered_no_protocol_of_the_web(server: Ftp, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    port = server.place.rpartition(":")[2]
    with Outlet(tls=context) as outlet:
        outlet.serve("feed", "words")
        places = [f"localhost:{port}", f"localhost:{outlet.port}"]
        with Client(PATIENT, places, trust=certificate) as client:
            client.get(f"https://localhost:{outlet.port}/feed")
            with ftp.opened(client, f"ftps://localhost:{port}/", USER, PASSWORD):
                assert server.offered == []


def test_a_server_whose_certificate_is_not_believed_is_not_told_the_password(server: Ftp) -> None:
    client, url = reach(server, None)
    with (
        client,
        pytest.raises(FetchError, match="self-signed certificate") as told,
        ftp.opened(client, url, USER, PASSWORD),
    ):
        pass
    assert told.value.kind == "tls"


def test_a_certificate_of_another_name_is_not_believed(server: Ftp, certificate: Path) -> None:
    client, url = reach(server, certificate, host="127.0.0.1")
    with client, pytest.raises(FetchError, match="TLS failed"), ftp.opened(client, url, USER, PASSWORD):
        pass


def test_a_server_without_tls_is_not_told_the_password(drop: Path, certificate: Path) -> None:
    with Ftp(drop) as server:
        client, url = reach(server, certificate)
        with client, pytest.raises(FetchError, match="The server answered: 5"), ftp.opened(client, url, USER, PASSWORD):
            pass


def test_a_server_that_wants_tls_is_not_talked_to_without(server: Ftp, certificate: Path) -> None:
    client, url = reach(server, certificate, scheme="ftp")
    with client, pytest.raises(FetchError, match="550"), ftp.opened(client, url, USER, PASSWORD):
        pass


def test_a_pinned_certificate_is_believed_and_another_is_named(server: Ftp, drop: Path, certificate: Path) -> None:
    put(drop, "one.json", ninjs(1))
    pem = certificate.read_text()
    digest = sha256(ssl.PEM_cert_to_DER_cert(pem[pem.index("-----BEGIN CERT") :])).hexdigest()
    client, url = reach(server, None, host="127.0.0.1")
    with client:
        for pin in (digest, ANY):
            with ftp.opened(client, url, USER, PASSWORD, Passport(pin=pin)) as place:
                assert place.read("one.json", 10_000) == ninjs(1).encode()
        for passport in (Passport(), Passport(pin="0" * 64)):
            with (
                pytest.raises(FetchError, match=written_fingerprint(digest)),
                ftp.opened(client, url, USER, PASSWORD, passport),
            ):
                pass
