"""Requests that are signed as a bot's, as a library of somebody else's verifies them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import HTTPMessageVerifier, InvalidSignature, algorithms
from http_message_signatures.resolvers import MappingKeyResolver

from shared.encoding import from_base64url
from shared.errors import UsageError
from shared.http import directory
from shared.http.client import Client
from shared.http.passport import Passport
from shared.http.signing import DIRECTORY_S, REQUEST_S, Signer, authority, fresh_key, read_key
from tests.outlet.ledger import Seen
from tests.outlet.outlet import Outlet
from tests.outlet.patience import PATIENT
from tests.outlet.proxy import Proxy

ORIGIN = "https://news.example"
KEY = fresh_key()
SIGNER = Signer(read_key(KEY), ORIGIN)


@dataclass
class Message:
    """A request or an answer as the library takes it."""

    url: str
    headers: dict[str, str]
    method: str = "GET"


@dataclass
class Reply(Message):
    status_code: int = 200
    request: Message | None = None


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with Outlet(hosts=2) as outlet:
        outlet.serve("feed", "words")
        yield outlet


@pytest.fixture
def client(outlet: Outlet) -> Iterator[Client]:
    with Client(PATIENT, outlet.allow, signer=SIGNER) as client:
        yield client


def verify(message: Message, answer: directory.Answer, tag: str, lasts_s: int) -> list[Any]:
    """Return what the library verified by the keys that a directory lists.

    :raises InvalidSignature: something was forged.
    """
    listed = {key["kid"]: Ed25519PublicKey.from_public_bytes(from_base64url(key["x"])) for key in keys(answer)}
    verifier = HTTPMessageVerifier(
        signature_algorithm=algorithms.ED25519,
        key_resolver=MappingKeyResolver(public_keys=listed, private_keys={}),
    )
    return list(verifier.verify(message, expect_tag=tag, max_age=timedelta(seconds=lasts_s)))


def keys(answer: directory.Answer) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(answer.body)["keys"]
    return found


def requested(seen: Seen, host: str = "", method: str = "GET") -> Message:
    """Return a request as the server that it came to saw it."""
    return Message(f"http://{host or seen.headers['host']}{seen.path}", dict(seen.headers), method)


def checked(message: Message) -> Any:
    (result,) = verify(message, directory.make([SIGNER]), "web-bot-auth", REQUEST_S)
    return result


def test_each_hop_is_signed_for_its_own_authority(outlet: Outlet, client: Client) -> None:
    outlet.redirect("away", outlet.url("feed", host=1))
    client.get(outlet.url("away"))
    first, second = outlet.ledger.requests()
    for seen, host in ((first, 0), (second, 1)):
        result = checked(requested(seen))
        assert result.covered_components['"@authority"'] == urlsplit(outlet.url("feed", host)).netloc
        assert result.covered_components['"signature-agent";key="sig1"'] == f'"{ORIGIN}"'
        assert result.parameters["keyid"] == SIGNER.keyid
    assert first.headers["signature"] != second.headers["signature"]


def test_a_signature_is_good_for_no_other_host_and_no_other_directory(outlet: Outlet, client: Client) -> None:
    client.get(outlet.url("feed"))
    (seen,) = outlet.ledger.requests()
    with pytest.raises(InvalidSignature):
        checked(requested(seen, host="other.example"))
    forged = requested(seen)
    forged.headers["signature-agent"] = 'sig1="https://other.example"'
    with pytest.raises(InvalidSignature):
        checked(forged)


def test_what_is_posted_is_signed_too(outlet: Outlet, client: Client) -> None:
    client.post(outlet.url("feed"), b"hub.mode=subscribe", {})
    (seen,) = outlet.ledger.requests()
    assert checked(requested(seen, method="POST"))


def test_a_request_through_a_proxy_is_signed_for_the_publisher(outlet: Outlet) -> None:
    with Proxy(("127.0.0.1", outlet.port)) as proxy:
        allow = [f"127.0.0.1:{proxy.port}", "paper.example:80"]
        with Client(PATIENT, allow, signer=SIGNER) as client:
            client.get("http://paper.example/feed", passport=Passport(proxy=proxy.url()))
    (seen,) = outlet.ledger.requests()
    assert checked(requested(seen, host="paper.example"))


def test_nothing_is_signed_without_a_key(outlet: Outlet) -> None:
    with Client(PATIENT, outlet.allow) as client:
        client.get(outlet.url("feed"))
    assert not [name for name in outlet.ledger.requests()[0].headers if name.startswith("signature")]


def test_the_thumbprint_is_that_of_the_standard() -> None:
    key = read_key("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")  # RFC 8037, A.1 and A.3
    assert Signer(key, ORIGIN).keyid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://paper.example/", "paper.example"),
        ("https://paper.example:8443/a@b", "paper.example:8443"),
        ("http://[2001:db8::1]:80/", "[2001:db8::1]"),
    ],
)
def test_the_authority_is_the_host_field(url: str, said: str) -> None:
    assert authority(url) == said


# -- the directory


def published(answer: directory.Answer, host: str = "news.example") -> Reply:
    asked = Message(f"https://{host}/", {})
    fields = {"Signature-Input": answer.signature_input, "Signature": answer.signature}
    return Reply(asked.url, fields, request=asked)


def test_a_directory_vouches_for_its_keys_at_its_own_authority() -> None:
    answer = directory.read(directory.make([SIGNER]).write())
    assert answer
    (result,) = verify(published(answer), answer, "http-message-signatures-directory", DIRECTORY_S)
    assert result.covered_components['"@authority";req'] == "news.example"
    with pytest.raises(InvalidSignature):
        verify(published(answer, "mirror.example"), answer, "http-message-signatures-directory", DIRECTORY_S)


def test_the_private_key_is_not_in_it() -> None:
    answer = directory.make([SIGNER])
    assert set(keys(answer)[0]) == {"kty", "crv", "x", "kid", "use"}
    assert KEY not in answer.write()


def test_an_old_key_and_a_new_one_are_listed_side_by_side() -> None:
    other = Signer(Ed25519PrivateKey.generate(), ORIGIN)
    answer = directory.make([other, SIGNER])
    results = verify(published(answer), answer, "http-message-signatures-directory", DIRECTORY_S)
    assert [result.parameters["keyid"] for result in results] == [other.keyid, SIGNER.keyid]


@pytest.mark.parametrize("text", ["x", "e30", "WyJ7fSJd", "W10", "WzEsMiwzXQ"])
def test_what_is_no_directory_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="WIREROOM_SIGNING_ANSWER"):
        directory.read(text)
