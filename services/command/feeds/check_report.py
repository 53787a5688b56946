"""What a look at a feed means, in words, with what to do about it. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.command.feeds.check_page import Page
from services.command.feeds.check_visit import Visit
from services.fetcher.verdict import max_age_s
from services.parser.look import Looked
from shared.messages import Entry
from shared.polling.failures import span
from shared.polling.rhythm import learn
from shared.polling.schedule import Interval, Standing, Wish, interval, rolls_over, words
from shared.rules import quoted
from shared.schema import Access
from shared.settings import Settings

AHEAD = timedelta(minutes=10)
DAY_S = 86_400.0


class Level(StrEnum):
    """Whether something has to be done."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One thing that was found: what it is about, what was seen, and what to do."""

    about: str
    level: Level
    said: str
    advice: str = ""


def report(visit: Visit, settings: Settings, now: datetime) -> list[Finding]:
    """Return what was found, in the order in which a person asks."""
    entries = visit.first.entries
    return [
        _format(visit),
        *_rules(visit),
        *_patterns(visit.first),
        _window(entries, now),
        *([_identifiers(visit), _dates(entries, now), _texts(entries), _images(entries)] if entries else []),
        *_paywall(visit.page),
        _validators(visit),
        _robots(visit),
        _mining(visit),
        _push(visit),
        _interval(visit, settings, now),
    ]


def _format(visit: Visit) -> Finding:
    moved = f" It moved to {visit.moved_to} for good." if visit.moved_to else ""
    by = ", by HTTP/2, since its server refuses HTTP/1.1" if visit.http2 else ""
    said = f"{visit.first.form}, {visit.wire_bytes} bytes in {visit.elapsed_ms} ms{by}.{moved}"
    if not visit.first.closed:
        return Finding("format", Level.BAD, f"{said} It breaks off before its end.", "Tell the publisher.")
    if visit.moved_to:
        return Finding("format", Level.NOTE, said, "Add it under its new address.")
    if visit.http2:
        advice = "`wireroom feeds access --http2` has it asked by that at once, and not once a day by what it refuses."
        return Finding("format", Level.NOTE, said, advice)
    return Finding("format", Level.GOOD, said)


def _rules(visit: Visit) -> Iterator[Finding]:
    """Yield what the feed's rules do not find; what they find is said with everything else."""
    for unmet in (visit.first.unmet, visit.page.unmet if visit.page else None):
        if unmet:
            advice = "Look at the page again, and give the rule anew."
            yield Finding("rules", Level.BAD, f"{unmet[0].upper()}{unmet[1:]}.", advice)


def _patterns(feed: Looked) -> Iterator[Finding]:
    """Yield how many of the articles each pattern would leave out, where any would."""
    counts = Counter(one.by for one in feed.unwanted)
    if not counts:
        return
    each = (
        f"{quoted(by)} leaves out {many}" if by else f"{many} meet none to keep" for by, many in counts.most_common()
    )
    said = f"{len(feed.unwanted)} of {len(feed.entries)} articles would not be stored: {', '.join(each)}."
    if len(feed.unwanted) < len(feed.entries):
        yield Finding("patterns", Level.NOTE, said, "What is found below is of all of them.")
    else:
        yield Finding("patterns", Level.BAD, said, "Try wider ones: `wireroom poll` shows what each leaves out.")


def _window(entries: Sequence[Entry], now: datetime) -> Finding:
    moments = _moments(entries, now)
    if not entries:
        return Finding("window", Level.BAD, "It lists no article.", "Look for another feed of the title.")
    if len(moments) < 2 or moments[0] == moments[-1]:
        listed = "one article" if len(entries) == 1 else f"{len(entries)} articles"
        return Finding("window", Level.NOTE, f"It lists {listed}; no dates say how many come in a day.")
    span = moments[-1] - moments[0]
    a_day = len(moments) * DAY_S / span.total_seconds()
    said = f"It lists {len(entries)} articles, which reach back {_span(span)}: about {_round(a_day)} a day."
    if span < timedelta(hours=3):
        return Finding(
            "window", Level.BAD, said, "Articles leave it soon: poll often, and add the title's other feeds."
        )
    return Finding("window", Level.GOOD, said)


