"""What an address says of its host and its site. Pure."""

import ipaddress
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.errors import UsageError

if TYPE_CHECKING:
    import tldextract

FOLDERS = frozenset({"file", "ftp", "ftps", "sftp"})
_PORTS = {"http": 80, "https": 443}
_UNWRITABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")  # in an address; nor could XML or a terminal show them
_CREDENTIALS = re.compile(r"(?<=://)[^/?#]*@")


def web_address(text: str) -> str:
    """Return `text` as an http or https address, without blanks around it and without its fragment.

    :raises UsageError: it is no such address; says why.
    """
    url = text.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{without_password(url)!r} is no address: {error}.") from None
    if parts.scheme.lower() not in _PORTS or not parts.hostname:
        raise UsageError(
            f"{without_password(url)!r} is no web address: it has to begin with http:// or https:// and name a host."
        )
    if port == 0 or _UNWRITABLE.search(url):
        raise UsageError(
            f"{without_password(url)!r} is no web address: it holds a blank, a control character or the port 0."
        )
    return parts._replace(fragment="").geturl()


def without_password(url: str) -> str:
    """Return `url` without user name and password, as it is shown and logged; what is no address likewise.

    >>> without_password("https://ana:secret@news.example/@feed")
    'https://news.example/@feed'
    """
    return _CREDENTIALS.sub("", url, count=1)


def is_folder(url: str) -> bool:
    """Return whether a feed's address is that of a folder, whose files stay until somebody takes them away."""
    return url.partition(":")[0] in FOLDERS


def feed_address(text: str) -> str:
    """Return `text` as the address of a feed: of the web, or of a folder here (file:///…), by ftp, ftps or sftp.

    :raises UsageError: it is no such address; says why.
    """
    url = text.strip()
    scheme = url.partition(":")[0].lower()
    if scheme not in FOLDERS:
        return web_address(text)
    try:
        parts = urlsplit(url)
        whole = parts.port != 0 and (bool(parts.hostname) or scheme == "file") and parts.path.startswith("/")
    except ValueError:
        whole = False
    if not whole or not url.isprintable() or " " in url:
        raise UsageError(
            f"{without_password(url)!r} is no folder: write file:///path, ftps://host/path, sftp://host/path or ftp://host/path."
        )
    return urlsplit(url)._replace(scheme=scheme, fragment="").geturl()


def host_of(url: str) -> str:
    """Return the host that `url` is fetched from, in lower case, with its port where that is not the scheme's own."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    return host if port in (None, _PORTS.get(parts.scheme.lower())) else f"{host}:{port}"


@lru_cache(maxsize=4096)  # a feed's site is asked for at each of its polls, several times
def site_of(url: str) -> str | None:
    """Return the registrable domain of `url` by the public suffix list, or None: an inner name has none.

    Hosting platforms that the list names (`github.io`, `blogspot.com`) count as suffixes: each of their sites is one.
    """
    host = host_of(url).split(":")[0]
    if not host or _is_address(host):
        return None
    return _extract()(host).top_domain_under_public_suffix or None


def lane_of(url: str) -> str:
    """Return whom a fetch of `url` is to be polite to: its registrable domain, or host:port where it has none."""
    return site_of(url) or host_of(url)


def lane_of_host(host: str) -> str:
    """Return the lane of a host, given with its port where that is not the scheme's own."""
    return lane_of(f"http://{host}/") if host else host


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
