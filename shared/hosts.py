"""What an address says of its host and its site. Pure."""

import ipaddress
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from shared.errors import UsageError
from shared.senders import check_senders

if TYPE_CHECKING:
    import tldextract

FOLDERS = frozenset({"file", "ftp", "ftps", "sftp", "imaps"})
IMAPS_PORT = 993
_PORTS = {"http": 80, "https": 443}
_FEED_SCHEME = re.compile(r"feed:(?:(?=https?://)|//)", re.IGNORECASE | re.ASCII)
_NO_SCHEME = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?=[/?#]|$)")  # a host, with or without its port
_DEVIATIONS = frozenset("ßς\u200c\u200d")  # letters that IDNA 2003 and 2008 write differently (UTS 46, 2.3)
_UNWRITABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")  # in an address; nor could XML or a terminal show them
_CREDENTIALS = re.compile(r"(?<=://)[^/?#]*@")


def web_address(text: str) -> str:
    """Return `text` as an http or https address in its one form, without blanks around it and without its fragment.

    What only browsers and lists write is understood: `feed:` before an address or in place of its scheme, and no
    scheme at all where it begins with a registrable domain. Either is taken for https.

    >>> web_address("HTTPS://News.Example:443#top"), web_address("feed://news.example.com/rss")
    ('https://news.example/', 'https://news.example.com/rss')

    :raises UsageError: it is no such address; says why.
    """
    url = _with_scheme(text.strip())
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
    return _one_form(parts, port)


def _with_scheme(text: str) -> str:
    """Return an address with the scheme that its writer left out, anything else as it is."""
    bare = _FEED_SCHEME.sub("", text)
    named = _NO_SCHEME.match(bare)
    if not named:
        return bare
    return f"https://{bare}" if bare != text or site_of(f"https://{named[0]}/") else text


def in_one_form(url: str) -> str:
    """Return an address in its one form where it is a feed's, else as it is."""
    try:
        return feed_address(url)
    except UsageError:
        return url


def _one_form(parts: SplitResult, port: int | None = None) -> str:
    """Return an address as all that differ from it in nothing that matters are written (RFC 3986, 6.2.2 and 6.2.3)."""
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else _in_ascii(host)
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    shown = f":{port}" if port not in (None, _PORTS.get(scheme)) else ""
    return parts._replace(scheme=scheme, netloc=f"{user}{host}{shown}", path=parts.path or "/", fragment="").geturl()


def _in_ascii(host: str) -> str:
    """Return an international name as it is asked for (RFC 5891); one that two rules write differently as it is."""
    if host.isascii() or not _DEVIATIONS.isdisjoint(host):
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def without_password(url: str) -> str:
    """Return `url` without user name and password, as it is shown and logged; what is no address likewise.

    >>> without_password("https://ana:secret@news.example/@feed")
    'https://news.example/@feed'
    """
    return _CREDENTIALS.sub("", url, count=1)


def is_folder(url: str) -> bool:
    """Return whether a feed's address is a folder's or a mailbox', whose files stay until somebody takes them away."""
    return url.partition(":")[0] in FOLDERS


def feed_address(text: str) -> str:
    """Return `text` as a feed's address: the web's, a folder's (file:///…, ftp, ftps, sftp) or a mailbox' (imaps).

    A folder's or a mailbox' may say whose messages are taken of it: see `shared.senders`.

    :raises UsageError: it is no such address; says why.
    """
    url = text.strip()
    scheme = url.partition(":")[0].lower()
    if scheme == "imap":
        raise UsageError(f"Mailboxes are asked under TLS alone: write imaps:// for {without_password(url)!r}.")
    if scheme not in FOLDERS:
        return web_address(text)
    try:
        parts = urlsplit(url)
        whole = parts.port != 0 and (bool(parts.hostname) or scheme == "file") and parts.path.startswith("/")
    except ValueError:
        whole = False
    if not whole or (scheme == "imaps" and parts.path == "/") or not url.isprintable() or " " in url:
        raise UsageError(
            f"{without_password(url)!r} is no folder or mailbox: write file:///path, ftps://host/path, "
            "sftp://host/path, ftp://host/path or imaps://host/INBOX."
        )
    check_senders(url)
    return _one_form(parts, None if scheme == "imaps" and parts.port == IMAPS_PORT else parts.port)


@lru_cache(maxsize=1024)  # a feed's host is asked for at each of its polls, several times
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