def _identifiers(visit: Visit) -> Finding:
    entries = visit.first.entries
    named = sum(entry.source_id is not None for entry in entries)
    changed = _changed(entries, visit.second.entries)
    said = f"{named} of {len(entries)} articles have an identifier"
    if changed:
        advice = "Wireroom goes by links, headlines and dates then; add it and watch for repeats."
        return Finding("identifiers", Level.BAD, f"{said}; {changed} changed theirs between two fetches.", advice)
    if not visit.first.trusts_ids:
        advice = "Wireroom goes by links instead; nothing has to be done."
        return Finding("identifiers", Level.NOTE, f"{said}, but different articles share them.", advice)
    level = Level.GOOD if named == len(entries) else Level.NOTE
    return Finding("identifiers", level, f"{said}; they stayed the same over two fetches {visit.window_s:g} s apart.")


def _changed(first: Sequence[Entry], second: Sequence[Entry]) -> int:
    """Return how many articles have other identifiers in the second fetch, known by headline and link or date."""
    before = {_likeness(entry): entry.source_id for entry in first if entry.content.headline}
    after = {_likeness(entry): entry.source_id for entry in second if entry.content.headline}
    return sum(before[key] != after[key] for key in before.keys() & after.keys())


def _likeness(entry: Entry) -> tuple[str | None, datetime | None]:
    return entry.content.headline, entry.content.published_at


def _dates(entries: Sequence[Entry], now: datetime) -> Finding:
    dated = [entry.content.published_at for entry in entries if entry.content.published_at]
    ahead = sum(moment > now + AHEAD for moment in dated)
    said = f"{len(dated)} of {len(entries)} articles have a date of publication with its zone."
    if ahead:
        return Finding("dates", Level.BAD, f"{said} {ahead} lie ahead.", "They are not believed; tell the publisher.")
    if len(dated) < len(entries):
        return Finding("dates", Level.NOTE, said, "The others are ordered by when they were first seen.")
    return Finding("dates", Level.GOOD, said)


