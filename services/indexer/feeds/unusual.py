"""What becomes unusual about a feed at a poll, and what ends: one event in the log for either."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import structlog

from services.indexer.feeds.pace import Memory
from shared.hosts import without_password
from shared.polling.habits import kinds, silence

SILENCE = "silence"
log = structlog.get_logger()


def tell(feed_id: int, url: str, memory: Memory, news: Mapping[str, Any], now: datetime) -> None:
    """Log what begins and what ends with a poll of a feed; `news` are the columns that it changes."""
    for kind, reason in turns(memory, news, now):
        about = {"feed": feed_id, "url": without_password(url), "kind": kind}
        if reason:
            log.warning("alarm", **about, reason=reason)
        else:
            log.info("alarm over", **about, failing=bool(news["failures"]))


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
