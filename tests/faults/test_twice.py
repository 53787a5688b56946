"""What is started twice does no harm: two schedulers lease each feed once, and a second run says so and ends."""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.command.run import SERVICES
from services.command.servers.daemon import children
from shared.belt import Belt
from shared.messages import FetchJob
from shared.settings import Settings
from tests.faults import store as books
from tests.faults.conftest import belt_of
from tests.faults.processes import ROOT, Process, Processes, environment, until
from tests.outlet.outlet import Outlet

FEEDS_MOST = 20_000
FEEDS_AT_ONCE = 20
PATIENCE_S = 90

pytestmark = [pytest.mark.slow, pytest.mark.timeout(4 * PATIENCE_S)]


def test_two_schedulers_lease_each_feed_once(
    store: Engine, fast: Callable[..., Settings], start: Callable[..., Processes]
) -> None:
    url = store.url.render_as_string(hide_password=False)
    settings = fast(database_url=url, lease_s=300, tick_s=0.02, job_size=5, belt_floor=FEEDS_MOST, log_level="DEBUG")
    belt = belt_of(settings)
    processes = start(settings, scheduler=2)
    processes.up()
    numbers = iter(range(FEEDS_MOST))

    def both_leased() -> bool:
        books.add(store, *(f"http://title{number}.example/feed.xml" for number in islice(numbers, FEEDS_AT_ONCE)))
        return all("leased" in process.log.read_text() for process in processes.all)

    until(both_leased, PATIENCE_S, processes.said)
    until(lambda: all(row.lease_token for row in books.feeds(store)), PATIENCE_S, processes.said)
    given = sorted(row.lease_token for row in books.feeds(store))
    until(lambda: len(tokens(belt)) >= len(given), PATIENCE_S, processes.said)
    assert sorted(tokens(belt)) == given
    assert {row.lease_no for row in books.feeds(store)} == {1}


def test_a_second_run_in_the_same_data_directory_says_one_sentence(
    scratch: Path, outlet: Outlet, fast: Callable[..., Settings], start: Callable[..., Processes]
) -> None:
    outlet.publish("/title.xml", 2)
    settings = fast(data_dir=scratch / "twice", redis_url="", port=0)
    words = ("-m", "services.command", "run", outlet.url("/title.xml"))
    processes = start(settings)
    first = processes.add("run-1", words)
    with ended_after(first):
        until(lambda: "The reader is at" in first.log.read_text(), PATIENCE_S, processes.said)
        second = subprocess.run(
            [sys.executable, *words],
            env=environment(settings),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert second.returncode == 2
        (sentence,) = [line for line in second.stderr.splitlines() if line.strip()]
        assert sentence.startswith("wireroom: ")
        assert str(settings.data_dir) in sentence
        assert first.pid, "the first run goes on"


def test_a_run_that_is_killed_takes_its_services_with_it(
    scratch: Path, outlet: Outlet, fast: Callable[..., Settings]
) -> None:
    outlet.publish("/title.xml", 2)
    settings = fast(data_dir=scratch / "killed", redis_url="", port=0, log_level="DEBUG")
    words = ("-m", "services.command", "run", outlet.url("/title.xml"))
    log = scratch / "killed.log"
    with log.open("wb") as output:
        run = subprocess.Popen(
            [sys.executable, *words], env=environment(settings), cwd=ROOT, stdout=output, stderr=output
        )
    services: list[int] = []
    try:
        until(lambda: "leased" in log.read_text(), PATIENCE_S, log.read_text)
        services = children(run.pid)
        assert len(services) > len(SERVICES), "the services, and the bundled server"
        run.kill()
        run.wait()
        until(lambda: not any(map(runs, services)), PATIENCE_S, log.read_text)
    finally:
        run.kill()
        run.wait()
        for pid in filter(runs, services):
            os.kill(pid, signal.SIGKILL)


def runs(pid: int) -> bool:
    """Return whether a process still runs; one that only waits to be reaped does not."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip()) and not listed.stdout.strip().startswith("Z")


@contextmanager
def ended_after(run: Process) -> Iterator[None]:
    """Start a whole line for the block, and drain it: only it knows its own processes."""
    run.up()
    try:
        yield
    finally:
        run.end(PATIENCE_S)


def tokens(belt: Belt) -> list[str]:
    """Return the token of each lease in the jobs that wait."""
    jobs = [json.loads(raw) for raw in belt.client.lrange("fetch", 0, -1)]
    return [target.token for job in map(job_in, jobs) for target in job.targets]


def job_in(envelope: dict[str, str]) -> FetchJob:
    """Return the job in one of Celery's messages."""
    (arguments, *_) = json.loads(base64.b64decode(envelope["body"]))
    return FetchJob.model_validate_json(arguments[0])
