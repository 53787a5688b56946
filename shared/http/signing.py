"""Requests signed as a bot's, so that a publisher can tell us from whoever takes our name.

HTTP Message Signatures (RFC 9421) as the Web Bot Auth working group profiles them (draft-ietf-webbotauth-httpsig-
protocol-00): each request names the origin that publishes our keys, and is signed for the authority that it goes to.
"""

import json
import secrets
import time
from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.encoding import from_base64url, to_base64url
from shared.errors import UsageError
from shared.http.addresses import DEFAULT_PORTS

PATH = "/.well-known/http-message-signatures-directory"
MEDIA_TYPE = "application/http-message-signatures-directory+json"
REQUEST_S = 300  # a request's signature counts for so long: clocks differ, and whoever sees it may send it again
DIRECTORY_S = 366 * 86_400  # the directory's, which is made by hand
REQUEST_TAG, DIRECTORY_TAG = "web-bot-auth", "http-message-signatures-directory"
_LABEL = "sig1"


@dataclass(frozen=True)
class Signer:
    """A key, and the origin whose directory names its public half."""

    key: Ed25519PrivateKey
    directory: str

    @classmethod
    def read(cls, key: str, directory: str) -> "Signer | None":
        """Return who signs by the settings, None where nobody does.

        :raises UsageError: the key is none.
        """
        return cls(read_key(key), directory) if key else None

    @cached_property
    def keyid(self) -> str:
        """The key's thumbprint (RFC 7638; RFC 8037, A.3)."""
        return to_base64url(sha256(json.dumps(jwk(self.key), sort_keys=True, separators=(",", ":")).encode()).digest())

    def fields(self, url: str) -> dict[str, str]:
        """Return the header fields that a request to `url` is signed with."""
        covered = {'"@authority"': authority(url), f'"signature-agent";key="{_LABEL}"': f'"{self.directory}"'}
        nonce = b64encode(secrets.token_bytes(32)).decode()
        signed = self._signed(_LABEL, covered, f';nonce="{nonce}";tag="{REQUEST_TAG}"', REQUEST_S)
        return {"signature-agent": f'{_LABEL}="{self.directory}"'} | signed

    def vouch(self, label: str) -> dict[str, str]:
        """Return the header fields with which the directory's answer shows that it has the key."""
        covered = {'"@authority";req': authority(self.directory)}
        return self._signed(label, covered, f';tag="{DIRECTORY_TAG}"', DIRECTORY_S)

    def _signed(self, label: str, covered: dict[str, str], more: str, lasts_s: int) -> dict[str, str]:
        created = int(time.time())
        parameters = (
            f'({" ".join(covered)});created={created};expires={created + lasts_s};keyid="{self.keyid}"'
            f';alg="ed25519"{more}'
        )
        base = "\n".join(f"{name}: {value}" for name, value in {**covered, '"@signature-params"': parameters}.items())
        signature = b64encode(self.key.sign(base.encode())).decode()
        return {"signature-input": f"{label}={parameters}", "signature": f"{label}=:{signature}:"}


def fresh_key() -> str:
    """Return a new key, as the fetcher's setting holds it."""
    return to_base64url(Ed25519PrivateKey.generate().private_bytes_raw())


def read_key(text: str) -> Ed25519PrivateKey:
    """Return the key that `fresh_key` made.

    :raises UsageError: it is none.
    """
    try:
        return Ed25519PrivateKey.from_private_bytes(from_base64url(text))
    except ValueError:
        raise UsageError(
            "WIREROOM_SIGNING_KEY is no key: `wireroom feeds keys --signing https://…` makes one."
        ) from None


def jwk(key: Ed25519PrivateKey) -> dict[str, str]:
    """Return what a key's public half has to hold (RFC 8037, 2)."""
    return {"kty": "OKP", "crv": "Ed25519", "x": to_base64url(key.public_key().public_bytes_raw())}


def authority(url: str) -> str:
    """Return the host that `url` names, with its port where that is not the scheme's own (RFC 9421, 2.2.3).

    >>> authority("https://News.example:443/feed"), authority("http://127.0.0.1:8077/")
    ('news.example', '127.0.0.1:8077')
    """
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2].lower().removesuffix(f":{DEFAULT_PORTS[parts.scheme]}")
