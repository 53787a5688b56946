"""What a publisher wants of whoever fetches a feed, header fields, credentials and the like; and a hook's secret.

Sealed where it is given, for the fetcher alone to open (HPKE, RFC 9180): whoever can read or write the store or the
belt learns none of it, and cannot have it sent anywhere else, since what is sealed opens for its own origin only.
"""

import base64
import json
import re
import ssl
from typing import Self
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from pydantic import Field, ValidationError

from shared.encoding import from_base64url, to_base64url
from shared.errors import FetchError, UsageError
from shared.http.addresses import DEFAULT_PORTS, host_of
from shared.http.socks import SCHEMES
from shared.http.tls import ANY, loaded, written_fingerprint
from shared.schema import Value

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a header field's (RFC 9110, 5.6.2)
_HOST = re.compile(r"[0-9a-z._-]+(:[0-9]+)?")
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "upgrade"})
POST_CHARS = 20_000  # a question; it travels with each lease
PAGES = "pages:"  # what is sealed for a feed and the pages of its articles begins so, and opens only if it does
NOT_OPENED = "Its credentials cannot be opened: WIREROOM_OPEN_KEY is not the key that they were sealed for"


class Passport(Value):
    """How one feed is asked for; empty: like any other. None of it is in its `repr`."""

    headers: dict[str, str] = Field({}, repr=False)  # names in lower case
    authorization: str | None = Field(None, repr=False)  # the whole field
    proxy: str | None = Field(None, repr=False)  # http://, https:// or socks5://user:password@host:port
    certificate: str | None = Field(None, repr=False)  # PEM: the client's certificate chain and its key
    pin: str | None = None  # SHA-256 of the one certificate that is believed, whatever it says; "any": each
    post: str | None = Field(None, repr=False)  # what is sent to it, where it answers to a POST alone
    pages: bool = False  # the pages of the feed's articles are asked for so too, where they are at home with it
    pages_at: tuple[str, ...] = ()  # or on these hosts, in lower case, with their ports where these are unusual
    elsewhere: bool = False  # it is carried where nothing is known to be its own: see `for_page`
    secret: str | None = Field(None, repr=False)  # what a hook's calls are signed with
    timeout_s: int | None = None  # of its own, for the whole answer; it is no secret, and stands unsealed in its row
    http2: bool = False  # it is asked by HTTP/2, where the server takes it; it stands there too

    @property
    def shown(self) -> str:
        """Say what there is without saying what it is."""
        said = [f"header {name}" for name in self.headers]
        for value, name in (
            (self.authorization, f"{(self.authorization or '').partition(' ')[0].lower()} credentials"),
            (self.proxy, "proxy"),
            (self.certificate, "client certificate"),
            (self.post, f"a body of {len(self.post or '')} characters"),
            (self.pin, "ANY CERTIFICATE" if self.pin == ANY else f"certificate {written_fingerprint(self.pin or '')}"),
        ):
            said += [name] if value else []
        if said and self.pages:
            said.append(" and ".join(["for pages of its articles too", *(f"at {host}" for host in self.pages_at)]))
        return ", ".join(said)

    @property
    def is_for_web(self) -> bool:
        """Whether something in it is said by HTTP alone."""
        return bool(self.headers or self.proxy or self.certificate or self.post or self.pages)

    def for_page(self, url: str, feed: str) -> Self:
        """Return what of it the page `url` of an article is asked for with, that came by the feed at `feed`.

        All of it on the feed's own origin; on the hosts that the operator named too, but for the certificate that is
        believed, and never without TLS where the feed has it; elsewhere the proxy, not for names that it alone knows.
        """
        if not self.pages:
            return type(self)()
        if same_origin(url, feed):
            return self.model_copy(update={"post": None})
        if host_of(url) in self.pages_at and (url.startswith("https:") or feed.startswith("http:")):
            return self.model_copy(update={"post": None, "pin": None})
        return self.for_others()

    def for_others(self) -> Self:
        """Return what of it is for strangers: no secret, and its proxy, but for no name that this alone knows."""
        return type(self)(proxy=self.proxy, elsewhere=True, http2=self.http2, timeout_s=self.timeout_s)


def fresh_keys() -> tuple[str, str]:
    """Return a new pair of keys in base64url: the fetcher's own, which opens, and the one that seals."""
    key = X25519PrivateKey.generate()
    return to_base64url(key.private_bytes_raw()), to_base64url(key.public_key().public_bytes_raw())


