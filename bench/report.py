"""The measurements as a table for people and as one JSON file."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.peer import VERSION
from bench.result import PHASES, Measure, middle, ratio

RESULTS = Path(__file__).parent / "results"
_MIB = 2**20
_TABLE = {"box": None, "pad_edge": False, "header_style": "bold"}

Rounds = Mapping[str, Sequence[Measure]]  # by phase


def show(ours: Rounds, theirs: Rounds | None, idle: Mapping[str, float]) -> None:
    """Print the tables."""
    console = Console(width=110, highlight=False)
    console.print(_costs(ours, theirs))
    if theirs:
        shares = ", ".join(f"{phase} {ratio(ours[phase], theirs[phase]):.2f}" for phase in PHASES)
        console.print(f"\nCPU, ours to reader's: {shares}")
    console.print()
    console.print(_budget(ours, idle))


def _costs(ours: Rounds, theirs: Rounds | None) -> Table:
    table = Table(**_TABLE)  # type: ignore[arg-type]
    table.add_column("poll")
    for name in ("feeds/s", "articles/s", "new articles", "CPU s a 1,000 feeds", "peak MiB", "largest MiB"):
        table.add_column(name, justify="right")
    for name, rounds in (("wireroom", ours), (f"reader {VERSION}", theirs)):
        for phase in PHASES if rounds else ():
            one = middle(rounds[phase])  # type: ignore[index]
            table.add_row(
                f"{name}, {phase}",
                f"{one.feeds / one.wall_s:.1f}",
                f"{one.articles / one.wall_s:.1f}",
                str(one.articles),
                f"{one.cpu_ms_a_feed:.2f}",
                f"{one.memory / _MIB:.0f}",
                f"{one.largest / _MIB:.0f}",
            )
    return table


def _budget(ours: Rounds, idle: Mapping[str, float]) -> Table:
    """Return where our CPU goes: milliseconds a feed by part and phase, and milliseconds a second at rest."""
    table = Table(**_TABLE)  # type: ignore[arg-type]
    table.add_column("CPU ms")
    for phase in PHASES:
        table.add_column(f"{phase}, a feed", justify="right")
    table.add_column("idle, a second", justify="right")
    middles = {phase: middle(ours[phase]) for phase in PHASES}
    for part in sorted(idle, key=lambda part: -middles["cold"].cpu_s.get(part, 0.0)):
        spent = [1000 * one.cpu_s.get(part, 0.0) / one.feeds for one in middles.values()]
        table.add_row(part, *(f"{ms:.2f}" for ms in spent), f"{1000 * idle[part]:.1f}")
    return table


def keep(ours: Rounds, theirs: Rounds | None, idle: Mapping[str, float], about: Mapping[str, Any]) -> Path:
    """Write everything into a new file of the results; return its path."""
    at = datetime.now(UTC)
    sides = {"wireroom": ours} | ({f"reader {VERSION}": theirs} if theirs else {})
    said = {
        "at": at.isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "about": dict(about),
        "idle_cpu_ms_a_second": {part: round(1000 * spent, 2) for part, spent in idle.items()},
        "ratios": {phase: round(ratio(ours[phase], theirs[phase]), 3) for phase in PHASES} if theirs else None,
        "rounds": {
            name: {phase: [asdict(one) for one in rounds[phase]] for phase in PHASES} for name, rounds in sides.items()
        },
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{at:%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(said, indent=1) + "\n")
    return path