def _texts(entries: Sequence[Entry]) -> Finding:
    whole = [len((entry.content.body_text or "").split()) for entry in entries if entry.content.body_text]
    said = f"{len(whole)} of {len(entries)} articles come with their text"
    if len(whole) >= 0.8 * len(entries):
        middle = sorted(whole)[len(whole) // 2]
        return Finding("text", Level.GOOD, f"{said}, of {middle} words in the middle.")
    short = sum(bool(entry.content.summary and not entry.content.body_text) for entry in entries)
    advice = "Their pages are fetched, unless you add it with `--pages never`, or set WIREROOM_FETCH_PAGES=false."
    return Finding("text", Level.NOTE, f"{said}, {short} with a summary alone.", advice)


def _images(entries: Sequence[Entry]) -> Finding:
    shown = sum(bool(entry.content.images) for entry in entries)
    return Finding("images", Level.GOOD if shown else Level.NOTE, f"{shown} of {len(entries)} articles have an image.")


def _paywall(page: Page | None) -> Iterator[Finding]:
    if page is None:
        return
    said = f"An article's page, {page.url}, "
    if page.why:
        advice = "What the feed gives is all that there will be of such articles."
        yield Finding("page", Level.NOTE, f"{said}was not read: {page.why}", advice)
    elif page.access in {Access.SUBSCRIBER, Access.METERED}:
        advice = (
            "Pages may hold a part of the text alone: ask the publisher for a feed with full texts, or for an account."
        )
        yield Finding("page", Level.NOTE, f"{said}is marked as for subscribers; {page.words} words were found.", advice)
    else:
        yield Finding("page", Level.GOOD, f"{said}has {page.words} words of text and no mark of a paywall.")


def _validators(visit: Visit) -> Finding:
    if visit.posted:
        return Finding("validators", Level.GOOD, "What is posted is asked for without; equal bytes are not read again.")
    if visit.conditional is None:
        advice = "Each poll carries the whole document; tell the publisher that ETag or Last-Modified would save it."
        return Finding("validators", Level.NOTE, "It sends neither ETag nor Last-Modified.", advice)
    if visit.conditional == 304:
        if visit.same_bytes:
            return Finding("validators", Level.GOOD, "They are honest: unchanged, it answers 304.")
        said = "It answers 304 although the same address gave other bytes a moment ago."
        return Finding("validators", Level.NOTE, said, "Wireroom tests them now and then, and stops believing in lies.")
    advice = "Each poll carries the whole document; nothing is lost."
    return Finding("validators", Level.NOTE, f"They are ignored: it answers {visit.conditional}, not 304.", advice)


def _robots(visit: Visit) -> Finding:
    if visit.robots_allow is None:
        return Finding("robots", Level.GOOD, "The host has no robots.txt.")
    delay = f" It asks for {visit.crawl_delay_s:g} s between requests." if visit.crawl_delay_s else ""
    if visit.robots_allow:
        return Finding("robots", Level.GOOD, f"robots.txt allows it.{delay}")
    advice = "A feed is made to be fetched, but ask the publisher before you poll it."
    return Finding("robots", Level.BAD, f"robots.txt disallows it for us.{delay}", advice)


def _mining(visit: Visit) -> Finding:
    if visit.tdm is None:
        return Finding("mining", Level.GOOD, "No reservation of text and data mining was seen.")
    advice = "Within the EU, mining needs the publisher's licence: settle it, and set the title's terms."
    return Finding("mining", Level.NOTE, f"Text and data mining is reserved ({visit.tdm}).", advice)


def _push(visit: Visit) -> Finding:
    if visit.hub is None:
        return Finding("push", Level.GOOD, "It names no hub, so it is polled.")
    return Finding("push", Level.GOOD, f"It names the hub {visit.hub}.", "Set WIREROOM_PUSH_URL to have it push.")


def _interval(visit: Visit, settings: Settings, now: datetime) -> Finding:
    chosen, standing = suggested(visit, settings, now)
    said = f"It would be polled first after {span(chosen.seconds)}: {words(chosen, standing)}."
    if (within_s := rolls_over(standing, settings.poll_floor_s, now.timestamp())) is not None:
        said += f" In its busiest hour its window could roll over within {span(within_s)}."
        advice = f"Give it a floor of its own: `wireroom feeds pace URL --floor {max(round(within_s), 1)}`."
        return Finding("interval", Level.BAD, said, advice)
    return Finding("interval", Level.GOOD, said, "Nothing has to be set.")


def suggested(visit: Visit, settings: Settings, now: datetime) -> tuple[Interval, Standing]:
    """Return what the rule of polling makes of the window, and what it knows of the feed."""
    now_s, feed = now.timestamp(), visit.first.feed
    moments = [moment.timestamp() for moment in _moments(visit.first.entries, now)]
    known = learn(None, moments, len(moments), now_s) if len(moments) > 1 else None
    wish = Wish(
        max(feed.ttl_s or 0, max_age_s(visit.headers) or 0), frozenset(feed.skip_hours), frozenset(feed.skip_days)
    )
    standing = Standing("active", 0, window=len(visit.first.entries), rhythm=known, wish=wish)
    return interval(standing, settings, now_s), standing


def _moments(entries: Sequence[Entry], now: datetime) -> list[datetime]:
    """Return when articles were published, in order, as far as that is believed."""
    dated = (entry.content.published_at for entry in entries)
    return sorted(moment for moment in dated if moment and moment <= now + AHEAD)


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    for name, size in (("days", DAY_S), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * size:
            return f"{_round(seconds / size)} {name}"
    return f"{seconds:.0f} s"


def _round(number: float) -> str:
    return f"{number:.0f}" if number >= 10 else f"{number:.1f}".removesuffix(".0")
