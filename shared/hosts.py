"""What an address says of its host and its site. Pure."""

import ipaddress
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.errors import UsageError

if TYPE_CHECKING:
    import tldextract

_PORTS = {"http": 80, "https": 443}


def web_address(text: str) -> str:
    """Return `text` as an http or https address, without blanks around it and without its fragment.

    :raises UsageError: it is no such address; says why.
    """
    url = text.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{url!r} is no address: {error}.") from None
    if parts.scheme.lower() not in _PORTS or not parts.hostname:
        raise UsageError(f"{url!r} is no web address: it has to begin with http:// or https:// and name a host.")
    if port == 0 or any(character.isspace() for character in url):
        raise UsageError(f"{url!r} is no web address: it holds a blank or the port 0.")
    return parts._replace(fragment="").geturl()


def host_of(url: str) -> str:
    """Return the host that `url` is fetched from, in lower case, with its port where that is not the scheme's own."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    return host if port in (None, _PORTS.get(parts.scheme.lower())) else f"{host}:{port}"


def site_of(url: str) -> str | None:
    """Return the registrable domain of `url` by the public suffix list, or None: an inner name has none.

    Hosting platforms that the list names (`github.io`, `blogspot.com`) count as suffixes: each of their sites is one.
    """
    host = host_of(url).split(":")[0]
    if not host or _is_address(host):
        return None
    return _extract()(host).top_domain_under_public_suffix or None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@cache
def _extract() -> "tldextract.TLDExtract":
    import tldextract  # takes a third of a second, and most processes ask for no site

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
