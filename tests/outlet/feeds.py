"""Feeds as they stand at one moment, and how they look as RSS, Atom and RDF. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from xml.sax.saxutils import escape, quoteattr


class Form(StrEnum):
    """The format a feed is served in."""

    RSS = "rss"
    ATOM = "atom"
    RDF = "rdf"

    @property
    def media_type(self) -> str:
        """The Content-Type that goes with it."""
        return "application/rdf+xml" if self is Form.RDF else f"application/{self}+xml"


@dataclass(frozen=True)
class Entry:
    """One entry in one state; the outlet's word for an article."""

    id: str
    headline: str
    body: str  # plain text, paragraphs parted by blank lines
    byline: str
    path: str  # of its page
    published: datetime
    updated: datetime
    state: int = 0  # goes up with each change
    section: str = "News"

    @property
    def summary(self) -> str:
        """The first sentence."""
        return self.body.split(". ")[0].rstrip(".") + "."

    @property
    def body_html(self) -> str:
        """The body, a `p` element a paragraph."""
        return "".join(f"<p>{escape(part)}</p>" for part in self.body.split("\n\n"))


@dataclass(frozen=True)
class Look:
    """What a feed shows now."""

    title: str
    base: str  # http://address:port
    path: str
    form: Form
    entries: tuple[Entry, ...]  # newest first
    tombstones: tuple[tuple[str, datetime], ...]
    summaries: bool  # only the first sentence of each entry; the page has the rest


def render(look: Look) -> bytes:
    """Return the feed as a document in UTF-8."""
    text = {Form.RSS: _rss, Form.ATOM: _atom, Form.RDF: _rdf}[look.form](look)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'.encode()


def render_page(entry: Entry, base: str) -> bytes:
    """Return an entry's page: the whole body between the furniture of a news site."""
    link = base + entry.path
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(entry.headline)} | The Outlet</title>"
        f'<link rel="canonical" href={quoteattr(link)}><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="{entry.published.isoformat()}"></head><body>'
        f'<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><main><article><h1>{escape(entry.headline)}</h1>'
        f'<p class="byline">By <span rel="author">{escape(entry.byline)}</span></p>{entry.body_html}</article></main>'
        f"<footer><p>Subscribe to our newsletter</p></footer></body></html>"
    ).encode()


def _said(look: Look, entry: Entry) -> str:
    return escape(f"<p>{escape(entry.summary)}</p>" if look.summaries else entry.body_html)


def _rss(look: Look) -> str:
    items = "".join(
        f"<item><title>{escape(entry.headline)}</title><link>{look.base}{entry.path}</link>"
        f'<guid isPermaLink="false">{entry.id}</guid><pubDate>{format_datetime(entry.published)}</pubDate>'
        f"<dc:creator>{escape(entry.byline)}</dc:creator><category>{escape(entry.section)}</category>"
        f"<description>{_said(look, entry)}</description></item>"
        for entry in look.entries
    )
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(look.title)}</title><link>{look.base}/</link><description>{escape(look.title)}</description>"
        f"<language>en</language>{items}</channel></rss>"
    )


def _atom(look: Look) -> str:
    kind = "summary" if look.summaries else "content"
    entries = "".join(
        f"<entry><id>{entry.id}</id><title>{escape(entry.headline)}</title>"
        f'<link rel="alternate" type="text/html" href={quoteattr(look.base + entry.path)}/>'
        f"<published>{_moment(entry.published)}</published><updated>{_moment(entry.updated)}</updated>"
        f"<author><name>{escape(entry.byline)}</name></author><category term={quoteattr(entry.section)}/>"
        f'<{kind} type="html">{_said(look, entry)}</{kind}></entry>'
        for entry in look.entries
    )
    stones = "".join(
        f'<at:deleted-entry ref={quoteattr(ref)} when="{_moment(when)}"/>' for ref, when in look.tombstones
    )
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0" xml:lang="en">'
        f"<id>{look.base}{look.path}</id><title>{escape(look.title)}</title>"
        f"<updated>{_moment(_latest(look.entries))}</updated>{stones}{entries}</feed>"
    )


def _rdf(look: Look) -> str:
    items = "".join(
        f"<item rdf:about={quoteattr(look.base + entry.path)}><title>{escape(entry.headline)}</title>"
        f"<link>{look.base}{entry.path}</link><dc:identifier>{entry.id}</dc:identifier>"
        f"<dc:creator>{escape(entry.byline)}</dc:creator><dc:date>{_moment(entry.published)}</dc:date>"
        f"<description>{_said(look, entry)}</description></item>"
        for entry in look.entries
    )
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="{look.base}{look.path}">'
        f"<title>{escape(look.title)}</title><link>{look.base}/</link><description>{escape(look.title)}</description>"
        f"</channel>{items}</rdf:RDF>"
    )


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _latest(entries: Iterable[Entry]) -> datetime:
    return max((entry.updated for entry in entries), default=datetime.fromisoformat("2020-01-01T00:00:00+00:00"))
