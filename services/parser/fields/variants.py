"""Other addresses of one article: what redirectors, AMP caches and mobile sites wrap around the publisher's own. Pure.

Only what says its target in the address itself is undone; a short link says nothing, and is left as it is.
"""

import base64
import binascii
import re
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_WRAPPINGS = 5  # a redirector within a redirector; more are a trap
_SUSPECT_HOST = re.compile(
    r"https?://(?:(?:[^/]*\.)?(?:m|amp|mobile)\.|"
    r"[^/]*(?:google\.|ampproject\.org|bing\.com|facebook\.com|yahoo\.com|blogspot\.))",
    re.IGNORECASE,
)
_SUSPECT_PART = re.compile(r"[/.]amp(?:[/.?]|$)|[?&](?:_?amp|outputtype|isamp)(?:[=&]|$)", re.IGNORECASE)
_REDIRECTORS = (  # host, path, the parameters that hold the target
    (re.compile(r"(?:www|news)\.google\.[a-z.]+"), re.compile(r"(?:/news)?/url"), ("url", "q")),
    (re.compile(r"(?:www\.)?bing\.com"), re.compile(r"/news/apiclick\.aspx"), ("url",)),
    (re.compile(r"lm?\.facebook\.com"), re.compile(r"/l\.php"), ("u",)),
)
_AMP_CACHE = re.compile(r"/(?:[a-z]/)?(s/)?([^/]+\.[a-z]{2,}(?:/.*)?)$")
_GOOGLE_AMP = re.compile(r"/amp/(s/)?([^/]+\.[a-z]{2,}(?:/.*)?)$")
_YAHOO = re.compile(r"/RU=([^/]+)/RK=")
_GOOGLE_NEWS = re.compile(r"/(?:rss/|__i/rss/rd/)?articles/([\w-]{20,})")
_IN_TOKEN = re.compile(rb"https?://[\x21-\x7e]+")
_AMP_SEGMENT = re.compile(r"/amp(?=/)")
_SLUG = re.compile(r"\d{4,}|[^/-]-[^/]+-[^/]|\.s?html?$")  # what an article's own part of a path looks like
_AMP_NAMES = frozenset({"amp", "_amp", "isamp", "outputtype"})
_AMP_VALUES = frozenset({"", "1", "true", "amp", "yes"})


def may_be_variant(url: str) -> bool:
    """Return whether anything in the address may make it a variant; most are told to be none in a few microseconds."""
    if _SUSPECT_HOST.match(url):
        return True
    low = url.lower()
    return ("amp" in low or "outputtype" in low) and _SUSPECT_PART.search(url) is not None


def unwrapped(url: str) -> str:
    """Return the address that a redirector's or a cache's address holds, or `url` itself.

    >>> unwrapped("https://www.google.com/url?q=https%3A%2F%2Fpaper.example%2Fa&sa=D")
    'https://paper.example/a'
    >>> unwrapped("https://paper-example.cdn.ampproject.org/c/s/paper.example/a")
    'https://paper.example/a'
    """
    for _ in range(MAX_WRAPPINGS):
        target = _target(url)
        if target is None or target == url:
            break
        url = target
    return url


def _target(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    found: str | None = None
    for hosts, paths, names in _REDIRECTORS:
        if hosts.fullmatch(host) and paths.fullmatch(parts.path):
            values = dict(parse_qsl(parts.query))
            found = next((values[name] for name in names if name in values), None)
    if found is None and host.endswith(".cdn.ampproject.org"):
        found = _rest(_AMP_CACHE.search(parts.path), parts.query)
    elif found is None and re.fullmatch(r"www\.google\.[a-z.]+", host):
        found = _rest(_GOOGLE_AMP.search(parts.path), parts.query)
    elif found is None and host == "news.google.com" and (token := _GOOGLE_NEWS.search(parts.path)):
        found = _in_token(token[1])
    elif found is None and host.endswith("search.yahoo.com") and (held := _YAHOO.search(parts.path)):
        found = unquote(held[1])
    return found if found and re.match(r"https?://[^/\s]+\.[^/\s]+", found, re.IGNORECASE) else None


def _rest(found: re.Match[str] | None, query: str) -> str | None:
    if found is None:
        return None
    return f"http{'s' if found[1] else ''}://{found[2]}{'?' + query if query else ''}"


def _in_token(token: str) -> str | None:
    """Return the address that a Google News token holds; newer tokens hold none."""
    try:
        data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (ValueError, binascii.Error):
        return None
    found = _IN_TOKEN.search(data)
    return found[0].decode("ascii") if found else None


def main_host(host: str) -> str:
    """Return the host of the full site for that of its mobile or AMP variant.

    >>> main_host("m.paper.example"), main_host("en.m.paper.example"), main_host("m.example")
    ('www.paper.example', 'en.paper.example', 'm.example')
    """
    labels = host.split(".")
    if len(labels) > 2 and labels[0] in {"m", "amp", "mobile"} and not labels[-1].isdigit():
        rest = labels[1:]
        return ".".join(rest if rest[0] == "www" else ["www", *rest])
    if len(labels) > 3 and labels[1] in {"m", "amp"}:
        return ".".join((labels[0], *labels[2:]))
    return host


def main_path(path: str) -> str:
    """Return the path of an article's full page for that of its AMP page; a path that may be the article's own stays.

    >>> main_path("/news/storm-over-bay-1234/amp/"), main_path("/amp/news/storm-over-bay"), main_path("/circuits/amp")
    ('/news/storm-over-bay-1234', '/news/storm-over-bay', '/circuits/amp')
    """
    for _ in range(MAX_WRAPPINGS):
        short = _AMP_SEGMENT.sub("", path, count=1) if _SLUG.search(path.rsplit("/", 1)[-1]) else path
        ends = re.search(r"(?:/amp/?|\.amp(?=\.html?$|$))", short[-12:])
        if ends and short == path:
            at = len(short) - len(short[-12:])
            tail = short[at + ends.end() :]
            if tail in {"", ".html", ".htm"}:
                short = short[: at + ends.start()] + tail
        if short == path or not _SLUG.search(short):
            return path
        path = short
    return path


def is_variant(name: str, value: str, host: str) -> bool:
    """Return whether a parameter only chooses the AMP or mobile view of one page."""
    if name in _AMP_NAMES:
        return value.lower() in _AMP_VALUES
    return name == "m" and value == "1" and ".blogspot." in host
