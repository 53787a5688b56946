"""`python -m bench`: polls the same feeds with Wireroom and with the library `reader`, and prints what both took."""

import platform
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from bench import peer, report
from bench.documents import Document, folder_documents, sample_documents
from bench.errors import BenchError
from bench.line import Line
from bench.outlet import Outlet
from bench.result import PHASES, Measure
from shared.logging import configure

IDLE_S = 10.0
SAMPLES = 100  # feeds, unless said otherwise

Side = dict[str, list[Measure]]  # measurements by phase, one a round


def main(
    feeds: Annotated[int | None, typer.Option(help="How many feeds; 100 samples or the whole folder.", min=1)] = None,
    documents: Annotated[Path | None, typer.Option(help="A folder of feed documents, plain or .gz.")] = None,
    hosts: Annotated[int | None, typer.Option(help="Loopback hosts that serve them; one a feed.", min=1)] = None,
    rounds: Annotated[int, typer.Option(help="Rounds, of which the medians count.", min=1)] = 3,
    alone: Annotated[bool, typer.Option("--alone", help="Measure Wireroom only.")] = False,
    tls: Annotated[bool, typer.Option("--tls", help="Serve over TLS; measures Wireroom only.")] = False,
) -> None:
    """Poll many feeds cold, warm and with some news; print what each poll took."""
    configure("ERROR", "console", "bench")
    try:
        _bench(feeds, documents, hosts, rounds, beside=not (alone or tls), tls=tls)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        raise typer.Exit(1) from None


def _bench(feeds: int | None, folder: Path | None, hosts: int | None, rounds: int, *, beside: bool, tls: bool) -> None:
    if platform.system() != "Linux":
        raise BenchError("CPU and memory are read from /proc, which only Linux has.")
    served = folder_documents(folder, feeds) if folder else sample_documents(feeds or SAMPLES)
    hosts = min(hosts or len(served), len(served))
    beside = beside and _installed()
    ours: Side = {phase: [] for phase in PHASES}
    theirs: Side = {phase: [] for phase in PHASES}
    idle: dict[str, float] = {}
    print(f"{len(served)} feeds on {hosts} hosts, {rounds} rounds; memory is that of all processes together.\n")
    for number in range(rounds):
        _say(f"round {number + 1} of {rounds}")
        idle |= _round(served, hosts, ours, theirs if beside else None, IDLE_S if not number else 0.0, tls=tls)
    _say("")
    other = theirs if beside else None
    report.show(ours, other, idle)
    path = report.keep(ours, other, idle, {"feeds": len(served), "hosts": hosts, "samples": folder is None, "tls": tls})
    print(f"\nAll figures: {path}")


def _installed() -> bool:
    try:
        peer.install()
    except BenchError as error:
        print(f"Only Wireroom is measured: {error}", file=sys.stderr)
        return False
    return True


def _round(
    served: Sequence[Document], hosts: int, ours: Side, theirs: Side | None, idle_s: float, *, tls: bool
) -> dict[str, float]:
    """Measure each phase on both sides, one after the other; return what ours takes while nothing is due."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wireroom-bench-")))
        pem = directory / "outlet.pem" if tls else None
        outlet = stack.enter_context(Outlet(served, hosts, pem))
        other = stack.enter_context(peer.Peer(directory / "reader.db", outlet.urls)) if theirs else None
        line = stack.enter_context(Line(directory / "line", outlet.urls, outlet.places, pem))
        idle = line.idle(idle_s) if idle_s else {}
        for phase in PHASES:
            _say(f"{phase} poll, wireroom")
            outlet.hang_up(news=phase == "steady")
            ours[phase].append(line.cold() if phase == "cold" else line.again())
            if other and theirs:
                _say(f"{phase} poll, reader")
                outlet.hang_up(news=False)
                theirs[phase].append(other.update())
        return idle


def _say(what: str) -> None:
    """Show on a terminal what is being done."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
