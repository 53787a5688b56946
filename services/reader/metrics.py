"""Prometheus' view of the store and the belt, taken at each scrape."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine

from services.reader.queries.ledger import Account, accounts, total
from services.reader.queries.measures import Measures, take_measures
from shared.belt import Belt, Load
from shared.database import now, reading
from shared.errors import TransientError
from shared.hooks import Standing
from shared.push import Push

log = structlog.get_logger()


def scrape(engine: Engine, belt: Belt | None, late_after_s: int) -> tuple[bytes, str]:
    """Return the metrics and their media type; what cannot be reached is missing and its `_up` is 0."""
    families: list[Metric] = []
    try:
        with reading(engine) as connection:
            measures = take_measures(connection, late_after_s)
            asked = total(accounts(connection, now(connection) - timedelta(hours=1)))
        families += [_gauge("store_up", "Whether the store answers.", 1), *of_store(measures), *of_ledger(asked)]
    except TransientError as error:
        log.warning("the store was not measured", reason=str(error))
        families.append(_gauge("store_up", "Whether the store answers.", 0))
    if belt is not None:
        try:
            of_belts = of_belt(belt.queued(), belt.load(), belt.web_lost_s() or 0)
            families += [_gauge("belt_up", "Whether Redis answers.", 1), *of_belts]
        except TransientError as error:
            log.warning("the belt was not measured", reason=str(error))
            families = [one for one in families if not one.name.startswith("wireroom_belt")]
            families.append(_gauge("belt_up", "Whether Redis answers.", 0))
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Taken(families))
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4


def of_store(measures: Measures) -> list[Metric]:
    """Return what was measured of the store."""
    polls = GaugeMetricFamily(
        "wireroom_polls_last_hour", "Fetches settled within the last hour.", labels=["kind", "outcome"]
    )
    for (kind, outcome), count in measures.polls.items():
        polls.add_metric([kind, outcome], count)
    events = CounterMetricFamily("wireroom_events", "What the store's counters count.", labels=["event"])
    for name, value in measures.counters.items():
        events.add_metric([name], value)
    return [
        _gauges("feeds", "Feeds by state.", "state", measures.feed_states),
        _gauges("feeds_health", "Feeds by health.", "health", measures.feed_health),
        _gauges("pages", "Article pages by state.", "state", measures.page_states),
        polls,
        _gauges("articles", "Articles by status.", "status", measures.articles),
        _gauge("stories", "Stories.", measures.stories),
        _gauge("change_log_head", "Number of the newest line of the change log.", measures.log_head),
        _gauges(
            "oldest_due_lateness_seconds",
            "How long the longest waiting one has been due.",
            "kind",
            {"feed": measures.feed_lateness_s, "page": measures.page_lateness_s},
        ),
        _gauges(
            "publish_to_store_seconds",
            "From publication to the store, over the newest articles published while their feed was followed.",
            "quantile",
            dict(zip(("0.5", "0.95"), measures.latencies_s or (), strict=False)),
        ),
        _gauges(
            "feeds_unusual",
            "Feeds that bring less than usual (silent), or what is not usual (notice).",
            "kind",
            {"silent": measures.alarms.silent, "notice": measures.alarms.notices},
        ),
        _gauges("gaps", "Gaps between two polls of a feed, by state.", "state", measures.alarms.gaps),
        _gauge("articles_probably_lost", "Expected in the gaps that stayed open.", measures.alarms.lost),
        _gauges(
            "subscriptions",
            "Feeds that name a hub, by what push is worth: broken ones are polled as if they named none.",
            "state",
            {push.value: measures.pushes.get(push, 0) for push in Push},
        ),
        _gauges(
            "hooks",
            "Hooks by how they are doing.",
            "state",
            {one.value: measures.hooks.standings.get(one, 0) for one in Standing},
        ),
        _gauge(
            "hooks_delay_seconds",
            "Age of the oldest line of the log that an active hook's receiver was not told of.",
            measures.hooks.delay_s,
        ),
        _gauge("flagged", "Articles that wait for the operator's look.", measures.flagged),
        _gauges("set_aside", "What could not be processed, by stage.", "stage", measures.set_aside),
        events,
    ]


def of_ledger(asked: Account) -> list[Metric]:
    """Return what publishers were asked for within the last hour; `wireroom ledger` tells them apart."""
    return [
        _gauge("requests_last_hour", "Requests sent to publishers.", asked.requests),
        _gauge("requests_refused_last_hour", "Fetches answered with 401, 403, 429 or 451.", asked.refused),
        _gauge("received_bytes_last_hour", "Bytes received from publishers.", asked.wire_bytes),
        _gauge("spared_bytes_last_hour", "Bytes that 304s spared publishers.", asked.saved_bytes),
    ]


def of_belt(queued: Mapping[str, int], load: Load, web_lost_s: int) -> list[Metric]:
    """Return what was measured of the belt."""
    return [
        _gauges("belt_messages", "Messages queued or unacknowledged.", "queue", queued),
        _gauge("belt_feeds", "Feeds and pages queued or unacknowledged.", load.feeds),
        _gauge("belt_bytes", "Bytes queued or unacknowledged.", load.bytes),
        _gauge("belt_memory_share", "Share of Redis' memory in use; 0: it has no limit.", load.memory_share),
        _gauge("web_lost_seconds", "For how long fetchers have reached nothing of the web; 0: they do.", web_lost_s),
    ]


class _Taken(Collector):
    """Gives the registry what was taken already."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"wireroom_{name}", meaning, value=value)


def _gauges(name: str, meaning: str, label: str, values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(f"wireroom_{name}", meaning, labels=[label])
    for key, value in values.items():
        family.add_metric([str(key)], value)
    return family
