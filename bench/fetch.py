"""`python -m bench.fetch`: slow publishers held at once, in how much memory, and what a 304 costs the fetcher."""

import multiprocessing
import os
import platform
import resource
import selectors
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated, Any

import typer
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import StreamEnded

from bench.certificate import self_signed
from bench.errors import BenchError
from bench.processes import memory, tree
from services.command.servers import Valkey
from services.fetcher.ask import Asker, ask
from shared.belt import Belt, connect
from shared.hosts import host_of
from shared.http.client import Client, Limits
from shared.http.crowd import Crowd
from shared.messages import FetchJob, Kind, Outcome, Target, Validators
from shared.queues import FETCH
from shared.settings import Settings
from shared.worker import celery_app, publisher

HOSTS_A_BLOCK = 250
START_S = 60.0
MIB = 2**20


def main(
    publishers: Annotated[int, typer.Option(help="Slow publishers, an address each.", min=1)] = 200,
    polls: Annotated[int, typer.Option(help="Polls answered with 304, of each kind.", min=1)] = 2000,
) -> None:
    """Measure, and print what was measured."""
    if platform.system() != "Linux":
        raise BenchError("CPU and memory are read from /proc, which only Linux has.")
    slow, costs = hold(publishers), not_modified(polls)
    print(
        f"{slow['held']} of {publishers} slow publishers held at once by one worker of {slow['processes']} processes;"
    )
    print(f"its memory, all processes together: {slow['before_mib']:.0f} MiB at rest, {slow['mib']:.0f} MiB then.")
    print("CPU of the fetcher for one poll that is answered with 304:")
    for name, milliseconds in costs.items():
        print(f"  {name}: {milliseconds:.2f} ms")
    print(f"Where the address is public, its turn there costs {turn(polls):.2f} ms beside.")


def hold(count: int) -> dict[str, Any]:
    """Let a fetch worker, set as it is by default, meet `count` publishers that never answer."""
    addresses = [f"127.0.{2 + at // HOSTS_A_BLOCK}.{1 + at % HOSTS_A_BLOCK}" for at in range(count)]
    with silence(addresses) as (port, opened), tempfile.TemporaryDirectory(prefix="wb-") as home:
        Path(home).chmod(0o755)
        with Valkey(Path(home) / "v", maxmemory_mb=64) as valkey:
            allow = ",".join(f"{address}:{port}" for address in addresses)
            settings = Settings(redis_url=valkey.url)
            names = {"REDIS_URL": valkey.url, "FETCH_ALLOW": allow, "READ_TIMEOUT_S": "40", "TOTAL_TIMEOUT_S": "40"}
            environment = os.environ | {f"WIREROOM_{name}": value for name, value in names.items()}
            command = [sys.executable, "-m", "services.command", "worker", "fetch"]
            log = (Path(home) / "log").open("wb")
            worker = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            try:
                return _hold(worker.pid, settings, [f"http://{one}:{port}/" for one in addresses], opened)
            finally:
                worker.kill()
                for process in tree(worker.pid):
                    if process.pid != worker.pid:
                        os.kill(process.pid, 9)
                worker.wait()
                log.close()


def _hold(pid: int, settings: Settings, urls: list[str], opened: Callable[[], int]) -> dict[str, Any]:
    belt = Belt(connect(settings.redis_url), settings.lease_s)
    publish = publisher(celery_app(settings, "bench"), belt)
    _send(publish, settings, ["http://127.0.0.1:9/"], "w")  # may not be reached, so it takes no time
    _until(lambda: belt.queued()["fetch"] == 0, START_S, "the worker to start")
    before = memory(tree(pid)).together
    _send(publish, settings, urls, "s")
    deadline, most, peak = time.monotonic() + 30, 0, 0
    while time.monotonic() < deadline and most < len(urls):
        most, peak = max(most, opened()), max(peak, memory(tree(pid)).together)
        time.sleep(0.2)
    return {
        "held": most,
        "processes": settings.fetch_processes,
        "threads": settings.fetch_threads,
        "before_mib": before / MIB,
        "mib": max(peak, memory(tree(pid)).together) / MIB,
    }


def _send(publish: Any, settings: Settings, urls: list[str], name: str) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=settings.lease_s)
    targets = [
        Target(kind=Kind.FEED, id=number, token=f"{name}{number}", url=url, host=host_of(url))
        for number, url in enumerate(urls)
    ]
    for at in range(0, len(targets), settings.job_size):
        publish(FETCH, FetchJob(lease_ends=ends, targets=tuple(targets[at : at + settings.job_size])))


