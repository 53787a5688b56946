"""The directory of the keys that we sign with: made where the private keys are, served where they are not. Pure."""

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from shared.encoding import from_base64url, to_base64url
from shared.errors import UsageError
from shared.http.signing import Signer, jwk

_EXPIRES = re.compile(r";expires=([0-9]+)")
_NONE = "WIREROOM_SIGNING_ANSWER is no directory of keys: `wireroom feeds keys --signing https://…` makes one."


@dataclass(frozen=True)
class Answer:
    """What whoever asks for the directory is answered."""

    body: bytes  # a JWK Set (RFC 7517, 5)
    signature_input: str
    signature: str

    @property
    def digest(self) -> str:
        """The Content-Digest field (RFC 9530)."""
        return f"sha-256=:{b64encode(sha256(self.body).digest()).decode()}:"

    @property
    def ends_s(self) -> int:
        """When its signatures end, in seconds of the epoch."""
        return int(_EXPIRES.findall(self.signature_input)[0])

    def write(self) -> str:
        """Return it as a setting holds it."""
        parts = [self.body.decode(), self.signature_input, self.signature]
        return to_base64url(json.dumps(parts, separators=(",", ":")).encode())


def make(signers: Sequence[Signer]) -> Answer:
    """Return the answer for the keys of one directory, signed by each of them."""
    keys = [{**jwk(one.key), "kid": one.keyid, "use": "sig"} for one in signers]
    vouched = [one.vouch(f"sig{number}") for number, one in enumerate(signers, 1)]
    inputs, signatures = (", ".join(one[name] for one in vouched) for name in ("signature-input", "signature"))
    return Answer(json.dumps({"keys": keys}, separators=(",", ":")).encode(), inputs, signatures)


def read(text: str) -> Answer | None:
    """Return the answer that a setting holds, None where it is empty.

    :raises UsageError: it holds something else.
    """
    if not text:
        return None
    try:
        body, *fields = json.loads(from_base64url(text))
        whole = isinstance(json.loads(body)["keys"], list) and _EXPIRES.search(fields[0])
        if whole and len(fields) == 2 and all(one.isprintable() for one in fields):
            return Answer(body.encode(), *fields)
    except (ValueError, TypeError, KeyError, IndexError):
        pass
    raise UsageError(_NONE)
