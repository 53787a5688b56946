"""What a web address names, and which places may be reached: public ones, and those on the operator's list. Pure."""

import contextlib
import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from shared.errors import Blocked, FetchError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
# Inner by IANA's special-purpose registries, though not every Python in use knows it.
_INNER = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "64:ff9b:1::/48", "3fff::/20", "5f00::/16")))

# Domains that only an inner network knows: RFC 6761, RFC 6762 (3 and appendix G), ICANN's own for private use.
_INNER_DOMAINS = frozenset(
    {"localhost", "local", "internal", "intranet", "private", "corp", "home", "lan", "localdomain", "arpa"}
)

DEFAULT_PORTS = {"http": 80, "https": 443}

Place = tuple[str, int]  # host in lower case without brackets, port


def is_public(address: str) -> bool:
    """Return whether `address`, as the resolver gave it, is one that the whole internet shares.

    An IPv6 address that carries an IPv4 address (mapped, 6to4, NAT64) is as public as what it carries.

    >>> is_public("93.184.215.14"), is_public("::ffff:127.0.0.1"), is_public("64:ff9b::a9fe:a9fe")
    (True, False, False)
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        carried = _carried(ip)
        if carried:
            return _is_open(carried)
        if ip.is_site_local:
            return False
    return _is_open(ip)


def _is_open(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if any(ip in network for network in _INNER):
        return False
    kept = ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_reserved
    return ip.is_global and not kept


def _carried(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that packets to `ip` end at, if they do."""
    nat64 = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None
    return ip.ipv4_mapped or ip.sixtofour or nat64


def allow_list(places: Iterable[str]) -> frozenset[Place]:
    """Return the places that `host:port` strings name; IPv6 addresses stand in brackets.

    >>> sorted(allow_list(["127.0.0.1:8077", "[::1]:80"]))
    [('127.0.0.1', 8077), ('::1', 80)]

    :raises ValueError: one of them has no port.
    """
    split = (place.strip().lower().rpartition(":") for place in places)
    return frozenset((host.strip("[]"), int(port)) for host, _, port in split)


def is_literal(host: str) -> bool:
    """Return whether `host` is an IP address in its usual spelling, which needs no resolver; one with a zone does."""
    try:
        return not getattr(ipaddress.ip_address(host), "scope_id", None)
    except ValueError:
        return False


def is_web_name(host: str) -> bool:
    """Return whether a name may be one of the whole internet's.

    >>> is_web_name("news.example"), is_web_name("redis"), is_web_name("wiki.corp"), is_web_name("nas.home.arpa")
    (True, False, False, False)
    """
    rest, _, domain = host.rpartition(".")
    return bool(rest) and domain[:1].isalpha() and domain not in _INNER_DOMAINS


def host_of(url: str) -> str:
    """Return the host of `url` in lower case, with the port where it is not the scheme's own.

    >>> host_of("https://News.Example:443/rss"), host_of("http://127.0.0.1:8077/")
    ('news.example', '127.0.0.1:8077')
    """
    try:
        host, port = place_of(url)
    except Blocked:
        return url.partition("://")[2].partition("/")[0].lower()
    spelled = f"[{host}]" if ":" in host else host
    return spelled if port == DEFAULT_PORTS[urlsplit(url).scheme] else f"{spelled}:{port}"


@lru_cache(maxsize=1024)  # asked for several times at each request
def place_of(url: str) -> Place:
    """Return the host and port that `url` names.

    :raises Blocked: it is no http or https address.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise Blocked("blocked", "This is no web address.") from error
    if parts.scheme not in DEFAULT_PORTS:
        raise Blocked("blocked", f"Only http and https are fetched, not {parts.scheme[:20] or 'what has no scheme'}.")
    if not host or "\\" in parts.netloc:  # where some end a host, and others do not
        raise Blocked("blocked", "The address names no host.")
    return host, port or DEFAULT_PORTS[parts.scheme]


def is_same_origin(url: str, other: str) -> bool:
    """Return whether both have the same scheme, host and port (RFC 6454)."""
    return urlsplit(url).scheme == urlsplit(other).scheme and place_of(url) == place_of(other)


def target_of(url: str, location: str) -> str:
    """Return where a Location field leads from `url`, absolute (RFC 9110, 10.2.2).

    Its bytes are read as UTF-8 where they are, as browsers do.

    :raises FetchError: it is no address.
    :raises Blocked: it is none of http or https.
    """
    with contextlib.suppress(UnicodeError):  # not UTF-8, or read as such already
        location = location.encode("latin-1").decode()
    try:
        target = urljoin(url, location.strip())
    except ValueError as error:
        raise FetchError("redirect", "The server redirects to something that is no address.") from error
    place_of(target)
    return target


def leads_inside(page: str, feed: str, allow: frozenset[Place]) -> bool:
    """Return whether a page is one of the operator's inner places and its feed is not: no stranger names those."""
    return is_among(page, allow) and not is_among(feed, allow)


def is_among(url: str, allow: frozenset[Place]) -> bool:
    """Return whether an address is one of these places."""
    try:
        return place_of(url) in allow
    except Blocked:
        return False
