"""Gaps: what lies between two windows that share nothing, and where to look for it. Pure.

A gap is recorded with its bounds. Then the feed's next leases fetch other addresses in its stead, one after the other,
which go down the same line as any document; of what they bring, only new articles of the gap's time are taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from shared.hosts import lane_of
from shared.http.addresses import Place, leads_inside
from shared.messages import Facts, FeedFacts, Outcome, Result

MOST_TRIED = 10  # addresses that one gap is worth
PAUSE_S = 5  # before the next of them
AROUND = timedelta(hours=1)  # an article may carry a date from before it was listed
ROBOTS = "/robots.txt"  # asked for the news sitemaps that it names; such a sitemap holds two days
NEWS_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml")  # where many titles have theirs, if it names none


@dataclass(frozen=True)
class Bounds:
    """When the articles were published that may have been missed."""

    from_at: datetime  # the last good poll before
    to_at: datetime  # the oldest article of the window after


@dataclass(frozen=True)
class Detour:
    """An attempt under way to close a gap, or a page of an archive."""

    gap_id: int  # 0: no gap
    bounds: Bounds
    tried: tuple[str, ...]  # addresses, this one included
    found: int  # articles, by those before
    reached: bool = False  # this document goes back to before the gap
    said: FeedFacts | None = None  # of itself; None: no document came
    facts: Facts | None = None  # of the fetch, before it was narrowed
    backfills: bool = False  # a page of the archive, which the operator asked for


def bounds_of(last_ok_at: datetime, published: Iterable[datetime | None], now: datetime) -> Bounds:
    """Return the bounds of a gap noticed at `now` in a window with articles of these dates."""
    after = [moment for moment in published if moment is not None and last_ok_at < moment <= now]
    return Bounds(last_ok_at, min(after, default=now))


def reaches(result: Result, bounds: Bounds) -> bool:
    """Return whether a document lists articles from before the gap, so that nothing of it can lie further back."""
    return any(moment <= bounds.from_at for moment in published(result))


def published(result: Result) -> list[datetime]:
    """Return when what a document lists was published, as far as that is said, whether or not it is wanted."""
    taken = (one.content.published_at for one in result.entries)
    return [moment for moment in (*taken, *(one.published_at for one in result.unwanted)) if moment is not None]


def narrowed(result: Result, bounds: Bounds) -> Result:
    """Return what an attempt brought as it is to be settled: articles of the gap's time, and nothing else of it.

    It counts as no poll: the feed keeps its window, its validators and its pace.
    """
    kept = tuple(
        one
        for one in result.entries
        if one.content.published_at
        and bounds.from_at - AROUND <= one.content.published_at <= bounds.to_at + AROUND
        and not one.cancelled
    )
    facts = result.facts.model_copy(
        update={"outcome": Outcome.UNFETCHED, "validators": None, "error": None, "moved_to": None}
    )
    return result.model_copy(update={"facts": facts, "feed": None, "window": None, "entries": kept, "rejected": ()})


def next_address(
    url: str,
    site_url: str | None,
    tried: Sequence[str],
    asked: str,
    said: FeedFacts | None,
    allow: frozenset[Place] = frozenset(),
) -> str | None:
    """Return where to look next for a gap of the feed at `url`, or None where nothing is left to try.

    `said` is what the document at `asked` says of itself, None where none came: the archive or page that it links to
    (RFC 5005), the next page by number (WordPress), then the title's news sitemaps, those that its robots.txt names or
    else those in common places. All of them at the feed's own site, and not at an inner place unless the feed is there.
    """
    ahead = [said.older_url] if said and said.older_url else []
    if said and said.pages_by_number:
        ahead.append(next_page(asked))
    robots = urljoin(site_url or url, ROBOTS)
    ahead.append(robots)
    if not (asked == robots and said):
        ahead += [urljoin(site_url or url, path) for path in NEWS_SITEMAPS]
    near = (one for one in ahead if one and one != url and one not in tried and lane_of(one) == lane_of(url))
    fit = (one for one in near if not leads_inside(one, url, allow))
    return next(fit, None) if len(tried) < MOST_TRIED else None


def next_page(url: str) -> str:
    """Return `url` with its page number raised.

    >>> next_page("https://a.example/feed/?paged=2&lang=de")
    'https://a.example/feed/?lang=de&paged=3'
    """
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    number = next((value for name, value in query if name == "paged" and value.isdecimal()), "1")
    rest = [(name, value) for name, value in query if name != "paged"]
    return urlunsplit(parts._replace(query=urlencode([*rest, ("paged", int(number[:6]) + 1)])))
