"""Addresses: made absolute, kept to http and https, and brought into one canonical form. Pure.

What is canonical follows RFC 3986, section 6.2.2 and 6.2.3, and drops only what is known to track a reader. No
parameter is dropped because it looks unimportant: `?id=7` is another article than `?id=8`.
"""

import re
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from services.parser.fields.variants import MAX_WRAPPINGS, is_variant, main_host, main_path, may_be_variant, unwrapped

URL_CHARS = 2000  # longer addresses are none that a publisher means; PostgreSQL's index rows end at 2704 bytes

_TRACKING = frozenset({
    "__hsfp", "__hssc", "__hstc", "_hsenc", "_hsmi", "amp_gsa", "amp_js_v", "aoh", "usqp",
    "at_bbc_team", "at_campaign", "at_custom1", "at_custom2",
    "at_custom3", "at_custom4", "at_format", "at_link_id", "at_link_origin", "at_link_type", "at_medium",
    "at_ptr_name", "cmp", "cmpid", "dclid", "echobox", "fbclid", "feedtype", "gbraid", "gclid", "gclsrc",
    "guccounter", "guce_referrer", "guce_referrer_sig", "hsctatracking", "icid", "igsh", "igshid", "ito", "mc_cid",
    "mc_eid", "mkt_tok", "msclkid", "mtm_campaign", "mtm_content", "mtm_keyword", "mtm_medium", "mtm_source", "ncid",
    "ns_campaign", "ns_fee", "ns_linkname", "ns_mchannel", "ns_source", "ocid", "oly_anon_id", "oly_enc_id",
    "partner_id", "piwik_campaign", "pk_campaign", "pk_kwd", "pk_medium", "pk_source", "s_cid", "s_kwcid", "smid",
    "spm", "sr_share", "traffic_source", "ttclid", "twclid", "vero_conv", "vero_id", "wbraid", "wickedid",
    "wt.mc_id", "wt_mc", "xtor", "yclid", "ysclid",
})  # fmt: skip
_TRACKING_PREFIXES = ("utm_", "at_campaign", "hsa_", "itm_", "stm_")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0\"<>\\^`{|}\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ud800-\udfff]")
_HOST_FIT, _CHARS_FIT = r"https?://[A-Za-z0-9][A-Za-z0-9_.:-]*", r"!#-%'-;=?-Z\[\]_a-z~"
_FIT = re.compile(rf"{_HOST_FIT}(?:[/?#][&{_CHARS_FIT}]*)?")  # absolute already
FIT_ESCAPED = rf"{_HOST_FIT}(?:[/?#][{_CHARS_FIT}]*(?:&amp;[{_CHARS_FIT}]*)*)?"  # the same in an attribute of HTML
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_SAFE_PATH = "!$&'()*+,-./:;=@_~%"
_SAFE_QUERY = _SAFE_PATH + "?"
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PLAIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/[A-Za-z0-9._~!$&'()*+,;=:@/-]*")  # canonical already
_DEFAULT_PORTS = {"http": 80, "https": 443}


def absolute(url: str | None, base: str | None) -> str | None:
    """Return `url` as an absolute http or https address, or None if it is none.

    White space and control characters around and within are removed first, as browsers do (URL Standard, 4.1), so that
    none hides a scheme.

    >>> absolute("/a b", "https://paper.example/x/")
    'https://paper.example/a%20b'
    >>> absolute(" JaVa\\tScRiPt:alert(1)", "https://paper.example/") is None
    True
    """
    if not url:
        return None
    if len(url) <= URL_CHARS and _FIT.fullmatch(url):
        return url
    url = url.strip("\x00\t\n\x0b\x0c\r \x1f\u00a0\ufeff")
    if "\t" in url or "\n" in url or "\r" in url:
        url = url.replace("\t", "").replace("\n", "").replace("\r", "")
    if not url or len(url) > URL_CHARS:
        return None
    try:
        if not url[:8].lower().startswith(("http://", "https://")):
            if _SCHEME.match(url) and not re.match(r"[\w.-]+:\d+(/|$)", url):
                return None
            if base is None:
                return None
            url = urljoin(base, url)
        return _checked(url)
    except ValueError:
        return None


def _checked(url: str) -> str | None:
    scheme, host = url.split("://", 1) if "://" in url else ("", "")
    host = host.split("/", 1)[0]
    if scheme.lower() not in _DEFAULT_PORTS or not host or host.startswith((".", "?", "#")):
        return None
    if "[" in host or "]" in host:
        urlsplit(url)  # raises ValueError where the brackets hold no IPv6 address
    if _UNFIT.search(url):
        parts = urlsplit(url)
        if not parts.hostname or _UNFIT.search(parts.netloc):
            return None
        url = _UNFIT.sub(lambda found: quote(found[0], errors="replace"), url)
    return url if url.isascii() or len(url.encode()) <= URL_CHARS // 2 else None


@lru_cache(maxsize=8192)
def canonical(url: str) -> str:
    """Return the canonical form of an absolute http or https address; idempotent.

    Scheme and host in lower case, no default port, no fragment, no tracking parameters, escapes normalised, parameters
    in the order they were written (publishers' servers may care), user information kept out; AMP and mobile variants
    and what redirectors and caches wrap brought back to the publisher's page.

    >>> canonical("HTTPS://Paper.Example:443/a?id=7&utm_source=rss#top")
    'https://paper.example/a?id=7'
    >>> canonical("https://m.paper.example/storm-over-the-bay/amp/?amp=1")
    'https://www.paper.example/storm-over-the-bay'
    """
    if may_be_variant(url):
        return _settled(unwrapped(url))
    if _PLAIN.fullmatch(url) and "/." not in url[8:]:
        return url
    return _settled(url)


def _settled(url: str) -> str:
    """Return the canonical form of an address; what it uncovers is settled again, until nothing changes."""
    for _ in range(MAX_WRAPPINGS):
        once = _form(url)
        if once == url or not may_be_variant(once):
            return once
        url = unwrapped(once)
    return url


def _form(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    scheme = parts.scheme.lower()
    host = main_host(_ascii_host((parts.hostname or "").lower().rstrip(".")))
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != _DEFAULT_PORTS.get(scheme):
        host = f"{host}:{port}"
    path = main_path(_normal_escapes(_without_dots(parts.path), _SAFE_PATH)) or "/"
    query = "&".join(
        _normal_escapes(pair, _SAFE_QUERY) for pair in parts.query.split("&") if pair and not _tracks(pair, host)
    )
    return urlunsplit((scheme, host, path, query, ""))


def _tracks(pair: str, host: str) -> bool:
    """Return whether a parameter says who came from where, or in which view, and nothing of the article."""
    name, _, value = pair.partition("=")
    name = unquote(name).lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES) or is_variant(name, value, host)


def _without_dots(path: str) -> str:
    """Return `path` with its dot segments resolved (RFC 3986, 5.2.4)."""
    if "/." not in path:
        return path
    out: list[str] = []
    segments = path.split("/")[1:]
    for at, segment in enumerate(segments):
        if segment == "..":
            del out[-1:]
        elif segment != ".":
            out.append(segment)
        if segment in {".", ".."} and at == len(segments) - 1:
            out.append("")
    return "/" + "/".join(out)


def _normal_escapes(text: str, safe: str) -> str:
    """Return `text` with escapes of unreserved characters decoded, others in upper case, and what needs one escaped."""
    if "%" in text:
        text = _ESCAPE.sub(_normal_escape, text)
        text = re.sub(r"%(?![0-9A-F]{2})", "%25", text)
    return quote(text, safe=safe, errors="replace")


def _normal_escape(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return char if char in _UNRESERVED else found[0].upper()


def _ascii_host(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return quote(host, safe=":@[]").lower()  # hosts have no capitals, whatever stands in them


def host_of(url: str | None) -> str:
    """Return the host of `url` in lower case without `www.`, or an empty string."""
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")
