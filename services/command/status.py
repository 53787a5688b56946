"""`wireroom status`: feeds, articles, queues and what is wrong, at a glance."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from services.command import console
from services.command.options import JsonOfOne
from services.command.stores import open_store
from shared.belt import Belt, connect
from shared.database import reading
from shared.errors import Failed, contain
from shared.polling.failures import span
from shared.settings import Settings, read_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from services.reader.queries.measures import Measures

Answer = TypeVar("Answer")
HOSTS_SHOWN = 10
IS_LATE_S = 10
_TITLES = {
    "longest_wait_of_a_feed_s": "longest_due_feed",
    "hosts_left_alone_s": "hosts_left_alone",
    "web_lost_s": "the_web",
}


def add_to(app: typer.Typer, verb: str) -> None:
    """Add the verb to `app`."""
    app.command(verb)(status)


def status(as_json: JsonOfOne = False) -> None:
    """Show feeds by health, queues, the latest article, how soon articles are stored, and what is set aside."""
    from services.reader.queries.measures import take_measures
    from shared.refolding import count_left

    settings = read_settings()
    with reading(open_store(settings)) as connection:
        measures = take_measures(connection, settings.lease_s)
        said = _of_store(measures, _latest(connection), count_left(connection, settings))
    said |= {"queues": _asked(settings, Belt.queued), "hosts_left_alone_s": _asked(settings, Belt.held)}
    said |= {"web_lost_s": _asked(settings, Belt.web_lost_s)}
    if not as_json:
        said = {name: _in_words(value) for name, value in said.items()} | {
            "longest_wait_of_a_feed_s": _wait(measures.feed_lateness_s, measures.latest_feed),
            "hosts_left_alone_s": _held(said["hosts_left_alone_s"]),
            "web_lost_s": _lost(said["web_lost_s"]),
        }
        said = {_TITLES.get(name, name): value for name, value in said.items() if name != "which_waits_longest"}
    console.facts(said, as_json=as_json)


def _latest(connection: "Connection") -> str | None:
    from services.reader.queries.articles import Filters, list_articles

    found, _ = list_articles(connection, Filters(), None, 1, full=False)
    return f"{found[0].headline} ({found[0].publication.name})" if found else None


def _of_store(measures: "Measures", latest: str | None, to_fold_again: int) -> dict[str, Any]:
    return {
        "feeds": {health.value: count for health, count in measures.feed_health.items()},
        "pages": dict(measures.page_states),
        "polls_last_hour": {f"{kind} {outcome}": count for (kind, outcome), count in measures.polls.items()},
        "articles": dict(measures.articles),
        "stories": measures.stories,
        "to_fold_again": to_fold_again,
        "changes": measures.log_head,
        "latest_article": latest,
        "published_to_stored": _latency(measures.latencies_s),
        "longest_wait_of_a_feed_s": round(measures.feed_lateness_s),
        "which_waits_longest": measures.latest_feed,
        "gaps": dict(measures.alarms.gaps),
        "articles_probably_lost": measures.alarms.lost,
        "unusual": {"silent": measures.alarms.silent, "notice": measures.alarms.notices},
        "unusual_feeds": list(measures.alarms.worst),
        "push": {push.value: count for push, count in measures.pushes.items()},
        "hooks": {standing.value: count for standing, count in measures.hooks.standings.items()},
        "failing_hooks": list(measures.hooks.failing),
        "set_aside": dict(measures.set_aside),
        "flagged": measures.flagged,
        "counters": dict(measures.counters),
    }


def _in_words(value: Any) -> Any:
    if isinstance(value, list):
        return "; ".join(value) or None
    return _counts(value) if isinstance(value, dict) else value


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()) or "none"


def _latency(seconds: tuple[float, float] | None) -> str | None:
    return None if seconds is None else f"median {seconds[0]:.0f} s, 95th percentile {seconds[1]:.0f} s"


def _wait(seconds: float, feed: str | None) -> str:
    late = feed and seconds >= IS_LATE_S  # the next tick, or its site's spacing, is waited for by all
    return f"{feed} has been due for {span(seconds)} and is not being polled" if late else "no feed waits"


def _held(hosts: dict[str, int] | str) -> str:
    """Return which hosts are left alone for how long, since they said 429 or Retry-After."""
    if isinstance(hosts, str):
        return hosts
    named = [f"{host} for {span(seconds)}" for host, seconds in list(hosts.items())[:HOSTS_SHOWN]]
    more = len(hosts) - len(named)
    return ", ".join([*named, *([f"{more} more"] if more else [])]) or "none"


def _lost(seconds: int | str | None) -> str:
    if seconds is None or isinstance(seconds, str):
        return seconds or "can be reached"
    return f"cannot be reached from here for {span(seconds)}: feeds wait for it, and none is failing by that"


def _asked(settings: Settings, question: Callable[[Belt], Answer]) -> Answer | str:
    """Return what the belt answers, or why it cannot be asked; without a setting, that of the embedded run."""
    embedded = settings.data_dir.resolve() / "belt" / "belt.sock"
    url = settings.redis_url or (f"unix://{embedded}" if embedded.exists() else "")
    if not url:
        return "not asked: WIREROOM_REDIS_URL is not set"
    belt = Belt(connect(url), settings.lease_s)
    said = contain(lambda: question(belt))
    return str(said.error) if isinstance(said, Failed) else said
