"""Where a page leads that is nothing but a redirect written in HTML (`<meta http-equiv="refresh">`). Pure."""

import re
from html import unescape

from shared.push import web

MOST_BYTES = 64 * 1024  # of such a page; a larger one has something to say itself
MOST_WORDS = 40  # that it may show: "You are being taken to the article. If nothing happens, press here."
MOST_CHARS = 4096  # of its element
LATEST_S = 5  # a page that waits longer is meant to be read meanwhile
_TOKEN = re.compile(r"<([^<>]*)>|[^<>]+")
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_CONTENT = re.compile(r"\s*(\d{1,9})(?:\.[\d.]*)?\s*[;,\s]\s*(?:url\s*=\s*)?(?:\"([^\"]*)|'([^']*)|(.*))", re.I | re.S)
_UNSEEN = ("script", "style", "title", "template")


def leads_to(body: bytes, media_type: str | None, url: str) -> str | None:
    """Return where a page at `url` sends its readers on by itself, None: it does not, or has something to show.

    Scripts are not run, so where a script does it, it is not seen.

    >>> page = b'<meta http-equiv="Refresh" content="0; url=/news/17">'
    >>> leads_to(page, "text/html", "https://paper.example/r?17")
    'https://paper.example/news/17'
    """
    if len(body) > MOST_BYTES or "html" not in (media_type or "html").lower() or b"refresh" not in body.lower():
        return None
    content, words = _read(_without_comments(body.decode("utf-8", "replace")))
    found = _CONTENT.match(content)
    if words > MOST_WORDS or not found or int(found[1]) > LATEST_S:
        return None
    address = next((one for one in found.groups()[1:] if one is not None), "").strip()
    target = web(address, url) if address else None
    return target if target and target.partition("#")[0] != url.partition("#")[0] else None


def _read(html: str) -> tuple[str, int]:
    """Return what the first refresh says, and how many words are seen."""
    content, words, within = "", 0, ""
    for token in _TOKEN.finditer(html):
        tag = token[1]
        if tag is None:
            words += 0 if within else len(unescape(token[0]).split())
            continue
        name = (tag.strip("/").split(maxsplit=1) or [""])[0].lower()
        if within:
            within = "" if tag[:1] == "/" and name == within else within
        elif name in _UNSEEN and tag[:1] != "/":
            within = name
        elif name == "meta" and not content:
            content = _refresh(tag)
    return content, words


def _refresh(tag: str) -> str:
    if len(tag) > MOST_CHARS:
        return ""
    said = {found[1].lower(): found[2] or found[3] or found[4] or "" for found in _ATTRIBUTE.finditer(tag)}
    return unescape(said.get("content", "")) if said.get("http-equiv", "").strip().lower() == "refresh" else ""


def _without_comments(html: str) -> str:
    first, *others = html.split("<!--")
    return first + "".join(one.partition("-->")[2] for one in others)
