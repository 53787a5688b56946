"""What becomes unusual about a feed at a poll, or fails, and what ends: one event in the log for either."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from services.indexer.feeds.pace import Memory
from shared.hosts import without_password
from shared.polling.habits import kinds, silence

if TYPE_CHECKING:
    from services.indexer.settle import Row  # which calls what is here

SILENCE = "silence"
log = structlog.get_logger()


def tell(row: "Row", news: Mapping[str, Any], now: datetime) -> None:
    """Log what begins and what ends with a poll of a feed; `news` are the columns that it changes."""
    about = {"feed": row.id, "url": without_password(row.url)}
    if news["state"] == "gone":
        log.warning("gone", **about, reason=news["state_reason"])
    elif bool(news["failures"]) != bool(row.standing.failures):
        log.info("failing" if news["failures"] else "answers again", **about, reason=news["error"])
    for kind, reason in turns(row.memory, news, now):
        if reason:
            log.warning("alarm", **about, kind=kind, reason=reason)
        else:
            log.info("alarm over", **about, kind=kind, failing=bool(news["failures"]))


def turns(memory: Memory, news: Mapping[str, Any], now: datetime) -> Iterator[tuple[str, str | None]]:
    """Yield each kind that begins with why, in words, and each that ends with None.

    A feed that fails is not silent: its failure says more.
    """
    alarm_at = news.get("alarm_at", memory.alarm_at)
    silent = news["state"] == "active" and not news["failures"] and alarm_at is not None and alarm_at <= now
    if silent != memory.silent:
        yield SILENCE, (silence(memory.habits, now.timestamp()) or "less than usual") if silent else None
    if "notice" in news and news["notice"] != memory.notice:
        before, after = kinds(memory.notice), kinds(news["notice"])
        yield from ((kind, news["notice"]) for kind in sorted(after - before))
        yield from ((kind, None) for kind in sorted(before - after))
