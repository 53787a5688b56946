"""The fetcher: takes jobs off the fetch queue and puts documents and facts on the belt."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import structlog

from services.fetcher.ask import Asker
from services.fetcher.robots import Robots
from services.fetcher.round import Round
from services.fetcher.sources import Drops
from services.fetcher.verdict import hand_back
from shared.belt import Belt
from shared.http.client import Client
from shared.messages import Batch, FetchJob, Result, expired
from shared.queues import INDEX, Publish
from shared.settings import Settings

FULL = "Redis is too full to take documents"
log = structlog.get_logger()


def start(settings: Settings, belt: Belt, publish: Publish) -> Callable[[FetchJob], None]:
    """Return what handles one job; called once in each process, after the fork."""
    client = Client.from_settings(settings, belt)
    robots = Robots(client, belt, settings.user_agent) if settings.fetch_robots else None
    asker = Asker(client, robots, settings.open_key, Drops.from_settings(settings))
    sites = ThreadPoolExecutor(settings.fetch_threads, "site")

    def handle(job: FetchJob) -> None:
        if expired(job.lease_ends, datetime.now(UTC)):
            log.info("dropped", reason="the lease ended before the job was taken up", targets=job.weight)
        elif belt.load().memory_share > settings.belt_memory_share:
            log.warning("handed back", reason=FULL, targets=job.weight)
            publish(INDEX, Batch(results=tuple(Result(facts=hand_back(target, 0, FULL)) for target in job.targets)))
        else:
            Round(job, asker, belt, publish, settings.fetch_spacing_s).run(sites)

    return handle
