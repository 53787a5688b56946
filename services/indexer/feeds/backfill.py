"""All of a feed's past, asked for by the operator: its archive, page by page, beside its own polls. Pure.

Between two polls of its own a feed's leases fetch pages of its archive in its stead, the archive or page that each
links to (RFC 5005) or the next by number (WordPress). Of these, articles that are not in the store yet are taken. How
far it has come is the median of a page's dates, which one article that is pinned to every page does not move: an
archive whose pages lead no further back is at its end, whatever it goes on to answer.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from statistics import median_low
from typing import Any, Self

from services.indexer.feeds.gaps import next_page, published
from shared.hosts import lane_of
from shared.http.addresses import Place, leads_inside
from shared.messages import Facts, FeedFacts, Outcome, Result

PAUSE_S = 30  # between two pages of an archive
MOST_ASKED = 5000  # pages of one archive, two days of asking: WordPress lists ten articles on each
MOST_STALLED = 3  # pages in a row that lead no further back
MOST_FAILED = 8  # requests in a row that fail
FAILED_PAUSE_S = 600  # after the first of these, then twice as long each time
NOT_THERE = (404, 410)
_TIMES = ("since", "back_to", "own_at")


@dataclass(frozen=True)
class Backfill:
    """How far the asking for a feed's past has come. `state`: going, reached, ended or stopped."""

    state: str = "going"
    since: datetime | None = None  # the operator's word: no further back
    back_to: datetime | None = None  # about when what the last page lists was published
    found: int = 0  # articles
    asked: int = 0  # pages
    next_url: str | None = None  # the page to ask for; None: the feed's next document tells
    own_at: datetime | None = None  # when the feed's own poll is due
    stalled: int = 0
    failed: int = 0
    reason: str | None = None  # why it goes on no more

    @classmethod
    def read(cls, data: dict[str, Any] | None) -> Self | None:
        """Return what `data` holds as `write` gave it; None: nobody asked for a past."""
        if not data:
            return None
        times = {name: datetime.fromisoformat(data[name]) for name in _TIMES if data.get(name)}
        return cls(**data | times)

    def write(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in asdict(self).items()}

    @property
    def going(self) -> bool:
        """Whether more is to be asked for."""
        return self.state == "going"

    def again(self, since: datetime | None) -> Self:
        """Return it going on, where it stopped, to another day."""
        return replace(self, state="going", reason=None, since=since, stalled=0, failed=0)

    def stopped(self, reason: str) -> Self:
        """Return it at rest; `again` lets it go on."""
        return replace(self, state="stopped", reason=reason)

    def words(self) -> str:
        """Return how far it has come.

        >>> from datetime import UTC
        >>> Backfill("ended", None, datetime(2019, 3, 4, tzinfo=UTC), 1240, 130, reason="no older page").words()
        'back to 2019-03-04, 1,240 articles of 130 pages; ended: no older page'
        """
        far = f"back to {self.back_to.date().isoformat()}, " if self.back_to else ""
        goes = "going on" if self.going else f"{self.state}: {self.reason}"
        return f"{far}{self.found:,} articles of {self.asked:,} pages; {goes}"


def began(known: Backfill, url: str, said: FeedFacts | None, allow: frozenset[Place]) -> Backfill:
    """Return a backfill after a poll of the feed at `url`, whose document says where older articles are."""
    if not known.going or known.next_url or said is None:
        return known
    ahead = _onward(url, url, said, allow)
    if ahead is None:
        return replace(known, state="ended", reason="the feed leads to no archive and no older page")
    return replace(known, next_url=ahead)


def went(known: Backfill, url: str, result: Result, allow: frozenset[Place]) -> Backfill:
    """Return a backfill of the feed at `url` after the page that it asked for."""
    asked, facts = replace(known, asked=known.asked + 1), result.facts
    if not facts.outcome.good:
        return _failed(asked, facts)
    dates = published(result)
    at = median_low(dates) if dates else None
    older = at is not None and (known.back_to is None or at < known.back_to)
    asked = replace(asked, failed=0, stalled=0 if older else known.stalled + 1, back_to=at if older else known.back_to)
    ahead = _onward(url, known.next_url or url, result.feed, allow)
    if at is not None and known.since and at < known.since:
        return replace(asked, state="reached", reason=f"all since {known.since.date().isoformat()} was asked for")
    for over, reason in (
        (asked.stalled >= MOST_STALLED, "its pages lead no further back"),
        (ahead is None, "no older page"),
        (asked.asked >= MOST_ASKED, f"{MOST_ASKED:,} pages were asked for"),
    ):
        if over:
            return replace(asked, state="ended", reason=reason, next_url=None)
    return replace(asked, next_url=ahead)


def _failed(asked: Backfill, facts: Facts) -> Backfill:
    if facts.status in NOT_THERE or facts.outcome is Outcome.REFUSED:
        why = "no older page" if facts.status in NOT_THERE and asked.back_to else facts.error
        return replace(asked, state="ended", reason=(why or "no answer").rstrip("."), next_url=None)
    asked = replace(asked, failed=asked.failed + 1)
    if asked.failed >= MOST_FAILED or facts.outcome is Outcome.BLOCKED:
        return replace(asked, state="stopped", reason=(facts.error or "no answer").rstrip("."))
    return asked


def next_turn(known: Backfill, facts: Facts, own_at: datetime, now: datetime, *, own: bool) -> datetime | None:
    """Return when the archive's next page is asked for; None: the feed's own poll, due at `own_at`, comes before it.

    After each poll of its `own` the feed is owed one page, also where it is polled more often than that.
    """
    if not known.going or not known.next_url:
        return None
    failed_s = FAILED_PAUSE_S * 2 ** (known.failed - 1) if known.failed else 0
    at = now + timedelta(seconds=max(PAUSE_S, failed_s, facts.retry_after_s or 0))
    if at < own_at:
        return at
    return now + (own_at - now) / 2 if own and not known.failed else None


def _onward(url: str, asked: str, said: FeedFacts | None, allow: frozenset[Place]) -> str | None:
    """Return where the document at `asked` leads to: never off the feed's own site, nor to an inner place of it."""
    ahead: Sequence[str | None] = (said.older_url, next_page(asked) if said.pages_by_number else None) if said else ()
    return next(
        (
            one
            for one in ahead
            if one and one not in (url, asked) and lane_of(one) == lane_of(url) and not leads_inside(one, url, allow)
        ),
        None,
    )