def _until(done: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise BenchError(f"Waited {seconds:.0f} s for {what}.")
        time.sleep(0.1)


@contextmanager
def silence(addresses: list[str]) -> Iterator[tuple[int, Callable[[], int]]]:
    """Accept connections and never answer; yields the port and what counts the open connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    first = socket.create_server((addresses[0], 0))
    port = first.getsockname()[1]
    listeners = [first, *(socket.create_server((address, port)) for address in addresses[1:])]
    open_: set[socket.socket] = set()
    stop = threading.Event()

    def accept() -> None:
        with selectors.DefaultSelector() as selector:
            for listener in listeners:
                selector.register(listener, selectors.EVENT_READ)
            while not stop.is_set():
                for key, _ in selector.select(0.2):
                    open_.add(key.fileobj.accept()[0])  # type: ignore[union-attr]

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield port, lambda: len(open_)
    finally:
        stop.set()
        thread.join()
        for one in (*listeners, *open_):
            one.close()


def not_modified(polls: int) -> dict[str, float]:
    """Return the CPU milliseconds of a poll that is answered with 304, by what becomes of its connection."""
    with tempfile.TemporaryDirectory() as home:
        pem = Path(home) / "outlet.pem"
        pem.write_bytes(self_signed("localhost"))
        return {
            "plain, connection kept": _cost(None, pem, "/kept", polls),
            "plain, connection made anew": _cost(None, pem, "/", polls),
            "TLS, connection kept": _cost("tickets", pem, "/kept", polls),
            "TLS, session resumed": _cost("tickets", pem, "/", polls // 4),
            "TLS, full handshake": _cost("none", pem, "/", polls // 4),
            "HTTP/2, connection kept": _cost("tickets", pem, "/kept", polls, http2=True),
        }


def turn(times: int) -> float:
    """Return the CPU milliseconds of a turn at an address, taken and ended; inner addresses have none."""
    with tempfile.TemporaryDirectory(prefix="wb-") as home:
        Path(home).chmod(0o755)
        with Valkey(Path(home) / "v", maxmemory_mb=64) as valkey:
            belt = Belt(connect(valkey.url), Settings().lease_s)
            crowd = Crowd(1, turns=belt)
            began = time.process_time()
            for _ in range(times):
                crowd.enter("192.0.2.1")
                crowd.leave("192.0.2.1")
            return (time.process_time() - began) / times * 1000


def _cost(tickets: str | None, pem: Path, path: str, polls: int, *, http2: bool = False) -> float:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=answer_304, args=(tickets, pem, theirs, http2), daemon=True)
    server.start()
    try:
        place = f"localhost:{ours.recv()}"
        url = f"{'https' if tickets else 'http'}://{place}{path}"
        validators = Validators(etag='"1"')
        target = Target(kind=Kind.FEED, id=1, token="t", url=url, host="h", validators=validators, http2=http2)
        with Client(Limits(), [place], trust=pem if tickets else None, resolve=_loopback) as client:
            return _cpu_ms(Asker(client), target, polls)
    finally:
        server.terminate()
        server.join()


def _loopback(_: str, port: int, **__: Any) -> list[tuple[Any, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def _cpu_ms(asker: Asker, target: Target, times: int) -> float:
    ask(asker, target)
    began = time.process_time()
    for _ in range(times):
        facts, _ = ask(asker, target)
        if facts.outcome is not Outcome.NOT_MODIFIED:
            raise BenchError(f"The outlet answered otherwise: {facts.error}")
    return (time.process_time() - began) / times * 1000


def answer_304(tickets: str | None, pem: Path, parent: Connection, http2: bool = False) -> None:
    """Answer 304 for ever, over TLS where `tickets` is not None; all but /kept hang up after it. Tells its port."""
    context = None
    if tickets:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        context.num_tickets = 2 if tickets == "tickets" else 0
        if http2:
            context.set_alpn_protocols(["h2"])
    listener = socket.create_server(("127.0.0.1", 0))
    parent.send(listener.getsockname()[1])
    while True:
        connection, _ = listener.accept()
        with suppress(OSError), context.wrap_socket(connection, server_side=True) if context else connection as channel:
            if http2:
                _speak(channel)
            while data := channel.recv(65_536):
                kept = data.startswith(b"GET /kept ")
                close = b"" if kept else b"Connection: close\r\n"
                channel.sendall(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n' + close + b"\r\n")
                if not kept:
                    break


def _speak(channel: socket.socket) -> None:
    """Answer 304 by HTTP/2 until the other side hangs up."""
    http2 = H2Connection(H2Configuration(client_side=False))
    http2.initiate_connection()
    channel.sendall(http2.data_to_send())
    while data := channel.recv(65_536):
        for event in http2.receive_data(data):
            if isinstance(event, StreamEnded):
                http2.send_headers(event.stream_id, [(":status", "304"), ("etag", '"1"')], end_stream=True)
        channel.sendall(http2.data_to_send())


if __name__ == "__main__":
    typer.run(main)