def seal(passport: Passport, url: str, seal_key: str, open_key: str = "") -> str:
    """Return `passport` as only the fetcher can read it, good for the origin of `url`; either key will do.

    :raises UsageError: there is no key, or it is none.
    """
    if not (seal_key or open_key):
        raise UsageError(
            "Credentials and secrets are kept sealed, and there is no key: `wireroom feeds keys` makes a pair."
        )
    try:
        opening = None if seal_key else X25519PrivateKey.from_private_bytes(from_base64url(open_key))
        key = opening.public_key() if opening else X25519PublicKey.from_public_bytes(from_base64url(seal_key))
    except ValueError:
        name = "WIREROOM_SEAL_KEY" if seal_key else "WIREROOM_OPEN_KEY"
        raise UsageError(f"{name} is no key: `wireroom feeds keys` makes a pair.") from None
    mark = PAGES if passport.pages else ""
    plain = passport.model_dump_json(exclude_defaults=True).encode()
    return mark + to_base64url(_SUITE.encrypt(plain, key, info=_origin(url) + mark.encode()))


def unseal(sealed: str, url: str, open_key: str) -> Passport:
    """Return what `seal` sealed for the origin of `url`.

    :raises FetchError: the key is missing or another, or the feed has moved to another origin since.
    """
    try:
        key = X25519PrivateKey.from_private_bytes(from_base64url(open_key))
        mark = PAGES if sealed.startswith(PAGES) else ""
        plain = _SUITE.decrypt(from_base64url(sealed.removeprefix(mark)), key, info=_origin(url) + mark.encode())
        return Passport.model_validate_json(plain)
    except (ValueError, InvalidTag, ValidationError):
        raise FetchError("passport", f"{NOT_OPENED}, or they were given for another host.") from None


def read_headers(lines: tuple[str, ...] | list[str]) -> dict[str, str]:
    """Return header fields that are given as `Name: value`.

    :raises UsageError: one is no header field, or one that is not the operator's to set.
    """
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon or not _NAME.fullmatch(name) or not value.isprintable() or not value.isascii():
            raise UsageError("A header field is written 'Name: value', in printable ASCII.")
        if name in _OURS:
            raise UsageError(f"The header field {name} is set by the fetcher itself.")
        fields[name] = value
    return fields


def read_post(text: str) -> str:
    """Return what is sent to an endpoint that lists on POST alone.

    :raises UsageError: it is empty, or longer than any question.
    """
    if not 0 < len(text) <= POST_CHARS:
        raise UsageError(f"What is posted has 1 to {POST_CHARS} characters.")
    return text


def media_type_of(post: str) -> str:
    """Return the media type of a body for which no header field says it: JSON, or a form's fields.

    >>> media_type_of('{"query": "{ posts { title } }"}'), media_type_of("page=1&section=news")
    ('application/json', 'application/x-www-form-urlencoded')
    """
    try:
        json.loads(post)
    except (ValueError, RecursionError):
        return "application/x-www-form-urlencoded"
    return "application/json"


def basic(credentials: str) -> str:
    """Return the Authorization field for `name:password` (RFC 7617).

    :raises UsageError: there is no colon in it.
    """
    if ":" not in credentials:
        raise UsageError("Basic credentials are written name:password.")
    return f"Basic {base64.b64encode(credentials.encode()).decode()}"


def bearer(token: str) -> str:
    """Return the Authorization field for a token (RFC 6750).

    :raises UsageError: it cannot be sent.
    """
    if not token.isascii() or not token.isprintable() or " " in token or not token:
        raise UsageError("A bearer token is printable ASCII without blanks.")
    return f"Bearer {token}"


def read_host(text: str) -> str:
    """Return a host as `host_of` spells it.

    :raises UsageError: it is none.
    """
    host = text.strip().lower().rstrip(".")
    if not host or host != host_of(f"https://{host}/") or not host.isascii() or not _HOST.fullmatch(host):
        raise UsageError(
            "A host is written as in the pages' addresses, in ASCII: paper.example, or paper.example:8443."
        )
    return host


def read_proxy(url: str) -> str:
    """Return the address of a proxy.

    :raises UsageError: it is none.
    """
    try:
        parts = urlsplit(url)
        good = parts.scheme in SCHEMES | {"http", "https"} and parts.hostname and parts.port
    except ValueError:
        good = False
    if not good:
        raise UsageError(
            "A proxy is written http://host:port, or https:// or socks5:// so, with name:password@ before the host."
        )
    return url


def read_certificate(pem: str) -> str:
    """Return a client certificate with its key, if they belong together.

    :raises UsageError: they do not, or one is missing.
    """
    try:
        loaded(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), pem)
    except (ssl.SSLError, ValueError):
        raise UsageError("A client certificate is one PEM file: the certificate and its key, not encrypted.") from None
    return pem


def same_origin(url: str, other: str) -> bool:
    """Return whether what is sealed for `url` opens for `other` too."""
    return _origin(url) == _origin(other)


def _origin(url: str) -> bytes:
    scheme = url.partition(":")[0].lower()
    return f"{scheme if scheme in DEFAULT_PORTS else ''}://{host_of(url)}".encode()
